"""What a call asks of whoever translates: the request that goes out, and a reader of what comes.

The translation itself is `wire`'s; here is its shape as the running of a call sees it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from app.providers.events import Fault, Finished, StreamEvent
from app.metering.usage import Usage


class Reader(Protocol):
    """One attempt's answer, sans I/O: the provider's bytes in, the client's bytes out.

    Nothing of an upstream's error comes out; it stands in `finished`. Before `began` no output
    has come, and what `feed` gave until then is kept back by nobody.
    """

    began: bool
    ended: bool
    usage: Usage | None
    finished: Finished | None
    upstream_id: str
    upstream_model: str

    def feed(self, piece: bytes) -> bytes:
        """A piece of the body; returns what goes to the client now."""
        ...

    def take(self, event: StreamEvent) -> bytes:
        """An event of a provider that sends no bytes; returns what goes to the client now."""
        ...

    def close(self) -> bytes:
        """The body ended."""
        ...

    def abort(self, fault: Fault) -> None:
        """The connection broke."""
        ...

    def output_text(self) -> str:
        """All that the model wrote so far, thinking and calls of tools too."""
        ...

    def answer(self) -> Mapping[str, Any]:
        """The whole answer as a client gets it that asked for no stream."""
        ...

    def last_events(self, extra: Mapping[str, Any]) -> bytes:
        """The end of a stream, with `extra` in its last event."""
        ...
