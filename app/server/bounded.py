"""No body longer than the limit comes in: by its length, in chunks, or unpacked from gzip; none
that takes forever, and none of so many values that reading them takes many times its length.

A body is counted as it arrives, so that memory stays flat whatever is sent. Every answer leaves
with the headers that keep it out of caches, frames and guesses.
"""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from app.server.errors import Refused, bad_request
from app.server.line import line_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

_GZIP_WINDOW = 31
# What takes whole conversations, with their pictures and files; everything else is short.
_LONG_BODIES = ("/v1/", "/api/quote")
SHORT_BODY_BYTES = 1024 * 1024
# A list of empty lists needs twenty times its length once it is read.
VALUES_MAX = 1_000_000
# A body may pause for so long, and has to come at so many bytes a second from then on.
PAUSE_S, BYTES_PER_S = 20.0, 4096
# Answers are one caller's alone. Pages and streams say more of their own.
_GUARDS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


def too_long(bytes_max: int) -> Refused:
    return Refused(
        413, "body_too_long", f"A request may have {bytes_max:,} bytes here, unpacked. Send less."
    )


def too_slow() -> Refused:
    return Refused(408, "body_too_slow", "The body came too slowly. Send it again.")


async def send_refusal(send: Send, refused: Refused) -> None:
    """The whole answer of a refusal, on the raw path."""
    body = json.dumps(refused.body, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    headers += [(k.lower().encode(), v.encode()) for k, v in refused.headers.items()]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Bounded:
    """Wraps an application; packed bodies reach it unpacked. `begun` is told the path and the
    status of each answer."""

    def __init__(self, inner: Asgi, bytes_max: int, begun: Callable[[str, int], None]) -> None:
        self._inner = inner
        self._bytes_max = bytes_max
        self._begun = begun

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        begun = False

        async def send_on(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._begun(scope["path"], message["status"])
                message = {**message, "headers": guarded(message.get("headers", ()))}
            await send(message)

        try:
            _refuse_nul(scope)
            counted = _Counted(receive, self._most(scope["path"]), scope)
            if counted.is_packed:
                left_out = (b"content-encoding", b"content-length")
                kept = [pair for pair in scope["headers"] if pair[0] not in left_out]
                scope = {**scope, "headers": kept}
            await self._inner(scope, counted, send_on)
        except Refused as refused:
            if begun:
                raise
            await send_refusal(send_on, refused)

    def _most(self, path: str) -> int:
        if path.startswith(_LONG_BODIES):
            return self._bytes_max
        return min(self._bytes_max, SHORT_BODY_BYTES)


def guarded(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """An answer's headers with those that it did not set itself."""
    given = list(headers)
    names = {name for name, _ in given}
    return given + [guard for guard in _GUARDS if guard[0] not in names]


def _refuse_nul(scope: Scope) -> None:
    # No id and no text has it, and PostgreSQL takes none that does.
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        raise bad_request("An address holds no NUL.")


class _Counted:
    """A `receive` that counts what came, unpacked where it is packed."""

    def __init__(self, receive: Receive, bytes_max: int, scope: Scope) -> None:
        length, packing = b"", []
        for name, value in scope["headers"]:
            if name == b"content-length":
                length = value
            elif name == b"content-encoding":
                packing.append(value.strip().lower())
        _refuse_length(length, bytes_max)
        if packing not in ([], [b""], [b"identity"], [b"gzip"]):
            raise Refused(415, "packing_unknown", "Send the body as it is, or with gzip.")
        self._receive = receive
        self._scope = scope
        self._line = line_of(scope)
        self._bytes_max = self._left = bytes_max
        self._values_left = VALUES_MAX
        self._unpack = zlib.decompressobj(_GZIP_WINDOW) if packing == [b"gzip"] else None
        self._came = 0
        self._since = time.monotonic()
        self._is_whole = False

    @property
    def is_packed(self) -> bool:
        return self._unpack is not None

    async def __call__(self) -> Message:
        if self._is_whole:  # what is waited for now is whether the client stays
            return await self._receive()
        message = await self._received()
        if message["type"] != "http.request":
            return message
        body = message.get("body", b"")
        self._is_whole = not message.get("more_body", False)
        self._came += len(body)
        if self._unpack is not None:
            body = self._unpacked(self._unpack, body)
            message = {**message, "body": body}
        self._count(body)
        return message

    async def _received(self) -> Message:
        if self._line is not None and self._line.has_whole(self._scope):
            return await self._receive()  # it need not be waited for
        within_s = self._since + PAUSE_S + self._came / BYTES_PER_S - time.monotonic()
        try:
            async with asyncio.timeout(max(within_s, 0)):
                return await self._receive()
        except TimeoutError:
            raise too_slow() from None

    def _unpacked(self, unpack: zlib._Decompress, packed: bytes) -> bytes:
        try:
            body = unpack.decompress(packed, self._left + 1)
        except zlib.error as error:
            raise _broken() from error
        if unpack.unconsumed_tail:
            raise too_long(self._bytes_max)
        if unpack.unused_data or (self._is_whole and self._came and not unpack.eof):
            raise _broken()
        return body

    def _count(self, body: bytes) -> None:
        self._left -= len(body)
        if self._left < 0:
            raise too_long(self._bytes_max)
        self._values_left -= body.count(b"[") + body.count(b"{") + body.count(b",")
        if self._values_left < 0:
            raise Refused(
                413, "body_too_long", f"A request may hold {VALUES_MAX:,} values. Send fewer."
            )


def _refuse_length(length: bytes, bytes_max: int) -> None:
    if length and (not length.isdigit() or int(length[:20]) > bytes_max):
        raise too_long(bytes_max)


def _broken() -> Refused:
    return Refused(400, "packing_broken", "This is not one whole gzip.")
