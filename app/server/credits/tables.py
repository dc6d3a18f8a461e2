"""The tables of credits, in statements that both databases take."""

from __future__ import annotations

# What was bought or given and never expires: one wallet of the ledger each, with the same id.
# A changed catalog does not touch it.
PACKS = """
CREATE TABLE packs (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    amount INTEGER NOT NULL,
    bought_ms INTEGER NOT NULL,
    origin TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
)"""

# One row for each call that ended, written in the transaction that ended its hold. The receipt is
# in the hold itself; this is what usage is added up from. `at_ms` is when the call was admitted,
# which the hold knows as well: a request is found by its hold and so by this key.
REQUESTS = """
CREATE TABLE requests (
    tenant TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    id TEXT NOT NULL,
    ended_ms INTEGER NOT NULL,
    account TEXT NOT NULL,
    api_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    model TEXT NOT NULL,
    route TEXT NOT NULL,
    host TEXT NOT NULL,
    own_key TEXT NOT NULL,
    payer TEXT NOT NULL,
    ending TEXT NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    plan_tokens INTEGER NOT NULL,
    charged_pusd INTEGER NOT NULL,
    cost_pusd INTEGER,
    lost_pusd INTEGER NOT NULL,
    upstream_id TEXT NOT NULL,
    flagged TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (tenant, at_ms, id)
)"""

# What a client that lost its answer can fetch again, until it expires.
ANSWERS = """
CREATE TABLE answers (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    answer TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
)"""

# For which hosts a tenant has a key of its own, by the id of that key. The key itself is sealed
# elsewhere; whoever keeps it writes this row in the same transaction.
OWN_KEYS = """
CREATE TABLE own_keys (
    tenant TEXT NOT NULL,
    host TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (tenant, host)
)"""

# Threshold notices that an e-mail was sent for, or is being sent.
NOTICE_MAILS = """
CREATE TABLE notice_mails (
    account TEXT NOT NULL,
    percent INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (account, percent)
)"""

BY_BLOCKS = "/* by blocks */"  # where PostgreSQL's index costs an insert nothing

STATEMENTS: tuple[str, ...] = (
    PACKS,
    REQUESTS,
    ANSWERS,
    OWN_KEYS,
    NOTICE_MAILS,
    "CREATE INDEX answers_by_end ON answers (expires_ms)",
    # For margins, exports and bills of all tenants over a time; calls are written in its order.
    f"CREATE INDEX requests_by_time ON requests {BY_BLOCKS} (at_ms)",
    # A tenant's windows that are still open: what every admission reads.
    "CREATE INDEX credits_windows_open ON ledger_accounts (tenant, closes_ms)",
)
