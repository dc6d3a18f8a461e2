"""Who pays how much of a message that was not sent yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.catalog.plan_file import load_catalog
from app.catalog.plans import Flag, Scope
from app.catalog.plans import Unit as PlanUnit
from app.metering.allowances import Account, Balance, BoughtPack, Grant, grants_for
from app.metering.allowances_admission import Admitted, Refusal, Refused, admit
from app.metering.allowances_split import CallCost, WorstCase, split
from app.metering.payer import Payer, PayerKind, Unit
from app.metering.quote_limits import LimitKind
from app.metering.quote_shares import Share, own_share, shares_of

CATALOG = load_catalog(
    Path(__file__).resolve().parents[2] / "resources" / "catalogs" / "tuppence.toml"
)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OWN = Payer(PayerKind.OWN_KEY, "your OpenAI key")
IDS = {scope: scope.value for scope in Scope if scope is not Scope.MODEL}
RATE = 11_000_000
WEIGHT = CATALOG.weight("gpt-4o") or 0


def worst(input_tokens: int, output_tokens: int) -> WorstCase:
    return WorstCase(input_tokens, output_tokens, WEIGHT, input_tokens * RATE, RATE)


def likely(input_tokens: int, output_tokens: int) -> CallCost:
    return worst(input_tokens, output_tokens).at(output_tokens)


def account(**more: object) -> Account:
    return replace(Account(ids=IDS, plan="free"), **more)  # type: ignore[arg-type]


def left(tokens: int) -> Account:
    """An account with so many plan tokens left this month."""
    (grant,) = grants_for(CATALOG, account(), "gpt-4o", NOW)
    return account(balances={grant.id: Balance(grant.amount - tokens)})


def test_a_key_of_ones_own_pays_all_of_it() -> None:
    decision = admit(
        CATALOG, account(has_own_key=True), "gpt-4o", worst(300, 1_000), NOW, prefer_own_key=True
    )
    found = shares_of(decision, worst(300, 1_000), likely(300, 75), OWN)
    share = Share("your OpenAI key", Unit.PICODOLLARS, 375 * RATE, 1_300 * RATE, 375 * RATE)
    assert found.shares == (share,)
    assert found.shortened_by is None


def test_an_allowance_pays_in_plan_tokens() -> None:
    call = worst(300, 1_000)
    found = shares_of(admit(CATALOG, account(), "gpt-4o", call, NOW), call, likely(300, 75), OWN)
    assert found.shares == (
        Share("Free", Unit.PLAN_TOKENS, 375 * WEIGHT, 1_300 * WEIGHT, 375 * RATE),
    )


def test_a_pack_behind_the_allowance_is_named_though_the_likely_cost_does_not_reach_it() -> None:
    pack = BoughtPack("p", PlanUnit.PLAN_TOKENS, 200_000, NOW, "Starter pack")
    who = replace(left(2_000), packs=(pack,))
    call = worst(300, 1_000)
    found = shares_of(admit(CATALOG, who, "gpt-4o", call, NOW), call, likely(300, 75), OWN)
    assert [(share.label, share.likely, share.most) for share in found.shares] == [
        ("Free", 1_875, 2_000),
        ("Starter pack", 0, 4_500),
    ]
    assert [share.likely_pusd for share in found.shares] == [375 * RATE, 0]


def test_a_limit_that_is_nearly_used_up_shortens_the_answer_and_is_named() -> None:
    call = worst(300, 1_000)
    found = shares_of(admit(CATALOG, left(3_000), "gpt-4o", call, NOW), call, likely(300, 75), OWN)
    assert found.output_tokens_max == 300  # 600 tokens at a weight of 5
    assert found.shortened_by is not None
    assert (found.shortened_by.kind, found.shortened_by.name) == (LimitKind.ALLOWANCE, "Free")


def test_an_account_without_limits_pays_nothing_itself() -> None:
    who = account(flags=frozenset({Flag.UNLIMITED}))
    call = worst(300, 1_000)
    found = shares_of(admit(CATALOG, who, "gpt-4o", call, NOW), call, likely(300, 75), OWN)
    assert [(share.label, share.likely, share.most) for share in found.shares] == [
        ("included", 0, 0)
    ]


def test_a_refused_call_has_no_shares_and_keeps_the_reason() -> None:
    refused = Refused(Refusal.USED_UP, "gpt-4o")
    found = shares_of(refused, worst(300, 1_000), likely(300, 75), OWN)
    assert (found.shares, found.refused) == ((), refused)


def test_without_a_known_price_the_tokens_are_shared_and_the_price_is_not_made_up() -> None:
    unpriced = own_share(OWN, None, None)
    assert (unpriced.likely, unpriced.most, unpriced.likely_pusd) == (None, None, None)


UNITS = st.sampled_from([PlanUnit.PLAN_TOKENS, PlanUnit.TOKENS, PlanUnit.USD])


@given(
    grants=st.lists(st.tuples(UNITS, st.integers(1, 40_000)), min_size=1, max_size=4),
    cap=st.integers(1, 2_000),
    share=st.integers(0, 100),
    input_tokens=st.integers(1, 2_000),
)
def test_the_shares_of_the_price_make_exactly_the_price(
    grants: list[tuple[PlanUnit, int]], cap: int, share: int, input_tokens: int
) -> None:
    given_grants = [
        Grant(
            str(place), "g", str(place), unit,
            amount * (RATE if unit is PlanUnit.USD else 1), 0, 0, None,
        )
        for place, (unit, amount) in enumerate(grants)
    ]  # fmt: skip
    call = worst(input_tokens, cap)
    divided = split(call.at(cap), given_grants)
    if not divided.is_covered:
        return
    admitted = Admitted(PayerKind.ALLOWANCE, cap, divided.draws)
    expected = likely(input_tokens, cap * share // 100)
    found = shares_of(admitted, call, expected, OWN)
    assert sum(each.likely_pusd or 0 for each in found.shares) == expected.pusd
    assert all(0 <= (each.likely or 0) <= (each.most or 0) for each in found.shares)
