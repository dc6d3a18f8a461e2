"""A call that goes well is one statement for each step; what does not go well changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import psycopg
import pytest

from app.ledger.accounts import balances, open_accounts
from app.ledger.audit import audit
from app.ledger.postgres import PostgresLedger
from app.ledger.postgres_statements import (
    Hot,
    admit_statement,
    dispatch_statement,
    settle_statement,
)
from app.ledger.records import AccountKind, Settle
from app.metering.hold import Basis
from tests.ledger.given import MINUTE, NOW, USD, WINDOW, a_call, an_end, window

KEY = window(None, id_="key", kind=AccountKind.SPENT, unit=USD)
Connection = psycopg.Connection[Any]


@pytest.fixture
def connection(postgres_dsn: str) -> Iterator[Connection]:
    with psycopg.connect(postgres_dsn, autocommit=True) as opened:
        PostgresLedger(lambda: nullcontext(opened)).run(open_accounts, [window(), KEY], NOW)
        yield opened


def did(connection: Connection, statement: Hot | None) -> bool:
    """Whether the one statement did all of the step."""
    assert statement is not None
    return connection.execute(statement.text, statement.values).rowcount == statement.rows


@pytest.mark.parametrize("openings", [(), (window(),)])
def test_a_call_on_one_account_is_three_statements(
    connection: Connection, openings: tuple[Any, ...]
) -> None:
    assert did(connection, admit_statement(a_call(openings=openings)))
    assert did(connection, dispatch_statement("hold-1", "r", "o", NOW + MINUTE))
    assert did(connection, settle_statement(an_end(charge=60)))
    ledger = PostgresLedger(lambda: nullcontext(connection))
    assert ledger.read(balances, [WINDOW])[WINDOW].used == 60
    assert ledger.read(audit) == ()


@pytest.mark.parametrize("charges", [{WINDOW: 6, "key": 7}, {"key": 7}, {WINDOW: 10}])
def test_a_call_on_several_accounts_is_three_statements(
    connection: Connection, charges: dict[str, int]
) -> None:
    wish = a_call(draws={"key": 7, WINDOW: 10}, openings=(window(), KEY))
    assert did(connection, admit_statement(wish))
    assert did(connection, dispatch_statement("hold-1", "r", "o", NOW + MINUTE))
    order = Settle("hold-1", Basis.PROVIDER_USAGE, NOW, charges)
    ledger = PostgresLedger(lambda: nullcontext(connection))
    assert ledger.settle(order).charges == charges
    assert ledger.read(audit) == ()


@pytest.mark.parametrize(
    "wish",
    [
        a_call(amount=1001),
        a_call(draws={WINDOW: 1001, "key": 1}),
        a_call(openings=(window(2000),)),
        a_call(draws={WINDOW: 1, "key": 1}, openings=(window(2000),)),
        a_call(tenant="bob"),
        a_call(draws={"nowhere": 1}),
        a_call(draws={"nowhere": 1, WINDOW: 1}),
    ],
)
def test_what_cannot_be_admitted_so_changes_nothing(connection: Connection, wish: Any) -> None:
    assert not did(connection, admit_statement(wish))
    ledger = PostgresLedger(lambda: nullcontext(connection))
    found = ledger.read(balances, [WINDOW, "key"])
    assert {row.held for row in found.values()} == {0}
    assert connection.execute("SELECT count(*) FROM ledger_holds").fetchone() == (0,)


@pytest.mark.parametrize(
    "charges", [{WINDOW: 101}, {"key": 1}, {WINDOW: 1, "key": 1}, {WINDOW: 101, "key": 1}]
)
def test_what_cannot_be_settled_so_changes_nothing(
    connection: Connection, charges: dict[str, int]
) -> None:
    did(connection, admit_statement(a_call()))
    order = Settle("hold-1", Basis.PROVIDER_USAGE, NOW, charges)
    assert not did(connection, settle_statement(order))
    did(connection, dispatch_statement("hold-1", "r", "o", NOW + MINUTE))
    assert not did(connection, settle_statement(order))
    ledger = PostgresLedger(lambda: nullcontext(connection))
    assert ledger.read(balances, [WINDOW])[WINDOW].held == 100
    assert ledger.read(audit) == ()


def test_a_call_that_was_never_sent_fails_the_statement(connection: Connection) -> None:
    did(connection, admit_statement(a_call()))
    with pytest.raises(psycopg.errors.CheckViolation):
        did(connection, settle_statement(an_end()))
    ledger = PostgresLedger(lambda: nullcontext(connection))
    assert ledger.read(balances, [WINDOW])[WINDOW].held == 100
