"""Named API keys: shown once, kept as hashes, each with a cap for a month where its owner wants.

In an organization or workspace who may use models may have keys of their own; who may change
members sees and ends everybody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Right, Window
from app.catalog.rights import may
from app.ledger.rows import at_from, ms_from
from app.ledger.steps import Row, Sql, Steps
from app.metering.allowances_windows import span_at
from app.server.accounts.identify import Caller
from app.server.errors import conflict, not_allowed, not_found

KEYS_MAX = 100  # of one account, organization or workspace, that are not revoked
SHOWN_LETTERS = 8

_COLUMNS = "id, name, shown, account, cap_pusd, created_ms"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of a tenant. `account` made it; `cap_pusd` None: no cap of its own. `drawn_pusd` is
    what its calls cost in this month (UTC), picodollars."""

    tenant: str
    id: str
    name: str
    shown: str
    account: str
    cap_pusd: int | None
    created_at: datetime
    drawn_pusd: int = 0


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that is to be kept; `token_hash` is all that stays of its token."""

    id: str
    token_hash: str = field(repr=False)
    name: str
    shown: str
    cap_pusd: int | None


@dataclass(frozen=True, slots=True)
class KeyEdit:
    """What changes: `name` None leaves it; `cap_pusd` counts only with `sets_cap`."""

    name: str | None = None
    sets_cap: bool = False
    cap_pusd: int | None = None


def keep_key(catalog: PlanCatalog, caller: Caller, key: NewKey, now: datetime) -> Steps[ApiKey]:
    """Raises Refused: 403 for a role that may not ask models, 409 where there are too many."""
    _refuse_unless_user(catalog, caller)
    # Who makes one at the same moment waits here, so that the limit is exact.
    yield Sql("SELECT id FROM accounts WHERE id = ?", (caller.tenant,), lock=True)
    rows = yield Sql(
        "SELECT count(*) FROM api_keys WHERE tenant = ? AND revoked_ms IS NULL", (caller.tenant,)
    )
    if rows[0][0] >= KEYS_MAX:
        raise conflict("keys_full", f"There are {KEYS_MAX} keys already. Revoke one first.")
    yield Sql(
        "INSERT INTO api_keys (tenant, id, token_hash, account, name, shown, cap_pusd, created_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            caller.tenant,
            key.id,
            key.token_hash,
            caller.account,
            key.name,
            key.shown,
            key.cap_pusd,
            ms_from(now),
        ),
    )
    return ApiKey(caller.tenant, key.id, key.name, key.shown, caller.account, key.cap_pusd, now)


def keys_of(catalog: PlanCatalog, caller: Caller, now: datetime) -> Steps[tuple[ApiKey, ...]]:
    """The keys that the caller may see, the oldest first, with what each drew this month.

    Raises Refused (403) for a role that may not even read.
    """
    if not may(caller.role, Right.READ, catalog):
        raise not_allowed("Your role here may not see the keys.")
    own, values = _own(catalog, caller)
    rows = yield Sql(
        f"SELECT {_COLUMNS} FROM api_keys WHERE tenant = ? AND revoked_ms IS NULL{own}"
        " ORDER BY created_ms, id",
        (caller.tenant, *values),
    )
    drawn = yield from _drawn(caller.tenant, now)
    return tuple(_key(caller.tenant, row, drawn) for row in rows)


def edit_key(
    catalog: PlanCatalog, caller: Caller, key_id: str, edit: KeyEdit, now: datetime
) -> Steps[ApiKey]:
    """Rename a key or change its cap, which holds from the next call on. Raises Refused: 403, 404
    for a key that the caller does not see."""
    _refuse_unless_user(catalog, caller)
    key = yield from _seen(catalog, caller, key_id)
    key = replace(
        key,
        name=key.name if edit.name is None else edit.name,
        cap_pusd=edit.cap_pusd if edit.sets_cap else key.cap_pusd,
    )
    yield Sql(
        "UPDATE api_keys SET name = ?, cap_pusd = ? WHERE tenant = ? AND id = ?",
        (key.name, key.cap_pusd, key.tenant, key.id),
    )
    drawn = yield from _drawn(caller.tenant, now)
    return replace(key, drawn_pusd=drawn.get(key.id, 0))


def revoke_key(catalog: PlanCatalog, caller: Caller, key_id: str, now: datetime) -> Steps[None]:
    """End a key: its next call is refused. Raises Refused (404)."""
    key = yield from _seen(catalog, caller, key_id)
    yield Sql(
        "UPDATE api_keys SET revoked_ms = ? WHERE tenant = ? AND id = ?",
        (ms_from(now), key.tenant, key.id),
    )


def _refuse_unless_user(catalog: PlanCatalog, caller: Caller) -> None:
    if not may(caller.role, Right.USE, catalog):
        raise not_allowed("Your role here may read, and a key could ask models.")


def _own(catalog: PlanCatalog, caller: Caller) -> tuple[str, tuple[str, ...]]:
    """The condition that leaves a member's own keys, empty for who may see all."""
    if may(caller.role, Right.MEMBERS, catalog):
        return "", ()
    return " AND account = ?", (caller.account,)


def _seen(catalog: PlanCatalog, caller: Caller, key_id: str) -> Steps[ApiKey]:
    own, values = _own(catalog, caller)
    rows = yield Sql(
        f"SELECT {_COLUMNS} FROM api_keys WHERE tenant = ? AND id = ? AND revoked_ms IS NULL{own}",
        (caller.tenant, key_id, *values),
        lock=True,
    )
    if not rows:
        raise not_found("key")
    return _key(caller.tenant, rows[0], {})


def _drawn(tenant: str, now: datetime) -> Steps[Mapping[str, int]]:
    """What the calls of each key cost in this month, as its cap counts them."""
    span = span_at(Window.MONTH, now)
    assert span is not None
    assert span.start is not None
    rows = yield Sql(
        "SELECT api_key, CAST(coalesce(sum(cost_pusd), 0) AS BIGINT) FROM requests"
        " WHERE tenant = ? AND at_ms >= ? AND api_key <> ''"
        " AND ending NOT IN ('released', 'corrected')"
        " GROUP BY api_key",
        (tenant, ms_from(span.start)),
    )
    return {str(row[0]): int(row[1]) for row in rows}


def _key(tenant: str, row: Row, drawn: Mapping[str, int]) -> ApiKey:
    return ApiKey(
        tenant, row[0], row[1], row[2], row[3], row[4], at_from(row[5]), drawn.get(row[0], 0)
    )
