"""What is written beside a settlement: the same by one statement and step by step."""

from __future__ import annotations

import json
from datetime import timedelta

from app.server.credits.calls import settle
from app.server.credits.records import AdmittedCall
from app.server.credits.requests import RequestRow, row_of
from app.server.credits.settlement import settlement_of
from tests.fixtures.credit_server import CreditServer
from tests.server.credits.given import GPT_4O, dispatched, ended, give, sound, wish


async def told(server: CreditServer) -> list[tuple[str, int, int, int]]:
    """The notices, by what they say."""
    rows = await server.run("SELECT facts FROM announcements WHERE kind = 'notice'")
    facts = [json.loads(str(row[0])) for row in rows]
    return sorted((each["name"], each["percent"], each["used"], each["granted"]) for each in facts)


async def test_every_grant_of_a_call_tells_its_own_thresholds(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    person = await server.person()
    await give(server, person, 1_000, "Newer")
    await give(server, person, 1_000, "Older", hours_ago=1)
    call = await dispatched(server, person.caller, wish(GPT_4O, 2_000, 380))
    await settle(server.services, call, ended(call, 2_000, 380))
    assert await told(server) == [
        ("Free", 80, 10_000, 10_000),
        ("Free", 100, 10_000, 10_000),
        ("Newer", 80, 900, 1_000),
        ("Older", 80, 1_000, 1_000),
        ("Older", 100, 1_000, 1_000),
    ]
    await sound(server)


async def test_one_grant_tells_all_thresholds_that_a_call_crosses(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    person = await server.person()
    call = await dispatched(server, person.caller, wish(GPT_4O, 1_900, 100))
    await settle(server.services, call, ended(call, 1_900, 100, answer="{}"))
    assert await told(server) == [("Free", 80, 10_000, 10_000), ("Free", 100, 10_000, 10_000)]
    await sound(server)


async def test_calls_that_were_held_together_cross_a_threshold_once(
    any_credit_server: CreditServer,
) -> None:
    """Each was decided before any of the others was settled."""
    server = any_credit_server
    person = await server.person()
    calls = [await dispatched(server, person.caller, wish(GPT_4O, 190, 10)) for _ in range(9)]
    for done, call in enumerate(calls, 1):
        assert await told(server) == [("Free", 80, 8_000, 10_000)][: int(done > 8)]
        await settle(server.services, call, ended(call, 190, 10))
    last = await dispatched(server, person.caller, wish(GPT_4O, 190, 10))
    await settle(server.services, last, ended(last, 190, 10))
    assert await told(server) == [("Free", 80, 8_000, 10_000), ("Free", 100, 10_000, 10_000)]
    await sound(server)


async def test_the_row_of_a_call_has_every_column_and_is_read_back(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    person = await server.person()
    call = await dispatched(server, person.caller, wish(GPT_4O, 312, 100))
    now = server.time.pass_by(seconds=2.5)
    end = ended(call)
    found = settlement_of(server.services.catalog, call, end, now, now + timedelta(hours=1))
    assert found is not None
    assert tuple(found.ended.row) == tuple(RequestRow.__dataclass_fields__)
    await settle(server.services, call, end)
    assert await kept(server, call) == RequestRow(**found.ended.row)  # type: ignore[arg-type]


async def kept(server: CreditServer, call: AdmittedCall) -> RequestRow | None:
    return await server.services.database.read(
        row_of, call.caller.tenant, call.admitted_at, call.request_id
    )
