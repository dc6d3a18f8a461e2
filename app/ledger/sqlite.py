"""The ledger on SQLite: inside somebody's transaction, or on a connection of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, TypeVar

from app.errors import LedgerError
from app.ledger import admission, calls, settlement
from app.ledger.records import Admission, Admit, Settle, Settled
from app.ledger.schema import SQLITE_STATEMENTS
from app.ledger.steps import Row, Steps

T = TypeVar("T")
P = ParamSpec("P")
BUSY_TIMEOUT_S = 30.0


def run(connection: sqlite3.Connection, steps: Steps[T]) -> T:
    """Take the steps on a connection whose transaction is the caller's to begin and to end.

    Errors of the database and of the ledger come out as they are: roll back then.
    """
    try:
        statement = next(steps)
        while True:
            try:
                rows: Sequence[Row] = connection.execute(
                    statement.text, statement.values
                ).fetchall()
            except sqlite3.Error as error:
                statement = steps.throw(error)
            else:
                statement = steps.send(rows)
    except StopIteration as end:
        answer: T = end.value
        return answer


class SqliteLedger:
    """A ledger in a file of its own. Several processes may use the file, each its own object;
    one thread uses an object at a time.

    Every operation is one transaction that is on the disk when it returns.
    """

    def __init__(self, path: Path | str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        """Open the file, made where it is not there. Raises sqlite3.Error."""
        self._connection = sqlite3.connect(
            path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._make()

    def run(self, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Take an operation's steps in one transaction: all of it, or nothing."""
        return self._within("BEGIN IMMEDIATE", operation(*args, **kwargs))

    def read(self, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Take reading steps on one state of the file, beside whoever writes."""
        return self._within("BEGIN", operation(*args, **kwargs))

    def admit(self, wish: Admit) -> Admission:
        """As `admission.admit`."""
        return self.run(admission.admit, wish)

    def dispatch(self, hold_id: str, *, route: str, owner: str, lease_until: datetime) -> None:
        """As `calls.dispatch`."""
        self.run(calls.dispatch, hold_id, route=route, owner=owner, lease_until=lease_until)

    def settle(self, order: Settle) -> Settled:
        """As `settlement.settle`."""
        return self.run(settlement.settle, order)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> SqliteLedger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _within(self, begin: str, steps: Steps[T]) -> T:
        self._connection.execute(begin)
        try:
            answer = run(self._connection, steps)
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        return answer

    def _has_tables(self) -> bool:
        found = self._connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE name LIKE 'ledger@_%' ESCAPE '@'"
            " AND sql IS NOT NULL"
        ).fetchone()[0]
        if found not in (0, len(SQLITE_STATEMENTS)):
            raise LedgerError("This file holds a ledger of another version.")
        return bool(found)

    def _make(self) -> None:
        """Make the tables where there are none. Whoever comes second finds them."""
        if self._has_tables():
            return  # and waits for nobody who writes
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            if not self._has_tables():
                for statement in SQLITE_STATEMENTS:
                    self._connection.execute(statement)
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
