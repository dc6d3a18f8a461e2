"""The tables of licenses, in statements that both databases take. Private keys are in files."""

from __future__ import annotations

# Every key that ever signed, the retired and the revoked ones with it.
LICENSE_KEYS = """
CREATE TABLE license_keys (
    id TEXT NOT NULL PRIMARY KEY,
    public_key TEXT NOT NULL,
    signs_from_ms INTEGER,
    signs_until_ms INTEGER,
    revoked_ms INTEGER,
    reason TEXT NOT NULL DEFAULT '',
    created_ms INTEGER NOT NULL
)"""

# The signed key lists. All are kept: a copy follows them one by one from the one that it knows.
LICENSE_KEY_LISTS = """
CREATE TABLE license_key_lists (
    number INTEGER NOT NULL PRIMARY KEY,
    issued_ms INTEGER NOT NULL,
    block TEXT NOT NULL
)"""

# Of online licenses the newest of each device, of offline ones all.
LICENSES = """
CREATE TABLE licenses (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('online', 'offline')),
    account TEXT NOT NULL DEFAULT '',
    device TEXT NOT NULL DEFAULT '',
    device_key TEXT NOT NULL,
    plan TEXT NOT NULL,
    key_id TEXT NOT NULL,
    issued_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    block TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    revoked_ms INTEGER,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (tenant, id)
)"""

STATEMENTS: tuple[str, ...] = (
    LICENSE_KEYS,
    LICENSE_KEY_LISTS,
    LICENSES,
    "CREATE UNIQUE INDEX licenses_online ON licenses (tenant, device_key) WHERE kind = 'online'",
    "CREATE INDEX licenses_by_end ON licenses (expires_ms)",
)
