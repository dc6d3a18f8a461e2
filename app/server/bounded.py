"""No body longer than the limit comes in: by its length, in chunks, or unpacked from gzip.

A body is counted as it arrives, so that memory stays flat whatever is sent.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from app.server.errors import Refused

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

_GZIP_WINDOW = 31


def too_long(bytes_max: int) -> Refused:
    return Refused(
        413, "body_too_long", f"A request may have {bytes_max:,} bytes, unpacked. Send less."
    )


async def send_refusal(send: Send, refused: Refused) -> None:
    """The whole answer of a refusal, on the raw path."""
    body = json.dumps(refused.body, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    headers += [(k.lower().encode(), v.encode()) for k, v in refused.headers.items()]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Bounded:
    """Wraps an application; packed bodies reach it unpacked."""

    def __init__(self, inner: Asgi, bytes_max: int) -> None:
        self._inner = inner
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        headers = dict(scope["headers"])
        packing = headers.get(b"content-encoding", b"").strip().lower()
        begun = False

        async def send_on(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            self._refuse_length(headers.get(b"content-length", b""))
            if packing not in (b"", b"identity", b"gzip"):
                raise Refused(415, "packing_unknown", "Send the body as it is, or with gzip.")
            counted = _Counted(receive, self._bytes_max, packed=packing == b"gzip")
            if packing == b"gzip":
                scope = dict(scope)
                left_out = (b"content-encoding", b"content-length")
                scope["headers"] = [pair for pair in scope["headers"] if pair[0] not in left_out]
            await self._inner(scope, counted, send_on)
        except Refused as refused:
            if begun:
                raise
            await send_refusal(send, refused)

    def _refuse_length(self, length: bytes) -> None:
        if length and (not length.isdigit() or int(length) > self._bytes_max):
            raise too_long(self._bytes_max)


class _Counted:
    """A `receive` that counts what came, unpacked where it is packed."""

    def __init__(self, receive: Receive, bytes_max: int, *, packed: bool) -> None:
        self._receive = receive
        self._left = bytes_max
        self._bytes_max = bytes_max
        self._unpack = zlib.decompressobj(_GZIP_WINDOW) if packed else None

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] != "http.request":
            return message
        body = message.get("body", b"")
        if self._unpack is not None and body:
            try:
                body = self._unpack.decompress(body, self._left + 1)
            except zlib.error as error:
                raise Refused(400, "packing_broken", "This is not gzip.") from error
            if self._unpack.unconsumed_tail:
                raise too_long(self._bytes_max)
        self._left -= len(body)
        if self._left < 0:
            raise too_long(self._bytes_max)
        return {**message, "body": body}
