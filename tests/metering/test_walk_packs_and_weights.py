"""`packs-and-weights` walked through: free tokens, packs, Premium, nineteen weights, routes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.catalog.plans import Flag, Unit
from app.metering.allowances import BoughtPack
from app.metering.allowances_admission import Refusal, Refused
from tests.metering.allowance_accounts import NOW, catalog
from tests.metering.allowance_person import Person

DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
WEIGHTS = {
    "anthropic/claude-3-opus": 10, "anthropic/claude-3-sonnet": 6, "anthropic/claude-3-haiku": 3,
    "openai/gpt-4": 8, "openai/gpt-4-turbo": 6, "openai/gpt-3.5-turbo": 2,
    "google/gemini-pro": 4, "google/gemini-pro-vision": 5,
    "meta-llama/llama-3-70b-instruct": 4, "meta-llama/llama-3-8b-instruct": 2,
    "mistralai/mixtral-8x7b-instruct": 3, "mistralai/mistral-7b-instruct": 2,
    "deepseek/deepseek-chat": 2, "deepseek/deepseek-coder": 3, "microsoft/wizardlm-2-8x22b": 5,
    "qwen-turbo": 1, "qwen-vl-plus": 2, "qwen-vl-max": 3, "qwen-32b-chat": 2,
}  # fmt: skip
PACKS = {"pack-5": 200_000, "pack-10": 450_000, "pack-15": 1_000_000, "pack-20": 2_000_000}


def bought(pack: str, days_ago: int = 0) -> BoughtPack:
    at = NOW - timedelta(days=days_ago)
    return BoughtPack(f"{pack}/{days_ago}", Unit.PLAN_TOKENS, PACKS[pack], at, pack)


@pytest.mark.parametrize("model", WEIGHTS)
def test_312_and_75_tokens_cost_387_times_the_weight(model: str) -> None:
    person = Person.on(catalog("packs-and-weights"), "free")
    assert person.ask(model, 312 + 75) == [("free-monthly", 387 * WEIGHTS[model])]


def test_there_are_nineteen_weights_and_at_weight_5_it_is_1935() -> None:
    assert len(WEIGHTS) == 19
    person = Person.on(catalog("packs-and-weights"), "free")
    assert person.ask("google/gemini-pro-vision", 387) == [("free-monthly", 1_935)]


def test_a_free_month_goes_from_fresh_to_used_up_to_the_1st() -> None:
    person = Person.on(catalog("packs-and-weights"), "free")
    for _ in range(5):
        assert person.ask("google/gemini-pro-vision", 387) == [("free-monthly", 1_935)]
    assert person.left("qwen-turbo") == {"free-monthly": 10_000 - 5 * 1_935}
    assert person.noticed == [("free-monthly", 80)]
    assert person.ask("qwen-turbo", 325) == [("free-monthly", 325)]
    assert person.noticed == [("free-monthly", 80), ("free-monthly", 100)]
    refused = person.ask("qwen-turbo", 387)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.resets) == (Refusal.USED_UP, DECEMBER)
    assert [offer.id for offer in refused.offers] == ["premium", *PACKS]
    assert person.ask("qwen-turbo", 387, DECEMBER) == [("free-monthly", 387)]


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_is_used_to_its_last_token_and_never_expires(pack: str) -> None:
    person = Person.on(catalog("packs-and-weights"), "free", packs=(bought(pack),))
    years_later = NOW.replace(year=2046)
    assert person.ask("qwen-turbo", 10_000, years_later) == [("free-monthly", 10_000)]
    size = PACKS[pack]
    assert person.ask("qwen-turbo", size, years_later) == [("packs", size)]
    assert isinstance(person.ask("qwen-turbo", 1, years_later), Refused)


def test_one_call_draws_free_tokens_then_packs_by_age_then_the_subscription() -> None:
    person = Person.on(
        catalog("packs-and-weights"), "premium", subscribed_at=NOW,
        packs=(bought("pack-10", 1), bought("pack-5", 9)),
    )  # fmt: skip
    # 690,000 plan tokens at weight 10: all of the month, both packs, all of the day.
    assert person.ask("anthropic/claude-3-opus", 69_000) == [
        ("free-monthly", 10_000),
        ("packs", 200_000),
        ("packs", 450_000),
        ("premium-daily", 30_000),
    ]
    assert set(person.left("qwen-turbo").values()) == {0}


def test_premium_resets_at_the_hour_of_its_start_while_it_is_paid() -> None:
    person = Person.on(
        catalog("packs-and-weights"), "premium", subscribed_at=NOW,
        paid_until=NOW + timedelta(days=30),
    )  # fmt: skip
    person.ask("qwen-turbo", 10_000)
    given = 0
    for day in range(30):
        at = NOW + timedelta(days=day)
        if at.month == 12 and at.day == 1:
            person.ask("qwen-turbo", 10_000, at)  # the free month began anew
        assert person.ask("qwen-turbo", 30_000, at) == [("premium-daily", 30_000)]
        assert isinstance(person.ask("qwen-turbo", 1, at + timedelta(hours=11)), Refused)
        given += 30_000
    assert given == 900_000
    assert isinstance(person.ask("qwen-turbo", 30_000, NOW + timedelta(days=30)), Refused)


def test_past_due_skips_the_subscription_and_leaves_free_tokens_and_packs() -> None:
    person = Person.on(
        catalog("packs-and-weights"), "premium", subscribed_at=NOW, packs=(bought("pack-5"),),
        flags=frozenset({Flag.PAST_DUE}),
    )  # fmt: skip
    assert person.ask("qwen-turbo", 210_000) == [("free-monthly", 10_000), ("packs", 200_000)]
    refused = person.ask("qwen-turbo", 387)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.PAST_DUE
    person.change(flags=frozenset())
    assert person.ask("qwen-turbo", 387) == [("premium-daily", 387)]


@pytest.mark.parametrize("model", [name for name in WEIGHTS if "/" in name])
def test_openrouter_answers_first_and_a_direct_route_says_why_it_does_not(model: str) -> None:
    routes = catalog("packs-and-weights").routes_to(model)
    assert [route.id for route in routes if not route.disabled] == ["openrouter"]
    for route in routes[1:]:
        assert route.id in ("openai", "anthropic")
        assert route.disabled == "Temporarily disabled: it is used through OpenRouter instead."
    direct = model.startswith(("openai/", "anthropic/"))
    assert len(routes) == (2 if direct else 1)


def test_a_token_is_worth_most_in_the_dearest_pack() -> None:
    sold = catalog("packs-and-weights")
    tokens_for_a_dollar = {
        pack.id: pack.amount * 10**12 // (pack.price_pusd or 1) for pack in sold.packs
    }
    assert tokens_for_a_dollar == {
        "pack-5": 40_000, "pack-10": 45_000, "pack-15": 66_666, "pack-20": 100_000,
    }  # fmt: skip
