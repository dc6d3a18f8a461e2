"""`tuppence`, what the program ships with, walked through from the first message to the reset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.catalog.plans import Scope, Unit
from app.catalog.prices import Price, Rate
from app.metering.allowances import BoughtPack
from app.metering.allowances_admission import Admitted, Refusal, Refused, admit
from app.metering.allowances_split import WorstCase
from app.metering.payer import PayerKind
from app.money import pico_from_usd
from tests.metering.allowance_accounts import ALL_IDS, NOW, catalog
from tests.metering.allowance_person import Person

TOMORROW = datetime(2026, 11, 22, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
PACK = BoughtPack("pack", Unit.PLAN_TOKENS, 200_000, NOW)


def test_a_free_account_goes_from_fresh_to_used_up_to_the_1st() -> None:
    person = Person.on(catalog("tuppence"), "free")
    for left in (8_065, 6_130, 4_195, 2_260, 325):
        assert person.ask("openai/gpt-4o", 312 + 75) == [("free-monthly", 1_935)]
        assert person.left("openai/gpt-4o") == {"free-monthly": left}
    refused = person.ask("openai/gpt-4o", 387)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.resets) == (Refusal.USED_UP, DECEMBER)
    assert [(short.limit, short.amount) for short in refused.short] == [("Free", 1_610)]
    assert [offer.id for offer in refused.offers] == [
        "premium", "organization", "starter-pack", "power-pack", "pro-pack", "ultra-pack",
    ]  # fmt: skip
    assert len(refused.free_models) == 12
    assert person.ask("openai/gpt-4o", 65) == [("free-monthly", 325)]
    assert person.ask("openai/gpt-4o", 387, DECEMBER) == [("free-monthly", 1_935)]


def test_one_call_draws_the_day_then_the_month_then_the_pack() -> None:
    person = Person.on(catalog("tuppence"), "premium", subscribed_at=NOW, packs=(PACK,))
    assert person.ask("openai/gpt-4o", 9_000) == [
        ("premium-daily", 30_000), ("free-monthly", 10_000), ("packs", 5_000),
    ]  # fmt: skip
    assert person.left("openai/gpt-4o", NOW + timedelta(hours=24)) == {
        "premium-daily": 30_000, "free-monthly": 0, "packs": 195_000,
    }  # fmt: skip


def test_an_organization_pays_in_dollars_first_and_the_rest_from_a_pack_by_share() -> None:
    """135,000 tokens of GPT-4o at $0.011 are the whole day; of 180,000 that is three quarters."""
    org = Person.on(catalog("tuppence"), "organization", packs=(
        BoughtPack("big", Unit.PLAN_TOKENS, 2_000_000, NOW),))  # fmt: skip
    assert org.ask("openai/gpt-4o", 180_000) == [
        ("organization-daily", pico_from_usd("1.485")),
        ("packs", 180_000 * 5 // 4),
    ]
    org.change(ids={**ALL_IDS, Scope.MEMBER: "bob", Scope.ACCOUNT: "bob"})
    assert org.left("openai/gpt-4o", TOMORROW) == {
        "organization-daily": pico_from_usd("1.485"), "packs": 2_000_000 - 225_000,
    }  # fmt: skip


def test_an_own_key_works_always_and_draws_nothing() -> None:
    for plan in ("free", "premium", "organization"):
        person = Person.on(catalog("tuppence"), plan, has_own_key=True)
        while isinstance(person.ask("openai/gpt-4", 1_000), list):
            continue
        answer = person.ask("openai/gpt-4", 1_000)
        assert isinstance(answer, Admitted)
        assert (answer.payer, answer.draws) == (PayerKind.OWN_KEY, ())


@pytest.mark.parametrize(
    ("read", "written", "weight"),
    [(5_000_000, 15_000_000, 3), (5_000_000, 5_000_000, 1), (5_000_000, 5_000_001, 2),
     (100_000, 400_000, 1), (15_000_000, 75_000_000, 11)],
)  # fmt: skip
def test_a_model_that_is_not_listed_pays_by_the_weight_of_its_price(
    read: int, written: int, weight: int
) -> None:
    """One for each $5 that a million tokens cost on average (40 % read), rounded up."""
    sold = catalog("tuppence")
    price = Price("x", "some/model", (("input", Rate(read)), ("output", Rate(written))))
    assert sold.weight("some/model", price) == weight
    person = Person.on(sold, "free")
    worst = WorstCase(312, 75, weight, 312 * read, written)
    answer = admit(sold, person.known(), "some/model", worst, NOW)
    assert isinstance(answer, Admitted)
    assert [draw.amount for draw in answer.draws] == [387 * weight]


@pytest.mark.parametrize(("read", "weight"), [(20_000, 1), (5_000_000, 1), (5_000_001, 2)])
def test_a_model_that_only_reads_weighs_by_what_it_reads(read: int, weight: int) -> None:
    """A model for vectors has no price for what it writes; plan tokens pay for it all the same."""
    price = Price("x", "some/vectors", (("input", Rate(read)),))
    assert catalog("tuppence").weight("some/vectors", price) == weight
