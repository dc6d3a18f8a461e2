"""What an account may draw on at a moment: grants, made from a catalog and what was used.

A grant is one allowance for one window, or one bought pack. Where the amounts are kept and how
two calls at once are kept apart is the ledger's; nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.catalog.models_sold import Markup
from app.catalog.plan_catalog import PACKS, PlanCatalog
from app.catalog.plans import Flag, Scope, Unit
from app.metering.allowances_terms import Source, Terms, terms_of
from app.metering.allowances_windows import span_at
from app.quick_init import quick_init

COUNTED_MAX = 2**62  # stands for no limit where only counting is left; fits 64 bits


@quick_init
@dataclass(frozen=True, slots=True)
class Balance:
    """What is drawn from one grant: settled, and set aside by open holds. Never negative."""

    used: int = 0
    held: int = 0


_UNTOUCHED = Balance()


@dataclass(frozen=True, slots=True)
class BoughtPack:
    """A pack as it was bought: a changed catalog does not touch it."""

    id: str
    unit: Unit
    amount: int
    bought_at: datetime
    name: str = ""


@quick_init
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


@quick_init
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
    return grants_by(terms_for(catalog, account, model_id, now), account, now)


def grants_by(terms: Terms, account: Account, now: datetime) -> tuple[Grant, ...]:
    """The same for who knows the terms already."""
    grants: list[Grant] = []
    slowed: list[Grant] = []
    for source in terms.sources:
        if source is None:
            grants += pack_grants(account)
        elif (grant := _grant(account, source, now)) is not None:
            grants.append(grant)
            if source.slows and grant.amount:
                slowed.append(_beyond(account, grant))
    return (*grants, *slowed)


def terms_for(catalog: PlanCatalog, account: Account, model_id: str, now: datetime) -> Terms:
    """What the account's plan says of a model at a moment."""
    past_due = Flag.PAST_DUE in account.flags
    is_paid = not past_due and (account.paid_until is None or now < account.paid_until)
    return terms_of(catalog, account.plan, model_id, is_paid=is_paid, past_due=past_due)


def pack_grants(account: Account) -> tuple[Grant, ...]:
    """The packs of an account as grants, the oldest first."""
    if not account.packs:
        return ()
    packs = sorted(account.packs, key=lambda pack: (pack.bought_at, pack.id))
    return tuple(_pack_grant(account, pack) for pack in packs)


def _beyond(account: Account, grant: Grant) -> Grant:
    """What a holder at the limit of managed credit goes on with, slowed: counted, never limited.

    It has an account of its own, so that the limit itself is passed by nobody.
    """
    balance = account.balances.get(f"{grant.id}/beyond", _UNTOUCHED)
    return replace(
        grant,
        id=f"{grant.id}/beyond",
        name=f"{grant.name}, slowed",
        amount=COUNTED_MAX,
        used=balance.used,
        held=balance.held,
        limited=False,
    )


def _grant(account: Account, source: Source, now: datetime) -> Grant | None:
    """None where the account has no such holder, or no window is open."""
    allowance = source.allowance
    span = span_at(allowance.window, now, account.subscribed_at)
    holder = account.ids.get(source.holder)
    if span is None or holder is None:
        return None
    grant_id = f"{holder}{source.counted}{span.name}{source.of_model}"
    balance = account.balances.get(grant_id, _UNTOUCHED)
    amount = allowance.amount
    cap_id, cap_left = "", None
    if (cap := account.member_caps.get(allowance.id)) is not None:
        cap_id = f"{grant_id}/{account.ids.get(Scope.MEMBER, '')}"
        spent = account.balances.get(cap_id, _UNTOUCHED)
        cap_left = max(cap - spent.used - spent.held, 0)
    return Grant(
        id=grant_id,
        source=allowance.id,
        name=allowance.name or allowance.id,
        unit=allowance.unit,
        amount=account.custom_amounts.get(allowance.id, 0) if amount is None else amount,
        used=balance.used,
        held=balance.held,
        resets=span.end,
        markup=source.markup,
        cap_id=cap_id,
        cap_left=cap_left,
    )


def _pack_grant(account: Account, pack: BoughtPack) -> Grant:
    balance = account.balances.get(pack.id, _UNTOUCHED)
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
