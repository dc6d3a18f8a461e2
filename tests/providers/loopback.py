"""Loopback servers that answer with fixed bytes and remember what they were sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from app.providers.client import Provider, connect
from app.providers.connection import Timeouts
from app.providers.hosts import HOSTS, Host
from app.providers.http import HttpClient
from app.providers.retry import Retry
from app.request import ChatRequest, RequestMessage, Role, TextPart

SECRET = "sk-test-0123456789abcdefghijklmnop"
QUICK = Timeouts(connect_s=0.5, write_s=2.0, first_byte_s=0.3, idle_s=0.3)


class Loopback:
    """`answers` are given in turn, the last one for ever; each is sent and the line is cut."""

    def __init__(self, *answers: bytes, hold: bool = False) -> None:
        self.answers = list(answers)
        self.hold = hold
        self.seen: list[bytes] = []
        self.port = 0
        self._over = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (
                int(line[15:])
                for line in head.split(b"\r\n")
                if line.lower()[:15] == b"content-length:"
            ),
            0,
        )
        self.seen.append(head + await reader.readexactly(length))
        writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        await writer.drain()
        if self.hold:
            await self._over.wait()
        writer.close()

    def end(self) -> None:
        self._over.set()


@asynccontextmanager
async def loopback(*answers: bytes, hold: bool = False) -> AsyncIterator[Loopback]:
    """A server on a free port of this machine."""
    place = Loopback(*answers, hold=hold)
    server = await asyncio.start_server(place.serve, "127.0.0.1", 0)
    place.port = server.sockets[0].getsockname()[1]
    try:
        yield place
    finally:
        place.end()
        server.close()
        await server.wait_closed()


def answer(
    body: bytes, status: int = 200, kind: str = "text/event-stream", more: str = ""
) -> bytes:
    """One HTTP answer that ends with its connection."""
    head = f"HTTP/1.1 {status} Any\r\nContent-Type: {kind}\r\nConnection: close\r\n{more}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def ask(text: str = "Hello", model: str = "gpt-4o", **options: object) -> ChatRequest:
    message = RequestMessage(Role.USER, (TextPart(text),))
    return ChatRequest(model, (message,), 100, **options)  # type: ignore[arg-type]


async def no_sleep(seconds: float) -> None:
    """Nobody waits in a test."""


NO_WAIT = Retry(sleep=no_sleep, share=lambda: 0.5)


def provider_at(
    url: str, http: HttpClient, host: Host | None = None, secret: str | None = SECRET
) -> Provider:
    return connect(host or HOSTS["openai"], secret=secret, http=http, base_url=url, retry=NO_WAIT)


class Answers(httpx2.AsyncBaseTransport):
    """A transport that gives these answers in turn and keeps the requests."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        self.requests.append(request)
        given = self.answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    def body(self, place: int) -> dict[str, object]:
        return json.loads(self.requests[place].content)


def stream_of(body: str, kind: str = "text/event-stream") -> httpx2.Response:
    return httpx2.Response(200, headers={"content-type": kind}, content=body.encode())


def refusal(status: int, body: object, **headers: str) -> httpx2.Response:
    return httpx2.Response(status, json=body, headers=headers)
