"""How many people an account is for, as `metering.allowances_limits` has it, and whether its plan
counts at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from app.catalog.plans import Flag, Plan
from app.metering import allowances_limits as limits


def seats_of(plan: Plan | None, bought: int, flags: Collection[Flag] = ()) -> int | None:
    """The seats of an account on this plan; None where there is no limit.

    `bought` is what was paid for or what the operator set, 0 for neither. A plan that is not known
    has one, and so has one whose seats the operator has yet to set.
    """
    if Flag.UNLIMITED in flags:
        return None
    if plan is None:
        return 1
    seats = limits.seats_of(plan, ordered=bought or None, custom=custom_seats(bought))
    return 1 if isinstance(seats, limits.LimitReason) else seats


def custom_seats(bought: int) -> Mapping[str, int]:
    """What the operator set, for a plan that leaves its seats to them."""
    return {limits.SEATS: bought} if bought else {}


def is_paid_for(
    plan: Plan, flags: Collection[Flag], paid_until: datetime | None, now: datetime
) -> bool:
    """Whether a plan counts at all: one with a price is paid, and no payment is past due."""
    if not plan.is_paid:
        return True
    ended = paid_until is not None and now >= paid_until
    return Flag.PAST_DUE not in flags and not ended
