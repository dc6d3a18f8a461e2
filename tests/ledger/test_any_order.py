"""Any order of calls and payments, on both databases: a plain book agrees after each step."""

from __future__ import annotations

import itertools
import sqlite3
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from app.ledger.postgres import PostgresLedger, make_tables
from app.ledger.sqlite import SqliteLedger
from tests.fixtures.postgres import Postgres
from tests.ledger.ledgers import Place
from tests.ledger.machine_payments import LedgerMachine

RUNS, STEPS, SOAK_RUNS = 200, 50, 10_000


class OnSqlite(LedgerMachine):
    def open_place(self) -> Place:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "ledger.db"
        self.ledger = SqliteLedger(path)
        self.hand = sqlite3.connect(path, isolation_level=None)
        return Place("sqlite", self.ledger, lambda text: self.hand.execute(text).fetchall())

    def close_place(self) -> None:
        self.hand.close()
        self.ledger.close()
        self.folder.cleanup()


class OnPostgres(LedgerMachine):
    """Each run in a schema of its own: the ledger deletes nothing."""

    dsn = ""
    schemas = itertools.count()

    def open_place(self) -> Place:
        self.schema = f"any_order_{next(self.schemas)}"
        self.connection = psycopg.connect(self.dsn, autocommit=True)
        self.connection.execute(f"CREATE SCHEMA {self.schema}")
        self.connection.execute(f"SET search_path = {self.schema}")
        make_tables(self.connection)
        ledger = PostgresLedger(lambda: nullcontext(self.connection))
        return Place("postgres", ledger, self.by_hand)

    def by_hand(self, text: str) -> list[tuple[Any, ...]]:
        cursor = self.connection.execute(text)
        return cursor.fetchall() if cursor.description else []

    def close_place(self) -> None:
        self.connection.execute(f"DROP SCHEMA {self.schema} CASCADE")
        self.connection.close()


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
def test_any_order_of_steps_on_postgresql(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OnPostgres, "dsn", postgres.dsn)
    run(OnPostgres, RUNS)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_any_order_of_steps_on_sqlite_for_long() -> None:
    run(OnSqlite, SOAK_RUNS)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_any_order_of_steps_on_postgresql_for_long(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OnPostgres, "dsn", postgres.dsn)
    run(OnPostgres, SOAK_RUNS)
