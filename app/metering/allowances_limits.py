"""How many of a thing a plan lets its holder have: seats above all.

Pure answers for one holder at one moment; who is counted, and in one transaction with what is
then done, is for whoever keeps the members.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.catalog.offers import Offer, offer_of_add_on
from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Holder, LimitRule, Plan

SEATS = "seats"


class LimitReason(StrEnum):
    """Why there is no room for one more."""

    NO_SUCH_PLAN = "no_such_plan"
    ALL_TAKEN = "all_taken"
    NOT_SET = "not_set"  # the operator sets the limit for each holder, and has not yet
    BELOW_LEAST = "below_least"  # the plan is for more people
    ABOVE_MOST = "above_most"
    BELOW_ACTIVE = "below_active"  # more people have a seat already


@dataclass(frozen=True, slots=True)
class Room:
    """Whether one more fits. `most` is None where nothing limits it; `offers` would make room;
    `least` is what may be ordered at all."""

    allowed: bool
    most: int | None
    reason: LimitReason | None = None
    offers: tuple[Offer, ...] = ()
    least: int = 1


def limit_of(plan: Plan, thing: str, custom: Mapping[str, int]) -> int | LimitReason | None:
    """A plan's limit of a thing: a number, None where there is none, or NOT_SET.

    `custom` holds what the operator set for this holder. A thing that the plan does not name is
    not limited: unknown is not zero.
    """
    rule = dict(plan.limits).get(thing)
    match rule:
        case LimitRule.CUSTOM:
            return custom.get(thing, LimitReason.NOT_SET)
        case LimitRule.UNLIMITED | None:
            return None
        case _:
            return rule


def seats_of(
    plan: Plan, *, ordered: int | None = None, custom: Mapping[str, int] | None = None
) -> int | LimitReason | None:
    """How many people may have a seat at once; None where nothing limits them.

    A plan for five seats or more has five until more are `ordered`, and never fewer: the least is
    a floor, not a factor of the price. Where the plan names a most, that is the limit. An account
    of one's own has one seat.
    """
    if plan.holder is not Holder.ORGANIZATION:
        return 1
    if plan.seats is None:
        return limit_of(plan, SEATS, custom or {})
    if ordered is None:
        return plan.seats.least if plan.seats.most is None else plan.seats.most
    seats = max(plan.seats.least, ordered)
    return seats if plan.seats.most is None else min(seats, plan.seats.most)


def may_activate(
    catalog: PlanCatalog,
    plan_id: str,
    *,
    active: int,
    ordered: int | None = None,
    custom: Mapping[str, int] | None = None,
) -> Room:
    """Whether one more member may get a seat, while `active` have one; asked at each acceptance.

    The first one always may: an organization without anybody could not even be administered.
    """
    plan = catalog.plan(plan_id)
    if plan is None:
        return Room(False, 0, LimitReason.NO_SUCH_PLAN)
    seats = seats_of(plan, ordered=ordered, custom=custom)
    if isinstance(seats, LimitReason):
        return Room(active < 1, 1, None if active < 1 else seats)
    if seats is None or active < max(seats, 1):
        return Room(True, seats)
    more = tuple(offer_of_add_on(each) for each in catalog.add_ons if each.plan == plan_id)
    return Room(False, seats, LimitReason.ALL_TAKEN, more)


def may_order(catalog: PlanCatalog, plan_id: str, seats: int, *, active: int) -> Room:
    """Whether an organization may have so many seats from now on."""
    plan = catalog.plan(plan_id)
    if plan is None or plan.seats is None:
        return Room(False, None, LimitReason.NO_SUCH_PLAN)
    reason = None
    if seats < plan.seats.least:
        reason = LimitReason.BELOW_LEAST
    elif plan.seats.most is not None and seats > plan.seats.most:
        reason = LimitReason.ABOVE_MOST
    elif seats < active:
        reason = LimitReason.BELOW_ACTIVE
    return Room(reason is None, plan.seats.most, reason, least=plan.seats.least)
