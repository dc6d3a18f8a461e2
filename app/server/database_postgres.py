"""The server's rows in PostgreSQL, over a pool of at most 20 connections for each worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from app.errors import ConfigError
from app.ledger.postgres import AsyncPostgresLedger, make_tables
from app.ledger.postgres import run as run_steps
from app.ledger.records import Admission, Admit, Settle, Settled
from app.ledger.steps import Steps
from app.server.errors import database_down
from app.server.schema import upgrade

T = TypeVar("T")
P = ParamSpec("P")

CONNECTIONS_MAX = 20
WAIT_S = 5.0  # for a free connection; then the caller is told that the books cannot be reached


class PostgresDatabase:
    """Stateless workers share the one truth; each has a pool of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[Any]] | None = None
        self._ledger: AsyncPostgresLedger | None = None

    async def open(self) -> None:
        try:
            await asyncio.to_thread(self._upgrade)
        except psycopg.Error as error:
            raise ConfigError(
                f"PostgreSQL cannot be used: {error}".strip(),
                "Check TUPPENCE_SERVER_DATABASE_URL and that the server runs.",
            ) from error
        self._pool = AsyncConnectionPool(
            self._url,
            kwargs={"autocommit": True},
            min_size=1,
            max_size=CONNECTIONS_MAX,
            timeout=WAIT_S,
            open=False,
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

    def _upgrade(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection, connection.transaction():
            # Copies that start at once would both find nothing.
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('tuppence-server schema'))")
            make_tables(connection)
            run_steps(connection, upgrade("postgres"))


@contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except (psycopg.OperationalError, PoolTimeout, PoolClosed) as error:
        raise database_down() from error
