"""The tables of organizations, in statements that both databases take. Who belongs to one is a row
of accounts' `members`; the hosts that it has keys for are rows of credits' `own_keys`."""

from __future__ import annotations

# A way in, for one person, once. The token itself is shown when it is made and kept as a hash.
INVITATIONS = """
CREATE TABLE invitations (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL DEFAULT '',
    role TEXT NOT NULL,
    invited_by TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    accepted_ms INTEGER,
    accepted_by TEXT NOT NULL DEFAULT '',
    revoked_ms INTEGER,
    PRIMARY KEY (tenant, id)
)"""

# A workspace's own keys for providers, sealed with a key of the server's secret. `shown` is the
# last four letters, all that anybody sees of one again.
PROVIDER_KEYS = """
CREATE TABLE provider_keys (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    host TEXT NOT NULL,
    name TEXT NOT NULL,
    shown TEXT NOT NULL,
    sealed TEXT NOT NULL,
    checked INTEGER NOT NULL,
    added_by TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, host)
)"""

STATEMENTS: tuple[str, ...] = (
    INVITATIONS,
    PROVIDER_KEYS,
    "CREATE INDEX invitations_by_end ON invitations (expires_ms)",
)
