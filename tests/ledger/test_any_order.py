"""Any order of calls and payments, on both databases: a plain book agrees after each step."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from app.ledger.postgres import PostgresLedger
from app.ledger.sqlite import SqliteLedger
from tests.ledger.invariants import STATEMENTS, Rows, rows_of
from tests.ledger.ledgers import Place
from tests.ledger.machine_payments import LedgerMachine

RUNS, STEPS = 200, 50
SOAK_RUNS, PARTS = 10_000, 10  # a part is a test of its own, so that they can run side by side
MEMORY = Path("/dev/shm")
_TABLES = "SELECT string_agg(tablename, ', ') FROM pg_tables WHERE schemaname = current_schema()"


class OnSqlite(LedgerMachine):
    """Each run in a file of its own; what a disk does with it is for the tests that kill."""

    def open_place(self) -> Place:
        memory = MEMORY if MEMORY.is_dir() else None
        self.folder = tempfile.TemporaryDirectory(dir=memory)
        path = Path(self.folder.name) / "ledger.db"
        self.ledger = SqliteLedger(path)
        self.hand = sqlite3.connect(path, isolation_level=None)
        return Place("sqlite", self.ledger, lambda text: self.hand.execute(text).fetchall())

    def close_place(self) -> None:
        self.hand.close()
        self.ledger.close()
        self.folder.cleanup()


class OnPostgres(LedgerMachine):
    """All runs on one connection and in one schema, which is emptied before each.

    The ledger's own triggers refuse that; a superuser's session can do without them.
    """

    connection: psycopg.Connection[Any]
    tables: str

    def open_place(self) -> Place:
        with self.connection.transaction():
            self.connection.execute("SET LOCAL session_replication_role = replica")
            self.connection.execute(f"TRUNCATE {self.tables} RESTART IDENTITY")
        return Place("postgres", PostgresLedger(lambda: nullcontext(self.connection)), self.by_hand)

    def by_hand(self, text: str) -> list[tuple[Any, ...]]:
        cursor = self.connection.execute(text)
        return cursor.fetchall() if cursor.description else []

    def all_rows(self) -> Rows:
        with self.connection.pipeline():
            found = {name: self.connection.execute(text) for name, text in STATEMENTS.items()}
        return rows_of({name: cursor.fetchall() for name, cursor in found.items()})

    def close_place(self) -> None:
        """The connection stays for the next run."""


@pytest.fixture
def on_postgres(postgres_dsn: str) -> Iterator[type[OnPostgres]]:
    """The machine on a schema of the test's own."""
    with psycopg.connect(postgres_dsn, autocommit=True) as kept:
        [(tables,)] = kept.execute(_TABLES).fetchall()
        yield type("OnThisPostgres", (OnPostgres,), {"connection": kept, "tables": tables})


def run(machine: type[LedgerMachine], runs: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        ),
    )


@pytest.mark.timeout(300)
def test_any_order_of_steps_on_sqlite() -> None:
    run(OnSqlite, RUNS)


@pytest.mark.timeout(600)
def test_any_order_of_steps_on_postgresql(on_postgres: type[OnPostgres]) -> None:
    run(on_postgres, RUNS)


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(PARTS))
def test_any_order_of_steps_on_sqlite_for_long(part: int) -> None:
    run(OnSqlite, SOAK_RUNS // PARTS)


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(PARTS))
def test_any_order_of_steps_on_postgresql_for_long(
    part: int, on_postgres: type[OnPostgres]
) -> None:
    run(on_postgres, SOAK_RUNS // PARTS)
