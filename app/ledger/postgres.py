"""The ledger on PostgreSQL: inside somebody's transaction, or on connections that a pool lends.

Blocking and asyncio. A call's three steps cost one round trip each where it goes well; all else
takes the shared steps in a transaction, again where PostgreSQL asked to try again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar

from psycopg import AsyncConnection, Connection, IsolationLevel
from psycopg.errors import (
    CheckViolation,
    DeadlockDetected,
    DivisionByZero,
    SerializationFailure,
    UniqueViolation,
)

from app.errors import LedgerError
from app.ledger import admission, calls, settlement
from app.ledger.admission import new_hold, refuse_malformed
from app.ledger.postgres_statements import (
    Hot,
    admit_statement,
    dispatch_statement,
    settle_statement,
)
from app.ledger.records import Admission, Admit, AdmitEnd, Settle, Settled
from app.ledger.rows import whole
from app.ledger.schema import POSTGRES_STATEMENTS
from app.ledger.steps import Row, Steps

T = TypeVar("T")
P = ParamSpec("P")
Blocking = Connection[Any]
Asynchronous = AsyncConnection[Any]

TRIES_MAX = 10
_TRY_AGAIN = (DeadlockDetected, SerializationFailure)
# Another was faster: its key was taken, or its hold ended, while this one waited for an account.
NOTHING_DONE = (*_TRY_AGAIN, CheckViolation, DivisionByZero, UniqueViolation)


@lru_cache(maxsize=512)
def _text(statement: str, lock: bool) -> str:
    """The statement in the driver's own words."""
    return statement.replace("?", "%s") + (" FOR UPDATE" if lock else "")


def run(connection: Blocking, steps: Steps[T]) -> T:
    """Take the steps on a connection whose transaction is the caller's to begin and to end."""
    rows: Sequence[Row] | None = None
    while True:
        try:
            statement = next(steps) if rows is None else steps.send(rows)
        except StopIteration as end:
            answer: T = end.value
            return answer
        cursor = connection.execute(_text(statement.text, statement.lock), statement.values)
        rows = cursor.fetchall() if cursor.description else []


async def run_async(connection: Asynchronous, steps: Steps[T]) -> T:
    """As `run`, on an asyncio connection."""
    rows: Sequence[Row] | None = None
    while True:
        try:
            statement = next(steps) if rows is None else steps.send(rows)
        except StopIteration as end:
            answer: T = end.value
            return answer
        cursor = await connection.execute(_text(statement.text, statement.lock), statement.values)
        rows = await cursor.fetchall() if cursor.description else []


def make_tables(connection: Blocking) -> None:
    """Make the ledger's tables, all or none; nothing where they are there already."""
    with connection.transaction():
        # Two that come at once would both find nothing.
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('ledger tables'))")
        found = connection.execute("SELECT to_regclass('ledger_accounts')").fetchone()
        if found is not None and found[0] is None:
            for statement in POSTGRES_STATEMENTS:
                connection.execute(statement)


class PostgresLedger:
    """The ledger over blocking connections, one for each operation; any thread may ask.

    `lend` gives a connection for a block (a pool's `connection`); it has to be in autocommit.
    """

    def __init__(self, lend: Callable[[], AbstractContextManager[Blocking]]) -> None:
        self._lend = lend

    def run(self, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Take an operation's steps in one transaction: all of it, or nothing."""
        return self._in_transaction(False, operation, *args, **kwargs)

    def read(self, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Take reading steps on one state of the database, beside whoever writes."""
        return self._in_transaction(True, operation, *args, **kwargs)

    def admit(self, wish: Admit) -> Admission:
        """As `admission.admit`."""
        refuse_malformed(wish)
        statement = admit_statement(wish)
        if statement is not None and self._at_once(statement):
            return Admission(AdmitEnd.HELD, new_hold(wish))
        return self.run(admission.admit, wish)

    def dispatch(self, hold_id: str, *, route: str, owner: str, lease_until: datetime) -> None:
        """As `calls.dispatch`."""
        statement = dispatch_statement(hold_id, route, owner, lease_until)
        if not self._at_once(statement):
            self.run(calls.dispatch, hold_id, route=route, owner=owner, lease_until=lease_until)

    def settle(self, order: Settle) -> Settled:
        """As `settlement.settle`."""
        statement = settle_statement(_checked(order))
        if statement is not None and self._at_once(statement):
            return _settled(order)
        return self.run(settlement.settle, order)

    def _at_once(self, statement: Hot) -> bool:
        """Whether the statement did all of it; else nothing was done."""
        with self._lend() as connection:
            _refuse_transaction(connection.autocommit)
            try:
                cursor = connection.execute(statement.text, statement.values, prepare=True)
            except NOTHING_DONE:
                return False
            return cursor.rowcount == statement.rows

    def _in_transaction(
        self, reading: bool, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        for left in reversed(range(TRIES_MAX)):
            with self._lend() as connection:
                _refuse_transaction(connection.autocommit)
                level = connection.isolation_level
                connection.isolation_level = _level(reading)
                try:
                    with connection.transaction():
                        return run(connection, operation(*args, **kwargs))
                except _TRY_AGAIN:
                    if not left:
                        raise
                finally:
                    connection.isolation_level = level
        raise LedgerError("The database asked too often to try again.")


class AsyncPostgresLedger:
    """As PostgresLedger, over asyncio connections."""

    def __init__(self, lend: Callable[[], AbstractAsyncContextManager[Asynchronous]]) -> None:
        self._lend = lend

    async def run(self, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Take an operation's steps in one transaction: all of it, or nothing."""
        return await self._in_transaction(False, operation, *args, **kwargs)

    async def read(self, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Take reading steps on one state of the database, beside whoever writes."""
        return await self._in_transaction(True, operation, *args, **kwargs)

    async def admit(self, wish: Admit) -> Admission:
        """As `admission.admit`."""
        refuse_malformed(wish)
        statement = admit_statement(wish)
        if statement is not None and await self._at_once(statement):
            return Admission(AdmitEnd.HELD, new_hold(wish))
        return await self.run(admission.admit, wish)

    async def dispatch(
        self, hold_id: str, *, route: str, owner: str, lease_until: datetime
    ) -> None:
        """As `calls.dispatch`."""
        statement = dispatch_statement(hold_id, route, owner, lease_until)
        if not await self._at_once(statement):
            await self.run(
                calls.dispatch, hold_id, route=route, owner=owner, lease_until=lease_until
            )

    async def settle(self, order: Settle) -> Settled:
        """As `settlement.settle`."""
        statement = settle_statement(_checked(order))
        if statement is not None and await self._at_once(statement):
            return _settled(order)
        return await self.run(settlement.settle, order)

    async def _at_once(self, statement: Hot) -> bool:
        """Whether the statement did all of it; else nothing was done."""
        async with self._lend() as connection:
            _refuse_transaction(connection.autocommit)
            try:
                cursor = await connection.execute(statement.text, statement.values, prepare=True)
            except NOTHING_DONE:
                return False
            return cursor.rowcount == statement.rows

    async def _in_transaction(
        self, reading: bool, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        for left in reversed(range(TRIES_MAX)):
            async with self._lend() as connection:
                _refuse_transaction(connection.autocommit)
                level = connection.isolation_level
                await connection.set_isolation_level(_level(reading))
                try:
                    async with connection.transaction():
                        return await run_async(connection, operation(*args, **kwargs))
                except _TRY_AGAIN:
                    if not left:
                        raise
                finally:
                    await connection.set_isolation_level(level)
        raise LedgerError("The database asked too often to try again.")


def _level(reading: bool) -> IsolationLevel:
    """Writers lock the rows that they decide on and read them as they stand then; a reader of
    many rows wants all of them as they stood at one moment."""
    return IsolationLevel.REPEATABLE_READ if reading else IsolationLevel.READ_COMMITTED


def _refuse_transaction(autocommit: bool) -> None:
    if not autocommit:
        raise LedgerError("The ledger's connections have to be in autocommit.")


def _checked(order: Settle) -> Settle:
    for account_id, amount in order.charges.items():
        whole(amount, f"The charge of {account_id}")
    return order


def _settled(order: Settle) -> Settled:
    charges = {account_id: amount for account_id, amount in order.charges.items() if amount}
    return Settled(order.hold_id, charges)
