"""How many people an account is for: the seats that were bought, or that its plan names."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from app.catalog.plans import Flag, Holder, LimitRule, Plan

_SEATS = "seats"


def seats_of(plan: Plan | None, bought: int, flags: Collection[Flag] = ()) -> int | None:
    """The seats of an account on this plan; None where there is no limit, or none is known.

    `bought` is what was paid for or what the operator set, 0 for neither: then a plan with seats
    has the fewest that it names, and one whose seats the operator sets has one.
    """
    if Flag.UNLIMITED in flags:
        return None
    if plan is None:
        return 1
    if plan.seats is not None:
        wanted = max(bought, plan.seats.least)
        return wanted if plan.seats.most is None else min(wanted, plan.seats.most)
    if plan.holder is not Holder.ORGANIZATION:
        return 1
    match dict(plan.limits).get(_SEATS):
        case LimitRule.CUSTOM:
            return max(bought, 1)
        case int() as limit:
            return limit
        case _:
            return None


def is_paid_for(
    plan: Plan, flags: Collection[Flag], paid_until: datetime | None, now: datetime
) -> bool:
    """Whether a plan counts at all: one with a price is paid, and no payment is past due."""
    if not plan.is_paid:
        return True
    ended = paid_until is not None and now >= paid_until
    return Flag.PAST_DUE not in flags and not ended
