"""Who pays for a call, on the shipped catalogs: from fresh to used up to reset."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plan_file import load_catalog
from app.catalog.plans import Flag, Scope, Unit
from app.metering.allowances import Account, Balance, BoughtPack, grants_for
from app.metering.allowances_admission import Admitted, Refusal, Refused, admit
from app.metering.allowances_split import WorstCase, given_back, settle_split
from app.metering.payer import PayerKind
from app.money import pico_from_usd

CATALOGS = Path(__file__).resolve().parents[2] / "resources" / "catalogs"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TOMORROW = datetime(2026, 11, 22, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
ALL_IDS = {scope: scope.value for scope in Scope if scope is not Scope.MODEL}


def catalog(name: str) -> PlanCatalog:
    return load_catalog(CATALOGS / f"{name}.toml")


def account(plan: str, **more: object) -> Account:
    return replace(Account(ids=ALL_IDS, plan=plan), **more)  # type: ignore[arg-type]


def call(sold: PlanCatalog, model: str, tokens: int, *, output: int = 75) -> WorstCase:
    """A call of some tokens in all, at 11 dollars a million."""
    rate = 11_000_000
    return WorstCase(tokens - output, output, sold.weight(model), (tokens - output) * rate, rate)


def spend(who: Account, admitted: Admitted | Refused) -> Account:
    """The account after everything that was admitted is settled."""
    assert isinstance(admitted, Admitted), admitted
    balances = dict(who.balances)
    for draw in admitted.draws:
        for name in filter(None, (draw.grant.id, draw.grant.cap_id)):
            balances[name] = Balance(balances.get(name, Balance()).used + draw.amount)
    return replace(who, balances=balances)


def drawn(admitted: Admitted | Refused) -> list[tuple[str, int]]:
    assert isinstance(admitted, Admitted), admitted
    return [(draw.grant.source, draw.amount) for draw in admitted.draws]


def exhausted(sold: PlanCatalog, who: Account, model: str, now: datetime) -> Account:
    grants = grants_for(sold, who, model, now)
    return replace(who, balances=dict(who.balances) | {g.id: Balance(g.amount) for g in grants})


WALKS = [
    ("monthly-plans", "starter", "gpt-4o", DECEMBER),
    ("monthly-plans", "enterprise", "claude-3-opus", DECEMBER),
    ("packs-and-weights", "free", "openai/gpt-4", DECEMBER),
    ("free-models", "free", "qwen-turbo", DECEMBER),
    ("free-models", "free", "google/gemini-2.5-pro", TOMORROW),
    ("free-models", "free", "gpt-4o", DECEMBER),
    ("daily-budgets", "free", "gpt-4o", TOMORROW),
    ("daily-budgets", "basic", "gpt-4o", TOMORROW),
    ("daily-budgets", "organization", "gpt-4o", TOMORROW),
    ("daily-budgets", "global-lifetime", "gpt-4o", TOMORROW),
    ("tuppence", "free", "gpt-4o", DECEMBER),
    ("tuppence", "organization", "gpt-4o", TOMORROW),
]


@pytest.mark.parametrize(("name", "plan", "model", "reset"), WALKS)
def test_an_account_goes_from_fresh_to_used_up_to_reset(
    name: str, plan: str, model: str, reset: datetime
) -> None:
    sold, who = catalog(name), account(plan)
    small = call(sold, model, 387)
    assert isinstance(admit(sold, who, model, small, NOW), Admitted)
    empty = exhausted(sold, who, model, NOW)
    refused = admit(sold, empty, model, small, reset - timedelta(microseconds=1))
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.resets) == (Refusal.USED_UP, reset)
    assert all(short.amount > 0 for short in refused.short)
    assert isinstance(admit(sold, empty, model, small, reset), Admitted)


def test_387_tokens_of_gpt_4o_draw_1935() -> None:
    sold = catalog("tuppence")
    worst = call(sold, "gpt-4o", 387)
    assert drawn(admit(sold, account("free"), "gpt-4o", worst, NOW)) == [("free-monthly", 1_935)]


def test_free_tokens_are_drawn_before_packs_and_packs_before_the_subscription() -> None:
    sold = catalog("packs-and-weights")
    pack = BoughtPack("bought-1", Unit.PLAN_TOKENS, 200_000, NOW)
    who = account("premium", packs=(pack,), subscribed_at=NOW)
    admitted = admit(sold, who, "openai/gpt-4", call(sold, "openai/gpt-4", 30_000), NOW)
    assert drawn(admitted) == [
        ("free-monthly", 10_000),
        ("packs", 200_000),
        ("premium-daily", 30_000),
    ]
    refused = admit(sold, spend(who, admitted), "openai/gpt-4", call(sold, "openai/gpt-4", 9), NOW)
    assert isinstance(refused, Refused)
    tomorrow = NOW + timedelta(hours=24)
    assert refused.resets == tomorrow
    again = admit(
        sold, spend(who, admitted), "openai/gpt-4", call(sold, "openai/gpt-4", 90), tomorrow
    )
    assert drawn(again) == [("premium-daily", 720)]


def test_the_older_pack_is_drawn_first() -> None:
    sold = catalog("packs-and-weights")
    new = BoughtPack("new", Unit.PLAN_TOKENS, 200_000, NOW)
    old = BoughtPack("old", Unit.PLAN_TOKENS, 200_000, NOW - timedelta(days=400))
    who = exhausted(sold, account("free"), "qwen-turbo", NOW)
    admitted = admit(
        sold, replace(who, packs=(new, old)), "qwen-turbo", call(sold, "qwen-turbo", 90), NOW
    )
    assert isinstance(admitted, Admitted)
    assert [draw.grant.id for draw in admitted.draws] == ["old"]


def test_free_models_never_draw_premium_tokens() -> None:
    sold = catalog("free-models")
    pack = BoughtPack("bought", Unit.PLAN_TOKENS, 2_000_000, NOW)
    who = exhausted(sold, account("free", packs=(pack,)), "qwen-turbo", NOW)
    refused = admit(sold, who, "qwen-turbo", call(sold, "qwen-turbo", 90), NOW)
    assert isinstance(refused, Refused)
    assert refused.offers == ()
    assert len(refused.free_models) == 11  # the other free models have limits of their own
    assert isinstance(admit(sold, who, "qwen-max", call(sold, "qwen-max", 90), NOW), Admitted)


def test_fifty_requests_a_day_and_no_more() -> None:
    sold, who = catalog("free-models"), account("free")
    model = "mistralai/mistral-7b-instruct"
    for _ in range(50):
        who = spend(who, admit(sold, who, model, call(sold, model, 5_000), NOW))
    assert isinstance(admit(sold, who, model, call(sold, model, 1, output=1), NOW), Refused)


def test_a_refusal_names_the_offers_that_would_cover_the_call() -> None:
    sold = catalog("tuppence")
    who = exhausted(sold, account("free"), "openai/gpt-4", NOW)
    refused = admit(sold, who, "openai/gpt-4", call(sold, "openai/gpt-4", 10_000), NOW)
    assert isinstance(refused, Refused)
    # 80,000 plan tokens: too much for a day of Premium, little for any pack.
    assert [offer.id for offer in refused.offers] == [
        "organization", "starter-pack", "power-pack", "pro-pack", "ultra-pack",
    ]  # fmt: skip
    assert "qwen-turbo" in refused.free_models
    (short,) = refused.short
    assert (short.limit, short.amount) == ("Free", 80_000)


def test_an_answer_is_shortened_to_what_is_covered() -> None:
    sold, who = catalog("tuppence"), account("free")
    worst = WorstCase(1_000, 4_000, sold.weight("gpt-4o"), 0)
    admitted = admit(sold, who, "gpt-4o", worst, NOW)
    assert isinstance(admitted, Admitted)
    assert (admitted.output_tokens_max, admitted.shortened) == (1_000, True)  # 2,000 x 5 = 10,000
    assert drawn(admitted) == [("free-monthly", 10_000)]


@pytest.mark.parametrize(("input_tokens", "runs"), [(1_744, True), (1_745, False)])
def test_an_answer_is_not_shortened_below_256_tokens(input_tokens: int, runs: bool) -> None:
    sold = catalog("tuppence")
    worst = WorstCase(input_tokens, 4_000, sold.weight("gpt-4o"), 0)
    assert isinstance(admit(sold, account("free"), "gpt-4o", worst, NOW), Admitted) is runs


@pytest.mark.parametrize(
    ("plan", "payer"),
    [("free", None), ("basic", None), ("global-lifetime", None),
     ("creator", PayerKind.OWN_KEY), ("organization", PayerKind.OWN_KEY)],
)  # fmt: skip
def test_own_keys_go_on_after_the_budget_where_the_plan_lets_them(
    plan: str, payer: PayerKind | None
) -> None:
    sold, who = catalog("daily-budgets"), account(plan, has_own_key=True)
    worst = call(sold, "gpt-4o", 387)
    first = admit(sold, who, "gpt-4o", worst, NOW, prefer_own_key=True)
    assert isinstance(first, Admitted)
    assert first.payer is PayerKind.ALLOWANCE  # the budget goes first, whatever is preferred
    then = admit(sold, exhausted(sold, who, "gpt-4o", NOW), "gpt-4o", worst, NOW)
    assert (then.payer if isinstance(then, Admitted) else None) is payer


def test_own_keys_that_are_always_allowed_pay_when_they_are_preferred() -> None:
    sold, who = catalog("tuppence"), account("free", has_own_key=True)
    admitted = admit(sold, who, "gpt-4o", call(sold, "gpt-4o", 387), NOW, prefer_own_key=True)
    assert isinstance(admitted, Admitted)
    assert (admitted.payer, admitted.draws) == (PayerKind.OWN_KEY, ())


@pytest.mark.parametrize("flag", [Flag.QUARANTINED, Flag.SUSPENDED])
def test_a_marked_account_is_refused_even_with_its_own_key(flag: Flag) -> None:
    sold = catalog("workspaces")
    who = account("pro", flags=frozenset({flag}), has_own_key=True)
    refused = admit(sold, who, "gpt-4o", call(sold, "gpt-4o", 387), NOW, prefer_own_key=True)
    assert isinstance(refused, Refused)
    assert refused.reason.value == flag.value


def test_past_due_skips_what_is_paid_and_leaves_free_tokens_and_packs() -> None:
    sold = catalog("packs-and-weights")
    pack = BoughtPack("bought", Unit.PLAN_TOKENS, 200_000, NOW)
    who = account("premium", flags=frozenset({Flag.PAST_DUE}), subscribed_at=NOW, packs=(pack,))
    grants = grants_for(sold, who, "openai/gpt-4", NOW)
    assert [grant.source for grant in grants] == ["free-monthly", "packs"]


def test_an_unlimited_account_draws_nothing() -> None:
    sold = catalog("workspaces")
    who = account("unlimited", flags=frozenset({Flag.UNLIMITED}))
    admitted = admit(sold, who, "gpt-4o", call(sold, "gpt-4o", 10**9), NOW)
    assert drawn(admitted) == []


def test_a_workspace_has_the_managed_credit_that_was_set_for_it_and_pays_the_markup() -> None:
    sold = catalog("workspaces")
    worst = WorstCase(500, 500, None, pico_from_usd("0.00075"), 1_500_000)  # $0.0015 for 1,000
    assert isinstance(admit(sold, account("pro"), "gpt-4o", worst, NOW), Refused)
    who = account("pro", custom_amounts={"managed-monthly": pico_from_usd("0.003")})
    admitted = admit(sold, who, "gpt-4o", worst, NOW)
    assert drawn(admitted) == [("managed-monthly", pico_from_usd("0.002"))]


def test_a_member_is_stopped_by_the_seat_cap_while_the_pool_still_has_some() -> None:
    sold = catalog("daily-budgets")
    cap = {"organization-daily": 387 * 11_000_000}
    ann = account("organization", member_caps=cap)
    worst = call(sold, "gpt-4o", 387)
    spent = spend(ann, admit(sold, ann, "gpt-4o", worst, NOW))
    assert isinstance(admit(sold, spent, "gpt-4o", worst, NOW), Refused)
    bob = replace(spent, ids={**ALL_IDS, Scope.MEMBER: "bob"})
    assert isinstance(admit(sold, bob, "gpt-4o", worst, NOW), Admitted)


def test_members_share_one_grant_and_addresses_do_not() -> None:
    sold = catalog("daily-budgets")
    for plan, scope, shared in (
        ("organization", Scope.MEMBER, True),
        ("global-lifetime", Scope.ADDRESS, False),
    ):
        (one,) = grants_for(sold, account(plan), "gpt-4o", NOW)
        other_ids = {**ALL_IDS, scope: "another"}
        (other,) = grants_for(sold, replace(account(plan), ids=other_ids), "gpt-4o", NOW)
        assert (one.id == other.id) is shared


def test_a_changed_catalog_leaves_what_was_used() -> None:
    sold, who = catalog("monthly-plans"), account("starter")
    who = spend(who, admit(sold, who, "gpt-4o", call(sold, "gpt-4o", 60_000), NOW))
    for amount, left in ((150_000, 90_000), (50_000, 0)):
        first = replace(sold.allowances[0], amount=amount)
        changed = replace(sold, allowances=(first, *sold.allowances[1:]))
        (grant,) = grants_for(changed, who, "gpt-4o", NOW)
        assert (grant.used, grant.left) == (60_000, left)


def test_a_release_after_midnight_goes_back_to_the_day_it_was_taken_from() -> None:
    sold, who = catalog("daily-budgets"), account("basic")
    before = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
    admitted = admit(sold, who, "gpt-4o", call(sold, "gpt-4o", 387), before)
    assert isinstance(admitted, Admitted)
    (grant_after,) = grants_for(sold, who, "gpt-4o", DECEMBER)
    nothing = WorstCase(0, 0, None, 0).at(0)
    back = given_back(admitted.draws, settle_split(admitted.draws, nothing))
    assert back == {admitted.draws[0].grant.id: 387 * 11_000_000}
    assert grant_after.id not in back


def test_a_model_without_a_price_is_refused_by_name_and_its_own_key_still_works() -> None:
    sold, who = catalog("tuppence"), account("free")
    worst = WorstCase(10, 300, 1, None)
    refused = admit(sold, who, "some/model", worst, NOW)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.model) == (Refusal.NO_PRICE, "some/model")
    own = admit(sold, replace(who, has_own_key=True), "some/model", worst, NOW)
    assert isinstance(own, Admitted)
    assert own.payer is PayerKind.OWN_KEY


def test_a_model_that_is_not_listed_is_not_sold() -> None:
    sold = catalog("monthly-plans")
    refused = admit(sold, account("starter"), "some/model", WorstCase(10, 10, 1, 0), NOW)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.NOT_SOLD


def test_a_free_model_keeps_to_its_own_limit_even_where_it_has_a_weight() -> None:
    sold = catalog("tuppence")
    models = tuple(
        replace(model, weight=1) if model.id == "qwen-turbo" else model for model in sold.models
    )
    grants = grants_for(replace(sold, models=models), account("free"), "qwen-turbo", NOW)
    assert [grant.source for grant in grants] == ["qwen-free"]


def test_a_subscription_that_ran_out_grants_no_more_days() -> None:
    sold = catalog("packs-and-weights")
    who = account("premium", subscribed_at=NOW - timedelta(days=30), paid_until=NOW)
    before = grants_for(sold, who, "qwen-turbo", NOW - timedelta(seconds=1))
    assert [grant.source for grant in before] == ["free-monthly", "premium-daily"]
    after = grants_for(sold, who, "qwen-turbo", NOW)
    assert [grant.source for grant in after] == ["free-monthly"]


def test_a_cap_that_stops_a_member_is_named_and_nothing_is_sold_against_it() -> None:
    sold = catalog("daily-budgets")
    worst = call(sold, "gpt-4o", 5_000, output=400)
    plan = {"plan": "organization", "subscribed_at": NOW, "role": "builder"}
    free = replace(account("organization"), **plan)  # type: ignore[arg-type]
    assert isinstance(admit(sold, free, "gpt-4o", worst, NOW), Admitted)
    capped = replace(free, member_caps={"organization-daily": 100_000})
    refused = admit(sold, capped, "gpt-4o", worst, NOW)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.offers) == (Refusal.CAPPED, ())
    [short] = refused.short
    assert (short.unit, short.cap, short.resets) == (Unit.USD, 100_000, TOMORROW)
    empty = exhausted(sold, capped, "gpt-4o", NOW)
    used_up = admit(sold, empty, "gpt-4o", worst, NOW)
    assert isinstance(used_up, Refused)
    # The pool itself is empty: a higher cap would not do.
    assert used_up.reason is Refusal.USED_UP
    assert all(each.cap is None for each in used_up.short)
