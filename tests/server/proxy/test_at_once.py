"""A call on PostgreSQL: known, counted and read by one statement, held and sent by another; and
whatever goes wrong between the two costs nobody anything."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path

import psycopg

from app.server.accounts.identify import Caller
from app.server.credits.arrival import Arrival, Token, arrive, identified
from app.server.credits.calls import admit, settle
from app.server.credits.records import AdmittedCall
from app.server.errors import Refused
from app.server.proxy.desk import Desk
from app.server.proxy.start import Start
from tests.fixtures.credit_server import CreditServer, Person, running_server
from tests.server.accounts.computers import registered
from tests.server.credits.given import ended, sound, whole_call, wish
from tests.server.organizations.crew import founded, joined, with_seats

KEYS = {"_OPENROUTER_API_KEY": "sk-or-x", "_OPENAI_API_KEY": "sk-x"}


async def opened(server: CreditServer) -> Person:
    """Somebody whose windows of today are open: the first call of a window is held step by step."""
    person = await server.person("premium", subscribed_ms=0)
    await whole_call(server, person.caller)
    return person


async def held(server: CreditServer, person: Person, start: Start) -> AdmittedCall:
    arrival = await arrive(server.services, Token(person.token, "", "192.0.2.1"), "")
    call = await admit(server.services, wish(), arrival, start)
    assert isinstance(call, AdmittedCall)
    return call


async def end_of(looking: Awaitable[Arrival | Caller]) -> object:
    """The caller, or the refusal."""
    try:
        found = await looking
    except Refused as refused:
        return refused.status, refused.code
    return found.caller if isinstance(found, Arrival) else found


async def hold_of(server: CreditServer) -> list[tuple[object, ...]]:
    return await server.run(
        "SELECT state, attempt, route, owner, proof FROM ledger_holds"
        " WHERE frozen <> '' AND state <> 'settled'"
    )


async def test_a_call_that_waits_for_nothing_is_sent_as_it_is_held(
    tmp_path: Path, postgres_url: str
) -> None:
    async with running_server(tmp_path / "server", database_url=postgres_url, **KEYS) as server:
        desk = Desk(server.services)
        start = Start(desk)
        call = await held(server, await opened(server), start)
        assert start.ways is not None
        route = start.ways[0].priced.route
        assert route == call.routes[0].route
        assert await hold_of(server) == [("dispatched", 1, route, desk.owner, None)]
        assert desk.gate.inside == 1
        await sound(server)


async def test_where_the_gate_is_full_a_call_is_held_and_waits(
    tmp_path: Path, postgres_url: str
) -> None:
    given = {**KEYS, "STREAMS_MAX": "1"}
    async with running_server(tmp_path / "server", database_url=postgres_url, **given) as server:
        desk = Desk(server.services)
        assert desk.gate.enter_now()
        start = Start(desk)
        await held(server, await opened(server), start)
        assert start.ways is None
        assert await hold_of(server) == [("held", 0, "", "", None)]
        assert desk.gate.inside == 1


async def test_a_call_whose_commit_was_not_heard_of_is_given_back(
    tmp_path: Path, postgres_url: str
) -> None:
    async with running_server(tmp_path / "server", database_url=postgres_url, **KEYS) as server:
        desk, person = Desk(server.services), await opened(server)
        start = Start(desk)
        await held(server, person, start)
        start.lost()
        await asyncio.gather(*desk.tasks)
        assert [(row[0], row[4]) for row in await hold_of(server)] == [("released", "nothing_sent")]
        assert desk.gate.inside == 0
        await sound(server)


async def test_a_commit_that_never_was_leaves_nothing_to_give_back(
    tmp_path: Path, postgres_url: str
) -> None:
    async with running_server(tmp_path / "server", database_url=postgres_url, **KEYS) as server:
        desk, person = Desk(server.services), await opened(server)
        call = await held(server, person, Start(desk))
        start = Start(desk)
        assert start(replace(call, request_id="never-held")) is not None
        assert desk.gate.inside == 2
        start.lost()
        await asyncio.gather(*desk.tasks)
        assert desk.gate.inside == 1
        await sound(server)


async def test_who_arrives_is_who_is_identified(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    admin = await registered(server)
    group = await founded(server, admin)
    await with_seats(server, group, 10)
    builder = await joined(server, admin, group, "builder")
    person, revoked = await server.person(), await server.person()
    await server.run("UPDATE api_keys SET revoked_ms = 1 WHERE account = ?", revoked.caller.account)
    told = [
        Token(person.token, "", "192.0.2.1"),
        Token(person.token, group, "192.0.2.1"),
        Token(revoked.token, "", ""),
        Token(builder.token, "", "2001:db8::1"),
        Token(builder.token, group, "192.0.2.1"),
        Token(admin.token, group, "192.0.2.1"),
        Token(admin.token, person.caller.account, ""),
        Token("ts_made-up", "", ""),
        Token("tp_made-up", "", ""),
        Token("made-up", "", ""),
    ]
    await server.run("DELETE FROM buckets WHERE name > 'calls/' AND name < 'calls0'")
    for each in told:
        assert await end_of(arrive(server.services, each, "")) == await end_of(
            identified(server.services, each)
        ), each
    counted = dict(
        await server.run(
            "SELECT name, count FROM buckets WHERE name > 'calls/' AND name < 'calls0'"
        )
    )
    assert set(counted.values()) == {1}, "each asked once"
    assert len(counted) == 4


async def test_of_a_minute_that_is_full_nothing_more_is_counted(
    tmp_path: Path, postgres_url: str
) -> None:
    given = {**KEYS, "REQUESTS_PER_MINUTE": "3"}
    async with running_server(tmp_path / "server", database_url=postgres_url, **given) as server:
        person = await server.person()
        told = Token(person.token, "", "")
        ends = await asyncio.gather(
            *(arrive(server.services, told, "") for _ in range(8)), return_exceptions=True
        )
        refused = [each for each in ends if isinstance(each, Refused)]
        assert [each.status for each in refused] == [429] * 5
        assert await server.run(
            "SELECT count FROM buckets WHERE name > 'calls/' AND name < 'calls0'"
        ) == [(3,)]


async def test_a_call_is_looked_up_by_keys_also_while_tables_are_new(
    tmp_path: Path, postgres_url: str
) -> None:
    calls = 8
    async with running_server(tmp_path / "server", database_url=postgres_url, **KEYS) as server:
        desk, person = Desk(server.services), await opened(server)
        for _ in range(calls):
            call = await held(server, person, Start(desk))
            await settle(server.services, call, ended(call))
            desk.gate.leave()
    # Who has left has told what they read.
    async with await psycopg.AsyncConnection.connect(postgres_url) as connection:
        read_whole = await connection.execute(
            "SELECT relname FROM pg_stat_user_tables WHERE seq_scan >= %s ORDER BY relname",
            (calls,),
        )
        assert await read_whole.fetchall() == []
