"""One client's connection: how long and how large the head of a request may be.

uvicorn bounds neither, and a connection that sends nothing, or a head without an end, would be kept
for good. What comes after an answer that did not wait for the whole body is dropped for a moment,
so that the client can read the answer, and then no longer.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MAX = 64 * 1024
HEAD_WITHIN_S = 20.0
REST_WITHIN_S = 5.0
_CLOSE = b"HTTP/1.1 %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedConnection(HttpToolsProtocol):
    """uvicorn's connection with bounds of its own; for `uvicorn.Config(http=...)`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._in_body = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start(HEAD_WITHIN_S, self._end_slow_head)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._in_body:
            if self._timer is None:
                self._start(HEAD_WITHIN_S, self._end_slow_head)
            self._head_bytes += len(data)
        super().data_received(data)
        if not self._in_body and self._head_bytes > HEAD_BYTES_MAX:
            self._end(b"431 Request Header Fields Too Large")

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_body:  # trailers are read by nobody
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop()
        self._head_bytes = 0
        self._in_body = True
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
