"""kill -9 at any moment of a call, of two processes on one ledger: what is left always adds up."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.ledger import sweeping
from app.ledger.audit import audit
from app.ledger.holds import open_holds
from tests.ledger.given import NOW
from tests.ledger.invariants import read_rows, troubles
from tests.ledger.worker import open_ledger, resolve_all

ROOT = Path(__file__).resolve().parents[2]
KILLS, SOAK_KILLS, WORKERS = 30, 500, 2
LIFE_S_MAX = 0.25
FAR = NOW + timedelta(days=36_500)  # later than any worker's clock can have come

Query = Callable[[str], list[tuple[Any, ...]]]


class Child:
    """A worker, and what it said until it was killed."""

    def __init__(self, place: str, seed: int) -> None:
        self.said: list[list[str]] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.ledger.worker", place, str(seed)],
            cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def kill_after(self, life_s: float) -> None:
        assert self._process.stdout is not None
        killer = threading.Timer(life_s, self._process.send_signal, [signal.SIGKILL])
        killer.start()
        self.said = [line.split() for line in self._process.stdout if line.endswith("\n")]
        killer.join()
        assert self._process.wait() == -signal.SIGKILL, "it ended by itself"


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


def kill_again_and_again(place: str, query: Query, kills: int) -> None:
    chance = random.Random(20261121)
    told: dict[str, int] = {}
    for number in range(0, kills, WORKERS):
        children = [Child(place, number + each) for each in range(WORKERS)]
        threads = [
            threading.Thread(target=child.kill_after, args=(chance.random() * LIFE_S_MAX,))
            for child in children
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for child in children:
            told |= {name: int(charge) for name, charge in child.said}
        check(place, query, told)
    assert told


def on_sqlite(folder: Path, kills: int) -> None:
    path = folder / "ledger.db"
    open_ledger(str(path))
    with closing(sqlite3.connect(path, isolation_level=None)) as hand:
        kill_again_and_again(str(path), lambda text: hand.execute(text).fetchall(), kills)


def on_postgres(dsn: str, kills: int) -> None:
    with psycopg.connect(dsn, autocommit=True) as hand:
        kill_again_and_again(dsn, lambda text: hand.execute(text).fetchall(), kills)


@pytest.mark.timeout(300)
def test_kills_leave_sound_books_on_sqlite(tmp_path: Path) -> None:
    on_sqlite(tmp_path, KILLS)


@pytest.mark.timeout(300)
def test_kills_leave_sound_books_on_postgresql(postgres_dsn: str) -> None:
    on_postgres(postgres_dsn, KILLS)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_many_kills_leave_sound_books_on_sqlite(tmp_path: Path) -> None:
    on_sqlite(tmp_path, SOAK_KILLS)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_many_kills_leave_sound_books_on_postgresql(postgres_dsn: str) -> None:
    on_postgres(postgres_dsn, SOAK_KILLS)
