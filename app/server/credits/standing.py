"""How an account stands: its plan, each grant with its window, and what can be spent in all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.catalog.plan_catalog import PACKS, PlanCatalog
from app.catalog.plans import Flag, Scope, Unit, Window
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.metering.allowances import Account, Grant, grants_for, pack_grants
from app.metering.allowances_windows import span_at
from app.server.credits.reading import Ask, Situation, read_situation, side_tenants

FREE, PREMIUM, PAID = "free", "premium_monthly", "paid_tokens"


@dataclass(frozen=True, slots=True)
class GrantStanding:
    """A grant as it is now. `models` are the ids or globs that it pays for; `cap` is what this
    member may draw of it in its window, None where nobody set one."""

    grant: Grant
    window: str
    models: tuple[str, ...]
    only: bool
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that `GET /api/me` tells. `available` is in `unit`, by the rules for all models;
    None where what there is cannot be said in tokens. `own_key_hosts` are those that the tenant
    has a provider's key of its own for."""

    account: Account
    name: str
    kind: str
    email: str | None
    status: str
    grants: tuple[GrantStanding, ...]
    available: int | None
    unit: Unit
    source: str | None
    next_reset: datetime | None
    used_this_month: int
    month_limit: int | None
    in_debt: bool
    own_key_hosts: frozenset[str] = frozenset()


def read_standing(catalog: PlanCatalog, ask: Ask) -> Steps[Standing]:
    """Raises Refused (404) where the account is there no more."""
    caller, now = ask.caller, ask.now
    sides = side_tenants(catalog, caller)
    situation = yield from read_situation(catalog, Ask(caller, now, "", sides))
    names = yield Sql(
        "SELECT t.name, p.email FROM accounts t, accounts p WHERE t.id = ? AND p.id = ?",
        (caller.tenant, caller.account),
    )
    month = span_at(Window.MONTH, now)
    assert month is not None
    assert month.start is not None
    used = yield Sql(
        "SELECT CAST(coalesce(sum(plan_tokens), 0) AS BIGINT),"
        " CAST(coalesce(sum(input_tokens + output_tokens), 0) AS BIGINT)"
        " FROM requests WHERE tenant = ? AND at_ms >= ? AND payer = 'allowance'"
        " AND ending <> 'corrected'",
        (caller.tenant, ms_from(month.start)),
    )
    name, email = names[0] if names else ("", None)
    unit = unit_of(catalog)
    return _standing(
        catalog,
        situation,
        now,
        name=name,
        email=email,
        used_this_month=int(used[0][0] if unit is Unit.PLAN_TOKENS else used[0][1]),
    )


def _standing(
    catalog: PlanCatalog,
    situation: Situation,
    now: datetime,
    *,
    name: str,
    email: str | None,
    used_this_month: int,
) -> Standing:
    account, unit = situation.account, unit_of(catalog)
    grants = tuple(all_grants(catalog, account, now))
    general = [each.grant for each in grants if not each.only]
    usable = [grant for grant in general if grant.left]
    resets = [grant.resets for grant in general if grant.resets is not None]
    return Standing(
        account=account,
        name=name,
        kind=situation.kind,
        email=email,
        status=status_of(catalog, account, usable),
        grants=grants,
        available=_available(catalog, general, unit),
        unit=unit,
        source=usable[0].source if usable else None,
        next_reset=min(resets, default=None),
        used_this_month=used_this_month,
        month_limit=_month_limit(catalog, account, unit, {grant.source for grant in general}),
        in_debt=bool(situation.in_debt),
        own_key_hosts=frozenset(situation.own_keys),
    )


def all_grants(catalog: PlanCatalog, account: Account, now: datetime) -> Iterable[GrantStanding]:
    """Every grant that can pay for some model, in the order of drawing, the packs among them."""
    found: dict[str, tuple[Grant, list[str]]] = {}
    for model in catalog.models:
        for grant in grants_for(catalog, account, model.id, now):
            found.setdefault(grant.id, (grant, []))[1].append(model.id)
    for grant in pack_grants(account):
        found.setdefault(grant.id, (grant, ["*"]))
    order = {source: place for place, source in enumerate(catalog.draw_order)}
    ordered = sorted(found.values(), key=lambda each: order.get(each[0].source, len(order)))
    for grant, models in ordered:
        allowance = catalog.allowance(grant.source)
        if allowance is None:
            yield GrantStanding(grant, "once", ("*",), only=False)
        else:
            names = tuple(models) if allowance.scope is Scope.MODEL else allowance.models
            cap = account.member_caps.get(grant.source)
            yield GrantStanding(grant, str(allowance.window), names, allowance.only, cap)


def unit_of(catalog: PlanCatalog) -> Unit:
    """What a catalog's holders count in: plan tokens, else its first general allowance's unit."""
    units = [each.unit for each in catalog.allowances if not each.only]
    if Unit.PLAN_TOKENS in units or catalog.packs:
        return Unit.PLAN_TOKENS
    return units[0] if units else Unit.PLAN_TOKENS


def _available(catalog: PlanCatalog, grants: Iterable[Grant], unit: Unit) -> int | None:
    """What is left in tokens; dollars by the catalog's reference price, where it names one. None
    where something else pays as well: a pool of dollars beside no packs would read as nothing."""
    limited = [grant for grant in grants if grant.limited]
    if any(grant.unit is not unit for grant in limited):
        return None
    left = sum(grant.left for grant in limited)
    return _in_tokens(catalog, left, unit)


def _in_tokens(catalog: PlanCatalog, amount: int, unit: Unit) -> int | None:
    if unit is not Unit.USD:
        return amount
    reference = next(iter(catalog.reference_prices), None)
    return None if reference is None else reference.tokens_for(amount)


def _month_limit(
    catalog: PlanCatalog, account: Account, unit: Unit, sources: set[str]
) -> int | None:
    totals = [
        catalog.month_total(each)
        for each in catalog.allowances_of(account.plan)
        if each.id in sources and each.unit is unit
    ]
    known = [total for total in totals if total is not None]
    return _in_tokens(catalog, sum(known), unit) if known else None


def status_of(catalog: PlanCatalog, account: Account, usable: Iterable[Grant]) -> str:
    """One of three words: who pays for a plan, who spends what they bought, and everybody else."""
    plan = catalog.plan(account.plan)
    if plan is not None and plan.is_paid and Flag.PAST_DUE not in account.flags:
        return PREMIUM
    return PAID if any(grant.source == PACKS for grant in usable) else FREE
