"""The tables of proxy, in statements that both databases take."""

from __future__ import annotations

# What the provider calls a call that has run for a while: another worker can look it up by this
# name where the one that ran it died.
GENERATIONS = """
CREATE TABLE generations (
    tenant TEXT NOT NULL,
    hold_id TEXT NOT NULL,
    upstream_id TEXT NOT NULL,
    seen_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, hold_id)
)"""

STATEMENTS: tuple[str, ...] = (
    GENERATIONS,
    "CREATE INDEX generations_by_time ON generations (seen_ms)",
)
