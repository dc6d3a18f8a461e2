"""The server's rows in one SQLite file: one writer, and operations that arrive together share a
commit, each in a savepoint of its own and judged alone."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from app.errors import ConfigError
from app.ledger import admission, calls, settlement
from app.ledger.postgres_statements import Hot
from app.ledger.records import Admission, Admit, Settle, Settled
from app.ledger.schema import SQLITE_STATEMENTS
from app.ledger.sqlite import run as run_steps
from app.ledger.steps import Row, Sql, Steps
from app.server.errors import bad_request, database_down
from app.server.schema import upgrade

T = TypeVar("T")
P = ParamSpec("P")

BUSY_TIMEOUT_S = 30.0
TOGETHER_MAX = 64  # operations in one commit
READERS = 4


@dataclass(frozen=True, slots=True)
class _Order:
    """Steps that wait for the writer; `answer` gets what they return or raise."""

    make: Callable[[], Steps[Any]]
    answer: Future[Any]


class SqliteDatabase:
    """One file, one writing thread, a few reading ones. Several processes may use the file."""

    has_short_ways = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._readers: ThreadPoolExecutor | None = None
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []

    async def open(self) -> None:
        try:
            connection = self._connect()
            connection.execute("BEGIN IMMEDIATE")
            made = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'ledger_holds'")
            if made.fetchone() is None:
                for statement in SQLITE_STATEMENTS:
                    connection.execute(statement)
            run_steps(connection, upgrade("sqlite"))
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise ConfigError(
                f"The database {self._path} cannot be opened: {error}.",
                "Check the folder and its rights, or set another one.",
            ) from error
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._writer = threading.Thread(
            target=self._write, args=(connection,), name="writer", daemon=True
        )
        self._writer.start()

    async def close(self) -> None:
        if self._writer is not None:
            self._orders.put(None)
            await asyncio.to_thread(self._writer.join)
            self._writer = None
        if self._readers is not None:
            await asyncio.to_thread(self._readers.shutdown)
            self._readers = None
        while self._opened:
            self._opened.pop().close()

    async def run(self, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `Database.run`."""
        if self._writer is None:
            raise database_down()
        answer: Future[T] = Future()
        self._orders.put(_Order(lambda: operation(*args, **kwargs), answer))
        # What was ordered is carried out although its caller was cancelled.
        return await asyncio.shield(asyncio.wrap_future(answer))

    async def read(self, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `Database.read`."""
        if self._readers is None:
            raise database_down()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._readers, lambda: self._read(operation(*args, **kwargs))
        )

    async def ask(self, statement: Sql) -> Sequence[Row]:
        if statement.text.startswith("SELECT"):
            return await self.read(_one, statement)
        return await self.run(_one, statement)

    async def at_once(self, statement: Hot) -> bool:
        return False

    async def count_at_once(self, statement: Hot) -> tuple[bool, bool]:
        return False, False

    async def admit(self, wish: Admit) -> Admission:
        return await self.run(admission.admit, wish)

    async def dispatch(
        self, hold_id: str, *, route: str, owner: str, lease_until: datetime
    ) -> None:
        await self.run(calls.dispatch, hold_id, route=route, owner=owner, lease_until=lease_until)

    async def settle(self, order: Settle) -> Settled:
        return await self.run(settlement.settle, order)

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            self._path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        self._opened.append(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _read(self, steps: Steps[T]) -> T:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        try:
            if connection is None:
                connection = self._local.connection = self._connect()
            connection.execute("BEGIN")
            try:
                return run_steps(connection, steps)
            finally:
                connection.execute("ROLLBACK")
        except (sqlite3.OperationalError, OverflowError) as error:
            raise _mapped(error) from error

    def _write(self, connection: sqlite3.Connection) -> None:
        while (first := self._orders.get()) is not None:
            together, is_last = [first], False
            while len(together) < TOGETHER_MAX and not self._orders.empty():
                order = self._orders.get()
                if order is None:
                    is_last = True
                    break
                together.append(order)
            self._commit(connection, together)
            if is_last:
                return

    def _commit(self, connection: sqlite3.Connection, orders: list[_Order]) -> None:
        """Carry out orders in one transaction; none is answered before it is on the disk, also one
        that failed: it may have failed by what another did in this very transaction."""
        done: list[tuple[_Order, Any]] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            for order in orders:
                with _Alone(connection) as alone:
                    done.append((order, run_steps(connection, order.make())))
                if alone.failed is not None:
                    done.append((order, alone))
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            for order in orders:
                order.answer.set_exception(_mapped(error))
            return
        for order, answer in done:
            if isinstance(answer, _Alone) and answer.failed is not None:
                order.answer.set_exception(answer.failed)
            else:
                order.answer.set_result(answer)


class _Alone:
    """A savepoint around one order: what fails in it is undone and kept in `failed`, and the
    others of the same commit notice nothing."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.failed: BaseException | None = None

    def __enter__(self) -> _Alone:
        self._connection.execute("SAVEPOINT one_order")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is None:
            self._connection.execute("RELEASE one_order")
            return False
        if not self._connection.in_transaction:
            # The file itself failed and took the transaction with it: nobody's order was kept.
            raise sqlite3.OperationalError(str(error)) from error
        self._connection.execute("ROLLBACK TO one_order")
        self._connection.execute("RELEASE one_order")
        is_known = isinstance(error, sqlite3.OperationalError | OverflowError)
        self.failed = _mapped(error) if is_known else error
        return True


def _one(statement: Sql) -> Steps[Sequence[Row]]:
    return (yield statement)


def _mapped(error: BaseException) -> Exception:
    if isinstance(error, OverflowError):  # a number beyond 64 bits, as PostgreSQL refuses it
        refused = bad_request("This holds a value that cannot be kept.")
    else:
        refused = database_down()
    refused.__cause__ = error
    return refused
