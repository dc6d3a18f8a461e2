"""The server's rows in PostgreSQL: a call's few statements on three connections of their own, sent
together with others' that come at the same moment; everything else over a pool. At most 20
connections for each worker.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

import psycopg
from psycopg.errors import DeadlockDetected, LockNotAvailable
from psycopg.types.numeric import Int8Dumper
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from app.errors import ConfigError
from app.ledger import calls
from app.ledger.postgres import NOTHING_DONE, AsyncPostgresLedger, make_tables
from app.ledger.postgres import run as run_steps
from app.ledger.postgres_statements import Hot, dispatch_statement
from app.ledger.records import Admission, Admit, Settle, Settled
from app.ledger.steps import Row, Sql, Steps
from app.logs import redact
from app.server.database_lane import LOCK_WITHIN, Connection, Lane
from app.server.errors import bad_request, database_down
from app.server.schema import upgrade

_log = logging.getLogger(__name__)

T = TypeVar("T")
P = ParamSpec("P")

CONNECTIONS_MAX = 20
_LANES = 3
_WAITS = (LockNotAvailable, DeadlockDetected)
CONNECT_WITHIN_S = 10  # at the start; a wrong host would else be waited for by the minute
_SIDE = "s_account"  # names the row that a call's side hold is on
WAIT_S = 5.0  # to be connected with
# For a free connection, where many wait and it goes on: who comes first learns from the lanes, and
# soon, that the books cannot be reached at all.
POOL_WAIT_S = 20.0


class PostgresDatabase:
    """Stateless workers share the one truth; each has a pool of its own."""

    has_short_ways = True

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[Any]] | None = None
        self._ledger: AsyncPostgresLedger | None = None
        # None waits for what another has: the first locks counters of requests alone, the second
        # accounts and holds, the third with them a row of all tenants', one call in each commit.
        self._asking: Lane | None = None
        self._writing: Lane | None = None
        self._sharing: Lane | None = None
        self._weeding: asyncio.Task[None] | None = None

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
            max_size=CONNECTIONS_MAX - _LANES,
            timeout=POOL_WAIT_S,
            open=False,
            configure=_configure,
            check=self._check,
        )
        await self._pool.open()
        self._ledger = AsyncPostgresLedger(self._pool.connection)
        self._asking, self._writing, self._sharing = (Lane(self._connect) for _ in range(_LANES))

    async def close(self) -> None:
        for lane in (self._asking, self._writing, self._sharing):
            if lane is not None:
                lane.close()
        self._asking = self._writing = self._sharing = None
        if self._weeding is not None:
            self._weeding.cancel()
            await asyncio.gather(self._weeding, return_exceptions=True)
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
        if self._asking is None:
            raise database_down()
        values = statement.values
        place = str(values[0]) if values else ""
        with _MAPPED:
            try:
                return (await self._asking.ask(statement.text, values, place)).rows
            except _WAITS:
                _log.info("a row is locked: a statement waits for it by itself")
        return await self.run(_one, statement)

    async def at_once(self, statement: Hot) -> bool:
        values = statement.values
        shared = _SIDE in values
        lane = self._sharing if shared else self._writing
        if lane is None:
            raise database_down()
        place = values.get("tenant") or values.get("r_tenant") or ""
        with _MAPPED:
            try:
                answer = await lane.ask(statement.text, values, place, alone=shared)
            except (*NOTHING_DONE, LockNotAvailable):
                return False
        return answer.count == statement.rows

    async def count_at_once(self, statement: Hot) -> tuple[bool, bool]:
        if self._writing is None:
            raise database_down()
        with _MAPPED:
            try:
                place = str(statement.values["tenant"])
                answer = await self._writing.ask(statement.text, statement.values, place)
            except (*NOTHING_DONE, LockNotAvailable):
                return False, False
        drawn = sum([row[0] for row in answer.rows])
        return answer.count > drawn, drawn == statement.rows

    async def admit(self, wish: Admit) -> Admission:
        async with self._reached() as ledger:
            return await ledger.admit(wish)

    async def dispatch(
        self, hold_id: str, *, route: str, owner: str, lease_until: datetime
    ) -> None:
        if not await self.at_once(dispatch_statement(hold_id, route, owner, lease_until)):
            await self.run(
                calls.dispatch, hold_id, route=route, owner=owner, lease_until=lease_until
            )

    async def settle(self, order: Settle) -> Settled:
        async with self._reached() as ledger:
            return await ledger.settle(order)

    @asynccontextmanager
    async def _reached(self) -> AsyncIterator[AsyncPostgresLedger]:
        if self._ledger is None:
            raise database_down()
        with _MAPPED:
            yield self._ledger

    async def _check(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """After PostgreSQL was away, nobody gets one of the connections that died then."""
        try:
            await AsyncConnectionPool.check_connection(connection)
        except psycopg.Error:
            # All that died are thrown away together. One after the other, the pool would wait
            # twice as long after each, and who asked would give up before it found a good one.
            if self._pool is not None and (self._weeding is None or self._weeding.done()):
                self._weeding = asyncio.create_task(self._pool.check())
            raise

    async def _connect(self) -> Connection:
        connection: Connection = await psycopg.AsyncConnection.connect(
            self._url, autocommit=True, connect_timeout=int(WAIT_S)
        )
        # Each statement finds its few rows by their keys, whatever the values are: to plan it anew
        # for each would cost more than to run it.
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        # A plan that was made while a table was new would read all of it, and be kept.
        await connection.execute("SET enable_seqscan = off")
        await connection.execute("SET enable_bitmapscan = off")
        await connection.execute(f"SET lock_timeout = '{LOCK_WITHIN}'")
        return connection

    def _upgrade(self) -> None:
        connected = psycopg.connect(self._url, autocommit=True, connect_timeout=CONNECT_WITHIN_S)
        with connected as connection, connection.transaction():
            _refuse_encoding(connection.info.parameter_status("server_encoding") or "")
            # Copies that start at once would both find nothing.
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('tuppence-server schema'))")
            make_tables(connection)
            run_steps(connection, upgrade("postgres"))


def _refuse_encoding(encoding: str) -> None:
    """In any other one texts come back as bytes, or some cannot be kept."""
    if encoding != "UTF8":
        raise ConfigError(
            f"The database of PostgreSQL keeps texts as {encoding}, not as UTF8.",
            "Make it anew: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.",
        )


def _one(statement: Sql) -> Steps[Sequence[Row]]:
    return (yield statement)


async def _configure(connection: psycopg.AsyncConnection[Any]) -> None:
    # Whole numbers as the tables have them: by its size each value would be of another type, and
    # a statement prepared again for each mixture of them.
    connection.adapters.register_dumper(int, Int8Dumper)


class _Mapped:
    """What drivers raise as what clients are told. A class, since each call enters it three times
    and a generator costs five times as much."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            return
        if isinstance(error, psycopg.OperationalError | PoolTimeout | PoolClosed):
            raise database_down() from error
        if isinstance(error, psycopg.DataError):
            # A text with a NUL, or a number beyond 64 bits: SQLite's answer is the same.
            _log.warning("a value that cannot be kept: %s", error)
            raise bad_request("This holds a value that cannot be kept.") from error


_MAPPED = _Mapped()
