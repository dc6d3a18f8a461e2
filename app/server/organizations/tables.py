"""The tables of organizations, in statements that both databases take."""

from __future__ import annotations

STATEMENTS: tuple[str, ...] = ()
