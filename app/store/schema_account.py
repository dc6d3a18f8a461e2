"""The step that brings what the desktop knows of credit servers: accounts, what they said last,
purchases under way, and the calls that hosted credit paid for.
"""

from __future__ import annotations

# `acts_for` is the organization or workspace that is chosen, empty for the person's own account.
# `last_event` is where the event stream goes on.
_SERVERS = """
CREATE TABLE servers (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    demo INTEGER NOT NULL DEFAULT 0 CHECK (demo IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('new', 'signed_in', 'signed_out', 'removed')),
    account TEXT NOT NULL DEFAULT '',
    device TEXT NOT NULL DEFAULT '',
    "where" TEXT NOT NULL DEFAULT '',
    acts_for TEXT NOT NULL DEFAULT '',
    last_event TEXT NOT NULL DEFAULT '',
    created_ms INTEGER NOT NULL
) STRICT"""

# What a server said last, by subject; `holder` is whose it is, empty for what is everybody's.
_ACCOUNT_CACHE = """
CREATE TABLE account_cache (
    seq INTEGER PRIMARY KEY,
    server_id TEXT NOT NULL,
    holder TEXT NOT NULL,
    subject TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    content TEXT NOT NULL,
    UNIQUE (server_id, holder, subject)
) STRICT"""

_CHECKOUTS = """
CREATE TABLE checkouts (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    server_id TEXT NOT NULL,
    holder TEXT NOT NULL,
    offer TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    url TEXT NOT NULL,
    amount_cents INTEGER NOT NULL CHECK (amount_cents >= 0),
    currency TEXT NOT NULL,
    begun_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT"""

# `base_letters` and `base_thinking` are how long the message was before this call wrote to it.
# `receipt` is the server's, letter by letter; NULL while it is not known.
_HOSTED_CALLS = """
CREATE TABLE hosted_calls (
    seq INTEGER PRIMARY KEY,
    hold_id TEXT NOT NULL UNIQUE,
    message_id TEXT NOT NULL,
    server_id TEXT NOT NULL,
    holder TEXT NOT NULL,
    model TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    base_letters INTEGER NOT NULL CHECK (base_letters >= 0),
    base_thinking INTEGER NOT NULL CHECK (base_thinking >= 0),
    receipt TEXT
) STRICT"""

# What one grant paid of one call, in its own unit.
_HOSTED_DRAWS = """
CREATE TABLE hosted_draws (
    seq INTEGER PRIMARY KEY,
    hold_id TEXT NOT NULL,
    server_id TEXT NOT NULL,
    holder TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    model TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    grant_name TEXT NOT NULL,
    unit TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    UNIQUE (hold_id, grant_id)
) STRICT"""

_ACCOUNT_NOTICES = """
CREATE TABLE account_notices (
    seq INTEGER PRIMARY KEY,
    server_id TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    percent INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (server_id, grant_id, percent)
) STRICT"""

# `pins` are the server's signing keys as far as this copy has followed their lists.
_LICENSES = """
CREATE TABLE licenses (
    seq INTEGER PRIMARY KEY,
    server_id TEXT NOT NULL UNIQUE,
    block TEXT NOT NULL,
    renewed_ms INTEGER,
    pins TEXT NOT NULL,
    list_number INTEGER NOT NULL DEFAULT 0
) STRICT"""

ACCOUNT_TABLES = (
    "servers",
    "account_cache",
    "checkouts",
    "hosted_calls",
    "hosted_draws",
    "account_notices",
    "licenses",
)

BRING_ACCOUNTS = (
    _SERVERS,
    _ACCOUNT_CACHE,
    _CHECKOUTS,
    _HOSTED_CALLS,
    _HOSTED_DRAWS,
    _ACCOUNT_NOTICES,
    _LICENSES,
    "CREATE INDEX hosted_draws_by_time ON hosted_draws (server_id, holder, at_ms)",
    "CREATE INDEX hosted_calls_of_message ON hosted_calls (message_id)",
)
