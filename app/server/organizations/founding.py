"""Founding an organization or a workspace: on which plan it begins, and how many there may be."""

from __future__ import annotations

from datetime import timedelta

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Holder, Right
from app.catalog.rights import roles_with
from app.errors import ConfigError
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.server.accounts.identify import Caller
from app.server.accounts.pace import DAY, take_one
from app.server.accounts.sign_in import kept
from app.server.addresses import person_network
from app.server.errors import Refused, conflict
from app.server.organizations.groups import Group, GroupKind, keep_group, read_group
from app.server.services import Services
from app.server.settings import PREFIX

PLAN_VARIABLE = f"{PREFIX}DEFAULT_WORKSPACE_PLAN"
BELONGINGS_MAX = 100  # of one person
PER_DAY = 50  # of one person, where a plan gives nothing away
ASKED_AGAIN = timedelta(minutes=10)


def workspace_plan(services: Services) -> str:
    """The plan that a new workspace begins on: the operator's setting, else the catalog's start
    plan. Raises ConfigError for a setting that names no plan for organizations."""
    catalog = services.catalog
    named = services.settings.variable(PLAN_VARIABLE)
    if not named:
        return catalog.start_plan
    found = next((plan for plan in catalog.plans if plan.id == named.lower()), None)
    if found is None or found.holder is not Holder.ORGANIZATION:
        able = [plan.id for plan in catalog.plans if plan.holder is Holder.ORGANIZATION]
        raise ConfigError(
            f"{PLAN_VARIABLE} is {named!r}, which is no plan for a workspace.",
            f"Write one of: {', '.join(able) or 'none, this catalog has no such plan'}.",
        )
    return found.id


async def found_group(services: Services, person: Caller, kind: GroupKind, name: str) -> Group:
    """A new group with this person as its first admin; the one that they founded by this name a
    moment ago, where they ask again because the answer was lost on its way.

    Raises Refused: 409 where the catalog offers none or the person belongs to too many, 429 for
    the day's limit.
    """
    catalog, now = services.catalog, services.clock.now()
    admins = roles_with(Right.MEMBERS, catalog)
    plan = workspace_plan(services) if kind is GroupKind.WORKSPACE else catalog.start_plan
    if not admins or not _offers(catalog, kind, plan):
        raise conflict("not_offered", f"This server offers no {kind}s.")
    letter = "w" if kind is GroupKind.WORKSPACE else "o"
    group_id = f"{letter}_{services.clock.new_id()}"
    group = Group(group_id, kind, name, plan, frozenset(), 0, {}, None, now)

    def found() -> Steps[Group | Refused]:
        yield Sql("SELECT id FROM accounts WHERE id = ?", (person.account,), lock=True)
        already = yield from _founded_just_now(group, person.account, admins[0])
        if already is not None:
            return already
        rows = yield Sql("SELECT count(*) FROM members WHERE account = ?", (person.account,))
        if rows[0][0] >= BELONGINGS_MAX:
            raise conflict("groups_full", f"You belong to {BELONGINGS_MAX} already. Leave one.")
        bucket, most = _limit(services, person, plan)
        words = f"No more than {most} can be founded in a day."
        refused = yield from take_one(bucket, most, DAY, now, words)
        if refused is not None:
            return refused
        yield from keep_group(group, person.account, admins[0])
        return group

    return await kept(services, found)


def _founded_just_now(wanted: Group, account: str, role: str) -> Steps[Group | None]:
    rows = yield Sql(
        "SELECT a.id FROM members m JOIN accounts a ON a.id = m.tenant"
        " WHERE m.account = ? AND m.role = ? AND a.kind = ? AND a.name = ?"
        " AND a.created_ms > ? AND a.deleted_ms IS NULL",
        (account, role, str(wanted.kind), wanted.name, ms_from(wanted.created_at - ASKED_AGAIN)),
    )
    return (yield from read_group(rows[0][0])) if rows else None


def _offers(catalog: PlanCatalog, kind: GroupKind, plan: str) -> bool:
    """A workspace begins on a plan for organizations, an organization may buy one later."""
    able = {each.id for each in catalog.plans if each.holder is Holder.ORGANIZATION}
    return plan in able if kind is GroupKind.WORKSPACE else bool(able)


def _limit(services: Services, person: Caller, plan: str) -> tuple[str, int]:
    """What a founding is counted under. Where the plan gives something away, as one more free
    account of this address: else free tokens would be had without end."""
    if any(each.amount for each in services.catalog.allowances_of(plan)):
        network = person_network(person.address)
        return f"accounts/{network}", services.settings.limits.devices_per_address_day
    return f"founded/{person.account}", PER_DAY
