"""The tables of operator, in statements that both databases take."""

from __future__ import annotations

# The audit log. `was` and `became` are JSON, read by the same statements before and after the act,
# in its transaction; an act of several transactions has a part for each.
ACTS = """
CREATE TABLE operator_acts (
    id TEXT NOT NULL,
    part INTEGER NOT NULL,
    subject TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    act TEXT NOT NULL,
    reason TEXT NOT NULL,
    was TEXT NOT NULL,
    became TEXT NOT NULL,
    PRIMARY KEY (id, part, subject)
)"""

# Routes that the operator has closed beside what the catalog says, with the reason that users see.
CLOSED_ROUTES = """
CREATE TABLE closed_routes (
    route TEXT NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL,
    at_ms INTEGER NOT NULL
)"""

# A link that opens the operator's page, once, and the visit that it became.
OPERATOR_VISITS = """
CREATE TABLE operator_visits (
    token_hash TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('link', 'visit')),
    who TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
)"""

# The catalogs that were applied to the accounts, as the files were.
CATALOGS = """
CREATE TABLE applied_catalogs (
    number INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    at_ms INTEGER NOT NULL
)"""

# What each worker counted since it started, written every few seconds: whichever worker is asked
# for the figures answers for all.
WORKER_FIGURES = """
CREATE TABLE worker_figures (
    worker TEXT NOT NULL PRIMARY KEY,
    figures TEXT NOT NULL,
    at_ms INTEGER NOT NULL
)"""

APPEND_ONLY = "operator_acts"
STATEMENTS: tuple[str, ...] = (
    ACTS,
    CLOSED_ROUTES,
    OPERATOR_VISITS,
    CATALOGS,
    WORKER_FIGURES,
    "CREATE INDEX operator_acts_by_time ON operator_acts (at_ms)",
    "CREATE INDEX operator_acts_by_subject ON operator_acts (subject, at_ms)",
)
