"""`monthly-plans` walked through: organizations with 100,000, 1 and 10 million tokens a month."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.catalog.plans import Scope, Unit, Window
from app.metering.allowances_admission import Refusal, Refused
from tests.metering.allowance_accounts import ALL_IDS, catalog
from tests.metering.allowance_person import Person

DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
MONTHS = {"starter": 100_000, "professional": 1_000_000, "enterprise": 10_000_000}


@pytest.mark.parametrize("plan", MONTHS)
def test_an_organization_goes_from_fresh_to_used_up_to_reset(plan: str) -> None:
    size = MONTHS[plan]
    org = Person.on(catalog("monthly-plans"), plan)
    source = f"{plan}-monthly"
    assert org.left("gpt-4o") == {source: size}
    assert org.ask("gpt-4o", size // 2) == [(source, size // 2)]
    assert org.ask("claude-3-opus", size // 2 - 387) == [(source, size // 2 - 387)]
    assert org.ask("o1-mini", 387) == [(source, 387)]
    assert org.left("gpt-4o") == {source: 0}
    assert org.noticed == [(source, 80), (source, 100)]
    refused = org.ask("gpt-4o", 1)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.resets) == (Refusal.USED_UP, DECEMBER)
    assert [(short.limit, short.amount) for short in refused.short] == [(plan.title(), 1)]
    assert isinstance(org.ask("gpt-4o", 1, DECEMBER - timedelta(microseconds=1)), Refused)
    assert org.ask("gpt-4o", size, DECEMBER) == [(source, size)]


def test_every_model_counts_a_token_as_a_token() -> None:
    sold = catalog("monthly-plans")
    org = Person.on(sold, "starter")
    for model in sold.models:
        assert org.ask(model.id, 387) == [("starter-monthly", 387)]
    assert org.left("gpt-4o") == {"starter-monthly": 100_000 - 13 * 387}


def test_members_share_what_the_organization_has() -> None:
    org = Person.on(catalog("monthly-plans"), "starter")
    org.ask("gpt-4o", 60_000)
    org.change(ids={**ALL_IDS, Scope.MEMBER: "bob", Scope.ACCOUNT: "bobs-own"})
    assert org.left("gpt-4o") == {"starter-monthly": 40_000}


def test_a_refused_organization_is_offered_nothing_that_has_no_price() -> None:
    org = Person.on(catalog("monthly-plans"), "starter")
    org.ask("gpt-4o", 100_000)
    refused = org.ask("gpt-4o", 387)
    assert isinstance(refused, Refused)
    assert refused.offers == ()


@pytest.mark.parametrize(("amount", "left"), [(150_000, 90_000), (100_000, 40_000), (50_000, 0)])
def test_an_update_of_the_catalog_reaches_organizations_and_touches_nothing_used(
    amount: int, left: int
) -> None:
    sold = catalog("monthly-plans")
    org = Person.on(sold, "starter")
    org.ask("gpt-4o", 60_000)
    before = dict(org.keeper.balances)
    first = replace(sold.allowances[0], amount=amount)
    org.sold = replace(sold, allowances=(first, *sold.allowances[1:]))
    (grant,) = org.grants("gpt-4o")
    assert (grant.used, grant.left) == (60_000, left)
    assert dict(org.keeper.balances) == before
    assert isinstance(org.ask("gpt-4o", 387), Refused) is (left == 0)
    assert org.ask("gpt-4o", amount, DECEMBER) == [("starter-monthly", amount)]


def test_the_last_answer_of_a_month_is_shortened_to_what_is_left() -> None:
    org = Person.on(catalog("monthly-plans"), "starter")
    org.ask("gpt-4o", 98_000)
    assert org.ask("gpt-4o", 5_000, output=4_000) == [("starter-monthly", 2_000)]


@pytest.mark.parametrize(
    ("field", "value"),
    [("unit", Unit.PLAN_TOKENS), ("window", Window.DAY), ("scope", Scope.ACCOUNT)],
)
def test_an_allowance_that_is_counted_otherwise_is_counted_anew(field: str, value: str) -> None:
    """On the first of a month, where a day and a month begin alike."""
    sold = catalog("monthly-plans")
    org = Person.on(sold, "starter")
    org.change(ids={**dict.fromkeys(ALL_IDS, "one-and-the-same")})
    assert org.ask("gpt-4o", 100_000, DECEMBER) == [("starter-monthly", 100_000)]
    changed = replace(sold.allowances[0], **{field: value})  # type: ignore[arg-type]
    org.sold = replace(sold, allowances=(changed, *sold.allowances[1:]))
    (grant,) = org.grants("gpt-4o", DECEMBER)
    assert (grant.used, grant.left) == (0, 100_000)
