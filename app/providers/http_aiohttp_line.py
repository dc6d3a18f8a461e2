"""A connection to a provider, which knows what happened on it and tells who listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import StreamReader
from aiohttp.client_proto import ResponseHandler


class Line(ResponseHandler):
    """A connection of aiohttp's. `calls` is how many requests it took, `heard` whether anything
    came since the last of them; `tell` is called when something came, or nothing more will.

    `fresh` are the pieces of a straight body that nobody took yet.
    """

    calls = 0
    heard = False
    tell: Callable[[], None] | None = None
    fresh: list[bytes]

    def data_received(self, data: bytes) -> None:
        self.heard = True
        super().data_received(data)
        if self.tell is not None:
            self.tell()

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        if self.tell is not None:
            self.tell()

    def resume_reading(self, resume_parser: bool = True) -> None:
        # Asked after each chunk: the parser would be called for no bytes where nothing waits.
        if self._reading_paused:
            super().resume_reading(resume_parser)


def straighten(content: StreamReader, line: Line) -> list[bytes]:
    """Let a body's pieces come to the list that this gives, `line.fresh`, until `bend_back`. The
    body has begun, and whoever listens to the line takes each piece at once: what aiohttp does to
    keep a piece and give it out again is a twelfth of what a small piece costs.

    The parser holds on to the object that it made: so it is the object's class that changes.
    """
    line.fresh = []
    content.__class__ = _Straight
    return line.fresh


def bend_back(content: StreamReader) -> None:
    """From here on pieces wait in `content` again, those first that nobody took."""
    if isinstance(content, _Straight):
        content.give_back()
        content.__class__ = StreamReader  # type: ignore[assignment]


class _Straight(StreamReader):
    """A body whose pieces wait on its line; at its end, or its break, they are where they would
    have been."""

    __slots__ = ()
    _protocol: Line

    def feed_data(self, data: bytes, size: int = 0) -> bool:
        if self._buffer:  # what waits here goes first
            return super().feed_data(data, size)
        self._protocol.fresh.append(data)
        return False

    def begin_http_chunk_receiving(self) -> None:
        """Where chunks begin and end matters to `readchunk` alone."""

    def end_http_chunk_receiving(self) -> None:
        """As `begin_http_chunk_receiving`."""

    def feed_eof(self) -> None:
        self.give_back()
        super().feed_eof()

    def set_exception(self, *broken: Any) -> None:
        self.give_back()
        super().set_exception(*broken)

    def give_back(self) -> None:
        """What nobody took waits here."""
        fresh = self._protocol.fresh
        for piece in fresh:
            super().feed_data(piece)
        fresh.clear()
