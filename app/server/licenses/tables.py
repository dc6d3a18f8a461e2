"""The tables of licenses, in statements that both databases take."""

from __future__ import annotations

STATEMENTS: tuple[str, ...] = ()
