"""Admission for accounts and calls that nobody thought of: what must hold for every answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalog.offers import Offer, OfferKind
from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Flag, OwnKeys, Scope, Unit, WhenReached
from app.metering.allowances import Account, Balance, BoughtPack, grants_for
from app.metering.allowances_admission import Admitted, Refusal, Refused, admit
from app.metering.allowances_split import WorstCase, split
from app.metering.payer import PayerKind
from tests.metering.allowance_accounts import ALL_IDS, catalog, exhausted

NAMES = ("daily-budgets", "free-models", "monthly-plans", "packs-and-weights", "tuppence",
         "workspaces")  # fmt: skip
SHIPPED = [catalog(name) for name in NAMES]
_CREDIT = SHIPPED[-1].managed_credit
assert _CREDIT is not None
THROTTLING = replace(
    SHIPPED[-1], managed_credit=replace(_CREDIT, when_reached=WhenReached.THROTTLE)
)
MOMENTS = st.integers(0, 3 * 365 * 86_400).map(
    lambda second: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
)
AMOUNTS = st.integers(0, 3_000_000) | st.integers(0, 2 * 10**12)


@st.composite
def accounts(draw: st.DrawFn, sold: PlanCatalog, now: datetime, model: str) -> Account:
    """An account with some of everything used, held, bought, set and flagged."""
    packs = tuple(
        BoughtPack(f"pack-{n}", draw(st.sampled_from(Unit)), draw(AMOUNTS) + 1, now)
        for n in range(draw(st.integers(0, 2)))
    )
    who = Account(
        ids=ALL_IDS if draw(st.booleans()) else {Scope.ACCOUNT: "alone"},
        plan=draw(st.sampled_from([plan.id for plan in sold.plans])),
        flags=draw(st.sampled_from([*[frozenset()] * 12, *(frozenset({flag}) for flag in Flag)])),
        subscribed_at=draw(st.none() | st.just(now - timedelta(hours=30))),
        paid_until=draw(st.none() | st.just(now) | st.just(now + timedelta(days=1))),
        packs=packs,
        custom_amounts=draw(st.dictionaries(st.just("managed-monthly"), AMOUNTS)),
        member_caps={each.id: draw(AMOUNTS) for each in sold.allowances if draw(st.booleans())},
        has_own_key=draw(st.sampled_from([False, False, False, True])),
        role=draw(st.sampled_from([*[None] * 12, "builder", "viewer"])),
        last_call_at=draw(st.none() | MOMENTS),
    )
    balances: dict[str, Balance] = {}
    for grant in grants_for(sold, who, model, now):
        used = draw(st.just(0) | st.integers(0, grant.amount))
        balances[grant.id] = Balance(used, draw(st.integers(0, grant.amount - used)))
    return replace(who, balances=balances)


@st.composite
def asked(draw: st.DrawFn) -> tuple[PlanCatalog, Account, str, WorstCase, datetime]:
    sold = draw(st.sampled_from([*SHIPPED, THROTTLING]))
    now = draw(MOMENTS)
    model = draw(st.sampled_from([each.id for each in sold.models]))
    worst = WorstCase(
        input_tokens=draw(st.integers(0, 2_000) | st.integers(0, 300_000)),
        output_tokens_max=draw(st.integers(1, 20_000)),
        weight=sold.weight(model),
        input_pusd=draw(st.sampled_from([None, 0, 10**8, 10**9, 10**10, 10**12])),
        output_rate_pusd=draw(st.integers(0, 10**8)),
    )
    return sold, draw(accounts(sold, now, model)), model, worst, now


@settings(max_examples=600, deadline=None)
@given(asked(), st.booleans())
def test_every_answer_keeps_the_rules(
    call: tuple[PlanCatalog, Account, str, WorstCase, datetime], prefers: bool
) -> None:
    sold, who, model, worst, now = call
    answer = admit(sold, who, model, worst, now, prefer_own_key=prefers)
    grants = grants_for(sold, who, model, now)
    assert answer == admit(sold, who, model, worst, now, prefer_own_key=prefers)
    if who.flags & {Flag.QUARANTINED, Flag.SUSPENDED}:
        assert isinstance(answer, Refused)
        assert answer.reason in (Refusal.QUARANTINED, Refusal.SUSPENDED)
        return
    match answer:
        case Admitted(payer=PayerKind.OWN_KEY):
            plan = sold.plan(who.plan)
            assert plan is not None
            assert who.has_own_key
            assert plan.own_keys is not OwnKeys.NEVER
            assert answer == Admitted(PayerKind.OWN_KEY, worst.output_tokens_max)
        case Admitted():
            check_admitted(sold, who, worst, now, answer)
        case Refused(reason=Refusal.USED_UP | Refusal.PAST_DUE):
            least = min(worst.output_tokens_max, sold.least_output_tokens)
            assert not split(worst.at(least), grants).is_covered
            assert worst.input_pusd is not None
            assert (answer.reason is Refusal.USED_UP) or Flag.PAST_DUE in who.flags
        case Refused(reason=Refusal.CAPPED):
            # Without the cap it would run, and nothing that is for sale takes a cap away.
            assert who.member_caps
            assert any(short.cap is not None for short in answer.short)
            assert answer.offers == ()
            uncapped = admit(sold, replace(who, member_caps={}), model, worst, now)
            assert isinstance(uncapped, Admitted)


def check_admitted(
    sold: PlanCatalog, who: Account, worst: WorstCase, now: datetime, answer: Admitted
) -> None:
    assert answer.payer is PayerKind.ALLOWANCE
    assert 0 < answer.output_tokens_max <= worst.output_tokens_max
    if Flag.UNLIMITED in who.flags:
        assert answer.draws == ()
        return
    assert sum(draw.share for draw in answer.draws) == 1
    cost = worst.at(answer.output_tokens_max)
    for draw in answer.draws:
        assert 0 <= draw.amount <= draw.grant.left
        whole = cost.in_unit_of(draw.grant)
        assert whole is not None
        assert 0 <= draw.amount - draw.share * whole < 1
    if answer.shortened:
        assert answer.output_tokens_max >= sold.least_output_tokens
        grants = [draw.grant for draw in answer.draws]
        assert not split(worst.at(answer.output_tokens_max + 1), grants).is_covered
    assert answer.throttled == any(not draw.grant.limited for draw in answer.draws)
    if answer.not_before is not None:
        assert answer.throttled
        assert now < answer.not_before <= now + timedelta(seconds=60)


SELLING = [sold for sold in SHIPPED if any(offer.for_sale for offer in sold.offers())]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SELLING), st.data())
def test_an_offer_is_named_if_and_only_if_it_would_cover_the_call(
    sold: PlanCatalog, data: st.DataObject
) -> None:
    model = data.draw(st.sampled_from([each.id for each in sold.models]))
    now = data.draw(MOMENTS)
    who = replace(
        data.draw(accounts(sold, now, model)), has_own_key=False, role=None, flags=frozenset()
    )
    who = exhausted(sold, who, model, now)
    worst = WorstCase(
        data.draw(st.integers(0, 400_000)), 256, sold.weight(model), data.draw(AMOUNTS), 10**7
    )
    answer = admit(sold, who, model, worst, now)
    assert isinstance(answer, Refused)
    named = {offer.id for offer in answer.offers}
    for offer in sold.offers():
        if not offer.for_sale or offer.id == who.plan:
            assert offer.id not in named
            continue
        covered = admit(sold, having(sold, who, offer, now), model, worst, now)
        assert isinstance(covered, Admitted) == (offer.id in named)


def having(sold: PlanCatalog, who: Account, offer: Offer, now: datetime) -> Account:
    """The account after it bought an offer."""
    if offer.kind is OfferKind.PACK:
        pack = sold.pack(offer.id)
        assert pack is not None
        bought = BoughtPack("new", pack.unit, pack.amount, now)
        return replace(who, packs=(*who.packs, bought))
    ids = {Scope.ORGANIZATION: "new", **who.ids}
    return replace(who, plan=offer.id, subscribed_at=now, paid_until=None, ids=ids)


@settings(max_examples=200, deadline=None)
@given(asked())
def test_more_credit_never_makes_an_answer_shorter(
    call: tuple[PlanCatalog, Account, str, WorstCase, datetime],
) -> None:
    sold, who, model, worst, now = call
    who = replace(who, has_own_key=False)
    before = admit(sold, who, model, worst, now)
    fresh = admit(sold, replace(who, balances={}), model, worst, now)
    if isinstance(before, Admitted):
        assert isinstance(fresh, Admitted)
        assert fresh.output_tokens_max >= before.output_tokens_max


def test_a_refusal_suggests_only_models_that_could_answer() -> None:
    sold = catalog("tuppence")
    who = Account(ids=ALL_IDS, plan="free")
    worst = WorstCase(100_000, 300, 5, 0)
    everyone = admit(sold, who, "openai/gpt-4o", worst, datetime(2026, 11, 21, tzinfo=UTC))
    some = admit(
        sold, who, "openai/gpt-4o", worst, datetime(2026, 11, 21, tzinfo=UTC),
        can_answer=lambda name: name.startswith("qwen-"),
    )  # fmt: skip
    assert isinstance(everyone, Refused)
    assert isinstance(some, Refused)
    assert len(everyone.free_models) == 12
    assert some.free_models == (
        "qwen-turbo", "qwen-plus", "qwen-max", "qwen-vl-plus", "qwen-vl-max",
    )  # fmt: skip
