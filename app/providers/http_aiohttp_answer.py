"""An answer that comes through aiohttp: its status, its headers, and its body in pieces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import aiohttp
from aiohttp import http_exceptions

from app.errors import TuppenceError
from app.providers import http_rules as rules
from app.providers.connection import BODY_BYTES_MAX, Call
from app.providers.http_aiohttp_line import Line, bend_back, straighten

Take = Callable[[bytes], bool]


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

    async def hand_out(self, take: Take) -> bool:
        """Give each piece to `take` in the moment it comes, until that answers False; returns
        whether there may be more. Raises what `pieces` raises, and what `take` does.

        No task is woken for a piece: of a slow stream each costs 5 to 7 us less, a tenth.
        """
        return await self._pieces.hand_out(take)

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

    __slots__ = ("_content", "_idle_s", "_line", "_response", "_watch")

    def __init__(self, response: aiohttp.ClientResponse, idle_s: float) -> None:
        self._response = response
        self._content = response.content
        self._idle_s = idle_s
        self._watch: _Watch | None = None
        connection = response.connection
        line = connection.protocol if connection is not None else None
        self._line = line if isinstance(line, Line) else None

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

    async def hand_out(self, take: Take) -> bool:
        async for piece in self:
            if not take(piece):
                return True
            # All that has come is at hand in `_content`: there is nothing to listen for.
            if self._line is None or self._content.is_eof():
                continue
            if not await self._listen(self._line, take):
                return True
        return False

    async def _listen(self, line: Line, take: Take) -> bool:
        """Give pieces to `take` from the connection itself; False once it wants no more, True where
        the end or an error is to be read."""
        watch = self._watch or self._begin_watch()
        listening = _Listening(self._content, take, watch)
        line.tell = watch.tell = listening.arrived
        watch.waiting, watch.waits = True, 0
        try:
            listening.arrived()
            if not listening.ended.done():
                listening.fresh = straighten(self._content, line)
            return await listening.ended
        finally:
            bend_back(self._content)
            line.tell = watch.tell = None
            watch.waiting, watch.waits = False, 0

    def _begin_watch(self) -> _Watch:
        self._watch = _Watch(self._response, self._idle_s)
        return self._watch

    @property
    def _went_off(self) -> bool:
        return self._watch is not None and self._watch.went_off

    def leave(self) -> None:
        if self._watch is not None:
            self._watch.end()


class _Listening:
    """Takes pieces where they arrive, inside the connection's own call."""

    __slots__ = ("_again", "_busy", "_content", "_take", "_watch", "ended", "fresh")

    def __init__(self, content: aiohttp.StreamReader, take: Take, watch: _Watch) -> None:
        self.ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.fresh: list[bytes] = []  # of a body that was straightened
        self._content = content
        self._take = take
        self._watch = watch
        self._busy = self._again = False

    def arrived(self) -> None:
        """Something came, or the end, or an error."""
        if self._busy:  # reading may let in what was held back
            self._again = True
            return
        self._busy = True
        try:
            self._read()
            while self._again:
                self._again = False
                self._read()
        except (aiohttp.ClientError, OSError):
            if self._content.exception() is None:
                raise
            self._end(goes_on=True)  # who reads on is told in words
        except TuppenceError as error:  # it belongs to who listens and not to the connection
            if not self.ended.done():
                self.ended.set_exception(error)
        finally:
            self._busy = False

    def _read(self) -> None:
        fresh = self.fresh
        if fresh:
            if self.ended.done():
                return
            piece = fresh[0] if len(fresh) == 1 else b"".join(fresh)
            fresh.clear()
        elif self._content.is_eof():
            self._end(goes_on=True)
            return
        elif self.ended.done():
            return
        else:
            piece = self._content.read_nowait()
        if piece:
            self._watch.waits = 0
            if not self._take(piece):
                self._end(goes_on=False)

    def _end(self, *, goes_on: bool) -> None:
        if not self.ended.done():
            self.ended.set_result(goes_on)


class _Watch:
    """Closes an answer that is waited for and says nothing.

    One timer looks at it ten times in an idle time: a timer set anew for each piece would cost
    more than the piece. While the reader is busy elsewhere nothing is counted.
    """

    __slots__ = ("_response", "_step_s", "_timer", "tell", "waiting", "waits", "went_off")

    def __init__(self, response: aiohttp.ClientResponse, idle_s: float) -> None:
        self.tell: Callable[[], None] | None = None  # who listens
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
            if self.tell is not None:
                self.tell()
            return
        self._timer = asyncio.get_running_loop().call_later(self._step_s, self._look)

    def end(self) -> None:
        self._timer.cancel()
