"""What a connection does and knows: heads that go with their first piece, bodies that are whole,
clients that hang up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from app.server.bounded import Asgi, Receive, Scope, Send
from app.server.connections import BoundedConnection
from app.server.line import line_of

POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"


@asynccontextmanager
async def serving(app: Asgi) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to an application behind the server's own connections."""
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        port=0,
        lifespan="off",
        log_level="error",
        http=BoundedConnection,
        ws="none",
        server_header=False,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(60):
            yield reader, writer
    finally:
        writer.close()
        server.should_exit = True
        await task


async def start(send: Send, status: int = 200, length: bytes = b"") -> None:
    headers = [(b"content-length", length)] if length else []
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def body(send: Send, piece: bytes, *, more: bool = False) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": more})


class Written:
    """What a connection hands to the system, write by write."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pieces: list[bytes] = []
        made = BoundedConnection.connection_made

        def watched(connection: BoundedConnection, transport: asyncio.Transport) -> None:
            made(connection, _Watched(transport, self.pieces))  # type: ignore[arg-type]

        monkeypatch.setattr(BoundedConnection, "connection_made", watched)


class _Watched:
    def __init__(self, transport: asyncio.Transport, pieces: list[bytes]) -> None:
        self._transport, self._pieces = transport, pieces

    def write(self, data: bytes) -> None:
        self._pieces.append(data)
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


async def test_a_head_goes_out_with_the_piece_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await start(send, length=b"5")
        await body(send, b"hello")

    written = Written(monkeypatch)
    async with serving(app) as (reader, writer):
        writer.write(POST % 0)
        answer = await reader.readuntil(b"hello")
    assert written.pieces == [answer], "one write, nothing of it twice"
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


async def test_a_head_with_nothing_behind_it_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await start(send)
        await goes_on.wait()
        await body(send, b"one", more=True)
        await body(send, b"HTTP/1.1 200 as text", more=True)
        await body(send, b"")

    written = Written(monkeypatch)
    async with serving(app) as (reader, writer):
        writer.write(POST % 0)
        head = await reader.readuntil(b"\r\n\r\n")
        assert written.pieces == [head]
        goes_on.set()
        rest = await reader.readuntil(b"0\r\n\r\n")
    assert rest == b"3\r\none\r\n14\r\nHTTP/1.1 200 as text\r\n0\r\n\r\n"


async def test_an_answer_that_closes_the_connection_has_its_head() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": 204, "headers": [(b"connection", b"close")]}
        )
        await body(send, b"")

    async with serving(app) as (reader, writer):
        writer.write(POST % 0)
        assert (await reader.read()).startswith(b"HTTP/1.1 204 No Content\r\n")


async def test_a_body_is_whole_once_its_last_byte_is_there() -> None:
    seen: list[bool] = []
    came = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        line = line_of(scope)
        assert line is not None
        seen.append(line.has_whole(scope))
        came.set()
        while (await receive()).get("more_body"):
            continue
        seen.append(line.has_whole(scope))
        await start(send, length=b"2")
        await body(send, b"ok")

    async with serving(app) as (reader, writer):
        writer.write(POST % 4 + b"ab")
        await came.wait()
        writer.write(b"cd")
        await reader.readuntil(b"ok")
        assert seen == [False, True]
        # Two requests at once: the first is whole although the second has only begun.
        came.clear()
        writer.write(POST % 2 + b"ab" + POST % 2 + b"a")
        await reader.readuntil(b"ok")
        assert seen[2:4] == [True, True]
        writer.write(b"b")
        await reader.readuntil(b"ok")
        assert seen[5] is True


async def test_who_hangs_up_is_known_to_the_request_that_runs() -> None:
    gone = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        line = line_of(scope)
        assert line is not None
        await start(send)
        await body(send, b"one", more=True)
        assert not line.lost.done()
        await line.lost
        gone.set()

    async with serving(app) as (reader, writer):
        writer.write(POST % 0)
        await reader.readuntil(b"one")
        writer.close()
        await gone.wait()


async def test_pieces_are_written_at_once_where_the_answer_is_a_stream_that_runs() -> None:
    done: list[bool] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        line = line_of(scope)
        assert line is not None
        done.append(line.write_piece(scope, b"before"))
        await start(send)
        done.append(line.write_piece(scope, b"one"))
        done.append(line.write_piece(scope, b""))
        done.append(line.write_piece(dict(scope), b"another's"))
        await body(send, b"two", more=True)
        await body(send, b"")
        done.append(line.write_piece(scope, b"after"))

    async with serving(app) as (reader, writer):
        writer.write(POST % 0)
        answer = await reader.readuntil(b"0\r\n\r\n")
    assert answer.partition(b"\r\n\r\n")[2] == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
    assert done == [False, True, False, False, False]


async def test_no_chunk_is_written_into_an_answer_of_a_known_length() -> None:
    done: list[bool] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        line = line_of(scope)
        assert line is not None
        await start(send, length=b"2")
        done.append(line.write_piece(scope, b"ok"))
        await body(send, b"ok")

    async with serving(app) as (reader, writer):
        writer.write(POST % 0)
        assert (await reader.readuntil(b"ok")).endswith(b"\r\n\r\nok")
    assert done == [False]


async def test_a_client_that_reads_slowly_is_waited_for() -> None:
    piece = b"x" * 65536
    written = 0
    full = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal written
        line = line_of(scope)
        assert line is not None
        await start(send)
        while line.write_piece(scope, piece):
            written += 1
            await asyncio.sleep(0)
        full.set()
        await body(send, piece)

    async with serving(app) as (reader, writer):
        writer.write(POST % 0)
        await full.wait()
        assert written < 1000, "not all of it into memory"
        answer = bytearray()
        while not answer.endswith(b"\r\n0\r\n\r\n"):
            answer += await reader.read(1 << 20)
    assert answer.count(b"x") == (written + 1) * len(piece)
