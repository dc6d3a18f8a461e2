"""The calls that the ledger's bench makes, and the bare transactions that they are held against.

Bare: as many rows written and as many commits, in tables with a primary key and nothing else; no
check, no guard, no trigger. One statement for each commit on PostgreSQL, as the ledger has.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from app.ledger.postgres import AsyncPostgresLedger
from app.ledger.records import AccountKind, Admit, AdmitEnd, HeldDraw, Opening, Settle
from app.ledger.sqlite import SqliteLedger
from app.metering.hold import Basis
from app.metering.payer import Unit

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
WALLETS = 1000
GRANTED = 10**12
HOT = "wallet-hot"
FROZEN = '{"model": "openai/gpt-5", "input": 1250000, "output": 10000000, "cache_read": 125000}'

BARE_TABLES = (
    "CREATE TABLE bare_accounts (id TEXT PRIMARY KEY, posted BIGINT, held BIGINT)",
    ("CREATE TABLE bare_holds (id TEXT PRIMARY KEY, tenant TEXT, key TEXT, body_hash TEXT,"
    " state TEXT, created_ms BIGINT, expires_ms BIGINT, frozen TEXT, facts TEXT, attempt BIGINT,"
    " route TEXT, owner TEXT, lease_ms BIGINT, ended_ms BIGINT, basis TEXT, receipt TEXT)"),
    ("CREATE TABLE bare_draws (hold_id TEXT, account TEXT, amount BIGINT, charged BIGINT,"
    " PRIMARY KEY (hold_id, account))"),
    "CREATE TABLE bare_entries (id {sequence}, at_ms BIGINT, kind TEXT, hold_id TEXT)",
    ("CREATE TABLE bare_postings (entry_id BIGINT, line BIGINT, account TEXT, tenant TEXT,"
    " unit TEXT, amount BIGINT, PRIMARY KEY (entry_id, line))"),
)  # fmt: skip

_HOLD = (
    "INSERT INTO bare_holds (id, tenant, key, body_hash, state, created_ms, expires_ms, frozen,"
    " facts) VALUES ({id}, {tenant}, {key}, 'body', 'held', 1, 2, {frozen}, '')"
)
_DRAW = "INSERT INTO bare_draws (hold_id, account, amount) VALUES ({id}, {account}, 100)"
_SET_ASIDE = "UPDATE bare_accounts SET held = held + 100 WHERE id = {account}"
_DISPATCH = (
    "UPDATE bare_holds SET state = 'dispatched', attempt = 1, route = 'openai', owner = 'one',"
    " lease_ms = 3 WHERE id = {id}"
)
_END = "UPDATE bare_holds SET state = 'settled', ended_ms = 4, basis = 'x' WHERE id = {id}"
_CHARGED = "UPDATE bare_draws SET charged = 60 WHERE hold_id = {id} AND account = {account}"
_CHARGE = "UPDATE bare_accounts SET posted = posted - 60, held = held - 100 WHERE id = {account}"
_ENTRY = "INSERT INTO bare_entries (at_ms, kind, hold_id) VALUES (4, 'charge', {id}) RETURNING id"


def _postgres(text: str) -> str:
    names = ("id", "tenant", "key", "account", "frozen")
    return text.format(**{name: f"%({name})s" for name in names})


_BARE_ADMIT = _postgres(f"WITH a AS ({_HOLD}), b AS ({_DRAW}) {_SET_ASIDE}")
_BARE_DISPATCH = _postgres(_DISPATCH)
_BARE_SETTLE = _postgres(
    f"WITH a AS ({_END}), b AS ({_CHARGED}), c AS ({_CHARGE}), e AS ({_ENTRY})"
    " INSERT INTO bare_postings SELECT e.id, line, account, tenant, 'plan_tokens', amount"
    " FROM e, (VALUES (0, {account}, {tenant}, -60), (1, 'revenue', '', 60))"
    " AS p (line, account, tenant, amount)"
)


def account_of(number: int, hot: bool) -> str:
    """Whose call it is: everybody's in turn, or always the same."""
    return HOT if hot else f"wallet-{number % WALLETS}"


def openings() -> list[Opening]:
    """All wallets, each a tenant's of its own."""
    names = [*(f"wallet-{number}" for number in range(WALLETS)), HOT]
    return [
        Opening(name, f"of-{name}", AccountKind.WINDOW, Unit.PLAN_TOKENS, GRANTED) for name in names
    ]


def _wish(name: str, account: str) -> Admit:
    draws = (HeldDraw(account, 100),)
    return Admit(f"hold-{name}", f"of-{account}", name, "body", draws, NOW, SOON, frozen=FROZEN)


def _order(name: str, account: str) -> Settle:
    return Settle(f"hold-{name}", Basis.PROVIDER_USAGE, NOW, {account: 60})


async def call_on_postgres(ledger: AsyncPostgresLedger, name: str, account: str) -> None:
    """One whole call of the ledger."""
    admission = await ledger.admit(_wish(name, account))
    assert admission.end is AdmitEnd.HELD
    await ledger.dispatch(f"hold-{name}", route="openai", owner="one", lease_until=SOON)
    await ledger.settle(_order(name, account))


async def bare_on_postgres(connection: Any, name: str, account: str) -> None:
    """The same rows and commits, and nothing that keeps them right."""
    values = {
        "id": f"hold-{name}",
        "tenant": f"of-{account}",
        "key": name,
        "account": account,
        "frozen": FROZEN,
    }
    for statement in (_BARE_ADMIT, _BARE_DISPATCH, _BARE_SETTLE):
        await connection.execute(statement, values, prepare=True)


def call_on_sqlite(ledger: SqliteLedger, name: str, account: str) -> None:
    """One whole call of the ledger."""
    assert ledger.admit(_wish(name, account)).end is AdmitEnd.HELD
    ledger.dispatch(f"hold-{name}", route="openai", owner="one", lease_until=SOON)
    ledger.settle(_order(name, account))


def _sqlite(text: str) -> str:
    names = ("id", "tenant", "key", "account", "frozen")
    return text.format(**{name: f":{name}" for name in names})


_STEPS = tuple(
    tuple(_sqlite(text) for text in texts)
    for texts in ((_HOLD, _DRAW, _SET_ASIDE), (_DISPATCH,), (_END, _CHARGED, _CHARGE))
)
_SQLITE_ENTRY = _sqlite(_ENTRY)


def bare_on_sqlite(connection: sqlite3.Connection, name: str, account: str) -> None:
    """The same rows and commits, and nothing that keeps them right."""
    tenant = f"of-{account}"
    values = {
        "id": f"hold-{name}", "tenant": tenant, "key": name, "account": account, "frozen": FROZEN,
    }  # fmt: skip
    for step, texts in enumerate(_STEPS):
        connection.execute("BEGIN IMMEDIATE")
        for text in texts:
            connection.execute(text, values)
        if step == 2:
            entry = connection.execute(_SQLITE_ENTRY, values).fetchone()[0]
            connection.execute(
                "INSERT INTO bare_postings VALUES (?, 0, ?, ?, 'plan_tokens', -60),"
                " (?, 1, 'revenue', '', 'plan_tokens', 60)",
                (entry, account, tenant, entry),
            )
        connection.execute("COMMIT")
