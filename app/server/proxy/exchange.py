"""What running a call asks of whoever translates: the request that goes out, and a reader of what
comes back. The translation itself is `wire`'s; here is its shape as a call sees it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

from app.metering.usage import Usage
from app.providers.connection import Call
from app.providers.events import Fault, Finished, StreamEvent
from app.providers.hosts import Host
from app.server.credits.records import AdmittedCall, CallKind, PricedRoute


class Reader(Protocol):
    """One attempt's answer, sans I/O: the provider's bytes in, the client's bytes out.

    Nothing of an upstream's error comes out; it stands in `finished`. `began` once output came.
    """

    began: bool
    ended: bool
    usage: Usage | None
    finished: Finished | None
    upstream_id: str
    upstream_model: str

    def begin(self, content_type: str) -> None:
        """The answer's status was good; its body is of this type."""
        ...

    def feed(self, piece: bytes) -> bytes:
        """A piece of the body; returns what goes to the client now, nothing where it wants no
        stream."""
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

    def answer(self) -> dict[str, Any]:
        """The whole answer so far, as a client gets it that asked for no stream."""
        ...

    def last_events(self, extra: Mapping[str, Any]) -> bytes:
        """The end of a stream, with `extra` in its last event."""
        ...


class Asked(Protocol):
    """A request that was read and found good. `counted_input` are its tokens, `input_tokens` the
    same with the model's margin; `output_tokens_max` is the client's cap, None where it set none.
    `units` are what is paid by the piece; `digest` is the same for requests that ask the same.
    """

    kind: CallKind
    model: str
    stream: bool
    digest: str
    counted_input: int
    input_tokens: int
    output_tokens_max: int | None
    units: Mapping[str, int]

    def call(
        self, priced: PricedRoute, host: Host, *, output_tokens_max: int, secret: str | None
    ) -> Call:
        """The request in the words of a route's host."""
        ...

    def demo(self, priced: PricedRoute, output_tokens_max: int) -> AsyncIterator[StreamEvent]:
        """The scripted answer."""
        ...

    def reader(self, priced: PricedRoute, host: Host, call: AdmittedCall) -> Reader:
        """A reader for an attempt at this route."""
        ...

    def answer_as_events(self, answer: Mapping[str, Any], extra: Mapping[str, Any]) -> bytes:
        """A whole answer that was kept, as the stream of one who asked for a stream."""
        ...
