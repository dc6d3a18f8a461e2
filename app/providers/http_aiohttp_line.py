"""A connection to a provider, which knows what happened on it and tells who listens."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp.client_proto import ResponseHandler


class Line(ResponseHandler):
    """A connection of aiohttp's. `calls` is how many requests it took, `heard` whether anything
    came since the last of them; `tell` is called when something came, or nothing more will."""

    calls = 0
    heard = False
    tell: Callable[[], None] | None = None

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
