"""The shipped catalogs hold the rules of what they describe: routes, keys, roles, offers, flags."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plan_file import load_catalog
from app.catalog.plans import (
    Flag,
    Holder,
    JoinedBy,
    LimitRule,
    OwnKeys,
    WhenReached,
)
from app.money import pico_from_usd

CATALOGS = Path(__file__).resolve().parents[2] / "resources" / "catalogs"
NAMES = ("daily-budgets", "free-models", "monthly-plans", "packs-and-weights", "tuppence",
         "workspaces")  # fmt: skip


def catalog(name: str) -> PlanCatalog:
    return load_catalog(CATALOGS / f"{name}.toml")


def test_premium_goes_first_where_the_source_says_so() -> None:
    first = {
        name: [plan.id for plan in catalog(name).plans if plan.priority]
        for name in ("packs-and-weights", "free-models", "tuppence")
    }
    assert first == {"packs-and-weights": [], "free-models": ["premium"], "tuppence": ["premium"]}


def test_openrouter_comes_first_and_the_direct_routes_are_disabled_with_a_reason() -> None:
    sold = catalog("packs-and-weights")
    assert sold.failover
    for model, direct in (("openai/gpt-4", "openai"), ("anthropic/claude-3-opus", "anthropic")):
        first, second = sold.routes_to(model)
        assert (first.id, first.disabled) == ("openrouter", "")
        assert second.id == direct
        assert "through OpenRouter" in second.disabled
    assert [route.id for route in sold.routes_to("qwen-turbo")] == ["qwen"]
    variables = {route.id: route.key_variable for route in sold.routes if route.key_variable}
    assert variables == {"openrouter": "OPENROUTER_API_KEY", "qwen": "QWEN_API_KEY"}


def test_a_route_that_is_down_is_followed_by_the_next_that_is_not_disabled() -> None:
    sold = catalog("tuppence")
    names = {
        down: [route.id for route in sold.routes_open("openai/gpt-4o", down)]
        for down in ((), ("openrouter",), ("openai",), ("openrouter", "openai"))
    }
    assert names == {
        (): ["openrouter", "openai"],
        ("openrouter",): ["openai"],
        ("openai",): ["openrouter"],
        ("openrouter", "openai"): [],
    }


def test_a_disabled_route_does_not_stand_in_for_one_that_is_down() -> None:
    assert catalog("packs-and-weights").routes_open("openai/gpt-4", ("openrouter",)) == ()


def test_without_failover_only_the_first_open_route_is_asked() -> None:
    sold = replace(catalog("tuppence"), failover=False)
    assert [route.id for route in sold.routes_open("openai/gpt-4o")] == ["openrouter"]
    assert [route.id for route in sold.routes_open("openai/gpt-4o", ("openrouter",))] == [
        "openrouter"
    ]


def test_monthly_plans_have_every_model_and_every_feature() -> None:
    sold = catalog("monthly-plans")
    assert [model.id for model in sold.models] == [
        "gpt-3.5-turbo", "gpt-4", "gpt-4-turbo", "gpt-4o", "gpt-4o-mini", "o1-preview", "o1-mini",
        "claude-3-sonnet", "claude-3-opus", "claude-3-haiku", "claude-3.5-sonnet", "gemini-pro",
        "gemini-pro-vision",
    ]  # fmt: skip
    assert [name for name, _ in sold.features] == [
        "file_upload", "image_generation", "voice_chat", "code_interpreter", "web_search",
        "agents", "prompts", "mcp_servers", "knowledge_bases",
    ]  # fmt: skip
    assert {(plan.models, plan.features) for plan in sold.plans} == {(("*",), ("*",))}


def test_plans_without_a_price_are_shown_and_cannot_be_checked_out() -> None:
    offers = {offer.id: offer for offer in catalog("monthly-plans").offers()}
    assert {name: offer.price_text for name, offer in offers.items()} == {
        "starter": "Free/Base tier",
        "professional": "Mid-tier pricing",
        "enterprise": "Premium pricing",
    }
    assert not any(offer.for_sale for offer in offers.values())


OWN_KEYS = {
    "global-lifetime": OwnKeys.NEVER,
    "free": OwnKeys.NEVER,
    "basic": OwnKeys.NEVER,
    "creator": OwnKeys.AFTER_ALLOWANCE,
    "organization": OwnKeys.AFTER_ALLOWANCE,
}


def test_own_keys_go_on_after_the_budget_for_creator_and_organization_only() -> None:
    budgets = catalog("daily-budgets")
    assert {plan.id: plan.own_keys for plan in budgets.plans} == OWN_KEYS
    organization = budgets.plan("organization")
    assert organization is not None
    assert organization.own_keys_held_by is Holder.MEMBER
    assert organization.seats is not None
    assert (organization.seats.least, organization.seats.most) == (5, None)
    assert organization.seats.member_caps


@pytest.mark.parametrize("name", ["daily-budgets", "tuppence", "workspaces"])
def test_there_are_three_roles(name: str) -> None:
    roles = {role.id: set(role.may) for role in catalog(name).roles}
    assert set(roles) == {"admin", "builder", "viewer"}
    assert {"billing", "seats"} <= roles["admin"]
    assert roles["builder"] == {"use", "read"}
    assert roles["viewer"] == {"read"}


PROCESSOR_VARIABLES = {
    "basic": {
        "LEMONSQUEEZY_BASIC_PRODUCT_ID", "LEMONSQUEEZY_BASIC_VARIANT_ID",
        "STRIPE_BASIC_PRODUCT_ID", "STRIPE_BASIC_PRICE_ID",
    },
    "creator": {
        "LEMONSQUEEZY_CREATOR_PRODUCT_ID", "LEMONSQUEEZY_CREATOR_VARIANT_ID",
        "STRIPE_CREATOR_PRODUCT_ID", "STRIPE_CREATOR_PRICE_ID",
    },
    "organization": {
        "LEMONSQUEEZY_ORG_PRODUCT_ID", "LEMONSQUEEZY_ORG_VARIANT_ID",
        "STRIPE_ORG_PRODUCT_ID", "STRIPE_ORG_PRICE_ID",
    },
}  # fmt: skip


def test_offers_name_their_processors_variables() -> None:
    budgets = catalog("daily-budgets")
    found = {
        plan.id: {name for ids in plan.processors for _, name in ids.variables}
        for plan in budgets.plans
        if plan.processors
    }
    assert found == PROCESSOR_VARIABLES
    assert {name for each in budgets.processors for _, name in each.variables} == {
        "LEMONSQUEEZY_API_KEY", "LEMONSQUEEZY_STORE_ID", "LEMONSQUEEZY_WEBHOOK_SECRET",
        "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET",
    }  # fmt: skip


def test_global_access_is_opened_by_passphrases_with_a_grace_period() -> None:
    budgets = catalog("daily-budgets")
    assert budgets.passphrases is not None
    assert budgets.passphrases.plan == "global-lifetime"
    assert budgets.passphrases.grace_days > 0
    plan = budgets.plan("global-lifetime")
    assert plan is not None
    assert (plan.joined_by, plan.price_words) == (JoinedBy.PASSPHRASE, "Invite-only")


def test_workspaces_have_eight_plans_with_their_own_keys_always() -> None:
    sold = catalog("workspaces")
    assert [plan.name for plan in sold.plans] == [
        "FREE", "STARTER", "PRO", "LIFETIME", "OFFERED", "CUSTOM", "UNLIMITED", "ENTERPRISE",
    ]  # fmt: skip
    assert {(plan.own_keys, plan.own_keys_held_by) for plan in sold.plans} == {
        (OwnKeys.ALWAYS, Holder.ORGANIZATION)
    }
    assert set(sold.flags) == set(Flag)
    assert len(sold.own_key_providers) == 9


def test_only_custom_and_unlimited_workspaces_have_stated_limits() -> None:
    limits = {plan.id: dict(plan.limits) for plan in catalog("workspaces").plans if plan.limits}
    things = ("chats", "storage", "seats")
    assert limits == {
        "custom": dict.fromkeys(things, LimitRule.CUSTOM),
        "unlimited": dict.fromkeys(things, LimitRule.UNLIMITED),
    }


def test_managed_credit_charges_four_thirds_and_rounds_up_once() -> None:
    credit = catalog("workspaces").managed_credit
    assert credit is not None
    assert credit.markup.charge(pico_from_usd("0.0015")) == pico_from_usd("0.002")
    assert [credit.markup.charge(cost) for cost in (0, 1, 2, 3)] == [0, 2, 3, 4]
    assert (credit.alerts_percent, credit.when_reached) == ((80, 100), WhenReached.BLOCK)


def test_a_bulk_upgrade_leaves_no_workspace_behind() -> None:
    sold = catalog("workspaces")
    some, everyone = sold.bulk_changes
    assert sold.bulk_change_of(some) == ("free", "starter", "pro")
    assert set(sold.bulk_change_of(everyone)) == {plan.id for plan in sold.plans} - {"unlimited"}
    assert set(everyone.clears) == {Flag.QUARANTINED, Flag.SUSPENDED, Flag.PAST_DUE}


def test_own_keys_always_work_in_what_the_program_ships_with() -> None:
    assert {plan.own_keys for plan in catalog("tuppence").plans} == {OwnKeys.ALWAYS}


@pytest.mark.parametrize("name", NAMES)
def test_thresholds_and_least_output_are_the_usual_ones(name: str) -> None:
    sold = catalog(name)
    assert (sold.thresholds_percent, sold.least_output_tokens) == ((80, 100), 256)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "tuppence"])
def test_what_cannot_be_represented_is_named_with_a_reason(name: str) -> None:
    assert catalog(name).not_represented
