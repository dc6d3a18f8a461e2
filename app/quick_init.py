"""Frozen records that are made many times a second, made in less than half the time.

A frozen dataclass sets each field by `object.__setattr__`, which looks its slot up by name; a
credit server makes some hundred such records for each call. Here the constructor has the slots at
hand. Nothing else of the class changes: it is as frozen as before.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, TypeVar

T = TypeVar("T")

_NOT_GIVEN: Any = object()  # in the place of a field that is made anew for each record


def quick_init(made: type[T]) -> type[T]:
    """For a class that is a `dataclass(frozen=True, slots=True)`, above that decorator.

    Raises TypeError for what such a class may also have and this does not do: fields that are no
    parameters, and parameters that are no fields.
    """
    plain: list[str] = ["self"]
    by_name: list[str] = []
    steps: list[str] = []
    space: dict[str, Any] = {"not_given": _NOT_GIVEN}
    listed = fields(made)  # type: ignore[arg-type]
    if len(listed) != len(made.__dataclass_fields__):  # type: ignore[attr-defined]
        raise TypeError(f"{made.__name__} has parameters that are no fields.")
    for field in listed:
        name, value, parameter = field.name, field.name, field.name
        if not field.init:
            raise TypeError(f"{made.__name__}.{name} is no parameter.")
        if field.default is not MISSING:
            space[f"default_{name}"] = field.default
            parameter = f"{name}=default_{name}"
        elif field.default_factory is not MISSING:
            space[f"new_{name}"] = field.default_factory
            parameter = f"{name}=not_given"
            value = f"new_{name}() if {name} is not_given else {name}"
        (by_name if field.kw_only else plain).append(parameter)
        space[f"set_{name}"] = getattr(made, name).__set__
        steps.append(f"    set_{name}(self, {value})")
    if hasattr(made, "__post_init__"):
        steps.append("    self.__post_init__()")
    parameters = [*plain, "*", *by_name] if by_name else plain
    # As dataclasses themselves do; nothing of it comes from outside.
    exec(f"def __init__({', '.join(parameters)}):\n" + "\n".join(steps or ["    pass"]), space)
    init = space["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    init.__module__ = made.__module__
    init.__annotations__ = made.__init__.__annotations__
    made.__init__ = init  # type: ignore[method-assign]
    return made
