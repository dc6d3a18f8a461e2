"""The same ledger on either database, for tests: one connection, or many at once."""

from __future__ import annotations

import queue
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ParamSpec, Protocol, TypeVar

import psycopg

from app.ledger.records import Admission, Admit, Settle, Settled
from app.ledger.steps import Steps

T = TypeVar("T")
P = ParamSpec("P")


class Ledger(Protocol):
    """What SqliteLedger and PostgresLedger have in common."""

    def run(self, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs) -> T: ...
    def read(self, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs) -> T: ...
    def admit(self, wish: Admit) -> Admission: ...
    def dispatch(self, hold_id: str, *, route: str, owner: str, lease_until: datetime) -> None: ...
    def settle(self, order: Settle) -> Settled: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A ledger with the door around it: `by_hand` writes what no operation would."""

    name: str
    ledger: Ledger
    by_hand: Callable[[str], list[tuple[Any, ...]]]
    refusals: tuple[type[Exception], ...] = (sqlite3.IntegrityError, psycopg.IntegrityError)


class Lent:
    """So many connections, one to each who asks, the rest wait."""

    def __init__(self, dsn: str, many: int) -> None:
        self._free: queue.Queue[psycopg.Connection[Any]] = queue.Queue()
        self._all = [psycopg.connect(dsn, autocommit=True) for _ in range(many)]
        for connection in self._all:
            self._free.put(connection)

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        taken = self._free.get()
        try:
            yield taken
        finally:
            self._free.put(taken)

    def close(self) -> None:
        for connection in self._all:
            connection.close()
