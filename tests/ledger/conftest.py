"""One fixture for two databases: every test of the contract runs on both."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.ledger.postgres import PostgresLedger, make_tables
from app.ledger.sqlite import SqliteLedger
from tests.fixtures.postgres import Postgres
from tests.ledger.ledgers import Ledger, Place

_numbers = itertools.count()


@pytest.fixture
def postgres_dsn(postgres: Postgres) -> str:
    """A schema of the test's own, with the ledger's tables in it."""
    name = f"test_{next(_numbers)}"
    dsn = f"{postgres.dsn} options='-c search_path={name}'"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        make_tables(connection)
    return dsn


@pytest.fixture
def sqlite_place(tmp_path: Path) -> Iterator[Place]:
    path = tmp_path / "ledger.db"
    with SqliteLedger(path) as ledger:
        hand = sqlite3.connect(path, isolation_level=None)
        yield Place("sqlite", ledger, lambda text: hand.execute(text).fetchall())
        hand.close()


@pytest.fixture
def postgres_place(postgres_dsn: str) -> Iterator[Place]:
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:

        def by_hand(text: str) -> list[tuple[Any, ...]]:
            cursor = connection.execute(text)
            return cursor.fetchall() if cursor.description else []

        yield Place("postgres", PostgresLedger(lambda: nullcontext(connection)), by_hand)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest) -> Place:
    """A fresh ledger, on each database in turn."""
    found: Place = request.getfixturevalue(f"{request.param}_place")
    return found


@pytest.fixture
def ledger(place: Place) -> Ledger:
    return place.ledger
