"""The shipped catalogs hold the numbers of what they describe, each written down here by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plan_file import load_catalog
from app.catalog.plan_words import reference_tokens
from app.catalog.plans import (
    Scope,
    Unit,
    Window,
)
from app.money import pico_from_usd

CATALOGS = Path(__file__).resolve().parents[2] / "resources" / "catalogs"
NAMES = ("daily-budgets", "free-models", "monthly-plans", "packs-and-weights", "tuppence",
         "workspaces")  # fmt: skip
QWEN_FREE = {"qwen-turbo", "qwen-plus", "qwen-max", "qwen-vl-plus", "qwen-vl-max"}
OPENROUTER_FREE = {
    "google/gemini-2.5-pro",
    "google/gemini-2.5-pro-vision",
    "meta-llama/llama-3-70b-instruct",
    "meta-llama/llama-3-8b-instruct",
    "mistralai/mistral-7b-instruct",
    "mistralai/mixtral-8x7b-instruct",
    "microsoft/wizardlm-2-8x22b",
}


def catalog(name: str) -> PlanCatalog:
    return load_catalog(CATALOGS / f"{name}.toml")


def test_the_program_ships_six_catalogs_that_load() -> None:
    assert sorted(path.stem for path in CATALOGS.glob("*.toml")) == list(NAMES)
    assert [catalog(name).name for name in NAMES] == list(NAMES)


# (catalog, allowance): unit, amount (dollars as text), window, scope
GRANTS = {
    ("monthly-plans", "starter-monthly"): ("tokens", 100_000, "month", "organization"),
    ("monthly-plans", "professional-monthly"): ("tokens", 1_000_000, "month", "organization"),
    ("monthly-plans", "enterprise-monthly"): ("tokens", 10_000_000, "month", "organization"),
    ("packs-and-weights", "free-monthly"): ("plan_tokens", 10_000, "month", "account"),
    ("packs-and-weights", "premium-daily"): ("plan_tokens", 30_000, "billing_day", "account"),
    ("free-models", "qwen-free"): ("tokens", 1_000_000, "month", "model"),
    ("free-models", "openrouter-free"): ("requests", 50, "day", "model"),
    ("free-models", "free-monthly"): ("plan_tokens", 10_000, "month", "account"),
    ("free-models", "premium-daily"): ("plan_tokens", 30_000, "billing_day", "account"),
    ("daily-budgets", "global-lifetime-daily"): ("usd", "0.35", "day", "address"),
    ("daily-budgets", "free-daily"): ("usd", "0.02", "day", "account"),
    ("daily-budgets", "basic-daily"): ("usd", "0.105", "day", "account"),
    ("daily-budgets", "creator-daily"): ("usd", "0.24", "day", "account"),
    ("daily-budgets", "organization-daily"): ("usd", "1.485", "day", "organization"),
    ("workspaces", "managed-monthly"): ("usd", None, "month", "organization"),
    ("tuppence", "qwen-free"): ("tokens", 1_000_000, "month", "model"),
    ("tuppence", "openrouter-free"): ("requests", 50, "day", "model"),
    ("tuppence", "free-monthly"): ("plan_tokens", 10_000, "month", "account"),
    ("tuppence", "premium-daily"): ("plan_tokens", 30_000, "billing_day", "account"),
    ("tuppence", "organization-daily"): ("usd", "1.485", "day", "organization"),
}


@pytest.mark.parametrize(("where", "expected"), GRANTS.items())
def test_an_allowance_grants_what_its_source_says(
    where: tuple[str, str], expected: tuple[str, int | str | None, str, str]
) -> None:
    allowance = catalog(where[0]).allowance(where[1])
    assert allowance is not None
    unit, amount, window, scope = expected
    pieces = pico_from_usd(amount) if isinstance(amount, str) else amount
    assert (allowance.unit, allowance.amount) == (Unit(unit), pieces)
    assert (allowance.window, allowance.scope) == (Window(window), Scope(scope))


def test_no_catalog_has_an_allowance_that_is_not_in_the_table_above() -> None:
    found = {(name, each.id) for name in NAMES for each in catalog(name).allowances}
    assert found == set(GRANTS)


PRICES = {
    "monthly-plans": {"starter": None, "professional": None, "enterprise": None},
    "packs-and-weights": {"free": "0", "premium": "10"},
    "free-models": {"free": "0", "premium": "10"},
    "daily-budgets": {
        "global-lifetime": None, "free": "0", "basic": "9", "creator": "18", "organization": "99",
    },
    "tuppence": {"free": "0", "premium": "10", "organization": "99"},
    "workspaces": {
        "free": "0", "starter": None, "pro": None, "lifetime": None, "offered": None,
        "custom": None, "unlimited": None, "enterprise": None,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_costs_what_its_source_says(name: str) -> None:
    expected = {
        plan: None if price is None else pico_from_usd(price)
        for plan, price in PRICES[name].items()
    }
    assert {plan.id: plan.price_pusd for plan in catalog(name).plans} == expected


PACKS = {
    "packs-and-weights": [("5", 200_000), ("10", 450_000), ("15", 1_000_000), ("20", 2_000_000)],
    "free-models": [("5", 200_000), ("10", 500_000), ("15", 1_000_000), ("20", 2_000_000)],
    "tuppence": [("5", 200_000), ("10", 500_000), ("15", 1_000_000), ("20", 2_000_000)],
    "monthly-plans": [],
    "daily-budgets": [],
    "workspaces": [],
}


@pytest.mark.parametrize("name", NAMES)
def test_packs_have_their_prices_and_tokens(name: str) -> None:
    expected = [(pico_from_usd(price), Unit.PLAN_TOKENS, tokens) for price, tokens in PACKS[name]]
    packs = catalog(name).packs
    assert [(pack.price_pusd, pack.unit, pack.amount) for pack in packs] == expected


WEIGHTS = {
    "Claude 3 Opus": 10, "Claude 3 Sonnet": 6, "Claude 3 Haiku": 3, "GPT-4": 8, "GPT-4 Turbo": 6,
    "GPT-3.5 Turbo": 2, "Gemini Pro": 4, "Gemini Pro Vision": 5, "Llama 3 70B": 4,
    "Llama 3 8B": 2, "Mixtral 8x7B": 3, "Mistral 7B": 2, "DeepSeek Chat": 2, "DeepSeek Coder": 3,
    "WizardLM 2 8x22B": 5, "Qwen Turbo": 1, "Qwen VL Plus": 2, "Qwen VL Max": 3,
    "Qwen 32B Chat": 2,
}  # fmt: skip


def test_nineteen_models_have_their_weights() -> None:
    assert len(WEIGHTS) == 19
    found = {model.name: model.weight for model in catalog("packs-and-weights").models}
    assert found == WEIGHTS


@pytest.mark.parametrize(("name", "model"), [("free-models", "gpt-4o"), ("tuppence", "gpt-4o"),
                                             ("tuppence", "openai/gpt-4o-2024-08-06")])  # fmt: skip
def test_387_tokens_of_gpt_4o_are_1935_plan_tokens(name: str, model: str) -> None:
    assert catalog(name).plan_tokens(model, 312 + 75) == 1_935


def test_gpt_4_weighs_8_among_the_free_models() -> None:
    assert catalog("free-models").weight("gpt-4") == 8


GPT_4O_TOKENS = {
    "basic-daily": 9_545,
    "creator-daily": 21_818,
    "organization-daily": 135_000,
    "free-daily": 1_818,
    "global-lifetime-daily": 31_818,
}


@pytest.mark.parametrize(("allowance_id", "tokens"), GPT_4O_TOKENS.items())
def test_a_daily_budget_is_said_in_gpt_4o_tokens(allowance_id: str, tokens: int) -> None:
    budgets = catalog("daily-budgets")
    allowance = budgets.allowance(allowance_id)
    assert allowance is not None
    assert dict(reference_tokens(budgets, allowance))["gpt-4o"] == tokens


def test_the_free_budget_is_about_51_000_tokens_of_gpt_4o_mini() -> None:
    budgets = catalog("daily-budgets")
    allowance = budgets.allowance("free-daily")
    assert allowance is not None
    assert dict(reference_tokens(budgets, allowance))["gpt-4o-mini"] // 1000 == 51


def test_reference_prices_are_those_of_the_source() -> None:
    full, mini = catalog("daily-budgets").reference_prices
    assert full.per_thousand_pusd == full.blend_pusd == pico_from_usd("0.011")
    assert mini.per_thousand_pusd == pico_from_usd("0.00039")
    assert mini.blend_pusd == pico_from_usd("0.00042")
    assert mini.note  # the source's parts do not add up to its figure, and the file says so


def test_shares_of_the_price_are_35_40_and_45_percent() -> None:
    shares = {each.id: each.share_percent for each in catalog("daily-budgets").allowances}
    assert shares == {
        "global-lifetime-daily": None, "free-daily": None, "basic-daily": 35,
        "creator-daily": 40, "organization-daily": 45,
    }  # fmt: skip


def test_the_daily_budgets_come_to_their_share_of_the_price_in_thirty_days() -> None:
    budgets = catalog("daily-budgets")
    for name, share in (("basic", "3.15"), ("creator", "7.20"), ("organization", "44.55")):
        allowance = budgets.allowance(f"{name}-daily")
        assert allowance is not None
        assert budgets.month_total(allowance) == pico_from_usd(share)


@pytest.mark.parametrize("name", ["packs-and-weights", "free-models", "tuppence"])
def test_premium_is_900_000_tokens_a_month_and_keeps_the_free_ones(name: str) -> None:
    sold = catalog(name)
    allowance = sold.allowance("premium-daily")
    assert allowance is not None
    assert sold.month_total(allowance) == 900_000
    assert {"premium-daily", "free-monthly"} <= {each.id for each in sold.allowances_of("premium")}
    assert "premium-daily" not in {each.id for each in sold.allowances_of("free")}


DRAW_ORDER = {
    "packs-and-weights": ("free-monthly", "packs", "premium-daily"),
    "free-models": ("qwen-free", "openrouter-free", "premium-daily", "free-monthly", "packs"),
    "tuppence": ("qwen-free", "openrouter-free", "organization-daily", "premium-daily",
                 "free-monthly", "packs"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "order"), DRAW_ORDER.items())
def test_grants_are_drawn_in_the_catalogs_order(name: str, order: tuple[str, ...]) -> None:
    assert catalog(name).draw_order == order


@pytest.mark.parametrize("name", ["free-models", "tuppence"])
def test_five_qwen_and_seven_openrouter_models_draw_on_their_own_limits_alone(name: str) -> None:
    sold = catalog(name)
    assert set(sold.free_models()) == QWEN_FREE | OPENROUTER_FREE
    for allowance_id, models in (("qwen-free", QWEN_FREE), ("openrouter-free", OPENROUTER_FREE)):
        allowance = sold.allowance(allowance_id)
        assert allowance is not None
        assert set(allowance.models) == models
        assert allowance.only
    assert all(sold.weight(model) is None for model in sold.free_models())
