"""What is worked out once for each plan and model, beside the rules read anew for every call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.models_sold import Unlisted, fits
from app.catalog.plan_catalog import PACKS, PlanCatalog
from app.catalog.plans import Allowance, Flag, Plan, Scope, WhenReached
from app.metering.allowances import COUNTED_MAX, Account, Balance, Grant, grants_for, terms_for
from app.metering.allowances_terms import _KEPT_MAX, _kept
from app.metering.allowances_windows import span_at
from tests.metering.allowance_accounts import NOW, account
from tests.metering.test_allowance_admission_by_chance import (
    MOMENTS,
    NAMES,
    SHIPPED,
    THROTTLING,
    accounts,
)

SOLD = [*SHIPPED, THROTTLING]
UNKNOWN = "somebody/model-of-their-own"


@given(st.data())
def test_an_account_draws_on_what_the_rules_say_of_this_very_moment(data: st.DataObject) -> None:
    sold = data.draw(st.sampled_from(SOLD))
    now = data.draw(MOMENTS)
    model = data.draw(st.sampled_from([each.id for each in sold.models] + ["gpt-4o", UNKNOWN]))
    who = data.draw(accounts(sold, now, model))
    for each in (who, replace(who, plan="no such plan"), replace(who, flags=frozenset())):
        assert list(grants_for(sold, each, model, now)) == list(_grants(sold, each, model, now))
        terms = terms_for(sold, each, model, now)
        assert terms.is_sold == _is_sold(sold, each, model)
        assert terms.has_priority == any(plan.priority for plan in _in_force(sold, each, now))


def test_another_catalog_of_the_same_name_has_terms_of_its_own() -> None:
    sold = SHIPPED[NAMES.index("tuppence")]
    who = account("free")
    before = grants_for(sold, who, "gpt-4o", NOW)
    fewer = replace(sold, allowances=sold.allowances[1:], draw_order=sold.draw_order[1:])
    changed = [replace(each, amount=7) for each in fewer.allowances]
    after = grants_for(replace(fewer, allowances=tuple(changed)), who, "gpt-4o", NOW)
    assert {grant.amount for grant in after} <= {7}
    assert grants_for(sold, who, "gpt-4o", NOW) == before


def test_names_that_clients_make_up_fill_no_memory() -> None:
    sold = replace(SHIPPED[-1])
    for number in range(_KEPT_MAX + 10):
        terms_for(sold, account("free"), f"made-up/{number}", NOW)
    assert len(_kept(sold)) <= _KEPT_MAX


@pytest.mark.parametrize("sold", SOLD, ids=lambda sold: sold.name)
def test_what_is_not_paid_any_more_and_what_is_past_due_are_told_apart(sold: PlanCatalog) -> None:
    for plan in sold.plans:
        paid = account(plan.id, subscribed_at=NOW, custom_amounts={"managed-monthly": 1})
        ended = replace(paid, paid_until=NOW)
        owing = replace(paid, flags=frozenset({Flag.PAST_DUE}))
        for who in (paid, ended, owing, ended, paid):
            for model in ("gpt-4o", "qwen-turbo"):
                expected = list(_grants(sold, who, model, NOW))
                assert list(grants_for(sold, who, model, NOW)) == expected


def _grants(catalog: PlanCatalog, who: Account, model: str, now: datetime) -> Iterator[Grant]:
    listed = catalog.model(model)
    if listed is None and catalog.unlisted.sold is Unlisted.REFUSED:
        return
    name = listed.id if listed else model
    carried = {each.id: each for each in _carried(catalog, who, name, now)}
    own = [each for each in carried.values() if each.only]
    if own or any(each.only and fits(each.models, name) for each in catalog.allowances):
        yield from (grant for each in own for grant in _grant(catalog, who, each, name, now))
        return
    slowed = []
    for source in catalog.draw_order:
        if source in carried:
            for grant in _grant(catalog, who, carried[source], name, now):
                yield grant
                slowed += _beyond(catalog, who, grant)
        elif source == PACKS:
            for pack in sorted(who.packs, key=lambda pack: (pack.bought_at, pack.id)):
                used = who.balances.get(pack.id, Balance())
                yield Grant(pack.id, PACKS, pack.name or pack.id, pack.unit, pack.amount,
                            used.used, used.held, None)  # fmt: skip
    yield from slowed


def _in_force(catalog: PlanCatalog, who: Account, now: datetime) -> Iterator[Plan]:
    for plan_id in catalog.plan_with_included(who.plan):
        plan = catalog.plan(plan_id)
        unpaid = who.paid_until is not None and now >= who.paid_until
        if plan and (not plan.is_paid or not (unpaid or Flag.PAST_DUE in who.flags)):
            yield plan


def _is_sold(catalog: PlanCatalog, who: Account, model: str) -> bool:
    listed = catalog.model(model)
    if listed is None and catalog.unlisted.sold is Unlisted.REFUSED:
        return False
    plans = [catalog.plan(each) for each in catalog.plan_with_included(who.plan)]
    return any(fits(plan.models, listed.id if listed else model) for plan in plans if plan)


def _carried(catalog: PlanCatalog, who: Account, name: str, now: datetime) -> Iterator[Allowance]:
    plans = {plan.id for plan in _in_force(catalog, who, now) if fits(plan.models, name)}
    credit = catalog.managed_credit
    for each in catalog.allowances_of(who.plan):
        invoiced = credit and credit.allowance == each.id and Flag.PAST_DUE in who.flags
        if plans & set(each.plans) and fits(each.models, name) and not invoiced:
            yield each


def _grant(
    catalog: PlanCatalog, who: Account, each: Allowance, name: str, now: datetime
) -> Iterator[Grant]:
    span = span_at(each.window, now, who.subscribed_at)
    of_model = each.scope is Scope.MODEL
    holder = who.ids.get(Scope.ACCOUNT if of_model else each.scope)
    if span is None or holder is None:
        return
    id_ = f"{holder}/{each.id}/{each.unit}/{each.scope}/{each.window}/{span.name}"
    id_ += f"/{name}" if of_model else ""
    used, cap = who.balances.get(id_, Balance()), who.member_caps.get(each.id)
    cap_id = "" if cap is None else f"{id_}/{who.ids.get(Scope.MEMBER, '')}"
    by_member = who.balances.get(cap_id, Balance())
    credit = catalog.managed_credit
    yield Grant(
        id_,
        each.id,
        each.name or each.id,
        each.unit,
        who.custom_amounts.get(each.id, 0) if each.amount is None else each.amount,
        used.used,
        used.held,
        span.end,
        credit.markup if credit and credit.allowance == each.id else None,
        cap_id,
        None if cap is None else max(cap - by_member.used - by_member.held, 0),
    )


def _beyond(catalog: PlanCatalog, who: Account, grant: Grant) -> Iterator[Grant]:
    credit = catalog.managed_credit
    if (
        credit
        and credit.allowance == grant.source
        and grant.amount
        and credit.when_reached is WhenReached.THROTTLE
    ):
        used = who.balances.get(f"{grant.id}/beyond", Balance())
        yield replace(
            grant,
            id=f"{grant.id}/beyond",
            name=f"{grant.name}, slowed",
            amount=COUNTED_MAX,
            used=used.used,
            held=used.held,
            limited=False,
        )
