"""The step that brings budgets, and which notices of them were given."""

from __future__ import annotations

_BUDGETS = """
CREATE TABLE budgets (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    scope TEXT NOT NULL CHECK (scope IN ('day', 'month', 'chat', 'key', 'assistant')),
    subject_id TEXT NOT NULL,
    period TEXT NOT NULL CHECK (period IN ('day', 'month', 'ever')),
    limit_pusd INTEGER NOT NULL CHECK (limit_pusd >= 0),
    hard INTEGER NOT NULL CHECK (hard IN (0, 1)),
    warn_percent INTEGER NOT NULL CHECK (warn_percent BETWEEN 1 AND 100)
) STRICT"""

# Once for each window of a budget and each percent.
_NOTICES = """
CREATE TABLE budget_notices (
    seq INTEGER PRIMARY KEY,
    budget_id TEXT NOT NULL,
    account TEXT NOT NULL,
    percent INTEGER NOT NULL,
    UNIQUE (account, percent)
) STRICT"""

BRING_BUDGETS = (_BUDGETS, _NOTICES)
