"""How the ledger talks to a database: steps that ask for rows, run by whoever has a connection.

An operation is a generator: it yields a statement, gets the rows back, and returns its answer.
The same operation so runs inside the desktop's own transaction, on a blocking connection and on
an asyncio one. It never commits: its runner begins and ends the transaction.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

Row = tuple[Any, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sql:
    """One statement with its values. Placeholders are `?`; a driver puts in its own."""

    text: str
    values: Sequence[Any] = ()


Steps = Generator[Sql, Sequence[Row], T]
