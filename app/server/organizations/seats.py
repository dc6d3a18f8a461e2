"""How many people a plan is for."""

from __future__ import annotations

from collections.abc import Collection

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
