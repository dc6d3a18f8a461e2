"""JSON as providers send it: read safely, numbers of money exactly, halves of characters mended."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import cast

Json = Mapping[str, object]
EMPTY: Json = {}

_NAME = re.compile(r"[\w.:/@+~-]{1,160}")
_FRACTION = re.compile(rb"[0-9][.eE]")
_TIER = re.compile(r"[A-Za-z][A-Za-z_-]{0,39}")
_read = json.JSONDecoder().decode
_read_exact = json.JSONDecoder(parse_float=Decimal).decode


def read_json(payload: bytes) -> object:
    """The value of a JSON text; raises ValueError where it is none.

    Bytes that are no UTF-8 become the replacement character. Strings are always whole Unicode:
    a lone half of a surrogate pair, which no file and no window takes, is replaced as well.
    """
    text = payload.decode("utf-8", "replace")
    try:
        value = _read(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if "\\u" in text and _has_half(text):
        return _mended(value)
    return value


def read_json_exact(payload: bytes) -> object:
    """The same with every fraction as a Decimal of the digits that were sent."""
    return _read_exact(payload.decode("utf-8", "replace"))


def may_have_fraction(payload: bytes) -> bool:
    """Whether a number in a JSON text may be written with a point or an exponent."""
    return _FRACTION.search(payload) is not None


def _has_half(text: str) -> bool:
    return "\\ud" in text or "\\uD" in text


def _mended(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_mended(item) for item in value]
    return value


def as_object(value: object) -> Json:
    """The value where it is an object, else an empty one."""
    return cast(Json, value) if isinstance(value, dict) else EMPTY


def as_list(value: object) -> list[object]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """The value where it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def as_name(value: object) -> str:
    """The value where it can be the name of a model or the id of a call, else an empty one: what
    is kept and shown of a provider's answer is no place for its sentences."""
    text = as_text(value)
    return text if _NAME.fullmatch(text) else ""


def as_tier(value: object) -> str:
    """The value where it can be a service tier's name, letters alone, else an empty one."""
    text = as_text(value)
    return text if _TIER.fullmatch(text) else ""


def json_text(value: object) -> str:
    """A value as JSON text; a string is taken to be JSON already."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
