"""Clients that send a byte now and then, or nothing at all, are let go after a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn

from app.server import bounded, connections
from app.server.connections import BoundedConnection
from tests.fixtures.credit_server import CreditServer

QUICK_S = 0.3


@pytest.fixture
async def port(credit_server: CreditServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """The application on a real socket, with a tenth of everybody's patience."""
    monkeypatch.setattr(bounded, "PAUSE_S", QUICK_S)
    monkeypatch.setattr(connections, "HEAD_WITHIN_S", QUICK_S)
    monkeypatch.setattr(connections, "REST_WITHIN_S", QUICK_S)
    config = uvicorn.Config(
        credit_server.app,
        port=0,
        lifespan="off",
        log_level="warning",
        http=BoundedConnection,
        ws="none",
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


async def answer_to(port: int, *pieces: bytes, every_s: float = 0.02) -> bytes:
    """What comes back to pieces that come one after the other, until the line is closed.

    A piece that is under way when the server closes ends the line with a reset instead of an
    end; what had come before it has come.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def send() -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every_s)

    sending = asyncio.create_task(send())
    try:
        async with asyncio.timeout(60):
            return b"".join([piece async for piece in _pieces(reader)])
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        writer.close()


async def _pieces(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    try:
        while piece := await reader.read(65536):
            yield piece
    except ConnectionResetError:
        return


def posted(*lines: bytes, path: bytes = b"/api/session") -> bytes:
    told = [b"POST " + path + b" HTTP/1.1", b"Host: server", *lines]
    return b"\r\n".join(told) + b"\r\n\r\n"


async def test_who_says_nothing_is_let_go(port: int) -> None:
    assert await answer_to(port) == b"HTTP/1.1 408 Request Timeout" + _REST


async def test_a_head_that_comes_letter_by_letter_is_not_waited_for(port: int) -> None:
    letters = [bytes([letter]) for letter in b"GET / HTTP/1.1\r\nX-Long: " + b"y" * 1000]
    assert (await answer_to(port, *letters)).startswith(b"HTTP/1.1 408")


async def test_empty_lines_are_no_head(port: int) -> None:
    assert await answer_to(port, *[b"\r\n"] * 1000) == b"HTTP/1.1 408 Request Timeout" + _REST


@pytest.mark.parametrize("path", [b"/api/session", b"/api/billing/webhook"])
async def test_a_body_that_comes_letter_by_letter_is_refused(port: int, path: bytes) -> None:
    head = posted(b"Content-Type: application/json", b"Content-Length: 1000", path=path)
    answer = await answer_to(port, head, *[b" "] * 1000)
    assert answer.startswith(b"HTTP/1.1 408"), answer
    assert b"body_too_slow" in answer


async def test_a_body_that_comes_steadily_may_take_longer(port: int) -> None:
    # More than a pause's time altogether, and never too slow for what has come.
    pieces = [b" " * 8192] * 20
    head = posted(
        b"Content-Type: application/json", b"Content-Length: 163840", b"Connection: close"
    )
    answer = await answer_to(port, head, *pieces, every_s=QUICK_S / 10)
    assert answer.startswith(b"HTTP/1.1 400"), answer


async def test_the_next_request_on_a_line_is_answered(port: int) -> None:
    ask = b"GET /v1/models HTTP/1.1\r\nHost: server\r\n\r\n"
    last = b"GET /v1/models HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n"
    answer = await answer_to(port, ask, ask, last, every_s=QUICK_S * 2)
    assert answer.count(b"HTTP/1.1 401") == 3


_REST = b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


async def test_who_asks_for_another_protocol_gets_this_one(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    asked = (
        b"GET /healthz HTTP/1.1\r\nHost: server\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eHh4eHh4eHh4eHh4eHh4eA==\r\n\r\n"
    )
    assert (await answer_to(port, asked)).startswith(b"HTTP/1.1 200 OK")
    assert caplog.records == []
