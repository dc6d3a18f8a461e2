"""From what an admission decided to what the ledger holds: draws, openings, sides.

Where a draw's wallet is another tenant's (a network address, all free accounts together), it gets
a hold of its own, in the same transaction: no entry of the ledger ever joins two tenants. Such a
side hold ends with its call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from app.catalog.plan_catalog import PACKS, PlanCatalog
from app.catalog.plans import JoinedBy, Scope, Window
from app.ledger.records import AccountKind, Admit, HeldDraw, Opening
from app.metering.allowances import Grant
from app.metering.allowances_split import NOTHING, Draw
from app.metering.allowances_windows import span_at
from app.metering.payer import UNITS, Unit
from app.quick_init import quick_init
from app.server.credits.reading import FREE_TENANT, has_address_scope
from app.server.credits.records import SideHold

EXPIRES = timedelta(minutes=10)  # a call that has not left until then
# Longer than any call runs. A side hold is sent as soon as it is held, since it ends with a call
# that somebody else sends; one whose call was given back is found by `sides.release_orphans`.
SIDE_LASTS = timedelta(hours=6)
SIDE_OWNER = "side"
UNLIMITED_NAME = "Without a limit"


@quick_init
@dataclass(frozen=True, slots=True)
class Held:
    """One tenant's part of a call: draws, and the accounts that are made for them."""

    tenant: str
    draws: tuple[HeldDraw, ...]
    openings: tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class Cap:
    """An account that counts what a call costs, in picodollars; `most_pusd` None: no limit."""

    account: str
    kind: AccountKind
    name: str
    most_pusd: int | None
    closes_at: datetime | None = None


def tenant_of(catalog: PlanCatalog, grant: Grant, tenant: str) -> str:
    """Whose account of the ledger a grant is."""
    if not has_address_scope(catalog):
        return tenant
    allowance = catalog.allowance(grant.source)
    if allowance is not None and allowance.scope is Scope.ADDRESS:
        return grant.id.partition(f"/{grant.source}/")[0]
    return tenant


def opening_of(grant: Grant, tenant: str) -> Opening | None:
    """The account that a grant is counted in; None for a pack, which was opened when bought."""
    if grant.source == PACKS:
        return None
    return Opening(
        id=grant.id,
        tenant=tenant,
        kind=AccountKind.WINDOW,
        unit=UNITS[grant.unit],
        granted=grant.amount if grant.limited else None,
        closes_at=grant.resets,
        name=grant.name,
    )


def cap_opening_of(grant: Grant, tenant: str, most: int | None) -> Opening | None:
    """The account of one member's cap on a shared grant; None where there is no cap."""
    if not grant.cap_id or most is None:
        return None
    return Opening(
        id=grant.cap_id,
        tenant=tenant,
        kind=AccountKind.CAP,
        unit=UNITS[grant.unit],
        granted=most,
        closes_at=grant.resets,
        name=grant.name,
    )


def of_draws(
    catalog: PlanCatalog,
    tenant: str,
    draws: Sequence[Draw],
    member_caps: Mapping[str, int],
    counted: Iterable[Cap],
    worst_pusd: int,
) -> tuple[Held, ...]:
    """What a call holds, the caller's own tenant first. `counted` are caps on what it may cost,
    `worst_pusd` at most."""
    held: dict[str, tuple[list[HeldDraw], list[Opening]]] = {tenant: ([], [])}
    for draw in draws:
        grant = draw.grant
        owner = tenant_of(catalog, grant, tenant)
        lines, openings = held.setdefault(owner, ([], []))
        lines.append(HeldDraw(grant.id, draw.amount))
        if (opening := opening_of(grant, owner)) is not None:
            openings.append(opening)
        if (cap := cap_opening_of(grant, owner, member_caps.get(grant.source))) is not None:
            lines.append(HeldDraw(cap.id, draw.amount))
            openings.append(cap)
    lines, openings = held[tenant]
    for each in counted:
        lines.append(HeldDraw(each.account, worst_pusd))
        openings.append(_opening_of_cap(each, tenant))
    return tuple([Held(owner, tuple(some), tuple(made)) for owner, (some, made) in held.items()])


def _opening_of_cap(cap: Cap, tenant: str) -> Opening:
    return Opening(
        id=cap.account,
        tenant=tenant,
        kind=cap.kind,
        unit=Unit.PICODOLLARS,
        granted=cap.most_pusd,
        closes_at=cap.closes_at,
        name=cap.name,
    )


def key_cap(tenant: str, api_key: str, cap_pusd: int, now: datetime) -> Cap:
    """What one API key may draw in a calendar month."""
    span = span_at(Window.MONTH, now)
    assert span is not None
    name = f"{tenant}/key/{api_key}/{span.name}"
    return Cap(name, AccountKind.CAP, "API key", cap_pusd, span.end)


def own_key_count(tenant: str, own_key: str) -> Cap:
    """What a provider's key of the tenant's own was charged: counted, never limited."""
    return Cap(f"{tenant}/own/{own_key}", AccountKind.SPENT, "Own key", None)


def unlimited_count(tenant: str, now: datetime) -> Cap:
    """What an account without limits uses in a month: counted, never drawn."""
    span = span_at(Window.MONTH, now)
    assert span is not None
    return Cap(f"{tenant}/unlimited/{span.name}", AccountKind.SPENT, UNLIMITED_NAME, None, span.end)


def free_day_account(now: datetime) -> str:
    """The account of all free accounts' budget of a day."""
    span = span_at(Window.DAY, now)
    assert span is not None
    return f"{FREE_TENANT}/day/{span.name}"


def free_day(share_pusd: int, budget_pusd: int, now: datetime) -> Held:
    """What a call of a free account takes of the day's budget for all of them."""
    span = span_at(Window.DAY, now)
    assert span is not None
    opening = Opening(
        id=free_day_account(now),
        tenant=FREE_TENANT,
        kind=AccountKind.BUDGET,
        unit=Unit.PICODOLLARS,
        granted=budget_pusd,
        closes_at=span.end,
        name="Free accounts",
    )
    return Held(FREE_TENANT, (HeldDraw(opening.id, share_pusd),), (opening,))


def free_share(catalog: PlanCatalog, plan_id: str, draws: Sequence[Draw]) -> Fraction:
    """Which share of a call nobody paid for: allowances of a plan that costs nothing.

    Packs were bought and managed credit is invoiced.
    """
    plan = catalog.plan(plan_id)
    if plan is None or plan.joined_by is not JoinedBy.START:
        return NOTHING
    credit = catalog.managed_credit
    paid = {PACKS, credit.allowance if credit else PACKS}
    return sum([draw.share for draw in draws if draw.grant.source not in paid], NOTHING)


def rounded_up(amount: Fraction) -> int:
    """The next whole number."""
    return -(-amount.numerator // amount.denominator)


def side_hold(request_id: str, number: int, held: Held) -> SideHold:
    return SideHold(f"{request_id}/{number}", held.tenant, held.draws)


def admit_side(side: SideHold, held: Held, request_id: str, now: datetime) -> Admit:
    """The side hold's own admission; its key is the request, which comes once."""
    return Admit(
        hold_id=side.id,
        tenant=side.tenant,
        key=request_id,
        body_hash="",
        draws=side.draws,
        now=now,
        expires_at=now + SIDE_LASTS,
        openings=held.openings,
    )
