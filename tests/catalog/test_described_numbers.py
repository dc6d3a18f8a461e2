"""Every number of the descriptions that the catalogs were written from, at its place in the JSON.

The left side says what a description says, in its words; the right side where `catalog show NAME
--json` has it. Nothing here is computed from the catalog.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from app.catalog.plan_file import load_catalog
from app.catalog.plan_words import catalog_to_plain

CATALOGS = Path(__file__).resolve().parents[2] / "resources" / "catalogs"
_STEP = re.compile(r"\.?([\w-]+)(?:\[([^\]]+)\])?")


def shown(name: str) -> object:
    """What `catalog show NAME --json` prints; a test of the commands holds both together."""
    return json.loads(json.dumps(catalog_to_plain(load_catalog(CATALOGS / f"{name}.toml"))))


def at(plain: object, path: str) -> object:
    """`plans[basic].price_usd`: of a list the entry with that id, model or number; `#` counts."""
    for field, wanted in _STEP.findall(path.removesuffix("#")):
        assert isinstance(plain, dict), path
        plain = plain[field]
        if wanted:
            assert isinstance(plain, list), path
            if wanted.isdigit():
                plain = plain[int(wanted)]
            else:
                (plain,) = [
                    each for each in plain
                    if wanted in (each.get("id"), each.get("model"), each.get("name"))
                ]  # fmt: skip
    if path.endswith("#"):
        assert isinstance(plain, list), path
        return len(plain)
    return plain


MONTHLY_PLANS = {
    "Starter: 100,000 tokens": ("allowances[starter-monthly].amount", 100_000),
    "Starter: a month": ("allowances[starter-monthly].window", "month"),
    "max_tokens: 100000": ("allowances[starter-monthly].month_total", 100_000),
    "Professional: 1,000,000 tokens, 10x more": (
        "allowances[professional-monthly].amount", 10 * 100_000,
    ),
    "Enterprise: 10,000,000 tokens, 100x more": (
        "allowances[enterprise-monthly].amount", 100 * 100_000,
    ),
    "limits for organizations": ("allowances[enterprise-monthly].scope", "organization"),
    "13 models are named": ("models#", 13),
    "9 features are named": ("features#", 9),
    "3 plans": ("plans#", 3),
    "Starter: Free/Base tier, no number": ("plans[starter].price_usd", None),
    "Professional: Mid-tier pricing, no number": ("plans[professional].price_usd", None),
    "Enterprise: Premium pricing, no number": ("plans[enterprise].price_usd", None),
}  # fmt: skip

PACKS_AND_WEIGHTS = {
    "10,000 tokens/month": ("allowances[free-monthly].amount", 10_000),
    "resets on the 1st of each month": ("allowances[free-monthly].window", "month"),
    "monthlyLimit: 10000": ("allowances[free-monthly].month_total", 10_000),
    "$5": ("packs[pack-5].price_usd", "5"),
    "$5: 200,000 tokens": ("packs[pack-5].amount", 200_000),
    "$10": ("packs[pack-10].price_usd", "10"),
    "$10: 450,000 tokens": ("packs[pack-10].amount", 450_000),
    "$15": ("packs[pack-15].price_usd", "15"),
    "$15: 1,000,000 tokens": ("packs[pack-15].amount", 1_000_000),
    "$20": ("packs[pack-20].price_usd", "20"),
    "$20: 2,000,000 tokens": ("packs[pack-20].amount", 2_000_000),
    "Premium: $10/month": ("plans[premium].price_usd", "10"),
    "Premium: 30,000 tokens/day": ("allowances[premium-daily].amount", 30_000),
    "daily limits reset automatically": ("allowances[premium-daily].window", "billing_day"),
    "for 30 days": ("days_in_month", 30),
    "total: 900,000 tokens/month": ("allowances[premium-daily].month_total", 900_000),
    "Claude 3 Opus (10 tokens)": ("models[Claude 3 Opus].weight", 10),
    "Claude 3 Sonnet (6 tokens)": ("models[Claude 3 Sonnet].weight", 6),
    "Claude 3 Haiku (3 tokens)": ("models[Claude 3 Haiku].weight", 3),
    "GPT-4 (8 tokens)": ("models[GPT-4].weight", 8),
    "GPT-4 Turbo (6 tokens)": ("models[GPT-4 Turbo].weight", 6),
    "GPT-3.5 Turbo (2 tokens)": ("models[GPT-3.5 Turbo].weight", 2),
    "Gemini Pro (4 tokens)": ("models[Gemini Pro].weight", 4),
    "Gemini Pro Vision (5 tokens)": ("models[Gemini Pro Vision].weight", 5),
    "Llama 3 70B (4 tokens)": ("models[Llama 3 70B].weight", 4),
    "Llama 3 8B (2 tokens)": ("models[Llama 3 8B].weight", 2),
    "Mixtral 8x7B (3 tokens)": ("models[Mixtral 8x7B].weight", 3),
    "Mistral 7B (2 tokens)": ("models[Mistral 7B].weight", 2),
    "DeepSeek Chat (2 tokens)": ("models[DeepSeek Chat].weight", 2),
    "DeepSeek Coder (3 tokens)": ("models[DeepSeek Coder].weight", 3),
    "WizardLM 2 8x22B (5 tokens)": ("models[WizardLM 2 8x22B].weight", 5),
    "Qwen Turbo (1 token)": ("models[Qwen Turbo].weight", 1),
    "Qwen VL Plus (2 tokens)": ("models[Qwen VL Plus].weight", 2),
    "Qwen VL Max (3 tokens)": ("models[Qwen VL Max].weight", 3),
    "Qwen 32B Chat (2 tokens)": ("models[Qwen 32B Chat].weight", 2),
    "the list itself: 19 models": ("models#", 19),
    "the 1st in order: free": ("draw_order[0]", "free-monthly"),
    "then packs": ("draw_order[1]", "packs"),
    "then the subscription": ("draw_order[2]", "premium-daily"),
    "OpenRouter is primary": ("routes[0].id", "openrouter"),
}

FREE_MODELS = {
    "Premium Tokens: 10,000/month": ("allowances[free-monthly].amount", 10_000),
    "premium_tokens INTEGER DEFAULT 10000": ("allowances[free-monthly].month_total", 10_000),
    "Reset Period: Monthly": ("allowances[free-monthly].window", "month"),
    "Qwen Models: 1M tokens/month each": ("allowances[qwen-free].amount", 1_000_000),
    "tokens of the model's own": ("allowances[qwen-free].unit", "tokens"),
    "each of them a month": ("allowances[qwen-free].window", "month"),
    "each": ("allowances[qwen-free].scope", "model"),
    "5 Qwen models": ("allowances[qwen-free].models#", 5),
    "OpenRouter Models: 50 requests/day each": ("allowances[openrouter-free].amount", 50),
    "requests": ("allowances[openrouter-free].unit", "requests"),
    "a day": ("allowances[openrouter-free].window", "day"),
    "7 OpenRouter models": ("allowances[openrouter-free].models#", 7),
    "Track against native limits only": ("allowances[openrouter-free].only", True),
    "Cost: $0/month": ("plans[free].price_usd", "0"),
    "Starter Pack - $5": ("packs[starter-pack].price_usd", "5"),
    "200K tokens": ("packs[starter-pack].amount", 200_000),
    "Power Pack - $10": ("packs[power-pack].price_usd", "10"),
    "500K tokens": ("packs[power-pack].amount", 500_000),
    "Pro Pack - $15": ("packs[pro-pack].price_usd", "15"),
    "1M tokens": ("packs[pro-pack].amount", 1_000_000),
    "Ultra Pack - $20": ("packs[ultra-pack].price_usd", "20"),
    "2M tokens": ("packs[ultra-pack].amount", 2_000_000),
    "Cost: $10/month": ("plans[premium].price_usd", "10"),
    "Daily Allowance: 30K tokens": ("allowances[premium-daily].amount", 30_000),
    "Monthly Total: 900K tokens": ("allowances[premium-daily].month_total", 900_000),
    "Priority processing": ("plans[premium].priority", True),
    "'gpt-4': { cost: 8 }": ("models[gpt-4].weight", 8),
    "'gpt-4o': { cost: 5 }": ("models[gpt-4o].weight", 5),
    "'qwen-turbo': { cost: 0 }": ("models[qwen-turbo].weight", None),
}

DAILY_BUDGETS = {
    "Global Lifetime: USD 0.35": ("allowances[global-lifetime-daily].amount", "0.35"),
    "~31,800 GPT-4o tokens": (
        "allowances[global-lifetime-daily].reference_tokens.gpt-4o", 31_818,
    ),
    "enforced per IP": ("allowances[global-lifetime-daily].scope", "address"),
    "Free: $0": ("plans[free].price_usd", "0"),
    "Free: USD 0.02": ("allowances[free-daily].amount", "0.02"),
    "~1,800 GPT-4o tokens": ("allowances[free-daily].reference_tokens.gpt-4o", 1_818),
    "~51K GPT-4o mini": ("allowances[free-daily].reference_tokens.gpt-4o-mini", 51_282),
    "Basic: $9": ("plans[basic].price_usd", "9"),
    "35%": ("allowances[basic-daily].share_percent", 35),
    "USD 0.105/day": ("allowances[basic-daily].amount", "0.105"),
    "~9,500 GPT-4o tokens": ("allowances[basic-daily].reference_tokens.gpt-4o", 9_545),
    "Creator: $18": ("plans[creator].price_usd", "18"),
    "40%": ("allowances[creator-daily].share_percent", 40),
    "USD 0.24/day": ("allowances[creator-daily].amount", "0.24"),
    "~21,800 GPT-4o tokens": ("allowances[creator-daily].reference_tokens.gpt-4o", 21_818),
    "Organization: $99": ("plans[organization].price_usd", "99"),
    "45%": ("allowances[organization-daily].share_percent", 45),
    "USD 1.485/day": ("allowances[organization-daily].amount", "1.485"),
    "~135,000 GPT-4o tokens": (
        "allowances[organization-daily].reference_tokens.gpt-4o", 135_000,
    ),
    "shared": ("allowances[organization-daily].scope", "organization"),
    "Teams (>= five seats)": ("plans[organization].seats.least", 5),
    "no most": ("plans[organization].seats.most", None),
    "optional seat caps": ("plans[organization].seats.member_caps", True),
    "GPT-4o 1K tokens ~ USD 0.011": ("reference_prices[gpt-4o].per_thousand_usd", "0.011"),
    "40% input": ("reference_prices[gpt-4o].input_percent", 40),
    "@ 0.005": ("reference_prices[gpt-4o].input_per_thousand_usd", "0.005"),
    "60% output": ("reference_prices[gpt-4o].output_percent", 60),
    "@ 0.015": ("reference_prices[gpt-4o].output_per_thousand_usd", "0.015"),
    "GPT-4o mini 1K ~ USD 0.00039": (
        "reference_prices[gpt-4o-mini].per_thousand_usd", "0.00039",
    ),
    "mini: 40% input": ("reference_prices[gpt-4o-mini].input_percent", 40),
    "mini: @ 0.00015": ("reference_prices[gpt-4o-mini].input_per_thousand_usd", "0.00015"),
    "mini: 60% output": ("reference_prices[gpt-4o-mini].output_percent", 60),
    "mini: @ 0.00060": ("reference_prices[gpt-4o-mini].output_per_thousand_usd", "0.0006"),
    "allowance = price * percentage / 30": ("days_in_month", 30),
    "BYO: No (Basic)": ("plans[basic].own_keys", "never"),
    "BYO: after allowance (Creator)": ("plans[creator].own_keys", "after_allowance"),
    "BYO: after allowance (Organization)": ("plans[organization].own_keys", "after_allowance"),
    "5 plans": ("plans#", 5),
    "3 roles": ("roles#", 3),
    "2 processors": ("processors#", 2),
    "3 webhook events of Stripe": ("processors[stripe].webhook_events#", 3),
}  # fmt: skip

WORKSPACES = {
    "$0.0015/1K tokens is the cost": ("managed_credit.markup.cost_usd", "0.0015"),
    "$0.002/1K tokens is charged": ("managed_credit.markup.charge_usd", "0.002"),
    "monthly limits per workspace": ("allowances[managed-monthly].window", "month"),
    "each workspace has its own": ("allowances[managed-monthly].scope", "organization"),
    "set for each": ("allowances[managed-monthly].amount", None),
    "separate billing from platform fees": ("managed_credit.own_invoice", True),
    "8 plans": ("plans#", 8),
    "9 blocks with keys of their own": ("own_key_providers#", 9),
    "customChatsLimit, customStorageLimit, customSeatsLimit": ("plans[custom].limits#", 3),
    "plan IN ('FREE', 'STARTER', 'PRO')": (
        "bulk_changes[standard-to-unlimited].from_plans#", 3,
    ),
    "isQuarantined, isSuspended, isPastDue": (
        "bulk_changes[standard-to-unlimited].clears#", 3,
    ),
    "plan != 'UNLIMITED'": ("bulk_changes[all-to-unlimited].from_plans[0]", "*"),
}  # fmt: skip

TUPPENCE = {
    "free 10,000 a month": ("allowances[free-monthly].amount", 10_000),
    "the free models: five": ("allowances[qwen-free].models#", 5),
    "with 1,000,000 a month each": ("allowances[qwen-free].amount", 1_000_000),
    "and seven": ("allowances[openrouter-free].models#", 7),
    "with 50 requests a day each": ("allowances[openrouter-free].amount", 50),
    "packs: $5": ("packs[starter-pack].price_usd", "5"),
    "200,000": ("packs[starter-pack].amount", 200_000),
    "$10": ("packs[power-pack].price_usd", "10"),
    "500,000": ("packs[power-pack].amount", 500_000),
    "$15": ("packs[pro-pack].price_usd", "15"),
    "1,000,000": ("packs[pro-pack].amount", 1_000_000),
    "$20": ("packs[ultra-pack].price_usd", "20"),
    "2,000,000": ("packs[ultra-pack].amount", 2_000_000),
    "Premium $10": ("plans[premium].price_usd", "10"),
    "Premium 30,000 a day": ("allowances[premium-daily].amount", 30_000),
    "Organization $99": ("plans[organization].price_usd", "99"),
    "Organization $1.485 a day": ("allowances[organization-daily].amount", "1.485"),
    "Organization from five seats": ("plans[organization].seats.least", 5),
    "own keys always": ("plans[free].own_keys", "always"),
    "GPT-4o at weight 5": ("models[GPT-4o].weight", 5),
}

DESCRIBED = {
    "monthly-plans": MONTHLY_PLANS,
    "packs-and-weights": PACKS_AND_WEIGHTS,
    "free-models": FREE_MODELS,
    "daily-budgets": DAILY_BUDGETS,
    "workspaces": WORKSPACES,
    "tuppence": TUPPENCE,
}
EVERY = [(name, words) for name, numbers in DESCRIBED.items() for words in numbers]


@pytest.mark.parametrize(("name", "words"), EVERY, ids=str)
def test_a_number_of_a_description_is_at_its_place(name: str, words: str) -> None:
    path, expected = DESCRIBED[name][words]
    found = at(shown(name), path)
    assert found == expected
    assert type(found) is type(expected)


ROUNDED = [
    ("global-lifetime-daily", 31_800), ("free-daily", 1_800), ("basic-daily", 9_500),
    ("creator-daily", 21_800), ("organization-daily", 135_000),
]  # fmt: skip


@pytest.mark.parametrize(("allowance", "about"), ROUNDED)
def test_the_rounded_tokens_of_the_table_are_the_exact_ones_cut_to_hundreds(
    allowance: str, about: int
) -> None:
    exact = at(shown("daily-budgets"), f"allowances[{allowance}].reference_tokens")
    assert isinstance(exact, dict)
    assert exact["gpt-4o"] // 100 * 100 == about


NOT_SOLD = {
    "daily-budgets": ["55 %", "65 %", "60 %", "$0.35"],
    "packs-and-weights": ["20 models", "7 providers", "$10", "900,000"],
    "free-models": ["100,000", "66,666"],
}


@pytest.mark.parametrize("name", NOT_SOLD)
def test_a_number_that_is_claimed_and_not_sold_is_named_with_the_reason(name: str) -> None:
    plain = shown(name)
    assert isinstance(plain, dict)
    said = json.dumps(plain["not_represented"])
    assert all(number in said for number in NOT_SOLD[name])
