"""Accounts that are moved to another plan, one or all of them: what changes and what stays.

A move changes the plan and clears flags. What was used, bought or set for a holder is kept by
allowance and holder, not by plan, and so is untouched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.catalog.models_sold import fits
from app.catalog.plan_catalog import BulkChange
from app.metering.allowances import Account


def moves(change: BulkChange, account: Account) -> bool:
    """Whether a bulk change is for this account; also for a plan that no catalog knows any more."""
    return account.plan != change.to_plan and fits(change.from_plans, account.plan)


def moved(change: BulkChange, account: Account) -> Account:
    """The account after a bulk change; the same one where the change is not for it."""
    if not moves(change, account):
        return account
    return replace(account, plan=change.to_plan, flags=account.flags - frozenset(change.clears))


def left_behind(change: BulkChange, accounts: Iterable[Account]) -> tuple[Account, ...]:
    """Those that would be on another plan still, to be told before anybody is moved."""
    return tuple(account for account in accounts if moved(change, account).plan != change.to_plan)
