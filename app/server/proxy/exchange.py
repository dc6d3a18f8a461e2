"""What running a call asks of a request that was read: the one that goes out, and a reader of what
comes back. One shape for chats and for what is answered whole.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.metering.usage import Usage
from app.providers.connection import Call
from app.providers.events import Fault, Finished, StreamEvent
from app.providers.hosts import Host
from app.server.credits.records import AdmittedCall, CallKind, PricedRoute

Count = Callable[[str, str], int]  # a text and the model that it is of


@dataclass(frozen=True, slots=True)
class Body:
    """An answer that is no JSON, such as sound."""

    content: bytes = field(repr=False)
    content_type: str


class Reader(Protocol):
    """One attempt's answer, sans I/O: the provider's bytes in, the client's bytes out.

    Nothing of an upstream's error comes out; it stands in `finished`. `began` once output came.
    """

    began: bool
    ended: bool
    usage: Usage | None
    finished: Finished | None

    @property
    def upstream_id(self) -> str: ...

    @property
    def upstream_model(self) -> str: ...

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

    def counted_output(self) -> int:
        """The tokens that came so far by our own count, thinking and calls of tools too; words of
        an error are none. Cheap to ask every few seconds."""
        ...

    def answer(self) -> dict[str, Any]:
        """The whole answer so far as JSON, empty where it is no JSON."""
        ...

    def whole(self) -> Body | None:
        """The whole answer where it is no JSON."""
        ...

    def last_events(self, usage: Usage | None, receipt: Mapping[str, Any]) -> bytes:
        """The end of a stream: what is charged, the receipt, or the error that ended it."""
        ...


class Asked(Protocol):
    """A request that was read and found good. `counted_input` are its tokens, `input_tokens` the
    same with the model's margin; `output_tokens_max` is the client's cap, None where it set none.
    `units` are what is paid by the piece; `digest` is the same for requests that ask the same,
    empty where nobody will ask for it.
    """

    @property
    def kind(self) -> CallKind: ...

    @property
    def model(self) -> str: ...

    @property
    def stream(self) -> bool: ...

    @property
    def digest(self) -> str: ...

    @property
    def counted_input(self) -> int: ...

    @property
    def input_tokens(self) -> int: ...

    @property
    def output_tokens_max(self) -> int | None: ...

    @property
    def units(self) -> Mapping[str, int]: ...

    def call(
        self, priced: PricedRoute, host: Host, *, output_tokens_max: int, secret: str | None
    ) -> Call:
        """The request in the words of a route's host."""
        ...

    def demo(self, priced: PricedRoute, output_tokens_max: int) -> AsyncIterator[StreamEvent]:
        """The scripted answer."""
        ...

    def reader(self, priced: PricedRoute, host: Host, call: AdmittedCall, count: Count) -> Reader:
        """A reader for an attempt at this route. `count` gives the tokens of a text."""
        ...

    def answer_as_events(
        self, answer: Mapping[str, Any], call_id: str, receipt: Mapping[str, Any]
    ) -> bytes:
        """A whole answer that was kept, as the stream of one who asked for a stream."""
        ...
