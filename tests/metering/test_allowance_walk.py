"""Simulated months: what is paid, bought, noticed and refused on the way, and how it adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Flag, Unit, WhenReached
from app.catalog.prices import Price, Rate
from app.metering.allowances_admission import Admitted, Refused
from app.metering.allowances_profile import (
    Between,
    ModelUse,
    OwnKeyUse,
    PackRule,
    Profile,
)
from app.metering.allowances_sums import sums_of
from app.metering.allowances_walk import Walk, walk
from app.metering.payer import PayerKind
from app.money import pico_from_usd
from tests.metering.allowance_accounts import CATALOGS, catalog

START = datetime(2026, 11, 1, tzinfo=UTC)
PRICE = Price("x", "x", (("input", Rate(11_000_000)), ("output", Rate(11_000_000))))


def profile(plan: str, model: str, a_day: int, **more: object) -> Profile:
    """So many messages a day of 312 + 75 tokens, the longest answer being as long."""
    use = ModelUse((model,), 1, Between(312, 312), Between(75, 75), 75)
    made = Profile("", plan, START, 30, Between(a_day, a_day), (use,), in_turn=True)
    return replace(made, **more)  # type: ignore[arg-type]


def walked(name: str | PlanCatalog, who: Profile, price: Price | None = PRICE) -> Walk:
    sold = catalog(name) if isinstance(name, str) else name
    models = {model for use in who.models for model in use.models}
    return walk(sold, who, dict.fromkeys(models, price))


def test_a_free_month_pays_five_messages_and_refuses_the_rest() -> None:
    result = walked("tuppence", profile("free", "openai/gpt-4o", 10))
    paid = [step for step in result.steps if isinstance(step.answer, Admitted)]
    assert len(paid) == 5
    assert [draw.amount for step in paid for draw in step.draws] == [1_935] * 5
    assert [step.left[0].left for step in paid] == [8_065, 6_130, 4_195, 2_260, 325]
    assert [(notice.name, notice.percent) for step in paid for notice in step.notices] == [
        ("Free", 80)
    ]
    sums = sums_of(result)
    assert (sums.messages, sums.hosted, sums.refused) == (300, 5, (("used_up", 295),))
    assert sums.cost_pusd == 5 * 387 * 11_000_000
    assert sums.margin_pusd == -sums.cost_pusd
    assert sums.margin_permille is None


def test_a_pack_is_bought_when_nothing_covers_a_message_and_only_as_often_as_wanted() -> None:
    rules = (PackRule("starter-pack", None, 2),)
    result = walked("tuppence", profile("free", "openai/gpt-4o", 10, packs=rules))
    assert [(each.pack, each.on_demand) for each in result.purchases] == [
        ("starter-pack", True), ("starter-pack", True),
    ]  # fmt: skip
    first = next(step for step in result.steps if step.bought)
    # 325 tokens of the month were left; the pack pays the rest of that very message.
    assert [(draw.grant.source, draw.amount) for draw in first.draws] == [
        ("free-monthly", 325), ("packs", 1_610),
    ]  # fmt: skip
    sums = sums_of(result)
    assert sums.hosted == 410_000 // 1_935
    assert sums.packs_pusd == pico_from_usd("10")
    (packs,) = [each for each in sums.sources if each.source == "packs"]
    assert (packs.granted, packs.used) == (400_000, 410_000 // 1_935 * 1_935 - 10_000)
    assert sum(grant.left for grant in result.packs) == 410_000 % 1_935


def test_a_pack_of_a_day_is_bought_at_its_beginning_whether_it_is_needed_or_not() -> None:
    rules = (PackRule("ultra-pack", 30), PackRule("pro-pack", 3), PackRule("pro-pack", 31))
    result = walked("tuppence", profile("free", "qwen-turbo", 1, packs=rules))
    assert [(each.pack, each.at, each.on_demand) for each in result.purchases] == [
        ("pro-pack", START + timedelta(days=2), False),
        ("ultra-pack", START + timedelta(days=29), False),
    ]
    assert [step.bought[0].pack for step in result.steps if step.bought] == [
        "pro-pack", "ultra-pack",
    ]  # fmt: skip
    sums = sums_of(result)
    assert sums.packs_pusd == pico_from_usd("35")
    assert [(each.granted, each.used) for each in sums.sources if each.source == "packs"] == [
        (3_000_000, 0)
    ]  # nobody drew on them, and they are there all the same


def test_a_pack_that_would_not_cover_the_message_is_not_bought() -> None:
    rules = (PackRule("starter-pack", None, 9),)
    result = walked("free-models", profile("free", "qwen-turbo", 100, packs=rules))
    assert result.purchases == ()


def test_a_pack_is_bought_as_well_while_a_payment_is_past_due() -> None:
    rules = (PackRule("starter-pack"),)
    flags = frozenset({Flag.PAST_DUE})
    who = profile("premium", "openai/gpt-4o", 10, packs=rules, flags=flags, days=2)
    sums = sums_of(walked("tuppence", who))
    assert (sums.hosted, sums.refused, sums.packs_pusd) == (20, (), pico_from_usd("5"))


def test_premium_is_paid_for_and_given_for_thirty_days() -> None:
    result = walked("tuppence", profile("premium", "openai/gpt-4o", 20))
    sums = sums_of(result)
    premium = next(each for each in sums.sources if each.source == "premium-daily")
    assert (premium.windows, premium.granted) == (30, 900_000)
    assert sums.plan_pusd == pico_from_usd("10")
    assert all(step.answer.priority for step in result.steps if isinstance(step.answer, Admitted))
    # 15 messages are 29,025 of a day. The month's 10,000 and what is left of a day pay 5 more on
    # the first day and 1 on the second; then 340 are left, which with 975 pay for none.
    assert sums.hosted == 30 * 15 + 5 + 1
    free = next(each for each in sums.sources if each.source == "free-monthly")
    assert free.used == 9_660


@pytest.mark.parametrize(("days", "plan_usd"), [(30, "10"), (15, "5"), (60, "20"), (1, None)])
def test_a_part_of_a_month_pays_that_part_of_the_plan(days: int, plan_usd: str | None) -> None:
    result = walked("tuppence", profile("premium", "openai/gpt-4o", 1, days=days))
    expected = pico_from_usd("10") // 30 if plan_usd is None else pico_from_usd(plan_usd)
    assert sums_of(result).plan_pusd == expected


def test_a_plan_without_a_price_has_no_revenue_to_tell() -> None:
    sums = sums_of(walked("monthly-plans", profile("professional", "gpt-4o", 1)))
    assert (sums.plan_pusd, sums.revenue_pusd, sums.margin_pusd) == (None, None, None)
    assert sums.cost_pusd == 30 * 387 * 11_000_000


def test_the_daily_budget_keeps_the_margin_that_its_share_leaves() -> None:
    """Basic spends 35 % of its price at most: 24 messages of 387 tokens a day, 65 % are kept."""
    sums = sums_of(walked("daily-budgets", profile("basic", "gpt-4o", 100)))
    assert sums.hosted == 30 * (9_545 // 387)
    assert sums.margin_permille is not None
    assert sums.margin_permille >= 650


def test_five_seats_share_the_messages_of_an_organization() -> None:
    org = profile("organization", "gpt-4o", 400, seats=5, days=10)
    result = walked("daily-budgets", org)
    assert {step.call.member for step in result.steps} == {0, 1, 2, 3, 4}
    sums = sums_of(result)
    assert sums.hosted == 10 * (135_000 // 387)
    (pool,) = sums.sources
    assert (pool.windows, pool.granted) == (10, 10 * pico_from_usd("1.485"))


def test_an_own_key_pays_after_the_budget_and_is_summed_apart() -> None:
    keyed = profile("creator", "gpt-4o", 100, own_key=OwnKeyUse.AFTER_ALLOWANCE)
    sums = sums_of(walked("daily-budgets", keyed))
    hosted = 30 * (21_818 // 387)
    assert (sums.hosted, sums.own_key, sums.refused) == (hosted, 3_000 - hosted, ())
    assert sums.own_key_pusd == sums.own_key * 387 * 11_000_000
    assert sums.cost_pusd == sums.hosted * 387 * 11_000_000


def test_an_own_key_that_is_preferred_pays_for_everything() -> None:
    result = walked("tuppence", profile("free", "openai/gpt-4o", 2, own_key=OwnKeyUse.ALWAYS))
    assert {step.answer.payer for step in result.steps if isinstance(step.answer, Admitted)} == {
        PayerKind.OWN_KEY
    }
    assert sums_of(result).sources == ()


def test_a_model_without_a_price_is_refused_and_goes_on_with_an_own_key() -> None:
    nothing = walked("tuppence", profile("free", "openai/gpt-4o", 1), price=None)
    assert sums_of(nothing).refused == (("no_price", 30),)
    keyed = profile("free", "openai/gpt-4o", 1, own_key=OwnKeyUse.AFTER_ALLOWANCE)
    sums = sums_of(walked("tuppence", keyed, price=None))
    assert (sums.own_key, sums.own_key_unpriced, sums.own_key_pusd) == (30, 30, 0)


def test_a_model_without_a_price_is_not_suggested_to_who_is_refused() -> None:
    who = profile("free", "openai/gpt-4o", 10, days=1)
    result = walk(catalog("tuppence"), who, {"openai/gpt-4o": PRICE, "qwen-max": None})
    refused = result.steps[-1].answer
    assert isinstance(refused, Refused)
    assert len(refused.free_models) == 11
    assert "qwen-max" not in refused.free_models


def test_managed_credit_is_invoiced_with_its_markup() -> None:
    amounts = {"managed-monthly": pico_from_usd("100")}
    sums = sums_of(walked("workspaces", profile("free", "gpt-4o", 10, amounts=amounts)))
    assert sums.cost_pusd == 300 * 387 * 11_000_000
    assert sums.managed_pusd == 300 * -(-387 * 11_000_000 * 4 // 3)
    assert sums.revenue_pusd == sums.managed_pusd


def test_throttled_credit_goes_on_slowed_and_is_invoiced_as_well() -> None:
    sold = catalog("workspaces")
    assert sold.managed_credit is not None
    credit = replace(sold.managed_credit, when_reached=WhenReached.THROTTLE, throttle_s=3_600)
    sold = replace(sold, managed_credit=credit)
    amounts = {"managed-monthly": pico_from_usd("0.01")}
    result = walked(sold, profile("free", "gpt-4o", 10, amounts=amounts))
    sums = sums_of(result)
    assert (sums.hosted, sums.refused) == (300, ())
    within, beyond = sums.sources
    assert (within.granted, within.used) == (pico_from_usd("0.01"), pico_from_usd("0.01"))
    assert beyond.granted is None
    # The message at the limit is divided, and each of its two draws is rounded up.
    assert sums.managed_pusd - 300 * -(-387 * 11_000_000 * 4 // 3) in (0, 1)
    slowed = [step for step in result.steps if isinstance(step.answer, Admitted)
              and step.answer.throttled]  # fmt: skip
    assert len(slowed) == sums.throttled == 299
    assert any(isinstance(s.answer, Admitted) and s.answer.not_before for s in slowed)


def test_a_suspended_account_is_refused_everything() -> None:
    flags = frozenset({Flag.SUSPENDED})
    sums = sums_of(walked("tuppence", profile("free", "qwen-turbo", 3, flags=flags)))
    assert sums.refused == (("suspended", 90),)


def test_the_months_change_in_the_middle_of_a_simulation() -> None:
    late = profile("free", "openai/gpt-4o", 10, start=START + timedelta(days=28), days=5)
    result = walked("tuppence", late)
    paid = [step.call.at for step in result.steps if isinstance(step.answer, Admitted)]
    assert [at.month for at in paid] == [11] * 5 + [12] * 5
    (free,) = sums_of(result).sources
    assert (free.windows, free.granted, free.used) == (2, 20_000, 2 * 9_675)


@pytest.mark.parametrize("path", sorted(CATALOGS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_catalog_adds_up(path: Path) -> None:
    """Sources are the sum of the draws; nothing is drawn above what was granted."""
    sold = catalog(path.stem)
    uses = tuple(
        ModelUse((model.id,), 1, Between(50, 3_000), Between(0, 900), 2_000)
        for model in sold.models
    )
    for plan in sold.plans:
        who = Profile("", plan.id, START, 12, Between(20, 60), uses, seed=7,
                      amounts={"managed-monthly": pico_from_usd("0.5")})  # fmt: skip
        result = walked(sold, who)
        sums = sums_of(result)
        drawn: dict[tuple[str, Unit], int] = {}
        for step in result.steps:
            assert isinstance(step.answer, Refused) or not step.answer.throttled
            for draw in step.draws:
                key = (draw.grant.source, draw.grant.unit)
                drawn[key] = drawn.get(key, 0) + draw.amount
            assert all(0 <= grant.used <= grant.amount for grant in step.left)
        assert {(s.source, s.unit): s.used for s in sums.sources if s.used} == drawn
        assert sums.hosted + sums.own_key + sum(n for _, n in sums.refused) == sums.messages
        assert sums.cost_pusd == sum(step.cost_pusd or 0 for step in result.steps if step.draws)
