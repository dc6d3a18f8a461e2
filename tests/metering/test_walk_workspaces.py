"""`workspaces` walked through: own keys, managed credit with a markup, flags, the bulk upgrade."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.catalog.plans import Flag
from app.metering.allowances_admission import Admitted, Refusal, Refused
from app.metering.allowances_moves import is_left_behind, moved
from app.metering.payer import PayerKind
from app.money import pico_from_usd
from tests.metering.allowance_accounts import catalog
from tests.metering.allowance_person import Person

DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
PLANS = ["free", "starter", "pro", "lifetime", "offered", "custom", "unlimited", "enterprise"]
LIMIT = {"managed-monthly": pico_from_usd("0.02")}


@pytest.mark.parametrize("plan", PLANS)
def test_managed_credit_goes_from_fresh_to_used_up_to_the_1st(plan: str) -> None:
    """$0.02 pays 1,363 tokens that cost $0.011 for 1,000: four thirds of it are charged."""
    space = Person.on(catalog("workspaces"), plan, custom_amounts=LIMIT)
    charge = -(-1_363 * 11_000_000 * 4 // 3)
    assert isinstance(space.ask("gpt-4o", 1_364), Refused)
    assert space.ask("gpt-4o", 1_363) == [("managed-monthly", charge)]
    assert space.noticed == [("managed-monthly", 80)]
    refused = space.ask("gpt-4o", 387, DECEMBER - timedelta(microseconds=1))
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.resets, refused.offers) == (Refusal.USED_UP, DECEMBER, ())
    assert space.ask("gpt-4o", 1_363, DECEMBER) == [("managed-monthly", charge)]


def test_a_workspace_has_no_managed_credit_until_it_is_set() -> None:
    space = Person.on(catalog("workspaces"), "pro")
    assert space.left("gpt-4o") == {"managed-monthly": 0}
    assert isinstance(space.ask("gpt-4o", 1), Refused)


@pytest.mark.parametrize("plan", PLANS)
def test_own_keys_work_in_every_plan_without_any_limit(plan: str) -> None:
    space = Person.on(catalog("workspaces"), plan, has_own_key=True)
    for _ in range(3):
        answer = space.ask("gpt-4o", 5_000_000)
        assert isinstance(answer, Admitted)
        assert (answer.payer, answer.draws) == (PayerKind.OWN_KEY, ())


@pytest.mark.parametrize("flag", [Flag.QUARANTINED, Flag.SUSPENDED])
def test_a_flagged_workspace_is_refused_whoever_would_pay(flag: Flag) -> None:
    space = Person.on(catalog("workspaces"), "pro", custom_amounts=LIMIT, has_own_key=True)
    space.change(flags=frozenset({flag, Flag.UNLIMITED}))
    refused = space.ask("gpt-4o", 387)
    assert isinstance(refused, Refused)
    assert refused.reason.value == flag.value


def test_past_due_stops_managed_credit_and_own_keys_go_on() -> None:
    space = Person.on(catalog("workspaces"), "pro", custom_amounts=LIMIT)
    space.change(flags=frozenset({Flag.PAST_DUE}))
    refused = space.ask("gpt-4o", 387)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.PAST_DUE
    space.change(has_own_key=True)
    assert isinstance(space.ask("gpt-4o", 387), Admitted)
    space.change(flags=frozenset(), has_own_key=False)
    assert space.ask("gpt-4o", 300) == [("managed-monthly", 4_400_000_000)]


def test_an_unlimited_workspace_draws_nothing_and_reaches_no_limit() -> None:
    space = Person.on(catalog("workspaces"), "unlimited", custom_amounts=LIMIT)
    space.change(flags=frozenset({Flag.UNLIMITED}))
    for _ in range(3):
        answer = space.ask("gpt-4o", 9_000_000)
        assert isinstance(answer, Admitted)
        assert (answer.draws, answer.payer) == ((), PayerKind.ALLOWANCE)
    assert dict(space.keeper.balances) == {}


def test_the_bulk_upgrade_in_the_middle_of_a_month_touches_no_used_amount() -> None:
    sold = catalog("workspaces")
    everyone = next(each for each in sold.bulk_changes if each.id == "all-to-unlimited")
    spaces = [
        Person.on(sold, plan, custom_amounts=LIMIT)
        for plan in PLANS
        for flag in (None, *Flag)
        if flag is not Flag.UNLIMITED
    ]
    for space in spaces:
        space.ask("gpt-4o", 387)
        space.change(flags=frozenset({Flag.SUSPENDED}))
    before = [dict(space.keeper.balances) for space in spaces]
    for space in spaces:
        space.account = moved(everyone, space.account)
    assert not any(is_left_behind(everyone, space.account.plan) for space in spaces)
    assert {space.account.plan for space in spaces} == {"unlimited"}
    assert [dict(space.keeper.balances) for space in spaces] == before
    for space in spaces:
        (grant,) = space.grants("gpt-4o")
        assert grant.used == 387 * 11_000_000 * 4 // 3
        assert grant.amount == LIMIT["managed-monthly"]
