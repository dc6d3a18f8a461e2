"""Admit, dispatch and settle against bare transactions of the same rows and commits, in one run.

On SQLite and on PostgreSQL, both waiting for the disk, with 1 and with 32 connections; and once
more with a million postings (LEDGER_POSTINGS=10000000 for a soak), which must not slow it down.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import ledger_calls as calls
import psycopg
from figures import RUNS, Figure
from ledger_filling import POSTGRES_CALLS, SQLITE_CALLS, fill

from app.ledger.accounts import open_accounts
from app.ledger.postgres import AsyncPostgresLedger, PostgresLedger, make_tables
from app.ledger.sqlite import SqliteLedger

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

MANY = 32
CALLS = {1: 200, MANY: 1280}
SHARE_LEAST, SHARE_LEAST_HOT = 0.5, 0.3
SLOWER_MOST = 1.3
POSTINGS = int(os.environ.get("LEDGER_POSTINGS", "1000000"))
_names = itertools.count()

# One measured run: so many calls over so many connections, on the hot wallet or on all; a second.
Rate = Callable[[int, bool], float]


@dataclass(frozen=True, slots=True)
class Rivals:
    """The ledger and the bare transactions on one database, and how to fill it."""

    name: str
    ledger: Rate
    bare: Rate
    fill: Callable[[int], None]


def figures() -> Iterable[Figure]:
    """Calls per second, the medians of five runs that take turns."""
    for place in (_postgres, _sqlite):
        with place() as rivals:
            yield from _against_bare(rivals)
            yield from _when_full(rivals)


def _against_bare(rivals: Rivals) -> Iterable[Figure]:
    for connections in (1, MANY):
        for hot, limit in ((False, SHARE_LEAST), (True, SHARE_LEAST_HOT)):
            ours, bare = [], []
            for _ in range(RUNS):
                ours.append(rivals.ledger(connections, hot))
                bare.append(rivals.bare(connections, False))
            wallets = "a hot wallet" if hot else f"{calls.WALLETS} wallets"
            yield Figure(
                metric=f"{rivals.name}: calls over {wallets}, {connections} connections",
                value=median(ours),
                unit="calls/s",
                against="bare transactions of the same rows and commits",
                base=median(bare),
                limit=limit,
                at_least=True,
            )


def _when_full(rivals: Rivals) -> Iterable[Figure]:
    def once_ms() -> float:
        return 1000 / rivals.ledger(1, False)

    empty = [once_ms() for _ in range(RUNS)]
    rivals.fill(POSTINGS)
    once_ms()
    yield Figure(
        metric=f"{rivals.name}: a call with {POSTINGS:,} postings",
        value=median(once_ms() for _ in range(RUNS)),
        unit="ms",
        against="the empty ledger",
        base=median(empty),
        limit=SLOWER_MOST,
    )


@contextmanager
def _postgres() -> Iterator[Rivals]:
    from tests.fixtures.postgres import find_programs, running

    programs = find_programs()
    if programs is None:
        sys.exit("The bench of the ledger needs PostgreSQL.")
    with running(programs, durable=True) as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            make_tables(connection)
            _fill_accounts_of_postgres(connection)

            def write(postings: int) -> None:
                with connection.transaction():
                    fill(connection.execute, POSTGRES_CALLS, postings, 10_000_000)
                connection.execute("VACUUM ANALYZE")
                connection.execute("CHECKPOINT")

            yield Rivals(
                "PostgreSQL",
                lambda many, hot: asyncio.run(_on_postgres(server.dsn, many, hot, bare=False)),
                lambda many, hot: asyncio.run(_on_postgres(server.dsn, many, hot, bare=True)),
                write,
            )


def _fill_accounts_of_postgres(connection: psycopg.Connection[Any]) -> None:
    @contextmanager
    def lend() -> Iterator[psycopg.Connection[Any]]:
        yield connection

    PostgresLedger(lend).run(open_accounts, calls.openings(), calls.NOW)
    sequence = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
    for statement in calls.BARE_TABLES:
        connection.execute(statement.format(sequence=sequence))
    connection.execute("INSERT INTO bare_accounts SELECT id, posted, 0 FROM ledger_accounts")
    connection.execute("VACUUM ANALYZE")


async def _on_postgres(dsn: str, many: int, hot: bool, *, bare: bool) -> float:
    """Calls a second over so many connections of one process."""
    lent = [await psycopg.AsyncConnection.connect(dsn, autocommit=True) for _ in range(many)]

    async def work(connection: psycopg.AsyncConnection[Any], count: int) -> None:
        @asynccontextmanager
        async def lend() -> Any:
            yield connection

        ledger = AsyncPostgresLedger(lend)
        for _ in range(count):
            number = next(_names)
            account = calls.account_of(number, hot)
            if bare:
                await calls.bare_on_postgres(connection, str(number), account)
            else:
                await calls.call_on_postgres(ledger, str(number), account)

    async def all_of(count: int) -> float:
        start = time.perf_counter()
        await asyncio.gather(*(work(connection, count) for connection in lent))
        return count * many / (time.perf_counter() - start)

    await all_of(8)  # the statements are prepared
    rate = await all_of(CALLS[many] // many)
    for connection in lent:
        await connection.close()
    return rate


@contextmanager
def _sqlite() -> Iterator[Rivals]:
    with tempfile.TemporaryDirectory() as folder:
        path, bare = Path(folder) / "ledger.db", Path(folder) / "bare.db"
        with SqliteLedger(path) as ledger:
            ledger.run(open_accounts, calls.openings(), calls.NOW)
        connection = _bare_connection(bare)
        for statement in calls.BARE_TABLES:
            connection.execute(statement.format(sequence="INTEGER PRIMARY KEY"))
        rows = [(opening.id, calls.GRANTED) for opening in calls.openings()]
        connection.executemany("INSERT INTO bare_accounts VALUES (?, ?, 0)", rows)
        connection.close()

        def write(postings: int) -> None:
            filled = sqlite3.connect(path, isolation_level=None)
            filled.execute("BEGIN IMMEDIATE")
            fill(filled.execute, SQLITE_CALLS, postings, 10_000_000)
            filled.execute("COMMIT")
            filled.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            filled.close()

        yield Rivals(
            "SQLite",
            lambda many, hot: _on_sqlite(lambda: _ledger_calls(path, hot), many),
            lambda many, hot: _on_sqlite(lambda: _bare_calls(bare, hot), many),
            write,
        )


def _bare_connection(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


@contextmanager
def _ledger_calls(path: Path, hot: bool) -> Iterator[Callable[[int], None]]:
    with SqliteLedger(path) as ledger:
        yield lambda number: calls.call_on_sqlite(
            ledger, str(number), calls.account_of(number, hot)
        )


@contextmanager
def _bare_calls(path: Path, hot: bool) -> Iterator[Callable[[int], None]]:
    connection = _bare_connection(path)
    try:
        yield lambda number: calls.bare_on_sqlite(
            connection, str(number), calls.account_of(number, hot)
        )
    finally:
        connection.close()


def _on_sqlite(open_one: Callable[[], Any], many: int) -> float:
    """Calls a second from so many threads, each with a connection of its own."""
    barrier = threading.Barrier(many + 1)
    count = CALLS[many] // many

    def work(_: int) -> None:
        with open_one() as call:
            call(next(_names))
            barrier.wait()
            for _ in range(count):
                call(next(_names))

    with ThreadPoolExecutor(many) as threads:
        ended = [threads.submit(work, number) for number in range(many)]
        barrier.wait()
        start = time.perf_counter()
        for each in ended:
            each.result()
        return count * many / (time.perf_counter() - start)
