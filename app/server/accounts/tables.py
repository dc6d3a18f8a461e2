"""The tables of accounts, in statements that both databases take.

An account is a person, an organization or a workspace: whoever can have balances. Its id is the
tenant in every other table. Tokens are kept as hashes alone.
"""

from __future__ import annotations

ACCOUNTS = """
CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'organization', 'workspace')),
    name TEXT NOT NULL DEFAULT '',
    email TEXT,
    plan TEXT NOT NULL,
    flags TEXT NOT NULL DEFAULT '',
    flag_reason TEXT NOT NULL DEFAULT '',
    subscribed_ms INTEGER,
    paid_until_ms INTEGER,
    seats INTEGER NOT NULL DEFAULT 0,
    custom_amounts TEXT NOT NULL DEFAULT '{}',
    last_call_ms INTEGER,
    created_ms INTEGER NOT NULL,
    created_from TEXT NOT NULL DEFAULT '',
    deleted_ms INTEGER
)"""

DEVICES = """
CREATE TABLE devices (
    account TEXT NOT NULL,
    id TEXT NOT NULL,
    public_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL DEFAULT '',
    created_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    removed_ms INTEGER,
    PRIMARY KEY (account, id)
)"""

SESSIONS = """
CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    device TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
)"""

# `tenant` pays; `account` is the person who made it. The cap is what it may draw in a calendar
# month (UTC), in picodollars of cost; NULL: no cap of its own.
API_KEYS = """
CREATE TABLE api_keys (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    shown TEXT NOT NULL,
    cap_pusd INTEGER,
    created_ms INTEGER NOT NULL,
    revoked_ms INTEGER,
    PRIMARY KEY (tenant, id)
)"""

# Who belongs to an organization or a workspace. `caps` is by allowance, JSON.
MEMBERS = """
CREATE TABLE members (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    role TEXT NOT NULL,
    caps TEXT NOT NULL DEFAULT '{}',
    joined_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, account)
)"""

# How often something happened in a window: limits that hold for all workers together.
BUCKETS = """
CREATE TABLE buckets (
    name TEXT NOT NULL,
    window_ms INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (name, window_ms)
)"""

# What a tenant's open windows are told; forgotten after an hour.
ANNOUNCEMENTS = """
CREATE TABLE announcements (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    facts TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
)"""

# What a device is to sign, once; whoever answers takes the row away.
CHALLENGES = """
CREATE TABLE challenges (
    challenge_hash TEXT NOT NULL PRIMARY KEY,
    public_key TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
)"""

# Codes that went out by e-mail, as keyed hashes. `account` is whose address it becomes or whose
# device it adds; empty where the address is nobody's, so that no answer tells.
EMAIL_CODES = """
CREATE TABLE email_codes (
    id TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('add', 'recover')),
    account TEXT NOT NULL,
    email TEXT NOT NULL,
    code_mac TEXT NOT NULL,
    wrong INTEGER NOT NULL DEFAULT 0,
    expires_ms INTEGER NOT NULL
)"""

# How long somebody has to wait who was wrong again and again.
WAITS = """
CREATE TABLE waits (
    name TEXT NOT NULL PRIMARY KEY,
    wrong INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
)"""

# Shared passphrases that open a plan, as Argon2id hashes.
PASSPHRASES = """
CREATE TABLE passphrases (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL DEFAULT '',
    hash TEXT NOT NULL,
    issued_ms INTEGER NOT NULL,
    replaced_ms INTEGER,
    revoked_ms INTEGER
)"""

# Which passphrase opened an account's plan: when it retires, so does what it opened.
PASSPHRASE_OPENINGS = """
CREATE TABLE passphrase_openings (
    account TEXT NOT NULL PRIMARY KEY,
    passphrase TEXT NOT NULL,
    opened_ms INTEGER NOT NULL
)"""

# Open event streams, each a lease that its worker renews.
STREAMS = """
CREATE TABLE streams (
    account TEXT NOT NULL,
    id TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (account, id)
)"""

STATEMENTS: tuple[str, ...] = (
    ACCOUNTS,
    DEVICES,
    SESSIONS,
    API_KEYS,
    MEMBERS,
    BUCKETS,
    ANNOUNCEMENTS,
    CHALLENGES,
    EMAIL_CODES,
    WAITS,
    PASSPHRASES,
    PASSPHRASE_OPENINGS,
    STREAMS,
    "CREATE UNIQUE INDEX accounts_by_email ON accounts (email) WHERE email IS NOT NULL",
    "CREATE INDEX sessions_by_account ON sessions (account)",
    "CREATE INDEX members_by_account ON members (account)",
    "CREATE INDEX announcements_by_time ON announcements (at_ms)",
)
