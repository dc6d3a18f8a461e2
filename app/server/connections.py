"""One client's connection: how long and how large the head of a request may be, and what only the
connection knows at once: whether a body is there, and that the client has hung up.

uvicorn bounds neither, and a connection that sends nothing, or a head without an end, would be kept
for good. What comes after an answer that did not wait for the whole body is dropped for a moment,
so that the client can read the answer, and then no longer.
"""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.server.line import LINE

HEAD_BYTES_MAX = 64 * 1024
HEAD_WITHIN_S = 20.0
REST_WITHIN_S = 5.0
_CLOSE = b"HTTP/1.1 %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedConnection(HttpToolsProtocol):
    """uvicorn's connection with bounds of its own; for `uvicorn.Config(http=...)`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lost: asyncio.Future[None] = self.loop.create_future()
        self._head_bytes = 0
        self._in_body = False
        self._timer: asyncio.TimerHandle | None = None

    def has_whole(self, scope: MutableMapping[str, Any]) -> bool:
        # A request's body is over before the next one's head begins.
        return self.scope is not scope or not self._in_body

    def write_piece(self, scope: MutableMapping[str, Any], piece: bytes) -> bool:
        # As uvicorn's `send` does: that is two thirds of what is done for a piece of a stream.
        cycle = self.cycle
        if (
            not piece
            or cycle.scope is not scope
            or not cycle.chunked_encoding
            or cycle.response_complete
            or cycle.disconnected
            or self.flow.write_paused  # a client that reads slowly is waited for
        ):
            return False
        heads = self._heads
        chunk = b"%x\r\n%b\r\n" % (len(piece), piece)
        if heads.head:
            heads.write(chunk)
        else:
            heads.transport.write(chunk)
        return True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._heads = HeadsFirst(transport, self.loop)
        super().connection_made(self._heads)  # type: ignore[arg-type]
        self._start(HEAD_WITHIN_S, self._end_slow_head)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        if not self.lost.done():
            self.lost.set_result(None)
        if self.scope is not None:
            # Each holds the other: what is closed would stay until the collector comes by.
            cast(dict[str, Any], self.scope).pop(LINE, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._in_body:
            self._head_bytes += len(data)
        super().data_received(data)
        # Most heads come whole: those need no timer.
        if not self._in_body and self._head_bytes:
            if self._head_bytes > HEAD_BYTES_MAX:
                self._end(b"431 Request Header Fields Too Large")
            elif self._timer is None:
                self._start(HEAD_WITHIN_S, self._end_slow_head)

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_body:  # trailers are read by nobody
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop()
        self._head_bytes = 0
        self._in_body = True
        cast(dict[str, Any], self.scope)[LINE] = self
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stop()
        self._head_bytes = 0
        self._in_body = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._in_body and not self.transport.is_closing():
            self._start(REST_WITHIN_S, self.transport.abort)

    def _unsupported_upgrade_warning(self) -> None:
        """No line of the log for what anybody can ask for: the rest is answered as ever."""

    def _end_slow_head(self) -> None:
        self._end(b"408 Request Timeout")

    def _end(self, status: bytes) -> None:
        self._stop()
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(_CLOSE % status)
            self.transport.close()
        else:  # an answer runs, and the next request behind it is nonsense
            self.transport.abort()

    def _start(self, within_s: float, then: Any) -> None:
        self._stop()
        self._timer = self.loop.call_later(within_s, then)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class HeadsFirst:
    """A transport that sends an answer's head together with what is written in the same moment:
    one packet, and one call of the system less for each answer. `head` is one that waits for that,
    or nothing."""

    __slots__ = ("_loop", "head", "transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self.transport = transport
        self._loop = loop
        self.head = b""

    def write(self, data: bytes) -> None:
        if self.head:
            data, self.head = self.head + data, b""
        elif data.startswith(b"HTTP/1.1 2"):
            self.head = data
            self._loop.call_soon(self._flush)
            return
        self.transport.write(data)

    def close(self) -> None:
        self._flush()
        self.transport.close()

    def _flush(self) -> None:
        if self.head:
            head, self.head = self.head, b""
            self.transport.write(head)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)
