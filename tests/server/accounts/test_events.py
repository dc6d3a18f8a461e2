"""Server-sent events, over real sockets."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.ledger.steps import Sql, Steps
from app.server.accounts.streams import Pace, Streams, take_lease, tenants_of
from app.server.app import build_app
from app.server.database import Database
from app.server.errors import Refused
from app.server.events import Announcement, Kind, announce, id_at
from tests.fixtures.credit_server import CreditServer
from tests.server.accounts.computers import Computer, code_of, registered
from tests.server.accounts.listening import listening, on_a_socket
from tests.server.accounts.test_keys import made, member

QUICK = Pace(look_s=0.02, beat_s=0.1, check_s=0.1)


@dataclass
class Live:
    """A server on a socket, whose streams look more often than they would."""

    server: CreditServer
    address: str

    async def tell(self, tenant: str, kind: Kind = Kind.NOTICE, **facts: object) -> None:
        now = self.server.time.at
        await self.server.services.database.run(announce, tenant, kind, now, facts)


@pytest.fixture
async def live(any_credit_server: CreditServer) -> AsyncIterator[Live]:
    server = any_credit_server
    # The same application, with streams of the test's own pace.
    app = build_app(server.services)
    streams = Streams(server.services.database, pace=QUICK)
    inner: Any = app
    while not hasattr(inner, "state"):
        inner = inner._inner
    inner.state.streams = streams
    server.app = app
    async with on_a_socket(server) as address:
        yield Live(server, address)
        streams.close()


async def test_what_is_announced_arrives(live: Live) -> None:
    computer = await registered(live.server)
    async with listening(live.address, computer.token) as stream:
        assert stream.answer.headers["content-type"].startswith("text/event-stream")
        await live.tell(computer.account, Kind.PURCHASE_LANDED, amount=1_000_000)
        heard = await stream.next()
        assert heard is not None
        assert heard.kind == "purchase_landed"
        assert heard.facts == {
            "tenant": computer.account,
            "at": "2026-11-21T12:00:00+00:00",
            "amount": 1_000_000,
        }
        await live.tell(computer.account, Kind.BALANCE_CHANGED)
        after = await stream.next()
        assert after is not None
        assert (after.kind, after.id > heard.id) == ("balance_changed", True)


async def test_what_came_while_nobody_listened_is_resumed(live: Live) -> None:
    computer = await registered(live.server)
    async with listening(live.address, computer.token) as stream:
        await live.tell(computer.account, number=1)
        first = await stream.next()
        assert first is not None
    for number in (2, 3):
        await live.tell(computer.account, number=number)
    async with listening(live.address, computer.token, last_id=first.id) as stream:
        numbers = [heard.facts["number"] for _ in "23" if (heard := await stream.next())]
        assert numbers == [2, 3]
        await live.tell(computer.account, number=4)
        heard = await stream.next()
        assert heard is not None
        assert heard.facts["number"] == 4


async def test_who_comes_anew_gets_nothing_old(live: Live) -> None:
    computer = await registered(live.server)
    await live.tell(computer.account, number=1)
    async with listening(live.address, computer.token) as stream:
        await live.tell(computer.account, number=2)
        heard = await stream.next()
        assert heard is not None
        assert heard.facts["number"] == 2


async def test_nobody_hears_of_somebody_else(live: Live) -> None:
    mine, other = await registered(live.server), await registered(live.server)
    async with listening(live.address, mine.token) as stream:
        await live.tell(other.account, number=1)
        await live.tell(mine.account, number=2)
        heard = await stream.next()
        assert heard is not None
        assert heard.facts["number"] == 2


async def test_a_member_hears_of_the_organization_and_a_key_of_its_tenant_alone(
    live: Live,
) -> None:
    computer = await member(live.server, "o_acme", "builder")
    key = await made(computer)
    async with (
        listening(live.address, computer.token) as person,
        listening(live.address, key["token"]) as program,
    ):
        await live.tell(computer.account, number=1)
        await live.tell("o_acme", number=2)
        numbers = [heard.facts["number"] for _ in "12" if (heard := await person.next())]
        assert sorted(numbers) == [1, 2]  # of two tenants neither comes first
        only = await program.next()
        assert only is not None
        assert only.facts["number"] == 2


async def test_a_silent_stream_says_that_it_is_there(live: Live) -> None:
    computer = await registered(live.server)
    async with listening(live.address, computer.token) as stream:
        for _ in range(2):
            heard = await stream.next(comments=True)
            assert heard is not None
            assert heard.kind == ""


async def test_a_session_that_ends_takes_its_stream_along(live: Live) -> None:
    computer = await registered(live.server)
    async with listening(live.address, computer.token) as stream:
        assert (await computer.ask("DELETE", "/api/session")).status_code == 204
        assert await stream.next() is None


async def test_who_leaves_an_organization_hears_of_it_no_more(live: Live) -> None:
    computer = await member(live.server, "o_acme", "builder")
    async with listening(live.address, computer.token) as stream:
        await live.server.run("DELETE FROM members")
        # The stream asks who this is a few times, and says in between that it is there.
        for _ in range(4):
            await stream.next(comments=True)
        await live.tell("o_acme", number=1)
        await live.tell(computer.account, number=2)
        heard = await stream.next()
        assert heard is not None
        assert heard.facts["number"] == 2


async def test_ten_streams_of_an_account_are_open_at_once(live: Live) -> None:
    computer = await registered(live.server)
    async with AsyncExitStack() as stack:
        for _ in range(10):
            stream = await stack.enter_async_context(listening(live.address, computer.token))
            assert stream.answer.status_code == 200
        more = await stack.enter_async_context(listening(live.address, computer.token))
        assert more.answer.status_code == 429
    # They are gone: their places are free again.
    async with asyncio.timeout(60):
        while await live.server.run("SELECT count(*) FROM streams") != [(0,)]:
            await asyncio.sleep(0)
    async with listening(live.address, computer.token) as stream:
        assert stream.answer.status_code == 200


async def test_of_streams_that_begin_at_once_ten_are_let_in(live: Live) -> None:
    computer = await registered(live.server)

    async def one(number: int) -> bool:
        run = live.server.services.database.run
        try:
            await run(take_lease, computer.account, f"s{number}", live.server.time.at)
        except Refused:
            return False
        return True

    assert sum(await asyncio.gather(*(one(number) for number in range(40)))) == 10
    live.server.time.pass_by(seconds=150)
    assert await one(41)  # whose worker died has a place again after its lease


async def test_who_was_away_too_long_is_told_to_read_everything_anew(live: Live) -> None:
    computer = await registered(live.server)
    old = id_at(live.server.time.at - timedelta(hours=2))
    async with listening(live.address, computer.token, last_id=old) as stream:
        heard = await stream.next()
        assert heard is not None
        assert heard.kind == "missed"


async def test_an_id_that_is_none_is_refused(live: Live) -> None:
    computer = await registered(live.server)
    answer = await live.server.client.get(
        "/api/events", headers=computer.headers | {"Last-Event-ID": "'; --"}
    )
    assert answer.status_code == 400


async def test_a_stranger_hears_nothing(live: Live) -> None:
    computer = Computer(live.server.client, token="ts_none")
    answer = await computer.ask("GET", "/api/events")
    assert (answer.status_code, code_of(answer)) == (401, "invalid_api_key")
    known = await member(live.server, "o_acme", "builder")
    stranger = await registered(live.server)
    async with listening(live.address, stranger.token, acts_for="o_acme") as stream:
        assert stream.answer.status_code == 404
    assert known.acts_for == "o_acme"


async def test_an_announcement_that_is_committed_late_is_not_lost(
    credit_server: CreditServer,
) -> None:
    """Its id is older than what the stream has had already."""
    now = datetime.now(UTC)
    streams = Streams(credit_server.services.database, pace=Pace(look_s=60))
    stream = await streams.join(frozenset({"a"}), "")
    await _row(credit_server, "a", id_at(now + timedelta(seconds=1)))
    await streams.look()
    await _row(credit_server, "a", id_at(now - timedelta(seconds=3)))
    await streams.look()
    await streams.look()
    assert stream.waiting.qsize() == 2
    streams.leave(stream)


async def _row(server: CreditServer, tenant: str, announcement_id: str) -> None:
    await server.run(
        "INSERT INTO announcements (tenant, id, at_ms, kind, facts)"
        " VALUES (?, ?, 0, 'notice', '{}')",
        tenant,
        announcement_id,
    )


class CountingDatabase:
    """Counts the statements that pass through it to a real database."""

    def __init__(self, inner: Database) -> None:
        self.inner = inner
        self.statements: list[Sql] = []

    async def read(self, operation: object, *args: object) -> object:
        def counted() -> Steps[object]:
            steps = operation(*args)  # type: ignore[operator]
            rows = None
            while True:
                try:
                    statement = next(steps) if rows is None else steps.send(rows)
                except StopIteration as end:
                    return end.value
                self.statements.append(statement)
                rows = yield statement

        return await self.inner.read(counted)


async def test_five_hundred_streams_are_one_statement(any_credit_server: CreditServer) -> None:
    database = CountingDatabase(any_credit_server.services.database)
    streams = Streams(database, pace=Pace(look_s=3600))  # type: ignore[arg-type]
    opened = [await streams.join(frozenset({f"a{number}"}), "") for number in range(500)]
    database.statements.clear()
    await any_credit_server.services.database.run(
        announce, "a7", Kind.NOTICE, any_credit_server.time.at, {}
    )
    await streams.look()
    assert len(database.statements) == 1
    assert [stream.waiting.qsize() for stream in opened].index(1) == 7
    for stream in opened:
        streams.leave(stream)


async def test_a_stream_that_takes_nothing_is_ended(credit_server: CreditServer) -> None:
    streams = Streams(credit_server.services.database, pace=Pace(look_s=3600))
    stream = await streams.join(frozenset({"a"}), "")
    for number in range(1500):
        at = datetime.now(UTC)
        stream.offer(Announcement("a", f"{number:032x}", at, "notice", "{}"))
    assert stream.ended
    assert stream.waiting.qsize() == 1001
    streams.leave(stream)


async def _answers(address: str) -> None:
    """Wait until the server, which greets before it listens, can be reached."""
    async with asyncio.timeout(30):
        while True:
            try:
                host, _, port = address.removeprefix("http://").partition(":")
                _, writer = await asyncio.open_connection(host, int(port))
            except ConnectionRefusedError:
                continue
            writer.close()
            return


@pytest.mark.skipif(os.name != "posix", reason="told to end by a signal")
async def test_a_server_that_is_told_to_stop_ends_its_streams(tmp_path: Path) -> None:
    """The program itself, with an open stream."""
    command = [sys.executable, "-m", "app.server.main", "run", "--demo", "--port", "0"]
    process = await asyncio.create_subprocess_exec(
        *command, "--data", str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        greeting = ""
        async with asyncio.timeout(60):
            while "Try it" not in greeting:
                greeting += (await process.stdout.readline()).decode()
        address = re.search(r"http://127\.0\.0\.1:\d+", greeting)
        token = re.search(r"tp_[\w-]+", greeting)
        assert address is not None
        assert token is not None
        await _answers(address.group())
        async with listening(address.group(), token.group()) as stream:
            assert stream.answer.status_code == 200
            process.send_signal(signal.SIGTERM)
            assert await stream.next() is None
            async with asyncio.timeout(60):  # it would wait for thirty seconds otherwise
                await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_an_api_key_is_asked_for_no_memberships(credit_server: CreditServer) -> None:
    person = await credit_server.person()
    found = await credit_server.services.database.read(tenants_of, person.caller)
    assert found == frozenset({person.caller.tenant})
