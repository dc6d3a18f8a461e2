"""For which hosts a tenant has a provider's key of its own. No secret comes in here: whoever seals
a key tells its id in the same transaction."""

from __future__ import annotations

from app.ledger.steps import Sql, Steps


def note_own_key(tenant: str, host: str, key_id: str) -> Steps[None]:
    """From now on calls that reach `host` (an id of the host table) may go by this key."""
    yield Sql(
        "INSERT INTO own_keys (tenant, host, id) VALUES (?, ?, ?)"
        " ON CONFLICT (tenant, host) DO UPDATE SET id = excluded.id",
        (tenant, host, key_id),
    )


def forget_own_key(tenant: str, key_id: str) -> Steps[None]:
    """The key was removed; calls that are under way go on with it."""
    yield Sql("DELETE FROM own_keys WHERE tenant = ? AND id = ?", (tenant, key_id))
