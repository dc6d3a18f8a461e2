"""`free-models` walked through: twelve models within their own limits, tokens for the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.catalog.plans import Unit
from app.metering.allowances import BoughtPack
from app.metering.allowances_admission import Admitted, Refused, admit
from tests.metering.allowance_accounts import NOW, call, catalog
from tests.metering.allowance_person import Person

TOMORROW = datetime(2026, 11, 22, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
QWEN = ["qwen-turbo", "qwen-plus", "qwen-max", "qwen-vl-plus", "qwen-vl-max"]
OPENROUTER = [
    "google/gemini-2.5-pro", "google/gemini-2.5-pro-vision", "meta-llama/llama-3-70b-instruct",
    "meta-llama/llama-3-8b-instruct", "mistralai/mistral-7b-instruct",
    "mistralai/mixtral-8x7b-instruct", "microsoft/wizardlm-2-8x22b",
]  # fmt: skip
CATALOGS = ["free-models", "tuppence"]
PACK = BoughtPack("pack", Unit.PLAN_TOKENS, 2_000_000, NOW)


@pytest.mark.parametrize("name", CATALOGS)
def test_each_of_five_qwen_models_has_a_million_tokens_a_month_of_its_own(name: str) -> None:
    person = Person.on(catalog(name), "free", packs=(PACK,))
    for model in QWEN:
        assert person.left(model) == {"qwen-free": 1_000_000}
        assert person.ask(model, 999_613) == [("qwen-free", 999_613)]
        assert person.ask(model, 387) == [("qwen-free", 387)]
        assert isinstance(person.ask(model, 1, DECEMBER - timedelta(microseconds=1)), Refused)
    assert person.ask("qwen-turbo", 1_000_000, DECEMBER) == [("qwen-free", 1_000_000)]
    assert person.left("gpt-4o") == {"free-monthly": 10_000, "packs": 2_000_000}


@pytest.mark.parametrize("name", CATALOGS)
def test_each_of_seven_openrouter_models_has_fifty_requests_a_day_of_its_own(name: str) -> None:
    person = Person.on(catalog(name), "free", packs=(PACK,))
    for model in OPENROUTER:
        for _ in range(50):
            assert person.ask(model, 90_000) == [("openrouter-free", 1)]
        refused = person.ask(model, 1, TOMORROW - timedelta(microseconds=1))
        assert isinstance(refused, Refused)
        assert refused.resets == TOMORROW
    assert len(OPENROUTER) == 7
    assert person.ask(OPENROUTER[0], 387, TOMORROW) == [("openrouter-free", 1)]
    assert person.left("gpt-4o") == {"free-monthly": 10_000, "packs": 2_000_000}


@pytest.mark.parametrize("name", CATALOGS)
def test_premium_tokens_never_pay_for_a_free_model(name: str) -> None:
    person = Person.on(catalog(name), "premium", packs=(PACK,), subscribed_at=NOW)
    for model in (*QWEN, *OPENROUTER):
        (grant,) = person.grants(model)
        assert grant.source in ("qwen-free", "openrouter-free")
    person.ask("qwen-turbo", 1_000_000)
    refused = person.ask("qwen-turbo", 387)
    assert isinstance(refused, Refused)
    assert refused.offers == ()
    assert set(refused.free_models) == {*QWEN, *OPENROUTER} - {"qwen-turbo"}
    assert person.left("gpt-4o")["premium-daily"] == 30_000


def test_premium_tokens_go_from_fresh_to_used_up_to_reset() -> None:
    """What lapses first is drawn first: the day, the month, then what was bought."""
    person = Person.on(catalog("free-models"), "premium", packs=(PACK,), subscribed_at=NOW)
    assert person.ask("gpt-4o", 312 + 75) == [("premium-daily", 1_935)]
    assert person.ask("gpt-4o", 9_000) == [
        ("premium-daily", 28_065), ("free-monthly", 10_000), ("packs", 6_935),
    ]  # fmt: skip
    assert person.ask("gpt-4", 249_133) == [("packs", 1_993_064)]
    assert person.left("gpt-4o") == {"premium-daily": 0, "free-monthly": 0, "packs": 1}
    refused = person.ask("deepseek-chat", 387)
    assert isinstance(refused, Refused)
    day = NOW + timedelta(hours=24)
    assert refused.resets == day
    assert person.ask("gpt-4o", 6_000, day) == [("premium-daily", 30_000)]
    assert person.ask("gpt-4o", 2_000, DECEMBER) == [("premium-daily", 10_000)]


def test_premium_goes_first_also_on_free_models() -> None:
    sold = catalog("free-models")
    for plan, first in (("premium", True), ("free", False)):
        person = Person.on(sold, plan, subscribed_at=NOW)
        answer = admit(sold, person.known(), "qwen-max", call(sold, "qwen-max", 387), NOW)
        assert isinstance(answer, Admitted)
        assert answer.priority is first


def test_two_accounts_have_limits_of_their_own() -> None:
    one, other = (Person.on(catalog("free-models"), "free") for _ in range(2))
    other.keeper = one.keeper
    other.change(ids={scope: f"other-{name}" for scope, name in one.account.ids.items()})
    one.ask("qwen-turbo", 1_000_000)
    assert other.left("qwen-turbo") == {"qwen-free": 1_000_000}


def test_a_free_model_with_too_little_left_is_not_suggested() -> None:
    person = Person.on(catalog("free-models"), "free")
    person.ask("qwen-turbo", 999_900)
    person.ask("qwen-max", 999_613)
    person.ask("gpt-4o", 2_000)
    for asked in ("qwen-turbo", "gpt-4o"):
        refused = person.ask(asked, 387)
        assert isinstance(refused, Refused)
        assert "qwen-turbo" not in refused.free_models  # 100 tokens are left of it
        assert "qwen-max" in refused.free_models  # exactly 387


def test_a_plan_without_the_free_models_has_nothing_else_for_them_either() -> None:
    sold = catalog("tuppence")
    qwen = replace(sold.allowances[0], plans=("premium",))
    weighing = tuple(
        replace(model, weight=1) if model.id == "qwen-turbo" else model for model in sold.models
    )
    sold = replace(sold, models=weighing, allowances=(qwen, *sold.allowances[1:]))
    person = Person.on(sold, "free", packs=(PACK,))
    assert person.grants("qwen-turbo") == ()
    assert isinstance(person.ask("qwen-turbo", 387), Refused)
