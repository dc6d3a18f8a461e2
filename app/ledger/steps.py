"""How the ledger talks to a database: steps that ask for rows, run by whoever has a connection.

An operation is a generator: it yields a statement, gets the rows back, and returns its answer.
The same operation so runs inside the desktop's own transaction, on a blocking connection and on
an asyncio one. It never commits: its runner begins and ends the transaction.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from app.quick_init import quick_init

Row = tuple[Any, ...]
T = TypeVar("T")


@quick_init
@dataclass(frozen=True, slots=True)
class Sql:
    """One statement with its values. Placeholders are `?`; a driver puts in its own.

    With `lock` the rows that a SELECT reads stay as they are until the transaction ends: a lock
    on each where writers run side by side, nothing where there is one writer at a time.
    """

    text: str
    values: Sequence[Any] = ()
    lock: bool = False


Steps = Generator[Sql, Sequence[Row], T]
