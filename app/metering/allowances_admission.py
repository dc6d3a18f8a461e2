"""May this call run, and who pays: flags, grants, a shorter answer, the own key, or a reason.

The answer for one account at one moment. It reserves nothing: the ledger holds the draws and
refuses them where another call was faster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from app.catalog.offers import Offer, OfferKind
from app.catalog.plan_catalog import PACKS, PlanCatalog
from app.catalog.plans import Flag, OwnKeys, Right, Scope, Unit
from app.catalog.rights import may
from app.metering.allowances import Account, BoughtPack, Grant, grants_by, grants_for, terms_for
from app.metering.allowances_split import Draw, Split, WorstCase, split
from app.metering.payer import PayerKind
from app.quick_init import quick_init


class Refusal(StrEnum):
    """Why a call may not run."""

    QUARANTINED = "quarantined"
    SUSPENDED = "suspended"
    ROLE = "role"  # the member's role may not ask models
    NOT_SOLD = "not_sold"  # the model is not in the catalog, or not in the plan
    NO_PRICE = "no_price"
    PAST_DUE = "past_due"  # it would be covered if what is owed were paid
    CAPPED = "capped"  # what is shared would cover it, and the member's own cap on it does not
    USED_UP = "used_up"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What is missing for the shortest answer, in the unit of the limit that stopped it. `cap` is
    what the member may draw in a window, None where no cap stopped it."""

    limit: str
    unit: Unit
    amount: int
    resets: datetime | None
    cap: int | None = None


@quick_init
@dataclass(frozen=True, slots=True)
class Admitted:
    """The call may run with this output cap. An own key and an unlimited account draw nothing.

    `priority` says that it goes before others that wait. `throttled` that managed credit is used
    up and the call is counted beyond it: it must not begin before `not_before`, None: at once.
    """

    payer: PayerKind
    output_tokens_max: int
    draws: tuple[Draw, ...] = ()
    shortened: bool = False
    priority: bool = False
    throttled: bool = False
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The call may not run. `offers` would cover it, `free_models` could answer instead."""

    reason: Refusal
    model: str
    short: tuple[Shortfall, ...] = ()
    resets: datetime | None = None
    offers: tuple[Offer, ...] = ()
    free_models: tuple[str, ...] = ()


def admit(
    catalog: PlanCatalog,
    account: Account,
    model_id: str,
    worst: WorstCase,
    now: datetime,
    *,
    prefer_own_key: bool = False,
    can_answer: Callable[[str], bool] = lambda _: True,
) -> Admitted | Refused:
    """The answer for one call. `prefer_own_key` counts where the plan has own keys always.

    `can_answer` says of a model whether it could be asked now, for what a refusal suggests: it has
    a price and a route that is up.
    """
    if Flag.QUARANTINED in account.flags:
        return Refused(Refusal.QUARANTINED, model_id)
    if Flag.SUSPENDED in account.flags:
        return Refused(Refusal.SUSPENDED, model_id)
    if not may(account.role, Right.USE, catalog):
        return Refused(Refusal.ROLE, model_id)
    rule = OwnKeys.NEVER
    if account.has_own_key and (plan := catalog.plan(account.plan)) is not None:
        rule = plan.own_keys
    if prefer_own_key and rule is OwnKeys.ALWAYS:
        return Admitted(PayerKind.OWN_KEY, worst.output_tokens_max)
    hosted = _hosted(catalog, account, model_id, worst, now)
    if isinstance(hosted, Admitted):
        return hosted
    if rule is not OwnKeys.NEVER:
        return Admitted(PayerKind.OWN_KEY, worst.output_tokens_max)
    others = tuple(name for name in hosted.free_models if can_answer(name))
    return replace(hosted, free_models=others)


def _hosted(
    catalog: PlanCatalog, account: Account, model_id: str, worst: WorstCase, now: datetime
) -> Admitted | Refused:
    terms = terms_for(catalog, account, model_id, now)
    if not terms.is_sold:
        return Refused(Refusal.NOT_SOLD, model_id)
    if worst.input_pusd is None:
        return Refused(Refusal.NO_PRICE, model_id)
    first = terms.has_priority
    if Flag.UNLIMITED in account.flags:
        return Admitted(PayerKind.ALLOWANCE, worst.output_tokens_max, priority=first)
    grants = grants_by(terms, account, now)
    cap = worst.output_tokens_max
    whole = split(worst.at(cap), grants)
    if not whole.is_covered:
        shorter = longest_answer(worst, grants, catalog.least_output_tokens)
        if shorter is None:
            return _used_up(catalog, account, model_id, worst, grants, now)
        cap, whole = shorter, split(worst.at(shorter), grants)
    throttled = False
    for draw in whole.draws:
        if not draw.grant.limited:
            throttled = True
    return Admitted(
        payer=PayerKind.ALLOWANCE,
        output_tokens_max=cap,
        draws=whole.draws,
        shortened=cap < worst.output_tokens_max,
        priority=first,
        throttled=throttled,
        not_before=_not_before(catalog, account, now) if throttled else None,
    )


def _not_before(catalog: PlanCatalog, account: Account, now: datetime) -> datetime | None:
    credit = catalog.managed_credit
    if credit is None or account.last_call_at is None:
        return None
    # A clock that was set back must not make anybody wait longer than the pause itself.
    begun = min(account.last_call_at, now)
    free_at = begun + timedelta(seconds=credit.throttle_s)
    return free_at if free_at > now else None


def longest_answer(worst: WorstCase, grants: Sequence[Grant], least: int) -> int | None:
    """The highest output cap that grants cover; None where not even `least` tokens are.

    A longer answer never costs less, so that halving the distance finds it.
    """

    def covered(output_tokens: int) -> bool:
        return split(worst.at(output_tokens), grants).is_covered

    if covered(worst.output_tokens_max):
        return worst.output_tokens_max
    low, high = least, worst.output_tokens_max
    if low >= high or not covered(low):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if covered(middle) else (low, middle)
    return low


def _used_up(
    catalog: PlanCatalog,
    account: Account,
    model_id: str,
    worst: WorstCase,
    grants: Sequence[Grant],
    now: datetime,
) -> Refused:
    needed = replace(
        worst, output_tokens_max=min(worst.output_tokens_max, catalog.least_output_tokens)
    )
    divided = split(needed.at(needed.output_tokens_max), grants)
    resets = [grant.resets for grant in grants if grant.resets is not None]
    paid = replace(account, flags=account.flags - {Flag.PAST_DUE})
    owes = paid != account and _covers(catalog, paid, model_id, needed, now)
    free = replace(account, member_caps={})
    capped = bool(account.member_caps) and _covers(catalog, free, model_id, needed, now)
    reason = Refusal.CAPPED if capped else Refusal.PAST_DUE if owes else Refusal.USED_UP
    return Refused(
        reason=reason,
        model=model_id,
        short=_short(needed, grants, divided, account.member_caps if capped else {}),
        resets=min(resets, default=None),
        offers=tuple(
            offer
            for offer in catalog.offers()
            # What is bought goes into the pool, and a cap on it stays.
            if not capped
            and offer.for_sale
            and _would_cover(catalog, account, offer, model_id, needed, now)
        ),
        free_models=tuple(
            name for name in catalog.free_models() if _covers(catalog, account, name, needed, now)
        ),
    )


def _short(
    needed: WorstCase, grants: Sequence[Grant], divided: Split, caps: Mapping[str, int]
) -> tuple[Shortfall, ...]:
    """The missing share in the unit of each limit, rounded up: so much more would have done."""
    cost = needed.at(needed.output_tokens_max)
    found = []
    for grant in grants:
        whole = cost.in_unit_of(grant)
        if whole is not None:
            amount = _rounded_up(divided.missing * whole)
            cap = caps.get(grant.source)
            found.append(Shortfall(grant.name, grant.unit, amount, grant.resets, cap))
    return tuple(found)


def _would_cover(
    catalog: PlanCatalog,
    account: Account,
    offer: Offer,
    model_id: str,
    needed: WorstCase,
    now: datetime,
) -> bool:
    """Whether the call could run at once if the offer were bought."""
    pack = catalog.pack(offer.id) if offer.kind is OfferKind.PACK else None
    match offer.kind:
        case OfferKind.PACK if pack is not None:
            bought = BoughtPack(f"{PACKS}/{pack.id}", pack.unit, pack.amount, now)
            richer = replace(account, packs=(*account.packs, bought))
        case OfferKind.PLAN:
            plan = catalog.plan(offer.id)
            if plan is None or offer.id == account.plan:
                return False
            richer = replace(
                account,
                plan=plan.id,
                # Who buys a plan for an organization has one then.
                ids={Scope.ORGANIZATION: "new", **account.ids},
                flags=account.flags - {Flag.PAST_DUE},
                subscribed_at=now,
                paid_until=None,
            )
        case _:
            return False
    return _covers(catalog, richer, model_id, needed, now)


def _covers(
    catalog: PlanCatalog, account: Account, model_id: str, needed: WorstCase, now: datetime
) -> bool:
    grants = grants_for(catalog, account, model_id, now)
    return split(needed.at(needed.output_tokens_max), grants).is_covered


def _rounded_up(amount: Fraction) -> int:
    return -(-amount.numerator // amount.denominator)
