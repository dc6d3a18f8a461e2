"""Accounts that are moved to another plan, one or all of them: what changes and what stays.

A move changes the plan and clears flags. What was used, bought or set for a holder is kept by
allowance and holder, not by plan, and so is untouched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.catalog.models_sold import fits
from app.catalog.plan_catalog import BulkChange
from app.catalog.plans import Flag
from app.metering.allowances import Account


@dataclass(frozen=True, slots=True)
class Place:
    """A plan and the flags of whoever is on it: all that a move can change."""

    plan: str
    flags: frozenset[Flag]


def place_after(change: BulkChange, place: Place) -> Place:
    """Where a bulk change puts somebody; the same place where the change is not for it.

    Plans are judged by the change's patterns alone, so that one which no catalog has any more is
    left nowhere.
    """
    if place.plan == change.to_plan or not fits(change.from_plans, place.plan):
        return place
    return Place(change.to_plan, place.flags - frozenset(change.clears))


def moved(change: BulkChange, account: Account) -> Account:
    """The account after a bulk change; the same one where the change is not for it."""
    after = place_after(change, Place(account.plan, account.flags))
    return replace(account, plan=after.plan, flags=after.flags)


def is_left_behind(change: BulkChange, plan: str) -> bool:
    """Whether who is on this plan would be on another than the change's still; to be told before
    anybody is moved."""
    return place_after(change, Place(plan, frozenset())).plan != change.to_plan
