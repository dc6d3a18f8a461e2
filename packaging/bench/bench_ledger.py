"""Admit, dispatch and settle against bare transactions of the same rows and commits, in one run.

On SQLite, which waits for the disk at each commit as on the desktop, and on PostgreSQL, which does
not here: the same wait on both sides would hide what the ledger costs. With 1 and 32 connections;
and with a million postings (LEDGER_POSTINGS=10000000 for a soak), which must not slow it down.
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
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import ledger_calls as calls
import psycopg
from figures import Figure
from ledger_filling import POSTGRES_CALLS, SQLITE_CALLS, fill

from app.ledger.accounts import open_accounts
from app.ledger.postgres import AsyncPostgresLedger, PostgresLedger, make_tables
from app.ledger.sqlite import SqliteLedger

MANY = 32
CALLS = {1: 80, MANY: 640}
TURNS = 11
PLACES = ("empty", "filled")
OLD_ENTRIES = 10_000_000  # the ids of the entries that are filled in come after it
SHARE_LEAST, SHARE_LEAST_HOT = 0.5, 0.3
SLOWER_MOST = 1.3
POSTINGS = int(os.environ.get("LEDGER_POSTINGS", "1000000"))
_names = itertools.count()

# One measured run: over so many connections, on the hot wallet or on all; calls a second.
Rate = Callable[[int, bool], float]


@dataclass(frozen=True, slots=True)
class Rivals:
    """On one database: the ledger, the bare transactions, and another ledger that is filled."""

    name: str
    ledger: Rate
    bare: Rate
    full: Rate


def figures() -> Iterable[Figure]:
    """Medians of runs that take turns: the disk is not always as fast."""
    for place in (_postgres, _sqlite):
        with place() as rivals:
            yield from _against_bare(rivals)
            yield _when_full(rivals)


def _against_bare(rivals: Rivals) -> Iterable[Figure]:
    for connections in (1, MANY):
        for hot, limit in ((False, SHARE_LEAST), (True, SHARE_LEAST_HOT)):
            wallets = "a hot wallet" if hot else f"{calls.WALLETS} wallets"
            ours, bare = _in_turns(
                lambda n=connections, h=hot: rivals.ledger(n, h),
                lambda n=connections: rivals.bare(n, False),
            )
            yield Figure(
                metric=f"{rivals.name}: calls over {wallets}, {connections} connections",
                value=ours,
                unit="calls/s",
                against="bare transactions of the same rows and commits",
                base=bare,
                limit=limit,
                at_least=True,
            )


def _when_full(rivals: Rivals) -> Figure:
    # Every wallet's own pages are read once before, as they are in a ledger that runs.
    for _ in range(calls.WALLETS // CALLS[1] + 1):
        rivals.full(1, False)
        rivals.ledger(1, False)
    full, empty = _in_turns(lambda: rivals.full(1, False), lambda: rivals.ledger(1, False))
    return Figure(
        metric=f"{rivals.name}: a call with {POSTINGS:,} postings",
        value=1000 / full,
        unit="ms",
        against="the empty ledger",
        base=1000 / empty,
        limit=SLOWER_MOST,
    )


def _in_turns(one: Callable[[], float], other: Callable[[], float]) -> tuple[float, float]:
    pairs = [(one(), other()) for _ in range(TURNS)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


@contextmanager
def _postgres() -> Iterator[Rivals]:
    from tests.fixtures.postgres import find_programs, running

    programs = find_programs()
    if programs is None:
        sys.exit("The bench of the ledger needs PostgreSQL.")
    with running(programs) as server:
        places = [f"{server.dsn} options='-c search_path={name}'" for name in PLACES]
        for name, dsn in zip(PLACES, places, strict=True):
            with psycopg.connect(dsn, autocommit=True) as connection:
                connection.execute(f"CREATE SCHEMA {name}")
                _make_on_postgres(connection)
                if name == "filled":
                    fill(connection.execute, POSTGRES_CALLS, POSTINGS, OLD_ENTRIES)
                connection.execute("VACUUM ANALYZE")
                connection.execute("CHECKPOINT")
        empty, full = places
        yield Rivals(
            "PostgreSQL",
            lambda many, hot: asyncio.run(_on_postgres(empty, many, hot, bare=False)),
            lambda many, hot: asyncio.run(_on_postgres(empty, many, hot, bare=True)),
            lambda many, hot: asyncio.run(_on_postgres(full, many, hot, bare=False)),
        )


def _make_on_postgres(connection: psycopg.Connection[Any]) -> None:
    make_tables(connection)
    ledger = PostgresLedger(lambda: nullcontext(connection))
    ledger.run(open_accounts, calls.openings(), calls.NOW)
    sequence = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
    for statement in calls.BARE_TABLES:
        connection.execute(statement.format(sequence=sequence))
    connection.execute("INSERT INTO bare_accounts SELECT id, posted, 0 FROM ledger_accounts")


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
        paths = [Path(folder) / f"{name}.db" for name in ("empty", "full", "bare")]
        empty, full, bare = paths
        for path in (empty, full):
            with SqliteLedger(path) as ledger:
                ledger.run(open_accounts, calls.openings(), calls.NOW)
        connection = sqlite3.connect(full, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        fill(connection.execute, SQLITE_CALLS, POSTINGS, OLD_ENTRIES)
        connection.execute("COMMIT")
        connection.close()
        connection = _bare_connection(bare)
        for statement in calls.BARE_TABLES:
            connection.execute(statement.format(sequence="INTEGER PRIMARY KEY"))
        rows = [(opening.id, calls.GRANTED) for opening in calls.openings()]
        connection.executemany("INSERT INTO bare_accounts VALUES (?, ?, 0)", rows)
        connection.close()
        yield Rivals(
            "SQLite",
            lambda many, hot: _on_sqlite(lambda: _ledger_calls(empty, hot), many),
            lambda many, hot: _on_sqlite(lambda: _bare_calls(bare, hot), many),
            lambda many, hot: _on_sqlite(lambda: _ledger_calls(full, hot), many),
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
