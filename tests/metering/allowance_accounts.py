"""Shipped catalogs, accounts and calls of a known size, for tests of who pays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plan_file import load_catalog
from app.catalog.plans import Scope
from app.metering.allowances import Account, Balance, grants_for
from app.metering.allowances_admission import Admitted, Refused
from app.metering.allowances_split import WorstCase

CATALOGS = Path(__file__).resolve().parents[2] / "resources" / "catalogs"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ALL_IDS = {scope: scope.value for scope in Scope if scope is not Scope.MODEL}


def catalog(name: str) -> PlanCatalog:
    return load_catalog(CATALOGS / f"{name}.toml")


def account(plan: str, **more: object) -> Account:
    return replace(Account(ids=ALL_IDS, plan=plan), **more)  # type: ignore[arg-type]


def call(sold: PlanCatalog, model: str, tokens: int, *, output: int = 75) -> WorstCase:
    """A call of some tokens in all, at 11 dollars a million."""
    rate = 11_000_000
    return WorstCase(tokens - output, output, sold.weight(model), (tokens - output) * rate, rate)


def drawn(admitted: Admitted | Refused) -> list[tuple[str, int]]:
    assert isinstance(admitted, Admitted), admitted
    return [(draw.grant.source, draw.amount) for draw in admitted.draws]


def spend(who: Account, admitted: Admitted | Refused) -> Account:
    """The account after everything that was admitted is settled."""
    assert isinstance(admitted, Admitted), admitted
    balances = dict(who.balances)
    for draw in admitted.draws:
        for name in filter(None, (draw.grant.id, draw.grant.cap_id)):
            balances[name] = Balance(balances.get(name, Balance()).used + draw.amount)
    return replace(who, balances=balances)


def exhausted(sold: PlanCatalog, who: Account, model: str, now: datetime) -> Account:
    """The account with everything used up that may pay for a model at a moment."""
    grants = (grant for grant in grants_for(sold, who, model, now) if grant.limited)
    return replace(who, balances=dict(who.balances) | {g.id: Balance(g.amount) for g in grants})
