"""A record with the quick constructor is the record that it was."""

from __future__ import annotations

import inspect
import pickle
from dataclasses import FrozenInstanceError, InitVar, dataclass, field, replace
from typing import Any

import pytest

from app.quick_init import quick_init


@quick_init
@dataclass(frozen=True, slots=True)
class Quick:
    first: int
    second: str = "two"
    third: list[int] = field(default_factory=list)
    fourth: int = field(default=4, kw_only=True, compare=False)
    checked: bool = True

    def __post_init__(self) -> None:
        if self.first < 0:
            raise ValueError("below zero")


@dataclass(frozen=True, slots=True)
class Slow(Quick):
    """The same fields, with the constructor that dataclasses make."""


@quick_init
@dataclass(frozen=True, slots=True)
class Longer(Quick):
    last: int = 9


GIVEN: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1,), {}),
    ((1, "b"), {"third": [3]}),
    ((1, "b", [2], False), {"fourth": 7}),
    ((), {"first": 5, "checked": False}),
]


@pytest.mark.parametrize(("values", "named"), GIVEN)
def test_it_holds_what_it_is_given(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    slow, quick = Slow(*values, **named), Quick(*values, **named)
    assert repr(quick) == repr(slow).replace("Slow", "Quick")
    assert quick == Quick(*values, **named)
    assert pickle.loads(pickle.dumps(quick)) == quick
    assert replace(quick, second="c").second == "c"


def test_it_takes_the_same_parameters() -> None:
    assert list(inspect.signature(Quick).parameters) == list(inspect.signature(Slow).parameters)
    for wrong in (Quick, lambda: Quick(1, nothing=2), lambda: Quick(1, "b", [], True, 4)):
        with pytest.raises(TypeError):
            wrong()


def test_each_record_has_a_new_value_of_its_own() -> None:
    one, other = Quick(1), Quick(1)
    one.third.append(1)
    assert other.third == []


def test_it_stays_frozen_and_without_room_for_more() -> None:
    record = Quick(1)
    with pytest.raises(FrozenInstanceError):
        record.first = 2  # type: ignore[misc]
    assert not hasattr(record, "__dict__")


def test_what_is_checked_after_making_is_still_checked() -> None:
    with pytest.raises(ValueError, match="below zero"):
        Quick(-1)


def test_fields_of_another_record_come_first() -> None:
    assert repr(Longer(1, last=3)).startswith("Longer(first=1, second='two'")
    assert Longer(1).last == 9


def test_what_it_does_not_do_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Hidden:
        shown: int
        counted: int = field(default=0, init=False)

    @dataclass(frozen=True, slots=True)
    class Passing:
        shown: int
        seen: InitVar[int] = 0

    for made in (Hidden, Passing):
        with pytest.raises(TypeError):
            quick_init(made)
