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

STATEMENTS: tuple[str, ...] = (PACKS,)
