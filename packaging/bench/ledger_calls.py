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
    " facts) VALUES ({id}, {tenant}, {key}, {body}, 'held', {now}, {soon}, {frozen}, {facts})"
)
_DRAW = "INSERT INTO bare_draws (hold_id, account, amount) VALUES ({id}, {account}, {held})"
_SET_ASIDE = "UPDATE bare_accounts SET held = held + {held} WHERE id = {account}"
_DISPATCH = (
    "UPDATE bare_holds SET state = 'dispatched', attempt = 1, route = {route}, owner = {owner},"
    " lease_ms = {soon} WHERE id = {id}"
)
_END = (
    "UPDATE bare_holds SET state = 'settled', ended_ms = {now}, basis = {basis}, receipt = {facts}"
    " WHERE id = {id}"
)
_CHARGED = "UPDATE bare_draws SET charged = {charge} WHERE hold_id = {id} AND account = {account}"
_CHARGE = (
    "UPDATE bare_accounts SET posted = posted - {charge}, held = held - {held} WHERE id = {account}"
)
_ENTRY = (
    "INSERT INTO bare_entries (at_ms, kind, hold_id) VALUES ({now}, 'charge', {id}) RETURNING id"
)
_NAMES = (
    "id", "tenant", "key", "account", "frozen", "body", "now", "soon", "facts", "held", "charge",
    "route", "owner", "basis", "other",
)  # fmt: skip


def _values(name: str, account: str) -> dict[str, Any]:
    return {
        "id": f"hold-{name}",
        "tenant": f"of-{account}",
        "key": name,
        "account": account,
        "frozen": FROZEN,
        "body": "body",
        "now": 1_795_219_200_000,
        "soon": 1_795_219_260_000,
        "facts": "",
        "held": 100,
        "charge": 60,
        "route": "openai",
        "owner": "one",
        "basis": "provider_usage",
        "other": "revenue/plan_tokens/2026-11-21",
    }


def _postgres(text: str) -> str:
    return text.format(**{name: f"%({name})s" for name in _NAMES})


_BARE_ADMIT = _postgres(f"WITH a AS ({_HOLD}), b AS ({_DRAW}) {_SET_ASIDE}")
_BARE_DISPATCH = _postgres(_DISPATCH)
_BARE_SETTLE = _postgres(
    f"WITH a AS ({_END}), b AS ({_CHARGED}), c AS ({_CHARGE}), e AS ({_ENTRY})"
    " INSERT INTO bare_postings SELECT e.id, line, account, tenant, 'plan_tokens', amount"
    " FROM e, (VALUES (0, {account}, {tenant}, -{charge}), (1, {other}, '', {charge}))"
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
    values = _values(name, account)
    for statement in (_BARE_ADMIT, _BARE_DISPATCH, _BARE_SETTLE):
        await connection.execute(statement, values, prepare=True)


def call_on_sqlite(ledger: SqliteLedger, name: str, account: str) -> None:
    """One whole call of the ledger."""
    assert ledger.admit(_wish(name, account)).end is AdmitEnd.HELD
    ledger.dispatch(f"hold-{name}", route="openai", owner="one", lease_until=SOON)
    ledger.settle(_order(name, account))


def _sqlite(text: str) -> str:
    return text.format(**{name: f":{name}" for name in _NAMES})


_STEPS = tuple(
    tuple(_sqlite(text) for text in texts)
    for texts in ((_HOLD, _DRAW, _SET_ASIDE), (_DISPATCH,), (_END, _CHARGED, _CHARGE))
)
_SQLITE_ENTRY = _sqlite(_ENTRY)
_SQLITE_POSTINGS = _sqlite(
    "INSERT INTO bare_postings VALUES (:entry, 0, {account}, {tenant}, 'plan_tokens', -{charge}),"
    " (:entry, 1, {other}, '', 'plan_tokens', {charge})"
)


def bare_on_sqlite(connection: sqlite3.Connection, name: str, account: str) -> None:
    """The same rows and commits, and nothing that keeps them right."""
    values = _values(name, account)
    for step, texts in enumerate(_STEPS):
        connection.execute("BEGIN IMMEDIATE")
        for text in texts:
            connection.execute(text, values)
        if step == 2:
            entry = connection.execute(_SQLITE_ENTRY, values).fetchone()[0]
            connection.execute(_SQLITE_POSTINGS, {**values, "entry": entry})
        connection.execute("COMMIT")
