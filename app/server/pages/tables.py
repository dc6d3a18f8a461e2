"""The tables of pages, in statements that both databases take."""

from __future__ import annotations

# A link that opens the account in a browser, once, and the visit that it became.
VISITS = """
CREATE TABLE page_visits (
    token_hash TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('link', 'visit')),
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
)"""

STATEMENTS: tuple[str, ...] = (VISITS,)
