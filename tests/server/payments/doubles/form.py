"""Stripe's form encoding, and requests held against Stripe's own parameter types.

A field that Stripe does not know, a word that it does not take and a number that is none are
refused, as the real service does.
"""

from __future__ import annotations

import sys
import types
from functools import cache
from typing import (
    Any,
    ForwardRef,
    Literal,
    NotRequired,
    Required,
    TypeVar,
    Union,
    get_args,
    get_origin,
)
from urllib.parse import parse_qsl

from pydantic import ConfigDict, TypeAdapter, ValidationError
from stripe._request_options import RequestOptions
from typing_extensions import TypedDict, is_typeddict

Json = dict[str, Any]
_T = TypeVar("_T")


class FormRefused(Exception):
    """A request that Stripe would answer with 400. `param` is the field as Stripe names it."""

    def __init__(self, message: str, param: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.param = param


def decoded(body: str) -> Json:
    """`line_items[0][price]=p` as nested dictionaries and lists, with texts as values."""
    tree: Json = {}
    for name, value in parse_qsl(body, keep_blank_values=True, strict_parsing=bool(body)):
        place: Json = tree
        first, *rest = name.replace("]", "").split("[")
        steps = [first, *rest]
        for step in steps[:-1]:
            place = place.setdefault(step, {})
        if steps[-1] == "":  # `expand[]=x`: the next place of a list
            place[str(len(place))] = value
        else:
            place[steps[-1]] = value
    found: Json = _listed(tree)
    return found


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_listed(value[key]) for key in sorted(value, key=int)]
    return {key: _listed(each) for key, each in value.items()}


def checked(params: type, form: Json) -> Json:
    """The form as Stripe reads it, typed; raises FormRefused."""
    try:
        found: Json = _adapter(params).validate_python(form)
    except ValidationError as error:
        first = error.errors()[0]
        place = [str(part) for part in first["loc"] if not str(part).startswith(("union", "list["))]
        name = "".join(f"[{part}]" if number else part for number, part in enumerate(place))
        words = "unknown parameter" if first["type"] == "extra_forbidden" else first["msg"]
        raise FormRefused(f"Received {words}: {name}", name) from error
    return found


@cache
def _adapter(params: type) -> TypeAdapter[Json]:
    return TypeAdapter(_strict(params))


@cache
def _strict(params: type) -> Any:
    """The parameter type with nothing beside its fields, and enumerations closed."""
    module = sys.modules[params.__module__]
    # What the library imports for type checkers alone.
    unseen = {"UntypedStripeObject": dict[str, _T], "StripeContext": str, "Literal": Literal}
    names = {**vars(module), **unseen}
    fields = {}
    for name, written in params.__annotations__.items():
        if name not in RequestOptions.__annotations__:  # those travel in headers
            hint = _evaluated(written, names)
            is_open = get_origin(hint) is NotRequired
            inner = get_args(hint)[0] if is_open else hint
            wrap = NotRequired if is_open else Required
            fields[name] = wrap[_closed(inner, names)]  # type: ignore[valid-type]
    made = TypedDict(params.__name__, fields)  # type: ignore[operator]
    made.__pydantic_config__ = ConfigDict(extra="forbid")
    return made


def _closed(hint: Any, names: Json) -> Any:
    hint = _evaluated(hint, names)
    if is_typeddict(hint):
        return _strict(hint)
    parts = get_args(hint)
    if get_origin(hint) is Literal or not parts:
        return hint
    if get_origin(hint) in (Union, types.UnionType):
        words = any(get_origin(each) is Literal and "" not in get_args(each) for each in parts)
        # Written for the types of tomorrow's words; today's Stripe knows those that are listed.
        kept = [_closed(each, names) for each in parts if not (words and each is str)]
        return Union[tuple(kept)]  # noqa: UP007
    origin = get_origin(hint)
    return origin[tuple(_closed(each, names) for each in parts)]


def _evaluated(hint: Any, names: Json) -> Any:
    """The library writes its annotations as text, some of them within others."""
    if isinstance(hint, str | ForwardRef):
        return eval(hint if isinstance(hint, str) else hint.__forward_arg__, dict(names))
    return hint
