"""Rules beside the amounts: throttled credit, its alerts, priority, roles, payments past due."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Flag, Scope, WhenReached
from app.metering.allowances import Account, grants_for, percents_of, thresholds_crossed
from app.metering.allowances_admission import Admitted, Refusal, Refused, admit
from app.metering.allowances_split import WorstCase
from app.metering.payer import PayerKind
from app.money import pico_from_usd
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

DOLLAR = pico_from_usd("1")


def slowing() -> PlanCatalog:
    sold = catalog("workspaces")
    assert sold.managed_credit is not None
    credit = replace(sold.managed_credit, when_reached=WhenReached.THROTTLE, throttle_s=60)
    return replace(sold, managed_credit=credit)


def workspace(**more: object) -> Account:
    return account("pro", custom_amounts={"managed-monthly": DOLLAR}, **more)


def test_blocked_credit_ends_at_its_limit() -> None:
    sold = catalog("workspaces")
    spent = exhausted(sold, workspace(), "gpt-4o", NOW)
    refused = admit(sold, spent, "gpt-4o", call(sold, "gpt-4o", 387), NOW)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.USED_UP


def test_throttled_credit_goes_on_beyond_its_limit_and_is_counted_apart() -> None:
    sold = slowing()
    spent = exhausted(sold, workspace(), "gpt-4o", NOW)
    admitted = admit(sold, spent, "gpt-4o", call(sold, "gpt-4o", 300), NOW)
    assert isinstance(admitted, Admitted)
    assert (admitted.throttled, admitted.shortened, admitted.not_before) == (True, False, None)
    (draw,) = admitted.draws
    limit, beyond = grants_for(sold, spend(spent, admitted), "gpt-4o", NOW)
    assert draw.grant.id == beyond.id == f"{limit.id}/beyond"
    assert draw.amount == beyond.used == 300 * 11_000_000 * 4 // 3  # with its markup
    assert (limit.used, limit.left) == (DOLLAR, 0)


def test_the_last_call_within_the_limit_is_divided_between_both() -> None:
    sold = slowing()
    tokens = 100_000  # $1.10 at cost, $1.4666... with the markup
    admitted = admit(sold, workspace(), "gpt-4o", call(sold, "gpt-4o", tokens), NOW)
    assert isinstance(admitted, Admitted)
    within, beyond = admitted.draws
    assert (within.amount, within.share + beyond.share) == (DOLLAR, 1)
    assert within.amount + beyond.amount == -(-tokens * 11_000_000 * 4 // 3)
    assert admitted.throttled


def test_a_throttled_call_waits_a_minute_from_the_last_ones_beginning() -> None:
    sold = slowing()
    last = NOW - timedelta(seconds=20)
    spent = replace(exhausted(sold, workspace(), "gpt-4o", NOW), last_call_at=last)
    admitted = admit(sold, spent, "gpt-4o", call(sold, "gpt-4o", 387), NOW)
    assert isinstance(admitted, Admitted)
    assert admitted.not_before == NOW + timedelta(seconds=40)
    later = admit(sold, spent, "gpt-4o", call(sold, "gpt-4o", 387), last + timedelta(seconds=60))
    assert isinstance(later, Admitted)
    assert later.not_before is None


def test_a_clock_that_was_set_back_holds_nobody_longer_than_the_pause() -> None:
    sold = slowing()
    spent = exhausted(sold, workspace(), "gpt-4o", NOW)
    spent = replace(spent, last_call_at=NOW + timedelta(days=9))
    admitted = admit(sold, spent, "gpt-4o", call(sold, "gpt-4o", 387), NOW)
    assert isinstance(admitted, Admitted)
    assert admitted.not_before == NOW + timedelta(seconds=60)


def test_within_the_limit_nobody_is_slowed() -> None:
    sold = slowing()
    who = workspace(last_call_at=NOW)
    admitted = admit(sold, who, "gpt-4o", call(sold, "gpt-4o", 387), NOW)
    assert isinstance(admitted, Admitted)
    assert (admitted.throttled, admitted.not_before) == (False, None)


def test_a_workspace_without_managed_credit_is_not_slowed_but_refused() -> None:
    sold = slowing()
    refused = admit(sold, account("pro"), "gpt-4o", call(sold, "gpt-4o", 387), NOW)
    assert isinstance(refused, Refused)


def test_managed_credit_has_alerts_of_its_own() -> None:
    sold = catalog("workspaces")
    assert sold.managed_credit is not None
    sold = replace(sold, managed_credit=replace(sold.managed_credit, alerts_percent=(50, 90)))
    (grant,) = grants_for(sold, workspace(), "gpt-4o", NOW)
    assert percents_of(sold, grant) == (50, 90)
    used = replace(grant, used=DOLLAR * 95 // 100)
    assert thresholds_crossed(used, 0, percents_of(sold, grant)) == (50, 90)
    (other,) = grants_for(catalog("monthly-plans"), account("starter"), "gpt-4o", NOW)
    assert percents_of(catalog("monthly-plans"), other) == (80, 100)


def test_what_is_counted_without_a_limit_raises_no_notice() -> None:
    sold = slowing()
    _, beyond = grants_for(sold, workspace(), "gpt-4o", NOW)
    assert thresholds_crossed(replace(beyond, used=2**61), 0, (1, 100)) == ()


@pytest.mark.parametrize(
    ("name", "plan", "first"),
    [("free-models", "premium", True), ("free-models", "free", False),
     ("packs-and-weights", "premium", False), ("tuppence", "premium", True)],
)  # fmt: skip
def test_premium_goes_first_where_its_catalog_says_so(name: str, plan: str, first: bool) -> None:
    sold = catalog(name)
    who = account(plan, subscribed_at=NOW)
    admitted = admit(sold, who, "qwen-turbo", call(sold, "qwen-turbo", 387), NOW)
    assert isinstance(admitted, Admitted)
    assert admitted.priority is first


def test_priority_ends_with_the_payment_and_own_keys_have_none() -> None:
    sold = catalog("tuppence")
    worst = call(sold, "gpt-4o", 387)
    owing = account("premium", subscribed_at=NOW, flags=frozenset({Flag.PAST_DUE}))
    keyed = account("premium", subscribed_at=NOW, has_own_key=True)
    for answer in (
        admit(sold, owing, "gpt-4o", worst, NOW),
        admit(sold, keyed, "gpt-4o", worst, NOW, prefer_own_key=True),
    ):
        assert isinstance(answer, Admitted)
        assert not answer.priority


@pytest.mark.parametrize(("role", "runs"), [("admin", True), ("builder", True), ("viewer", False),
                                            (None, True), ("stranger", False)])  # fmt: skip
def test_a_viewer_reads_and_does_not_ask(role: str | None, runs: bool) -> None:
    sold = catalog("daily-budgets")
    who = account("organization", role=role, has_own_key=True)
    answer = admit(sold, who, "gpt-4o", call(sold, "gpt-4o", 387), NOW)
    assert isinstance(answer, Admitted) is runs
    assert runs or (isinstance(answer, Refused) and answer.reason is Refusal.ROLE)


def test_managed_credit_is_invoiced_and_so_skipped_while_a_payment_is_past_due() -> None:
    sold = catalog("workspaces")
    owing = workspace(flags=frozenset({Flag.PAST_DUE}))
    worst = call(sold, "gpt-4o", 387)
    refused = admit(sold, owing, "gpt-4o", worst, NOW)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.PAST_DUE
    own = admit(sold, replace(owing, has_own_key=True), "gpt-4o", worst, NOW)
    assert isinstance(own, Admitted)
    assert own.payer is PayerKind.OWN_KEY


def test_past_due_is_the_reason_only_where_paying_would_help() -> None:
    sold = catalog("packs-and-weights")
    owing = account("premium", subscribed_at=NOW, flags=frozenset({Flag.PAST_DUE}))
    empty = exhausted(sold, owing, "qwen-turbo", NOW)
    refused = admit(sold, empty, "qwen-turbo", call(sold, "qwen-turbo", 387), NOW)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.PAST_DUE
    too_long = WorstCase(5_000_000, 256, sold.weight("qwen-turbo"), 0)
    refused = admit(sold, empty, "qwen-turbo", too_long, NOW)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.USED_UP


def test_both_models_of_credit_stand_side_by_side() -> None:
    """A workspace with a key and with managed credit uses the one that it prefers."""
    sold = catalog("workspaces")
    who = workspace(has_own_key=True)
    worst = call(sold, "gpt-4o", 300)
    managed = admit(sold, who, "gpt-4o", worst, NOW)
    assert drawn(managed) == [("managed-monthly", 300 * 11_000_000 * 4 // 3)]
    own = admit(sold, who, "gpt-4o", worst, NOW, prefer_own_key=True)
    assert isinstance(own, Admitted)
    assert (own.payer, own.draws) == (PayerKind.OWN_KEY, ())
    other = replace(who, ids={**ALL_IDS, Scope.ORGANIZATION: "another"})
    spent = spend(who, managed)
    (first,) = grants_for(sold, spent, "gpt-4o", NOW)
    (second,) = grants_for(sold, replace(other, balances=spent.balances), "gpt-4o", NOW)
    assert (first.left, second.left) == (DOLLAR - 4_400_000_000, DOLLAR)
