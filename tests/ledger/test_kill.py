"""kill -9 at any moment of a call, of two processes on one ledger: what is left always adds up."""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.ledger import sweeping
from app.ledger.audit import audit
from app.ledger.holds import open_holds
from tests.fixtures.killable import Killable
from tests.ledger.given import NOW
from tests.ledger.invariants import read_rows, troubles
from tests.ledger.worker import open_ledger, resolve_all, work_without_end

KILLS, SOAK_KILLS, WORKERS = 30, 500, 2
MEMORY = Path("/dev/shm")
LIFE_S_MAX = 0.25
FAR = NOW + timedelta(days=36_500)  # later than any worker's clock can have come

Query = Callable[[str], list[tuple[Any, ...]]]
Served = Callable[[], frozenset[int]]
GONE_WITHIN_S = 60.0
_SERVED = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"


def begin(place: str, seed: int) -> Killable:
    """A worker that has opened the ledger."""
    child = Killable(work_without_end, place, seed)
    assert child.said.readline() == "ready\n"
    return child


def check(place: str, query: Query, told: dict[str, int]) -> None:
    """The books after a restart: sound as they are, and without an open hold once swept."""
    found = troubles(read_rows(query))
    assert not found, found
    ledger = open_ledger(place)
    settled = dict(query("SELECT hold_id, max(charged) FROM ledger_hold_draws GROUP BY hold_id"))
    assert {name: settled.get(name) for name in told} == told
    while ledger.run(sweeping.sweep, FAR).more:
        pass
    resolve_all(ledger, FAR)
    assert ledger.read(open_holds) == ()
    assert ledger.read(audit, FAR) == ()
    found = troubles(read_rows(query))
    assert not found, found


def kill_again_and_again(place: str, query: Query, kills: int, served: Served = frozenset) -> None:
    """`served` are the database's own processes, each of which works for one connection: what a
    worker sent before it died may be done by its process after that."""
    chance = random.Random(20261121)
    told: dict[str, int] = {}
    for number in range(0, kills, WORKERS):
        before = served()
        children = [begin(place, number + each) for each in range(WORKERS)]
        lives_s = [chance.random() * LIFE_S_MAX for _ in children]
        with ThreadPoolExecutor(WORKERS) as threads:
            for said in threads.map(Killable.kill_after, children, lives_s):
                told |= {name: int(charge) for name, charge in map(str.split, said)}
        until = time.monotonic() + GONE_WITHIN_S
        while served() - before:
            assert time.monotonic() < until, "PostgreSQL still works for who is dead"
            time.sleep(0.01)
        check(place, query, told)
    assert told


def on_sqlite(kills: int) -> None:
    """In memory where there is such a folder: a killed process leaves nothing to the disk."""
    memory = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        path = Path(folder) / "ledger.db"
        open_ledger(str(path))
        with closing(sqlite3.connect(path, isolation_level=None)) as hand:
            kill_again_and_again(str(path), lambda text: hand.execute(text).fetchall(), kills)


def on_postgres(dsn: str, kills: int) -> None:
    with psycopg.connect(dsn, autocommit=True) as hand:

        def query(text: str) -> list[tuple[Any, ...]]:
            return hand.execute(text).fetchall()

        def served() -> frozenset[int]:
            return frozenset(row[0] for row in query(_SERVED))

        kill_again_and_again(dsn, query, kills, served)


@pytest.mark.timeout(300)
def test_kills_leave_sound_books_on_sqlite() -> None:
    on_sqlite(KILLS)


@pytest.mark.timeout(300)
def test_kills_leave_sound_books_on_postgresql(postgres_dsn: str) -> None:
    on_postgres(postgres_dsn, KILLS)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_many_kills_leave_sound_books_on_sqlite() -> None:
    on_sqlite(SOAK_KILLS)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_many_kills_leave_sound_books_on_postgresql(postgres_dsn: str) -> None:
    on_postgres(postgres_dsn, SOAK_KILLS)
