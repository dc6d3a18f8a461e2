"""The server's rows in PostgreSQL, over a pool of at most 20 connections for each worker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

import psycopg
from psycopg.types.numeric import Int8Dumper
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from app.errors import ConfigError
from app.ledger.postgres import NOTHING_DONE, AsyncPostgresLedger, make_tables
from app.ledger.postgres import run as run_steps
from app.ledger.postgres_statements import Hot
from app.ledger.records import Admission, Admit, Settle, Settled
from app.ledger.steps import Row, Sql, Steps
from app.logs import redact
from app.server.errors import bad_request, database_down
from app.server.schema import upgrade

_log = logging.getLogger(__name__)

T = TypeVar("T")
P = ParamSpec("P")

CONNECTIONS_MAX = 20
CONNECT_WITHIN_S = 10  # at the start; a wrong host would else be waited for by the minute
WAIT_S = 5.0  # for a free connection; then the caller is told that the books cannot be reached


class PostgresDatabase:
    """Stateless workers share the one truth; each has a pool of its own."""

    has_short_ways = True

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[Any]] | None = None
        self._ledger: AsyncPostgresLedger | None = None

    async def open(self) -> None:
        try:
            await asyncio.to_thread(self._upgrade)
        except psycopg.Error as error:
            raise ConfigError(
                f"PostgreSQL cannot be used: {redact(' '.join(str(error).split()))}",
                "Check TUPPENCE_SERVER_DATABASE_URL and that the server runs.",
            ) from error
        self._pool = AsyncConnectionPool(
            self._url,
            kwargs={"autocommit": True},
            min_size=1,
            max_size=CONNECTIONS_MAX,
            timeout=WAIT_S,
            open=False,
            configure=_configure,
        )
        await self._pool.open()
        self._ledger = AsyncPostgresLedger(self._pool.connection)

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()
            self._pool = self._ledger = None

    async def run(self, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `Database.run`."""
        async with self._reached() as ledger:
            return await ledger.run(operation, *args, **kwargs)

    async def read(self, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `Database.read`."""
        async with self._reached() as ledger:
            return await ledger.read(operation, *args, **kwargs)

    async def ask(self, statement: Sql) -> Sequence[Row]:
        text = statement.text.replace("?", "%s")
        async with self._lent() as connection:
            cursor = await connection.execute(text, statement.values, prepare=True)
            return await cursor.fetchall() if cursor.description else []

    async def at_once(self, statement: Hot) -> bool:
        async with self._lent() as connection:
            try:
                cursor = await connection.execute(statement.text, statement.values, prepare=True)
                return cursor.rowcount == statement.rows
            except NOTHING_DONE:
                return False

    async def admit(self, wish: Admit) -> Admission:
        async with self._reached() as ledger:
            return await ledger.admit(wish)

    async def dispatch(
        self, hold_id: str, *, route: str, owner: str, lease_until: datetime
    ) -> None:
        async with self._reached() as ledger:
            await ledger.dispatch(hold_id, route=route, owner=owner, lease_until=lease_until)

    async def settle(self, order: Settle) -> Settled:
        async with self._reached() as ledger:
            return await ledger.settle(order)

    @asynccontextmanager
    async def _reached(self) -> AsyncIterator[AsyncPostgresLedger]:
        if self._ledger is None:
            raise database_down()
        with _mapped():
            yield self._ledger

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        if self._pool is None:
            raise database_down()
        with _mapped():
            async with self._pool.connection() as connection:
                yield connection

    def _upgrade(self) -> None:
        connected = psycopg.connect(self._url, autocommit=True, connect_timeout=CONNECT_WITHIN_S)
        with connected as connection, connection.transaction():
            # Copies that start at once would both find nothing.
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('tuppence-server schema'))")
            make_tables(connection)
            run_steps(connection, upgrade("postgres"))


async def _configure(connection: psycopg.AsyncConnection[Any]) -> None:
    # Whole numbers as the tables have them: by its size each value would be of another type, and
    # a statement prepared again for each mixture of them.
    connection.adapters.register_dumper(int, Int8Dumper)


@contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except (psycopg.OperationalError, PoolTimeout, PoolClosed) as error:
        raise database_down() from error
    except psycopg.DataError as error:
        # A text with a NUL, or a number beyond 64 bits: SQLite's answer is the same.
        _log.warning("a value that cannot be kept: %s", error)
        raise bad_request("This holds a value that cannot be kept.") from error
