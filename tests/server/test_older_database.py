"""A server started on a database that an older one wrote: its tables grow, its rows stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.ledger.closing import forget_given_up
from app.server import schema
from app.server.credits import closing
from tests.fixtures.credit_server import running_server

A_CHECKOUT = (
    "INSERT INTO payment_checkouts (tenant, id, processor, mode, session, subscription, offer,"
    " offer_kind, price, quantity, amount_minor, currency, state, created_ms)"
    " VALUES (?, 'c1', 'stripe', 'test', 's1', '', 'pro-pack', 'pack', 'p1', 1, 1500, 'usd',"
    " 'expired', 1)"
)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_the_first_version_is_brought_to_this_one(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgres" else ""
    with pytest.MonkeyPatch.context() as older:
        older.setattr(schema, "_STEPS", schema._STEPS[:1])
        older.setattr(schema, "VERSION", 1)
        older.setattr(schema, "_FORGETS_SINCE", 0)
        async with running_server(tmp_path, database_url=url) as server:
            person = await server.person()
            await server.run(A_CHECKOUT, person.caller.tenant)
            assert await server.run("SELECT version FROM server_schema") == [(1,)]
    async with running_server(tmp_path, database_url=url) as server:
        assert await server.run("SELECT version FROM server_schema") == [(schema.VERSION,)]
        assert await server.run("SELECT state, canceled FROM payment_checkouts") == [("expired", 0)]
        await closing.close_request(server.services, person.caller, "key")
        later = server.services.clock.now() + closing.KEPT
        assert await server.services.database.run(forget_given_up, later) == 1
        assert await server.run("SELECT count(*) FROM ledger_holds") == [(0,)]
