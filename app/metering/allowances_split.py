"""How a call's cost is divided among grants, also in unlike units: exact shares, rounded up once.

The first grant pays what it can; the next is charged the share that is left, of the call's cost
in its own unit. Shares are fractions of integers, so that nothing is lost between units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.catalog.plans import Unit
from app.errors import MeteringError
from app.metering.allowances import Grant
from app.quick_init import quick_init

_WHOLE, NOTHING = Fraction(1), Fraction(0)  # shares that nearly every call has, made once


@quick_init
@dataclass(frozen=True, slots=True)
class CallCost:
    """One call in every unit. None: it has no cost in that unit, which cannot pay for it then."""

    pusd: int | None
    plan_tokens: int | None
    tokens: int
    requests: int = 1

    def __post_init__(self) -> None:
        pusd, plan_tokens = self.pusd, self.plan_tokens
        if (
            self.tokens < 0
            or self.requests < 0
            or (pusd is not None and pusd < 0)
            or (plan_tokens is not None and plan_tokens < 0)
        ):
            raise MeteringError("A call never costs less than nothing.")

    def in_unit_of(self, grant: Grant) -> int | None:
        match grant.unit:
            case Unit.TOKENS:
                return self.tokens
            case Unit.PLAN_TOKENS:
                return self.plan_tokens
            case Unit.USD:
                if self.pusd is None or grant.markup is None:
                    return self.pusd
                return grant.markup.charge(self.pusd)
            case Unit.REQUESTS:
                return self.requests


@quick_init
@dataclass(frozen=True, slots=True)
class WorstCase:
    """The most that a call can cost, by how long its answer may get.

    `input_pusd` is the counted input with its margin and what is due once a call, at the rates of
    the right context tier; None where no usable price is known. `weight` is None where plan
    tokens do not pay for the model.
    """

    input_tokens: int
    output_tokens_max: int
    weight: int | None
    input_pusd: int | None
    output_rate_pusd: int = 0

    def pusd_at(self, output_tokens: int) -> int | None:
        """The most with an answer of so many tokens; None where no usable price is known."""
        if self.input_pusd is None:
            return None
        return self.input_pusd + self.output_rate_pusd * output_tokens

    def at(self, output_tokens: int) -> CallCost:
        tokens = self.input_tokens + output_tokens
        return CallCost(
            pusd=self.pusd_at(output_tokens),
            plan_tokens=None if self.weight is None else self.weight * tokens,
            tokens=tokens,
        )


@quick_init
@dataclass(frozen=True, slots=True)
class Draw:
    """An amount from one grant, in its unit, and the share of the call that it pays for."""

    grant: Grant
    amount: int
    share: Fraction


@quick_init
@dataclass(frozen=True, slots=True)
class Split:
    """Who pays what. `missing` is the share that nobody pays, 0 where the call is covered."""

    draws: tuple[Draw, ...]
    missing: Fraction

    @property
    def is_covered(self) -> bool:
        return self.missing is NOTHING or self.missing == 0


def split(cost: CallCost, grants: Sequence[Grant]) -> Split:
    """Divide a cost among grants in their order; no draw is above what its grant has left."""
    missing = _WHOLE
    draws: list[Draw] = []
    for grant in grants:
        whole = cost.in_unit_of(grant)
        if whole is None:
            continue
        left, due = grant.left, whole
        if missing is not _WHOLE:
            due = -(-missing.numerator * whole // missing.denominator)  # rounded up: only the last
        if due <= left:
            draws.append(Draw(grant, due, missing))
            missing = NOTHING
            break
        if left:
            share = Fraction(left, whole)
            draws.append(Draw(grant, left, share))
            missing -= share
    return Split(tuple(draws), missing)


def settle_split(held: Sequence[Draw], cost: CallCost, now_free: Sequence[Grant] = ()) -> Split:
    """Divide what a call did cost among the grants that were held for it, in the same order.

    A cost within the worst case is always covered. What is above it is taken from `now_free`,
    grants as they stand now with the hold still in them; `missing` is a write-off.
    """
    if held:
        first = held[0]
        whole = cost.in_unit_of(first.grant)
        if whole is not None and whole <= first.amount:  # as with nearly every call
            return Split((Draw(_kept(first), whole, _WHOLE),), NOTHING)
    return split(cost, [*map(_kept, held), *now_free])


def _kept(draw: Draw) -> Grant:
    """What was held of a grant, as if there were nothing else. Every call is settled by it: to
    give what stays in its order costs a fifth of `dataclasses.replace`."""
    of, used, held, cap_left = draw.grant, 0, 0, None
    return Grant(
        of.id,
        of.source,
        of.name,
        of.unit,
        draw.amount,
        used,
        held,
        of.resets,
        of.markup,
        of.cap_id,
        cap_left,
        of.limited,
    )


def given_back(held: Sequence[Draw], settled: Split) -> dict[str, int]:
    """What returns to each grant of a hold, by grant id: to the window that it was taken from."""
    back: dict[str, int] = {}
    for draw in held:
        back[draw.grant.id] = back.get(draw.grant.id, 0) + draw.amount
    for draw in settled.draws:
        back[draw.grant.id] = back.get(draw.grant.id, 0) - draw.amount
    return {grant_id: amount for grant_id, amount in back.items() if amount > 0}
