"""What the operator sets for organizations and workspaces: plans one by one or in bulk, monthly
credit, seats. Who used what stays as it is."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from app.catalog.plan_catalog import PlanCatalog
from app.ledger.rows import AMOUNT_MAX
from app.ledger.steps import Sql, Steps
from app.metering.allowances_limits import LimitReason, may_order
from app.metering.allowances_moves import Place, is_left_behind, place_after
from app.server.credits.reading import flags_of
from app.server.errors import bad_request, not_found
from app.server.events import Kind, announce
from app.server.organizations.groups import locked_group


@dataclass(frozen=True, slots=True)
class Movement:
    """A group that a bulk change moves, and the flags that it takes away."""

    tenant: str
    name: str
    from_plan: str
    to_plan: str
    cleared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bulk:
    """Whom a bulk change moves, and how many it leaves on another plan, by that plan."""

    moved: tuple[Movement, ...]
    left: tuple[tuple[str, int], ...]


def set_plan(catalog: PlanCatalog, tenant: str, plan: str, now: datetime) -> Steps[None]:
    """Raises Refused: 404 for the group, 400 for a plan that the catalog does not have."""
    if catalog.plan(plan) is None:
        names = ", ".join(each.id for each in catalog.plans)
        raise bad_request(f"There is no such plan. There is: {names}.", "plan")
    yield from locked_group(tenant)
    yield Sql("UPDATE accounts SET plan = ? WHERE id = ?", (plan, tenant))
    yield from announce(tenant, Kind.BALANCE_CHANGED, now, {"plan": plan})


def set_seats(catalog: PlanCatalog, tenant: str, seats: int, now: datetime) -> Steps[None]:
    """The seats of a plan whose seats the operator sets. Nobody is removed by fewer of them.

    Raises Refused: 400, 404.
    """
    if not 0 <= seats <= 1_000_000:
        raise bad_request("Write a number of seats, 0 for the plan's own.", "seats")
    group = yield from locked_group(tenant)
    room = may_order(catalog, group.plan, seats, active=0)
    if seats and room.reason is LimitReason.BELOW_LEAST:
        raise bad_request(f"{group.name}'s plan begins at {room.least} seats.", "seats")
    if seats and room.reason is LimitReason.ABOVE_MOST:
        raise bad_request(f"{group.name}'s plan has {room.most} seats at most.", "seats")
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
) -> Steps[Bulk]:
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
    movements, left = [], Counter[str]()
    for tenant, name, plan, flags in rows:
        left[plan] += is_left_behind(change, plan)
        before = Place(plan, flags_of(flags))
        after = place_after(change, before)
        if after == before:
            continue
        cleared = tuple(sorted(before.flags - after.flags))
        movements.append(Movement(tenant, name, plan, after.plan, cleared))
        if not dry_run:
            yield Sql(
                "UPDATE accounts SET plan = ?, flags = ? WHERE id = ?",
                (after.plan, " ".join(sorted(after.flags)), tenant),
            )
            yield from announce(tenant, Kind.BALANCE_CHANGED, now, {"plan": after.plan})
    return Bulk(tuple(movements), tuple(sorted((+left).items())))
