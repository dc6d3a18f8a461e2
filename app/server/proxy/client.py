"""Who asked, as the raw ASGI path sees them: a body that comes, an answer that goes, and whether
they are still there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.server.bounded import Receive, Scope, Send, send_refusal
from app.server.errors import Refused
from app.server.fast_json import json_bytes
from app.server.line import line_of

Headers = list[tuple[bytes, bytes]]
_SSE: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),  # a reverse proxy passes each piece on at once
]


class ClientGone(Exception):
    """The client hung up before its request was whole."""


class Client:
    """One request's client. `gone` is set once they have hung up; nothing is sent then. `line` is
    their connection, where it is one of the server's own."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.gone = False
        self.started = False
        self._receive = receive
        self._send = send
        self.line = line_of(scope)

    async def read_body(self) -> bytes:
        """The whole body, within the server's bounds; raises ClientGone."""
        parts: list[bytes] = []
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.gone = True
                raise ClientGone
            if body := message.get("body"):
                parts.append(body)
            if not message.get("more_body"):
                return parts[0] if len(parts) == 1 else b"".join(parts)

    async def wait_until_gone(self) -> None:
        """Return when the client has hung up."""
        while (await self._receive())["type"] != "http.disconnect":
            continue

    async def start_events(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Begin a stream of events."""
        await self._start(200, [*_SSE, *headers])

    def write_now(self, piece: bytes) -> bool:
        """Write a piece of the stream that has begun, where that need not be waited for; False,
        and nothing is written, where `write` has to."""
        return self.gone or (self.line is not None and self.line.write_piece(self.scope, piece))

    async def write(self, piece: bytes) -> None:
        """A piece of the stream that has begun."""
        if not self.write_now(piece):
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})

    async def end(self, piece: bytes = b"") -> None:
        """The last piece."""
        if not self.gone:
            await self._send({"type": "http.response.body", "body": piece})

    async def answer(
        self,
        body: bytes,
        content_type: bytes,
        headers: Iterable[tuple[bytes, bytes]],
        status: int = 200,
    ) -> None:
        """A whole answer."""
        length = b"%d" % len(body)
        await self._start(
            status, [(b"content-type", content_type), (b"content-length", length), *headers]
        )
        await self.end(body)

    async def answer_json(
        self, value: Mapping[str, Any], headers: Iterable[tuple[bytes, bytes]], status: int = 200
    ) -> None:
        body = json_bytes(value)
        await self.answer(body, b"application/json", headers, status)

    async def refuse(self, refused: Refused) -> None:
        """An error instead of an answer; nothing where the answer has begun or nobody is there."""
        if not self.started and not self.gone:
            self.started = True
            await send_refusal(self._send, refused)

    async def _start(self, status: int, headers: Headers) -> None:
        if self.gone or self.started:
            return
        self.started = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
