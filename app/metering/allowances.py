"""What an account may draw on at a moment: grants, made from a catalog and what was used.

A grant is one allowance for one window, or one bought pack. Where the amounts are kept and how
two calls at once are kept apart is the ledger's; nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.catalog.models_sold import Markup, Unlisted, fits
from app.catalog.plan_catalog import PACKS, PlanCatalog
from app.catalog.plans import Allowance, Flag, Plan, Scope, Unit, WhenReached
from app.metering.allowances_windows import Span, span_at

COUNTED_MAX = 2**62  # stands for no limit where only counting is left; fits 64 bits


@dataclass(frozen=True, slots=True)
class Balance:
    """What is drawn from one grant: settled, and set aside by open holds. Never negative."""

    used: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class BoughtPack:
    """A pack as it was bought: a changed catalog does not touch it."""

    id: str
    unit: Unit
    amount: int
    bought_at: datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks, and what is known of them.

    `ids` names the account and, where there are such, the organization, member, address and
    device. `paid_until` ends a paid plan, None where nothing is known to end it. `custom_amounts`
    is by allowance, where the operator sets them; `member_caps` by allowance, what this member
    may draw from a shared grant. `balances` is by grant id, or by cap id. `role` is the member's
    in an organization, None for the holder of an account of their own. `last_call_at` is when
    the holder's last call began: a throttled one waits from there.
    """

    ids: Mapping[Scope, str]
    plan: str
    flags: frozenset[Flag] = frozenset()
    subscribed_at: datetime | None = None
    paid_until: datetime | None = None
    packs: tuple[BoughtPack, ...] = ()
    custom_amounts: Mapping[str, int] = field(default_factory=dict)
    member_caps: Mapping[str, int] = field(default_factory=dict)
    balances: Mapping[str, Balance] = field(default_factory=dict)
    has_own_key: bool = False
    role: str | None = None
    last_call_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """Something to draw on. `id` names holder, allowance, how it is counted and window, so that
    what is given back goes to where it was taken from. `resets` is None for what never comes again.

    `cap_id` and `cap_left` bound what one member draws; the same amount counts there as well.
    Where `limited` is False, `amount` is no limit: what a throttled holder uses is only counted.
    """

    id: str
    source: str
    name: str
    unit: Unit
    amount: int
    used: int
    held: int
    resets: datetime | None
    markup: Markup | None = None
    cap_id: str = ""
    cap_left: int | None = None
    limited: bool = True

    @property
    def left(self) -> int:
        """What can still be drawn; 0 where a lowered amount is below what was used."""
        room = max(self.amount - self.used - self.held, 0)
        return room if self.cap_left is None else min(room, self.cap_left)


def grants_for(
    catalog: PlanCatalog, account: Account, model_id: str, now: datetime
) -> tuple[Grant, ...]:
    """What may pay for a call of a model, in the order of drawing; used-up grants among them.

    A model with allowances of its own (`only`) draws on those and on nothing else. While a
    payment is past due the allowances of paid plans and managed credit are left out; bought packs
    were paid for. Where managed credit throttles, a grant without a limit comes last.
    """
    listed = catalog.model(model_id)
    if listed is None and catalog.unlisted.sold is Unlisted.REFUSED:
        return ()
    name = listed.id if listed else model_id
    carried = [each for each in _carried(catalog, account, name, now) if fits(each.models, name)]
    own = [each for each in carried if each.only]
    reserved = any(each.only and fits(each.models, name) for each in catalog.allowances)
    if own or reserved:
        return tuple(_grants(catalog, account, own, name, now))
    return tuple(_in_order(catalog, account, carried, name, now))


def _in_order(
    catalog: PlanCatalog, account: Account, carried: list[Allowance], name: str, now: datetime
) -> Iterator[Grant]:
    by_id = {each.id: each for each in carried}
    slowed: list[Grant] = []
    for source in catalog.draw_order:
        if source in by_id:
            for grant in _grants(catalog, account, [by_id[source]], name, now):
                yield grant
                slowed.extend(_beyond(catalog, account, grant))
        elif source == PACKS:
            yield from pack_grants(account)
    yield from slowed


def pack_grants(account: Account) -> tuple[Grant, ...]:
    """The packs of an account as grants, the oldest first."""
    packs = sorted(account.packs, key=lambda pack: (pack.bought_at, pack.id))
    return tuple(_pack_grant(account, pack) for pack in packs)


def _beyond(catalog: PlanCatalog, account: Account, grant: Grant) -> Iterator[Grant]:
    """What a holder at the limit of managed credit goes on with, slowed: counted, never limited.

    It has an account of its own, so that the limit itself is passed by nobody.
    """
    credit = catalog.managed_credit
    if credit is None or credit.allowance != grant.source or not grant.amount:
        return
    if credit.when_reached is WhenReached.THROTTLE:
        balance = account.balances.get(f"{grant.id}/beyond", Balance())
        yield replace(
            grant,
            id=f"{grant.id}/beyond",
            name=f"{grant.name}, slowed",
            amount=COUNTED_MAX,
            used=balance.used,
            held=balance.held,
            limited=False,
        )


def _carried(
    catalog: PlanCatalog, account: Account, name: str, now: datetime
) -> Iterator[Allowance]:
    """The allowances of the account's plan and of those that it includes, which are in force."""
    in_force = set()
    for plan_id in catalog.plan_with_included(account.plan):
        plan = catalog.plan(plan_id)
        if plan is not None and fits(plan.models, name) and _is_in_force(plan, account, now):
            in_force.add(plan_id)
    credit = catalog.managed_credit
    invoiced = credit.allowance if credit and Flag.PAST_DUE in account.flags else None
    for allowance in catalog.allowances_of(account.plan):
        if in_force & set(allowance.plans) and allowance.id != invoiced:
            yield allowance


def has_priority(catalog: PlanCatalog, account: Account, now: datetime) -> bool:
    """Whether the account's plan, or one that it includes, goes first and is paid."""
    plans = (catalog.plan(plan_id) for plan_id in catalog.plan_with_included(account.plan))
    return any(
        plan.priority and _is_in_force(plan, account, now) for plan in plans if plan is not None
    )


def _is_in_force(plan: Plan, account: Account, now: datetime) -> bool:
    if not plan.is_paid:
        return True
    unpaid = account.paid_until is not None and now >= account.paid_until
    return Flag.PAST_DUE not in account.flags and not unpaid


def _grants(
    catalog: PlanCatalog, account: Account, allowances: list[Allowance], name: str, now: datetime
) -> Iterator[Grant]:
    for allowance in allowances:
        span = span_at(allowance.window, now, account.subscribed_at)
        holder = _holder(allowance, account)
        if span is not None and holder is not None:
            yield _grant(catalog, account, allowance, holder, span, name)


def _grant(
    catalog: PlanCatalog, account: Account, allowance: Allowance, holder: str, span: Span, name: str
) -> Grant:
    # With unit, window and scope in its name, an allowance that changes one of them is counted
    # anew: what was used of it was something else.
    counted = f"{allowance.unit}/{allowance.scope}/{allowance.window}"
    of_model = f"/{name}" if allowance.scope is Scope.MODEL else ""
    grant_id = f"{holder}/{allowance.id}/{counted}/{span.name}{of_model}"
    balance = account.balances.get(grant_id, Balance())
    amount = allowance.amount
    credit = catalog.managed_credit
    cap = account.member_caps.get(allowance.id)
    cap_id = "" if cap is None else f"{grant_id}/{account.ids.get(Scope.MEMBER, '')}"
    spent = account.balances.get(cap_id, Balance())
    return Grant(
        id=grant_id,
        source=allowance.id,
        name=allowance.name or allowance.id,
        unit=allowance.unit,
        amount=account.custom_amounts.get(allowance.id, 0) if amount is None else amount,
        used=balance.used,
        held=balance.held,
        resets=span.end,
        markup=credit.markup if credit and credit.allowance == allowance.id else None,
        cap_id=cap_id,
        cap_left=None if cap is None else max(cap - spent.used - spent.held, 0),
    )


def _pack_grant(account: Account, pack: BoughtPack) -> Grant:
    balance = account.balances.get(pack.id, Balance())
    return Grant(
        id=pack.id,
        source=PACKS,
        name=pack.name or pack.id,
        unit=pack.unit,
        amount=pack.amount,
        used=balance.used,
        held=balance.held,
        resets=None,
    )


def _holder(allowance: Allowance, account: Account) -> str | None:
    """Whose grant it is; None where the account has no such id, and so no such grant.

    A model's own grant is the account's: one for each model.
    """
    scope = Scope.ACCOUNT if allowance.scope is Scope.MODEL else allowance.scope
    return account.ids.get(scope)


def percents_of(catalog: PlanCatalog, grant: Grant) -> tuple[int, ...]:
    """Where notices of a grant are due: managed credit has alerts of its own."""
    credit = catalog.managed_credit
    if credit is not None and credit.allowance == grant.source:
        return credit.alerts_percent
    return catalog.thresholds_percent


def thresholds_crossed(grant: Grant, before: int, percents: tuple[int, ...]) -> tuple[int, ...]:
    """The percents of a grant that its use has reached and had not `before`, for one notice each.

    Only what is settled counts: a hold may come back.
    """
    if grant.amount <= 0 or not grant.limited:
        return ()
    return tuple(
        percent for percent in percents if before * 100 < grant.amount * percent <= grant.used * 100
    )
