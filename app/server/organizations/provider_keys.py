"""A workspace's own keys for providers: sealed, shown by their last four letters alone, opened for
one call at a time."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Holder, OwnKeys, Right
from app.ledger.rows import at_from, ms_from
from app.ledger.steps import Row, Sql, Steps
from app.logs import register_secret
from app.server.credits.own_keys import forget_own_key, note_own_key
from app.server.credits.records import AdmittedCall
from app.server.errors import Refused, conflict, not_found
from app.server.events import Kind, announce
from app.server.organizations.groups import Acting, Group, changing, read_group
from app.server.organizations.key_checks import host_for, key_works
from app.server.organizations.sealing import SealBroken, seal, unseal
from app.server.services import Services

_log = logging.getLogger(__name__)

SHOWN_LETTERS = 4
_COLUMNS = "id, host, name, shown, checked, added_by, created_ms"


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """What is known of a key but the key itself. `shown` are its last four letters; `checked` says
    that the provider took it when it was added."""

    id: str
    host: str
    name: str
    shown: str
    checked: bool
    added_by: str
    created_at: datetime


async def add_key(
    services: Services, acting: Acting, provider: str, secret: str, *, name: str, replaces: bool
) -> ProviderKey:
    """Check a key with its provider and keep it sealed.

    Raises Refused: 400 where the provider refuses it or is none, 403, 404, 409 where there is one
    for this provider and it is not to be replaced, or the plan has no keys of its own.
    """
    register_secret(secret)
    catalog = services.catalog
    host = host_for(catalog, provider)
    group = await services.database.read(read_group, acting.group)
    _refuse_without_keys(catalog, group)
    checked = await key_works(services, host, secret)
    key_id = f"pk_{services.clock.new_id()}"
    key = ProviderKey(
        key_id,
        host.id,
        name or host.name,
        secret[-SHOWN_LETTERS:],
        checked,
        acting.person.account,
        services.clock.now(),
    )
    sealed = seal(services.secret, acting.group, key_id, secret)
    await services.database.run(_keep, catalog, acting, key, sealed, replaces=replaces)
    return key


async def open_keys(services: Services, call: AdmittedCall) -> dict[str, str]:
    """The keys of its own that a call goes by, by their ids; hidden from every log from now on.

    A key that cannot be opened is left out where another one can. Raises Refused: 409 where every
    key was removed in the meantime, 503 where none can be opened.
    """
    wanted = dict.fromkeys(route.own_key for route in call.routes if route.own_key)
    if not wanted:
        return {}
    tenant = call.caller.tenant
    kept = await services.database.read(_sealed, tenant, tuple(wanted))
    opened: dict[str, str] = {}
    for key_id, sealed in kept:
        try:
            opened[key_id] = unseal(services.secret, tenant, key_id, sealed)
        except SealBroken as error:
            _log.error("%s of %s cannot be opened: was the server's secret changed?", error, tenant)
    if opened:
        for secret in opened.values():
            register_secret(secret)
        return opened
    if kept:
        raise Refused(
            503,
            "key_sealed",
            "The workspace's own key cannot be opened by this server any more. Remove it and add "
            "it again.",
        )
    raise conflict("key_removed", "The workspace's own key was removed at this moment. Try again.")


def provider_keys_of(tenant: str) -> Steps[tuple[ProviderKey, ...]]:
    """The keys of a workspace, by provider."""
    rows = yield Sql(
        f"SELECT {_COLUMNS} FROM provider_keys WHERE tenant = ? ORDER BY host", (tenant,)
    )
    return tuple(_key(row) for row in rows)


def remove_key(catalog: PlanCatalog, acting: Acting, key_id: str, now: datetime) -> Steps[None]:
    """Forget a key for good. Raises Refused: 403, 404."""
    yield from changing(catalog, acting, Right.BILLING)
    rows = yield Sql(
        "DELETE FROM provider_keys WHERE tenant = ? AND id = ? RETURNING id",
        (acting.group, key_id),
    )
    if not rows:
        raise not_found("key")
    yield from forget_own_key(acting.group, key_id)
    yield from announce(acting.group, Kind.BALANCE_CHANGED, now)


def _keep(
    catalog: PlanCatalog, acting: Acting, key: ProviderKey, sealed: str, *, replaces: bool
) -> Steps[None]:
    group = yield from changing(catalog, acting, Right.BILLING)
    _refuse_without_keys(catalog, group)
    there = yield Sql(
        "SELECT id FROM provider_keys WHERE tenant = ? AND host = ?", (group.id, key.host)
    )
    if there and not replaces:
        raise conflict(
            "key_there", "There is a key for this provider. Remove it, or say that it is replaced."
        )
    yield Sql("DELETE FROM provider_keys WHERE tenant = ? AND host = ?", (group.id, key.host))
    yield Sql(
        f"INSERT INTO provider_keys (tenant, sealed, {_COLUMNS})"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            group.id,
            sealed,
            key.id,
            key.host,
            key.name,
            key.shown,
            int(key.checked),
            key.added_by,
            ms_from(key.created_at),
        ),
    )
    yield from note_own_key(group.id, key.host, key.id)
    # Members' windows say whose key pays before the next message.
    yield from announce(group.id, Kind.BALANCE_CHANGED, key.created_at)


def _refuse_without_keys(catalog: PlanCatalog, group: Group) -> None:
    plan = group.plan_in(catalog)
    if plan is None or plan.own_keys is OwnKeys.NEVER:
        raise conflict("no_own_keys", "The plan here has no use for own keys.")
    if plan.own_keys_held_by is not Holder.ORGANIZATION:
        raise conflict(
            "keys_of_members", "With this plan each member uses their own keys, on their computer."
        )


def _sealed(tenant: str, key_ids: tuple[str, ...]) -> Steps[tuple[tuple[str, str], ...]]:
    marks = ", ".join("?" * len(key_ids))
    rows = yield Sql(
        f"SELECT id, sealed FROM provider_keys WHERE tenant = ? AND id IN ({marks})",
        (tenant, *key_ids),
    )
    return tuple((row[0], row[1]) for row in rows)


def _key(row: Row) -> ProviderKey:
    return ProviderKey(row[0], row[1], row[2], row[3], bool(row[4]), row[5], at_from(row[6]))
