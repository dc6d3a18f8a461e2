"""The books out of reach, a server that stops, a worker that dies: nothing is lost, nothing is
charged twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx2
import psycopg
import pytest

from app.server.proxy import running as running_calls
from app.server.proxy.beats import BEAT_S, beat_all
from app.server.proxy.desk import LEASE, Desk
from app.server.proxy.resolving import MAY_STILL_RUN, resolve_all, sweep_all
from tests.fixtures.credit_server import Person
from tests.fixtures.postgres import Postgres
from tests.server.proxy.conftest import MODEL, Place
from tests.server.proxy.hanging_up import ask_and_hang_up
from tests.server.upstreams.scripts import Script

SLOW = Script(tokens=60, chunk_s=0.02, word=" hello")
BODY = {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 90}


async def ask(place: Place, person: Person, *, stream: bool = False) -> Any:
    async with httpx2.AsyncClient(base_url=place.url, timeout=60) as client:
        return await client.post(
            "/v1/chat/completions", json={**BODY, "stream": stream}, headers=person.headers
        )


@asynccontextmanager
async def out_of_reach(postgres: Postgres, name: str) -> AsyncIterator[None]:
    """The database takes no connections and ends those that it has."""
    admin = await psycopg.AsyncConnection.connect(postgres.dsn, autocommit=True)
    async with admin:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        try:
            yield
        finally:
            await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


async def running(place: Place, calls: int = 1) -> None:
    """Until so many calls have been answered with their first words."""
    while sum(bool(run.beat().output_tokens) for run in place.desk.running.values()) < calls:
        await asyncio.sleep(0.005)


async def test_the_books_gone_for_a_while_refuse_new_calls_and_keep_the_running_one(
    postgres_place: Place, postgres: Postgres, postgres_url: str
) -> None:
    place = postgres_place
    name = postgres_url.rpartition("dbname=")[2].split()[0]
    place.provider.scripts[MODEL] = SLOW
    person = await place.person()
    streaming = asyncio.create_task(ask(place, person, stream=True))
    await running(place)
    asked = len(place.provider.calls)
    async with out_of_reach(postgres, name):
        refused = await asyncio.gather(*(ask(place, person) for _ in range(5)))
        assert {answer.status_code for answer in refused} == {503}
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
        assert len(place.provider.calls) == asked
        while any(run.reader and not run.reader.ended for run in place.desk.running.values()):
            await asyncio.sleep(0.01)
    answer = await streaming
    assert answer.text.count(" hello") >= 60
    assert "[DONE]" in answer.text
    assert (await ask(place, person)).status_code == 200
    assert await place.rows("ending, output_tokens") == [("complete", 60)] * 2
    assert await place.open_holds() == 0
    assert await place.troubles() == []


@pytest.mark.parametrize("stream", [False, True])
async def test_who_would_wait_long_for_the_books_has_the_answer_before_its_receipt(
    postgres_place: Place,
    postgres: Postgres,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
    stream: bool,
) -> None:
    place = postgres_place
    monkeypatch.setattr(running_calls, "_TELL_WITHIN_S", 0.3)
    name = postgres_url.rpartition("dbname=")[2].split()[0]
    place.provider.scripts[MODEL] = SLOW
    person = await place.person()
    asking = asyncio.create_task(ask(place, person, stream=stream))
    await running(place)
    async with out_of_reach(postgres, name):
        answer = await asking
    assert answer.status_code == 200
    assert answer.text.count(" hello") == 60
    if stream:
        assert answer.text.endswith("data: [DONE]\n\n")
        frames = [line[6:] for line in answer.text.splitlines() if line.startswith("data: {")]
        (told,) = (json.loads(each)["tuppence"] for each in frames if '"tuppence"' in each)
    else:
        told = answer.json()["tuppence"]
    assert told == {"request_id": told["request_id"], "pending": True}
    await place.quiet()
    assert await place.rows("ending, output_tokens") == [("complete", 60)], "once, and whole"
    async with httpx2.AsyncClient(base_url=place.url, timeout=60) as client:
        asked = await client.get(f"/api/requests/{told['request_id']}", headers=person.headers)
    assert asked.json()["receipt"]["request_id"] == told["request_id"]
    assert asked.json()["receipt"]["drawn"]
    assert await place.open_holds() == 0
    assert await place.troubles() == []


async def test_a_server_that_stops_books_what_runs(place: Place) -> None:
    place.provider.scripts[MODEL] = SLOW
    person = await place.person()
    streams = [asyncio.create_task(ask(place, person, stream=True)) for _ in range(3)]
    await running(place, 3)
    await place.desk.finish()
    assert await place.open_holds() == 0
    rows = await place.server.run(
        "SELECT h.basis, r.ending, r.output_tokens FROM ledger_holds h JOIN requests r"
        " ON r.id = h.id"
    )
    assert [row[:2] for row in rows] == [("counted_partial", "interrupted")] * 3
    assert all(0 < int(str(written)) < 60 for *_, written in rows)
    assert await place.troubles() == []
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)


async def left_behind(place: Place, *, beat: bool) -> int:
    """A call whose worker dies in the middle of it: how many tokens its last heartbeat told."""
    place.provider.scripts[MODEL] = SLOW
    person = await place.person()
    asking = asyncio.create_task(ask(place, person, stream=True))
    await running(place)
    (run,) = place.desk.running.values()
    seen = 0
    if beat:
        assert run.dispatched_s is not None
        run.dispatched_s -= BEAT_S
        assert await beat_all(place.desk) == 1
        ((seen,),) = await place.server.run("SELECT max(output_tokens_seen) FROM ledger_holds")  # type: ignore[assignment]
    for task in place.desk.tasks:
        task.cancel()  # nothing of it is carried out any more, as after kill -9
    asking.cancel()
    await asyncio.gather(asking, *place.desk.tasks, return_exceptions=True)
    return int(seen)


@pytest.mark.parametrize("beat", [False, True])
async def test_a_dead_workers_call_is_settled_at_its_last_heartbeat(
    place: Place, beat: bool
) -> None:
    seen = await left_behind(place, beat=beat)
    other = Desk(place.server.services)
    assert await sweep_all(other) == 0
    place.server.time.pass_by(seconds=LEASE.total_seconds() + 1)
    assert await sweep_all(other) == 1
    assert await resolve_all(other) == 0, "its worker may still live"
    place.server.time.pass_by(seconds=MAY_STILL_RUN.total_seconds())
    if beat:  # the provider has a record of it, which is waited for
        place.server.time.pass_by(minutes=15)
    assert await resolve_all(other) == 1
    ((basis, written),) = await place.server.run(
        "SELECT h.basis, r.output_tokens FROM ledger_holds h JOIN requests r ON r.id = h.id"
    )
    assert (basis, written) == ("counted_partial" if beat else "input_only", seen)
    assert await place.open_holds() == 0
    assert await place.troubles() == []
    await other.finish()


async def test_a_dead_workers_call_is_settled_by_the_providers_own_record(place: Place) -> None:
    await left_behind(place, beat=True)
    other = Desk(place.server.services)
    place.server.time.pass_by(seconds=LEASE.total_seconds() + 1)
    await sweep_all(other)
    assert await resolve_all(other) == 0, "there is no record yet"
    await other.finish()
    assert await resolved_by_record(place) == ("provider_lookup", 12, 33)
    assert await place.troubles() == []


async def resolved_by_record(place: Place) -> tuple[object, ...]:
    """Resolve with a provider that has the call's record."""
    ((name,),) = await place.server.run("SELECT upstream_id FROM generations")
    record = {
        "data": {
            "id": name,
            "native_tokens_prompt": 12,
            "native_tokens_completion": 33,
            "total_cost": 0.0001,
        }
    }

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readuntil(b"\r\n")
        assert str(name).encode() in line
        body = json.dumps(record).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        writer.write(head.encode() + b"\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    services = place.server.services
    environment = dict(services.settings.environment)
    environment["OPENROUTER_BASE_URL"] = f"http://127.0.0.1:{port}"
    moved = Desk(replace(services, settings=replace(services.settings, environment=environment)))
    async with server:
        assert await resolve_all(moved) == 1
    await moved.finish()
    rows = await place.server.run(
        "SELECT h.basis, r.input_tokens, r.output_tokens FROM ledger_holds h JOIN requests r"
        " ON r.id = h.id"
    )
    return rows[0]


async def test_a_call_that_never_left_is_given_back_after_a_while(place: Place) -> None:
    person = await place.person()
    place.desk.gate._most = 0
    asking = asyncio.create_task(ask(place, person))
    while place.desk.gate.waiting == 0:
        await asyncio.sleep(0.005)
    for task in place.desk.tasks:
        task.cancel()
    asking.cancel()
    await asyncio.gather(asking, *place.desk.tasks, return_exceptions=True)
    assert await place.open_holds() == 1
    place.server.time.pass_by(minutes=11)
    assert await sweep_all(Desk(place.server.services)) == 1
    assert await place.open_holds() == 0


async def test_who_hangs_up_in_the_queue_pays_nothing(place: Place) -> None:
    person = await place.person()
    place.desk.gate._most = 0
    await ask_and_hang_up(place.url, person.token, BODY, after=None, patience_s=0.3)
    await asyncio.wait_for(place.quiet(), 10)
    assert place.provider.calls == []
    assert place.desk.gate.waiting == 0
    assert await place.rows("ending, plan_tokens") == [("released", 0)]


async def _pages(place: Place, pragma: str) -> int:
    """What the writer's own connection says to a pragma."""
    ((pages,),) = await place.server.run(f"PRAGMA {pragma}")
    return int(str(pages))


async def test_a_full_disk_refuses_new_calls_and_books_the_running_one_later(place: Place) -> None:
    place.provider.scripts[MODEL] = SLOW
    person = await place.person()
    streaming = asyncio.create_task(ask(place, person, stream=True))
    await running(place)
    place.provider.scripts[MODEL] = Script(tokens=5, word=" hello")
    # SQLite's own limit gives the error of a disk that is full.
    most = await _pages(place, "max_page_count")
    await _pages(place, f"max_page_count = {await _pages(place, 'page_count')}")
    asked = len(place.provider.calls)
    answers: list[Any] = []
    while not answers or answers[-1].status_code == 200:
        answers.append(await ask(place, person))
    refused = answers.pop()
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.json()["error"]["code"] == "database_unavailable"
    assert len(place.provider.calls) == asked + len(answers)
    assert (await ask(place, person)).status_code == 503
    await _pages(place, f"max_page_count = {most}")
    answer = await streaming
    assert answer.text.count(" hello") >= 60
    assert (await ask(place, person)).status_code == 200
    await place.quiet()
    endings = await place.rows("ending, output_tokens")
    assert sorted(row for row in endings if row[0] == "complete") == sorted(
        [("complete", 60)] + [("complete", 5)] * (len(answers) + 1)
    )
    assert await place.open_holds() == 0
    assert await place.troubles() == []
