"""What the operator sets for organizations and workspaces: plans one by one or in bulk, monthly
credit, seats. Who used what stays as it is."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from app.catalog.models_sold import fits
from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Flag
from app.ledger.rows import AMOUNT_MAX
from app.ledger.steps import Sql, Steps
from app.server.credits.reading import flags_of
from app.server.errors import bad_request, not_found
from app.server.events import Kind, announce
from app.server.organizations.groups import locked_group


@dataclass(frozen=True, slots=True)
class Moved:
    """A group that a bulk change moves, and the flags that it takes away."""

    tenant: str
    name: str
    from_plan: str
    to_plan: str
    cleared: tuple[str, ...]


def set_plan(catalog: PlanCatalog, tenant: str, plan: str, now: datetime) -> Steps[None]:
    """Raises Refused: 404 for the group, 400 for a plan that the catalog does not have."""
    if catalog.plan(plan) is None:
        names = ", ".join(each.id for each in catalog.plans)
        raise bad_request(f"There is no such plan. There is: {names}.", "plan")
    yield from locked_group(tenant)
    yield Sql("UPDATE accounts SET plan = ? WHERE id = ?", (plan, tenant))
    yield from announce(tenant, Kind.BALANCE_CHANGED, now, {"plan": plan})


def set_seats(tenant: str, seats: int, now: datetime) -> Steps[None]:
    """The seats of a plan whose seats the operator sets. Nobody is removed by fewer of them.

    Raises Refused: 400, 404.
    """
    if not 0 <= seats <= 1_000_000:
        raise bad_request("Write a number of seats, 0 for the plan's own.", "seats")
    yield from locked_group(tenant)
    yield Sql("UPDATE accounts SET seats = ? WHERE id = ?", (seats, tenant))
    yield from announce(tenant, Kind.BALANCE_CHANGED, now, {"seats": seats})


def set_amount(
    catalog: PlanCatalog, tenant: str, allowance: str, amount: int | None, now: datetime
) -> Steps[None]:
    """What an allowance grants that the operator sets for each group, such as a month of managed
    credit: in its unit, picodollars for dollars; None takes it away. It holds from the next call
    on; what was used in this window stays used.

    Raises Refused: 400 for an amount or an allowance that has one of its own, 404.
    """
    found = catalog.allowance(allowance)
    if found is None or found.amount is not None:
        able = [each.id for each in catalog.allowances if each.amount is None]
        raise bad_request(
            f"The amount of this allowance is not set for each account. Of these it is: "
            f"{', '.join(able) or 'none'}.",
            "allowance",
        )
    if amount is not None and not 0 <= amount <= AMOUNT_MAX:
        raise bad_request("This amount is below zero or too large.", "amount")
    group = yield from locked_group(tenant)
    amounts = {name: each for name, each in group.amounts.items() if name != allowance}
    if amount is not None:
        amounts[allowance] = amount
    yield Sql("UPDATE accounts SET custom_amounts = ? WHERE id = ?", (json.dumps(amounts), tenant))
    yield from announce(tenant, Kind.BALANCE_CHANGED, now, {"allowance": allowance})


def bulk_change(
    catalog: PlanCatalog, change_id: str, now: datetime, *, dry_run: bool
) -> Steps[tuple[Moved, ...]]:
    """Move every organization and workspace on the plans that the catalog's bulk change names, or
    only say which; whoever is on the new plan already stays as they are. Raises Refused (404)."""
    change = next((each for each in catalog.bulk_changes if each.id == change_id), None)
    if change is None:
        raise not_found("bulk change")
    rows = yield Sql(
        "SELECT id, name, plan, flags FROM accounts WHERE kind <> 'person' AND deleted_ms IS NULL"
        " ORDER BY id",
        lock=not dry_run,
    )
    moved = []
    for tenant, name, plan, flags in rows:
        # By the patterns themselves: a plan that the catalog has no more is left nowhere.
        if plan == change.to_plan or not fits(change.from_plans, plan):
            continue
        left, cleared = _cleared(flags, change.clears)
        moved.append(Moved(tenant, name, plan, change.to_plan, cleared))
        if not dry_run:
            yield Sql(
                "UPDATE accounts SET plan = ?, flags = ? WHERE id = ?",
                (change.to_plan, left, tenant),
            )
            yield from announce(tenant, Kind.BALANCE_CHANGED, now, {"plan": change.to_plan})
    return tuple(moved)


def _cleared(flags: str, clears: Collection[Flag]) -> tuple[str, tuple[str, ...]]:
    """What is left of an account's flags, and what goes."""
    there = flags_of(flags)
    gone = sorted(str(flag) for flag in there if flag in clears)
    return " ".join(sorted(str(flag) for flag in there if flag not in clears)), tuple(gone)
