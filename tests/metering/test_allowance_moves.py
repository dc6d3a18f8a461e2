"""Accounts that are moved to another plan, and passphrases that are rotated."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.catalog.plan_catalog import BulkChange, Passphrases
from app.catalog.plans import Flag, Scope
from app.metering.allowances import Account, Balance, grants_for
from app.metering.allowances_admission import Admitted, Refused, admit
from app.metering.allowances_moves import is_left_behind, moved
from app.metering.allowances_passphrases import (
    IssuedPassphrase,
    Standing,
    retires_at,
    rotated,
    standing_of,
)
from tests.metering.allowance_accounts import (
    ALL_IDS,
    NOW,
    account,
    call,
    catalog,
    drawn,
    exhausted,
    spend,
)

FLAGS = frozenset({Flag.QUARANTINED, Flag.SUSPENDED, Flag.PAST_DUE})


def workspaces() -> list[Account]:
    """One on each plan, one on a plan that no catalog has any more; all of them flagged."""
    plans = [plan.id for plan in catalog("workspaces").plans] + ["gone-plan"]
    return [
        account(
            plan,
            flags=FLAGS,
            custom_amounts={"managed-monthly": 10**13 + place},
            balances={f"grant-{place}": Balance(used=7_000 + place, held=3)},
        )
        for place, plan in enumerate(plans)
    ]


def change(name: str) -> BulkChange:
    return next(each for each in catalog("workspaces").bulk_changes if each.id == name)


def test_a_bulk_upgrade_moves_every_workspace_and_leaves_none_behind() -> None:
    everyone = change("all-to-unlimited")
    after = [moved(everyone, each) for each in workspaces()]
    assert {each.plan for each in after} == {"unlimited"}
    assert not any(is_left_behind(everyone, each.plan) for each in workspaces())
    flagged = [each for each in after if each.flags]
    assert [each.balances for each in flagged] == [
        each.balances for each in workspaces() if each.plan == "unlimited"
    ]  # it was there already: nothing was done to it


def test_a_bulk_upgrade_touches_no_used_amount_and_nothing_that_was_set() -> None:
    for before in workspaces():
        after = moved(change("all-to-unlimited"), before)
        assert after.balances == before.balances
        assert after.custom_amounts == before.custom_amounts
        assert replace(after, plan=before.plan, flags=before.flags) == before


def test_the_recommended_upgrade_says_whom_it_leaves_behind() -> None:
    upgrade = change("standard-to-unlimited")
    assert [each.plan for each in workspaces() if is_left_behind(upgrade, each.plan)] == [
        "lifetime", "offered", "custom", "enterprise", "gone-plan",
    ]  # fmt: skip


def test_a_bulk_upgrade_done_twice_changes_nothing_more() -> None:
    everyone = change("all-to-unlimited")
    once = [moved(everyone, each) for each in workspaces()]
    assert [moved(everyone, each) for each in once] == once


def test_managed_credit_goes_on_where_it_was_after_an_upgrade() -> None:
    sold = catalog("workspaces")
    before = account("pro", custom_amounts={"managed-monthly": 10**12})
    before = spend(before, admit(sold, before, "gpt-4o", call(sold, "gpt-4o", 300), NOW))
    (one,) = grants_for(sold, before, "gpt-4o", NOW)
    (other,) = grants_for(sold, moved(change("all-to-unlimited"), before), "gpt-4o", NOW)
    assert one == other
    assert one.used == 4_400_000_000


RULE = Passphrases("global-lifetime", 14)
FIRST = IssuedPassphrase("first", NOW - timedelta(days=90))


def test_a_rotated_passphrase_works_for_the_grace_period_and_no_longer() -> None:
    first, second = rotated([FIRST], "second", NOW)
    assert standing_of(second, RULE, NOW) is Standing.CURRENT
    assert standing_of(first, RULE, NOW) is Standing.IN_GRACE
    end = retires_at(first, RULE)
    assert end == NOW + timedelta(days=14)
    assert standing_of(first, RULE, end - timedelta(microseconds=1)) is Standing.IN_GRACE
    assert standing_of(first, RULE, end) is Standing.RETIRED


def test_a_second_rotation_does_not_make_the_first_ones_grace_longer() -> None:
    first, second = rotated([FIRST], "second", NOW)
    issued = rotated([first, second], "third", NOW + timedelta(days=10))
    states = [standing_of(each, RULE, NOW + timedelta(days=15)) for each in issued]
    assert states == [Standing.RETIRED, Standing.IN_GRACE, Standing.CURRENT]


def test_a_passphrase_of_tomorrow_opens_nothing_today() -> None:
    assert standing_of(IssuedPassphrase("x", NOW + timedelta(1)), RULE, NOW) is Standing.RETIRED


def test_one_that_was_not_replaced_has_no_end() -> None:
    with pytest.raises(ValueError, match="not replaced"):
        retires_at(FIRST, RULE)


def test_an_address_has_one_budget_whichever_passphrase_it_gave() -> None:
    """$0.35 a day is 31,818 tokens at $0.011 for 1,000; the old and the new passphrase share it."""
    sold = catalog("daily-budgets")
    home = account("global-lifetime", ids={**ALL_IDS, Scope.ADDRESS: "192.0.2.1"})
    with_the_old = spend(home, admit(sold, home, "gpt-4o", call(sold, "gpt-4o", 31_818), NOW))
    with_the_new = replace(with_the_old, ids={**home.ids, Scope.ACCOUNT: "another-session"})
    assert isinstance(admit(sold, with_the_new, "gpt-4o", call(sold, "gpt-4o", 387), NOW), Refused)
    elsewhere = replace(with_the_new, ids={**home.ids, Scope.ADDRESS: "192.0.2.2"})
    answer = admit(sold, elsewhere, "gpt-4o", call(sold, "gpt-4o", 31_818), NOW)
    assert isinstance(answer, Admitted)
    assert drawn(answer) == [("global-lifetime-daily", 31_818 * 11_000_000)]
    midnight = NOW.replace(hour=0) + timedelta(days=1)
    empty = exhausted(sold, home, "gpt-4o", NOW)
    again = admit(sold, empty, "gpt-4o", call(sold, "gpt-4o", 31_818), midnight)
    assert isinstance(again, Admitted)
