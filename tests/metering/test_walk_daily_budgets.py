"""`daily-budgets` walked through: dollars a day, in tokens of GPT-4o at $0.011 for 1,000."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.catalog.plans import Right, Scope
from app.catalog.rights import may
from app.metering.allowances_admission import Admitted, Refusal, Refused
from app.metering.payer import PayerKind
from app.money import pico_from_usd
from tests.metering.allowance_accounts import ALL_IDS, catalog
from tests.metering.allowance_person import Person

TOMORROW = datetime(2026, 11, 22, tzinfo=UTC)
PER_TOKEN = pico_from_usd("0.000011")
# plan: dollars a day, whole tokens of GPT-4o in it
DAYS = {
    "basic": ("0.105", 9_545),
    "creator": ("0.24", 21_818),
    "organization": ("1.485", 135_000),
    "free": ("0.02", 1_818),
    "global-lifetime": ("0.35", 31_818),
}


@pytest.mark.parametrize("plan", DAYS)
def test_a_day_goes_from_fresh_to_used_up_to_midnight(plan: str) -> None:
    dollars, tokens = DAYS[plan]
    person = Person.on(catalog("daily-budgets"), plan)
    source = f"{plan}-daily"
    amount = pico_from_usd(dollars)
    assert person.left("gpt-4o") == {source: amount}
    assert isinstance(person.ask("gpt-4o", tokens + 1), Refused)
    assert person.ask("gpt-4o", tokens) == [(source, tokens * PER_TOKEN)]
    assert person.left("gpt-4o") == {source: amount - tokens * PER_TOKEN}
    refused = person.ask("gpt-4o", 387, TOMORROW - timedelta(microseconds=1))
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.resets) == (Refusal.USED_UP, TOMORROW)
    (short,) = refused.short
    assert short.amount == 387 * PER_TOKEN - (amount - tokens * PER_TOKEN)
    assert person.ask("gpt-4o", tokens, TOMORROW) == [(source, tokens * PER_TOKEN)]


@pytest.mark.parametrize(("plan", "pays"), [("basic", False), ("free", False),
                                            ("global-lifetime", False), ("creator", True),
                                            ("organization", True)])  # fmt: skip
def test_an_own_key_goes_on_after_the_budget_where_the_plan_has_it(plan: str, pays: bool) -> None:
    person = Person.on(catalog("daily-budgets"), plan, has_own_key=True)
    tokens = DAYS[plan][1]
    assert person.ask("gpt-4o", tokens) == [(f"{plan}-daily", tokens * PER_TOKEN)]
    answer = person.ask("gpt-4o", 387)
    assert isinstance(answer, Admitted) is pays
    if isinstance(answer, Admitted):
        # Nothing is drawn, so that spending on the plan and on own keys stay apart.
        assert (answer.payer, answer.draws) == (PayerKind.OWN_KEY, ())
    assert person.ask("gpt-4o", 387, TOMORROW) == [(f"{plan}-daily", 387 * PER_TOKEN)]


def test_five_members_share_the_pool_and_a_seat_cap_stops_one_of_them() -> None:
    """$1.485 for all, at most $0.297 for each: a fifth is 27,000 tokens."""
    cap = pico_from_usd("0.297")
    org = Person.on(catalog("daily-budgets"), "organization",
                    member_caps={"organization-daily": cap})  # fmt: skip
    for member in range(5):
        org.change(ids={**ALL_IDS, Scope.MEMBER: f"member-{member}"})
        assert org.ask("gpt-4o", 26_613) == [("organization-daily", 26_613 * PER_TOKEN)]
        assert org.ask("gpt-4o", 387) == [("organization-daily", 387 * PER_TOKEN)]
        assert isinstance(org.ask("gpt-4o", 1), Refused)
    assert org.keeper.of(
        "organization/organization-daily/usd/organization/day/2026-11-21T00:00:00.000000Z"
    ).used == (pico_from_usd("1.485"))
    org.change(ids={**ALL_IDS, Scope.MEMBER: "member-5"})
    assert isinstance(org.ask("gpt-4o", 1), Refused)  # the pool is empty
    assert org.ask("gpt-4o", 27_000, TOMORROW) == [("organization-daily", cap)]
    assert isinstance(org.ask("gpt-4o", 1, TOMORROW), Refused)


def test_each_address_has_a_day_of_its_own_and_each_account_at_it_the_same_one() -> None:
    guest = Person.on(catalog("daily-budgets"), "global-lifetime")
    guest.change(ids={**ALL_IDS, Scope.ADDRESS: "192.0.2.1"})
    assert guest.ask("gpt-4o", 31_818) == [("global-lifetime-daily", 31_818 * PER_TOKEN)]
    guest.change(ids={**ALL_IDS, Scope.ADDRESS: "192.0.2.1", Scope.ACCOUNT: "another"})
    assert isinstance(guest.ask("gpt-4o", 387), Refused)
    guest.change(ids={**ALL_IDS, Scope.ADDRESS: "192.0.2.2"})
    assert guest.ask("gpt-4o", 31_818) == [("global-lifetime-daily", 31_818 * PER_TOKEN)]


def test_without_an_address_there_is_nothing_to_draw_on() -> None:
    guest = Person.on(catalog("daily-budgets"), "global-lifetime")
    guest.change(ids={Scope.ACCOUNT: "someone"})
    assert isinstance(guest.ask("gpt-4o", 387), Refused)


def test_a_viewer_is_refused_and_a_builder_is_not() -> None:
    org = Person.on(catalog("daily-budgets"), "organization", role="viewer")
    refused = org.ask("gpt-4o", 387)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.ROLE
    assert not may("viewer", Right.USE, org.sold)
    org.change(role="builder")
    assert org.ask("gpt-4o", 387) == [("organization-daily", 387 * PER_TOKEN)]


def test_who_bought_a_month_of_days_spent_their_share_of_the_price() -> None:
    for plan, price, share in (("basic", 9, 35), ("creator", 18, 40), ("organization", 99, 45)):
        amount = pico_from_usd(DAYS[plan][0])
        assert amount * 30 * 100 == pico_from_usd(price) * share
