"""An answer that comes through aiohttp: its status, its headers, and its body in pieces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import aiohttp
from aiohttp import http_exceptions

from app.providers import http_rules as rules
from app.providers.connection import BODY_BYTES_MAX, Call


class AiohttpAnswer:
    """A status, headers with names in lower case, and a body that comes in pieces."""

    def __init__(self, response: aiohttp.ClientResponse, call: Call, idle_s: float) -> None:
        self.status = response.status
        kind = response.headers.get("Content-Type", "")
        self.content_type = kind.partition(";")[0].strip().lower()
        self._response = response
        self._call = call
        self._pieces = _Pieces(response, idle_s)

    @property
    def headers(self) -> Mapping[str, str]:
        return {k.lower(): v for k, v in self._response.headers.items()}

    @property
    def is_over(self) -> bool:
        return self._response.content.at_eof()

    def pieces(self) -> AsyncIterator[bytes]:
        """The body as it arrives; raises StreamBroken where it stops before its end."""
        return self._pieces

    async def body(self, bytes_max: int = BODY_BYTES_MAX) -> bytes:
        """The whole body; raises NotTheProvider where it is longer than any should be."""
        return await rules.whole_body(
            self.pieces(), self._call, status=self.status, bytes_max=bytes_max
        )

    def leave(self) -> None:
        """Nothing more is read."""
        self._pieces.leave()


class _Pieces:
    """A body in pieces; a class costs each call less than a generator, which a loop keeps track
    of."""

    __slots__ = ("_content", "_idle_s", "_response", "_watch")

    def __init__(self, response: aiohttp.ClientResponse, idle_s: float) -> None:
        self._response = response
        self._content = response.content
        self._idle_s = idle_s
        self._watch: _Watch | None = None

    def __aiter__(self) -> _Pieces:
        return self

    async def __anext__(self) -> bytes:
        content = self._content
        try:
            while not content.at_eof():
                if content.is_eof():  # all of it has come: nothing to wait for, nothing to watch
                    piece = content.read_nowait()
                else:
                    watch = self._watch or self._begin_watch()
                    watch.waiting = True
                    piece = await content.readany()
                    watch.waiting, watch.waits = False, 0
                if piece:
                    return piece
        except aiohttp.ClientPayloadError as error:
            if self._went_off:
                raise rules.silent(self._idle_s) from error
            packed = isinstance(error.__cause__, http_exceptions.ContentEncodingError)
            reason = "it was packed wrongly" if packed else "the connection was lost"
            raise rules.broken(reason) from error
        except (aiohttp.ClientError, OSError) as error:
            if self._went_off:
                raise rules.silent(self._idle_s) from error
            raise rules.broken("the connection was lost") from error
        self.leave()
        raise StopAsyncIteration

    def _begin_watch(self) -> _Watch:
        self._watch = _Watch(self._response, self._idle_s)
        return self._watch

    @property
    def _went_off(self) -> bool:
        return self._watch is not None and self._watch.went_off

    def leave(self) -> None:
        if self._watch is not None:
            self._watch.end()


class _Watch:
    """Closes an answer that is waited for and says nothing.

    One timer looks at it ten times in an idle time: a timer set anew for each piece would cost
    more than the piece. While the reader is busy elsewhere nothing is counted.
    """

    __slots__ = ("_response", "_step_s", "_timer", "waiting", "waits", "went_off")

    def __init__(self, response: aiohttp.ClientResponse, idle_s: float) -> None:
        self.waiting = False
        self.waits = 0
        self.went_off = False
        self._response = response
        self._step_s = idle_s / 10
        self._timer = asyncio.get_running_loop().call_later(self._step_s, self._look)

    def _look(self) -> None:
        if self.waiting:
            self.waits += 1
        if self.waits >= 10:
            self.went_off = True
            self._response.close()  # wakes the reader with an error
            return
        self._timer = asyncio.get_running_loop().call_later(self._step_s, self._look)

    def end(self) -> None:
        self._timer.cancel()
