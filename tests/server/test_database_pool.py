"""The pool of connections to PostgreSQL after all of them died."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg

from tests.fixtures.credit_server import running_server
from tests.fixtures.postgres import Postgres

CONNECTIONS = 8
AGAIN_WITHIN_S = 5.0


async def test_the_first_who_asks_after_an_outage_does_not_wait_for_each_that_died(
    tmp_path: Path, postgres: Postgres, postgres_url: str
) -> None:
    name = postgres_url.rpartition("dbname=")[2].split()[0]
    async with running_server(tmp_path / "server", database_url=postgres_url) as server:
        many = [server.run("SELECT pg_backend_pid(), pg_sleep(1)") for _ in range(CONNECTIONS)]
        used = {row[0] for ((row),) in await asyncio.gather(*many)}
        assert len(used) == CONNECTIONS
        with psycopg.connect(postgres.dsn, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
            )
        async with asyncio.timeout(AGAIN_WITHIN_S):
            ((process,),) = await server.run("SELECT pg_backend_pid()")
        assert process not in used
