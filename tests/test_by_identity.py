from __future__ import annotations

from dataclasses import dataclass

from app.by_identity import ByIdentity


@dataclass(frozen=True, slots=True)
class Thing:
    name: str


def test_what_was_made_of_an_object_is_made_once() -> None:
    asked: list[Thing] = []

    def make(thing: Thing) -> str:
        asked.append(thing)
        return thing.name

    kept, one = ByIdentity(make), Thing("a")
    assert [kept(one), kept(one)] == ["a", "a"]
    assert asked == [one]


def test_an_equal_object_is_another_one() -> None:
    kept = ByIdentity(lambda thing: [thing])
    one, other = Thing("a"), Thing("a")
    assert kept(one)[0] is one
    assert kept(other)[0] is other


def test_an_object_that_nobody_else_keeps_never_lends_its_place_to_another() -> None:
    kept = ByIdentity(lambda thing: thing.name, kept_max=3)
    for number in range(1_000):
        assert kept(Thing(str(number))) == str(number)


def test_no_more_is_kept_than_was_said() -> None:
    kept = ByIdentity(lambda thing: thing.name, kept_max=3)
    things = [Thing(str(number)) for number in range(10)]
    for thing in things:
        kept(thing)
        assert len(kept._kept) <= 3
    assert [kept(thing) for thing in things] == [str(number) for number in range(10)]
