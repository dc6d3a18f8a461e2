"""Who asks how much in a simulated month: a profile, and the calls that it comes to.

Pure: the same profile and seed give the same calls on every machine. Reading a profile's file is
`allowances_profile_file`'s work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from app.catalog.plans import Flag
from app.catalog.prices import Price


class OwnKeyUse(StrEnum):
    """Whether the person has a key of their own, and when they want it to pay."""

    NEVER = "never"
    AFTER_ALLOWANCE = "after_allowance"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Between:
    """A whole number from `least` to `most`, both among them, each as likely."""

    least: int
    most: int

    def drawn(self, chance: Random) -> int:
        # random() is the same in every version of Python; randint() need not be.
        return self.least + int(chance.random() * (self.most - self.least + 1))


@dataclass(frozen=True, slots=True)
class ModelUse:
    """How models are asked: their share of the messages, each of them as often, and the tokens."""

    models: tuple[str, ...]
    share: int
    input_tokens: Between
    output_tokens: Between
    output_tokens_max: int


@dataclass(frozen=True, slots=True)
class PackRule:
    """A pack that is bought at the beginning of a day (1 is the first), or when nothing covers a
    call any more: `day` is None then, and it is bought at most `most` times."""

    pack: str
    day: int | None = None
    most: int = 1


@dataclass(frozen=True, slots=True)
class Profile:
    """A month of one account or organization; `start` is aware, in UTC.

    With `in_turn` the models are asked one after the other, each the first of its entry, else by
    chance and share. Messages are sent between the two `hours` of each day. `amounts` and
    `member_caps` are by allowance, in its unit. `prices` stand in for those of the price book,
    by model.
    """

    title: str
    plan: str
    start: datetime
    days: int
    messages_a_day: Between
    models: tuple[ModelUse, ...]
    in_turn: bool = False
    seed: int = 1
    hours: tuple[int, int] = (8, 22)
    seats: int = 1
    own_key: OwnKeyUse = OwnKeyUse.NEVER
    flags: frozenset[Flag] = frozenset()
    packs: tuple[PackRule, ...] = ()
    amounts: Mapping[str, int] = field(default_factory=dict)
    member_caps: Mapping[str, int] = field(default_factory=dict)
    prices: Mapping[str, Price] = field(default_factory=dict)

    @property
    def end(self) -> datetime:
        return self.start + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class SimulatedCall:
    """One message: `output_tokens` is how long its answer would get if nothing cut it short."""

    at: datetime
    member: int
    model: str
    input_tokens: int
    output_tokens: int
    output_tokens_max: int


def calls_of(profile: Profile) -> Iterator[SimulatedCall]:
    """The messages of a profile in the order of their times."""
    chance = Random(profile.seed)
    number = 0
    for day in range(profile.days):
        begin = profile.start + timedelta(days=day)
        for second in _seconds(profile, chance):
            use, model = _model(profile, chance, number)
            yield SimulatedCall(
                at=begin + timedelta(seconds=second),
                member=number % profile.seats,
                model=model,
                input_tokens=use.input_tokens.drawn(chance),
                output_tokens=min(use.output_tokens.drawn(chance), use.output_tokens_max),
                output_tokens_max=use.output_tokens_max,
            )
            number += 1


def _seconds(profile: Profile, chance: Random) -> list[int]:
    first, last = profile.hours
    within = Between(first * 3600, last * 3600 - 1)
    return sorted(within.drawn(chance) for _ in range(profile.messages_a_day.drawn(chance)))


def _model(profile: Profile, chance: Random, number: int) -> tuple[ModelUse, str]:
    if profile.in_turn:
        turn = profile.models[number % len(profile.models)]
        return turn, turn.models[0]
    place = Between(1, sum(use.share for use in profile.models)).drawn(chance)
    for use in profile.models:
        place -= use.share
        if place <= 0:
            return use, use.models[Between(0, len(use.models) - 1).drawn(chance)]
    raise AssertionError("the shares add up to their sum")
