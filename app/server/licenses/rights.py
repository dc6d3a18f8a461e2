"""What an account's license allows now: its plan's rights while the plan is in good standing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Flag
from app.ledger.rows import at_from
from app.ledger.steps import Sql, Steps
from app.licensing.rights import FREE_RIGHTS, Rights, rights_of_plan
from app.server.credits.reading import flags_of
from app.server.errors import not_found
from app.server.organizations.seats import is_paid_for, seats_of

_STOPPED = frozenset({Flag.SUSPENDED, Flag.QUARANTINED})


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose license it is, as the account's row says. `seats` is how many were bought or set."""

    tenant: str
    plan: str
    flags: frozenset[Flag]
    paid_until: datetime | None
    seats: int


def read_holder(tenant: str, *, lock: bool = False) -> Steps[Holder]:
    """Raises Refused (404). With `lock`, whoever else asks for this account's license waits."""
    rows = yield Sql(
        "SELECT plan, flags, paid_until_ms, seats FROM accounts"
        " WHERE id = ? AND deleted_ms IS NULL",
        (tenant,),
        lock,
    )
    if not rows:
        raise not_found("account")
    plan, flags, paid_until_ms, seats = rows[0]
    paid_until = None if paid_until_ms is None else at_from(paid_until_ms)
    return Holder(tenant, plan, flags_of(flags), paid_until, seats)


def rights_of(catalog: PlanCatalog, holder: Holder, now: datetime) -> Rights:
    """The plan's rights with the seats that were bought; the start plan's, the free rules, where
    the plan is unknown or not paid, or the account is suspended or quarantined."""
    plan = catalog.plan(holder.plan)
    if (
        plan is None
        or holder.flags & _STOPPED
        or not is_paid_for(plan, holder.flags, holder.paid_until, now)
    ):
        free = catalog.plan(catalog.start_plan)
        return rights_of_plan(free) if free is not None else FREE_RIGHTS
    return replace(rights_of_plan(plan), seats=seats_of(plan, holder.seats, holder.flags))
