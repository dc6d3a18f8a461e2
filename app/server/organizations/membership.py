"""Who belongs to a group, as what, with which cap on the shared pool."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Allowance, Right, Scope
from app.catalog.rights import may, roles_with
from app.ledger.rows import at_from, ms_from
from app.ledger.steps import Row, Sql, Steps
from app.server.errors import bad_request, conflict, not_found
from app.server.events import Kind, announce
from app.server.organizations.groups import Acting, Group, changing

_COLUMNS = "m.account, m.role, m.caps, m.joined_ms, a.email, a.name"


@dataclass(frozen=True, slots=True)
class Member:
    """`caps` are by allowance in its unit: what this member may draw from it in a window."""

    account: str
    role: str
    caps: Mapping[str, int]
    joined_at: datetime
    email: str | None
    name: str


@dataclass(frozen=True, slots=True)
class MemberEdit:
    """What changes; None leaves it. Empty `caps` take every cap away."""

    role: str | None = None
    caps: Mapping[str, int] | None = None


def members_of(group: str) -> Steps[tuple[Member, ...]]:
    """Everybody who belongs to a group, in the order in which they came."""
    rows = yield Sql(
        f"SELECT {_COLUMNS} FROM members m JOIN accounts a ON a.id = m.account"
        " WHERE m.tenant = ? ORDER BY m.joined_ms, m.account",
        (group,),
    )
    return tuple(_member(row) for row in rows)


def count_members(group: str) -> Steps[int]:
    rows = yield Sql("SELECT count(*) FROM members WHERE tenant = ?", (group,))
    return int(rows[0][0])


def edit_member(
    catalog: PlanCatalog, acting: Acting, account: str, edit: MemberEdit, now: datetime
) -> Steps[Member]:
    """Change a member's role, which wants the right over members, or caps, which wants that over
    seats. Raises Refused: 400, 403, 404, 409 where nobody would be left to see to the members.
    """
    rights = [Right.MEMBERS] if edit.role is not None else []
    rights += [Right.SEATS] if edit.caps is not None else []
    group = yield from changing(catalog, acting, *rights)
    member = yield from one_member(acting.group, account)
    if edit.role is not None:
        role_named(catalog, edit.role)
        if not may(edit.role, Right.MEMBERS, catalog):
            yield from _not_the_last(catalog, acting.group, member)
    if edit.caps is not None:
        _check_caps(catalog, group, edit.caps)
    caps = member.caps if edit.caps is None else edit.caps
    yield Sql(
        "UPDATE members SET role = ?, caps = ? WHERE tenant = ? AND account = ?",
        (edit.role or member.role, json.dumps(dict(caps)), acting.group, account),
    )
    # Their window knows the cap before the next message meets it.
    yield from announce(acting.group, Kind.BALANCE_CHANGED, now, {"member": account})
    return (yield from one_member(acting.group, account))


def remove_member(catalog: PlanCatalog, acting: Acting, account: str, now: datetime) -> Steps[None]:
    """A member leaves, or is removed by who sees to the members; their API keys here end.

    Raises Refused: 403, 404, 409 for the last who sees to the members.
    """
    leaves = account == acting.person.account
    yield from changing(catalog, acting, *([] if leaves else [Right.MEMBERS]))
    member = yield from one_member(acting.group, account)
    yield from _not_the_last(catalog, acting.group, member)
    yield Sql("DELETE FROM members WHERE tenant = ? AND account = ?", (acting.group, account))
    yield Sql(
        "UPDATE api_keys SET revoked_ms = ? WHERE tenant = ? AND account = ?"
        " AND revoked_ms IS NULL",
        (ms_from(now), acting.group, account),
    )


def add_member(group: str, account: str, role: str, now: datetime) -> Steps[bool]:
    """False where they belong to it already."""
    rows = yield Sql(
        "INSERT INTO members (tenant, account, role, joined_ms) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING RETURNING account",
        (group, account, role, ms_from(now)),
    )
    return bool(rows)


def role_named(catalog: PlanCatalog, role: str) -> str:
    """Raises Refused (400) for a role that the catalog does not have."""
    names = [each.id for each in catalog.roles]
    if role not in names:
        raise bad_request(f"There is no such role here. Choose: {', '.join(names)}.", "role")
    return role


def capped_allowances(catalog: PlanCatalog, group: Group) -> tuple[Allowance, ...]:
    """The shared allowances that a member's part of can be capped; none where the plan has no
    such caps."""
    plan = group.plan_in(catalog)
    if plan is None or plan.seats is None or not plan.seats.member_caps:
        return ()
    found = catalog.allowances_of(plan.id)
    return tuple(each for each in found if each.scope is Scope.ORGANIZATION)


def one_member(group: str, account: str) -> Steps[Member]:
    """Raises Refused (404)."""
    rows = yield Sql(
        f"SELECT {_COLUMNS} FROM members m JOIN accounts a ON a.id = m.account"
        " WHERE m.tenant = ? AND m.account = ?",
        (group, account),
    )
    if not rows:
        raise not_found("member")
    return _member(rows[0])


def _check_caps(catalog: PlanCatalog, group: Group, caps: Mapping[str, int]) -> None:
    able = {each.id for each in capped_allowances(catalog, group)}
    if caps and not able:
        raise conflict("no_member_caps", "This plan has no caps for single members.")
    for name in caps:
        if name not in able:
            raise bad_request(f"No shared allowance is called so; there is: {', '.join(able)}.")


def _not_the_last(catalog: PlanCatalog, group: str, member: Member) -> Steps[None]:
    """Raises Refused (409) where nobody else could see to the members."""
    if not may(member.role, Right.MEMBERS, catalog):
        return
    rows = yield Sql(
        "SELECT role FROM members WHERE tenant = ? AND account <> ?", (group, member.account)
    )
    if not any(may(row[0], Right.MEMBERS, catalog) for row in rows):
        able = " or ".join(roles_with(Right.MEMBERS, catalog))
        raise conflict(
            "last_admin",
            f"Nobody else here is {able}. Make somebody else so first, or delete the whole.",
        )


def _member(row: Row) -> Member:
    return Member(row[0], row[1], json.loads(row[2]), at_from(row[3]), row[4], row[5])
