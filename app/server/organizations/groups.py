"""Organizations and workspaces themselves: a shared account with members. Both are `groups` here.

Whoever changes one locks its row first, so that roles, seats and the last admin are judged one
change at a time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Flag, Plan, Right
from app.catalog.rights import may, roles_with
from app.ledger.rows import at_from, ms_from
from app.ledger.steps import Row, Sql, Steps
from app.metering.allowances_limits import Room, may_activate
from app.server.accounts.identify import Caller
from app.server.credits.reading import flags_of
from app.server.errors import conflict, not_allowed, not_found
from app.server.organizations.seats import custom_seats, is_paid_for, seats_of

_COLUMNS = "id, kind, name, plan, flags, seats, custom_amounts, paid_until_ms, created_ms"


class GroupKind(StrEnum):
    """What an account with members is; the words of `accounts.kind`."""

    ORGANIZATION = "organization"
    WORKSPACE = "workspace"


@dataclass(frozen=True, slots=True)
class Group:
    """An organization or workspace. `bought` is its seats as paid for or set, 0 for neither;
    `amounts` are what the operator set, by allowance in its unit."""

    id: str
    kind: GroupKind
    name: str
    plan: str
    flags: frozenset[Flag]
    bought: int
    amounts: Mapping[str, int]
    paid_until: datetime | None
    created_at: datetime

    def plan_in(self, catalog: PlanCatalog) -> Plan | None:
        return catalog.plan(self.plan)

    def seats(self, catalog: PlanCatalog, now: datetime) -> int | None:
        """How many may belong to it now; None without limit. Whoever is in stays in."""
        plan = self._paid_plan(catalog, now)
        return seats_of(plan, self.bought, self.flags)

    def room(self, catalog: PlanCatalog, active: int, now: datetime) -> Room:
        """Whether one more may come in, while so many belong to it."""
        seats = self.seats(catalog, now)
        if seats is None or self._paid_plan(catalog, now) is None:
            return Room(seats is None or active < seats, seats)
        ordered, custom = self.bought or None, custom_seats(self.bought)
        return may_activate(catalog, self.plan, active=active, ordered=ordered, custom=custom)

    def _paid_plan(self, catalog: PlanCatalog, now: datetime) -> Plan | None:
        plan = self.plan_in(catalog)
        if plan is None or not is_paid_for(plan, self.flags, self.paid_until, now):
            return None
        return plan


@dataclass(frozen=True, slots=True)
class Acting:
    """A person who belongs to a group, and as what."""

    person: Caller
    group: str
    kind: GroupKind
    role: str

    def may(self, right: Right, catalog: PlanCatalog) -> bool:
        return may(self.role, right, catalog)


@dataclass(frozen=True, slots=True)
class Belonging:
    """A group that a person belongs to, with their role and how many belong to it."""

    group: Group
    role: str
    members: int


def acting_in(person: Caller, group: str, kind: GroupKind) -> Steps[Acting]:
    """Raises Refused (404) for a group that the person does not belong to, or of another kind."""
    rows = yield Sql(
        "SELECT m.role FROM members m JOIN accounts a ON a.id = m.tenant"
        " WHERE m.tenant = ? AND m.account = ? AND a.kind = ? AND a.deleted_ms IS NULL",
        (group, person.account, str(kind)),
    )
    if not rows:
        raise not_found(str(kind))
    return Acting(person, group, kind, rows[0][0])


def require(acting: Acting, right: Right, catalog: PlanCatalog) -> None:
    """Raises Refused (403), which names the roles that can help."""
    if not acting.may(right, catalog):
        able = " or ".join(roles_with(right, catalog)) or "nobody"
        raise not_allowed(f"Your role here is {acting.role}; this is for: {able}.")


def changing(catalog: PlanCatalog, acting: Acting, *rights: Right) -> Steps[Group]:
    """The group, locked until the transaction ends, for somebody who still has these rights.

    Raises Refused: 404 where they belong to it no more, 403.
    """
    group = yield from locked_group(acting.group)
    still = yield from acting_in(acting.person, acting.group, acting.kind)
    for right in rights:
        require(still, right, catalog)
    return group


def locked_group(group: str) -> Steps[Group]:
    """Raises Refused (404)."""
    return (yield from _group(group, lock=True))


def read_group(group: str) -> Steps[Group]:
    """Raises Refused (404)."""
    return (yield from _group(group, lock=False))


def _group(group: str, *, lock: bool) -> Steps[Group]:
    rows = yield Sql(
        f"SELECT {_COLUMNS} FROM accounts WHERE id = ? AND kind <> 'person' AND deleted_ms IS NULL",
        (group,),
        lock,
    )
    if not rows:
        raise not_found("organization or workspace")
    return _of_row(rows[0])


def groups_of(account: str, kind: GroupKind) -> Steps[tuple[Belonging, ...]]:
    """What a person belongs to, the oldest first."""
    names = ", ".join(f"a.{name}" for name in _COLUMNS.split(", "))
    rows = yield Sql(
        f"SELECT {names}, m.role,"
        " (SELECT count(*) FROM members o WHERE o.tenant = a.id)"
        " FROM members m JOIN accounts a ON a.id = m.tenant"
        " WHERE m.account = ? AND a.kind = ? AND a.deleted_ms IS NULL"
        " ORDER BY a.created_ms, a.id",
        (account, str(kind)),
    )
    return tuple(Belonging(_of_row(row[:9]), row[9], row[10]) for row in rows)


def keep_group(group: Group, founder: str, role: str) -> Steps[None]:
    """A new group with its first member."""
    now_ms = ms_from(group.created_at)
    yield Sql(
        "INSERT INTO accounts (id, kind, name, plan, created_ms) VALUES (?, ?, ?, ?, ?)",
        (group.id, str(group.kind), group.name, group.plan, now_ms),
    )
    yield Sql(
        "INSERT INTO members (tenant, account, role, joined_ms) VALUES (?, ?, ?, ?)",
        (group.id, founder, role, now_ms),
    )


def rename_group(catalog: PlanCatalog, acting: Acting, name: str) -> Steps[None]:
    yield from changing(catalog, acting, Right.MEMBERS)
    yield Sql("UPDATE accounts SET name = ? WHERE id = ?", (name, acting.group))


def delete_group(catalog: PlanCatalog, acting: Acting, now: datetime) -> Steps[None]:
    """End a group: members, invitations, API keys and sealed keys go, what it used stays.

    Raises Refused: 403, 404, 409 while a subscription would be charged again.
    """
    yield from changing(catalog, acting, Right.BILLING)
    running = yield Sql(
        "SELECT id FROM subscriptions WHERE tenant = ? AND state <> 'ended' AND cancel_at_end = 0",
        (acting.group,),
    )
    if running:
        raise conflict(
            "subscription_runs", "A subscription would be charged again. Cancel it first."
        )
    now_ms = ms_from(now)
    yield Sql(
        "UPDATE api_keys SET revoked_ms = ? WHERE tenant = ? AND revoked_ms IS NULL",
        (now_ms, acting.group),
    )
    for table in ("members", "invitations", "provider_keys", "own_keys"):
        yield Sql(f"DELETE FROM {table} WHERE tenant = ?", (acting.group,))
    yield Sql("UPDATE accounts SET deleted_ms = ? WHERE id = ?", (now_ms, acting.group))


def _of_row(row: Row) -> Group:
    return Group(
        row[0],
        GroupKind(row[1]),
        row[2],
        row[3],
        flags_of(row[4]),
        row[5],
        json.loads(row[6]),
        None if row[7] is None else at_from(row[7]),
        at_from(row[8]),
    )
