"""What the wire languages share: bytes in, events out, exactly one end.

A language adds what its messages mean. Sans I/O; memory does not grow with the answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import InvalidOperation

from app.metering.usage import Usage
from app.providers.events import Fault, Finished, Outcome, StreamEvent, TextArrived, UsageArrived
from app.providers.faults import fault_of
from app.providers.framing import Bounds, EventStream, Framing, StreamTooLong
from app.providers.json_text import (
    Json,
    as_name,
    as_object,
    may_have_fraction,
    read_json,
    read_json_exact,
)
from app.quick_init import quick_init

_DONE = b"[DONE]"
_KEEP = "What came is kept. Send again to get the rest."


@quick_init
@dataclass(frozen=True, slots=True)
class DecoderOptions:
    """`host` is a name for words; `output_tokens_max` the cap that was sent, where one was."""

    host: str = "The provider"
    output_tokens_max: int | None = None
    bounds: Bounds | None = None


class StreamDecoder:
    """One answer's decoder."""

    def __init__(self, options: DecoderOptions) -> None:
        self.host = options.host
        self.output_tokens_max = options.output_tokens_max
        self.model: str | None = None
        self.request_id: str | None = None
        self.ended = False
        self._has_text = False
        self._events: list[StreamEvent] = []
        self._framing: Framing = self._new_framing(options.bounds)

    def feed(self, chunk: bytes) -> list[StreamEvent]:
        """The events that this piece completes; cut anywhere."""
        if self.ended:
            return []
        try:
            messages = self._framing.feed(chunk)
        except StreamTooLong as error:
            self.break_off(Fault("StreamBroken", str(error), _KEEP))
            return self._drain()
        for name, payload in messages:
            self._message(name, payload)
            if self.ended:
                break
        return self._drain()

    def close(self) -> list[StreamEvent]:
        """The connection ended: the last events, with the end if it has not come yet."""
        if self.ended:
            return []
        for name, payload in self._framing.close():
            if not self.ended and _is_json(payload):
                self._message(name, payload)
        if not self.ended:
            self._at_close()
        return self._drain()

    def abort(self, fault: Fault) -> list[StreamEvent]:
        """The connection broke: the end, with what happened."""
        self.break_off(fault)
        return self._drain()

    def feed_body(self, body: bytes) -> list[StreamEvent]:
        """A whole answer that was not streamed: one JSON text."""
        self._whole(body)
        return [*self._drain(), *self.close()]

    def break_off(self, fault: Fault | None) -> None:
        """End with what went wrong."""
        self.finish(Outcome.BROKEN, fault)

    def finish(self, outcome: Outcome, fault: Fault | None = None) -> None:
        """The one end; whatever comes later is not looked at."""
        if self.ended:
            return
        self._before_end(outcome)
        self.ended = True
        self._events.append(Finished(outcome, self.model, self.request_id, fault))

    def cut_off(self) -> None:
        """The stream ended without its end."""
        message = "The answer stopped in the middle: the connection ended too early."
        self.break_off(Fault("StreamBroken", message, _KEEP))

    def fail(self, error: object) -> None:
        """An error object of the provider's inside the stream."""
        self.break_off(fault_of(error, host=self.host, begun=self._came_text()))

    def emit(self, event: StreamEvent) -> None:
        self._events.append(event)

    def emit_usage(self, usage: Usage) -> None:
        self._events.append(UsageArrived(usage))

    def exact(self, message: Json, payload: bytes) -> Json:
        """The message with every fraction as it was written: read again where it may have any."""
        if not may_have_fraction(payload):
            return message
        try:
            return as_object(read_json_exact(payload))
        except (ValueError, InvalidOperation):
            return as_object(read_json(payload))

    # What a language says.

    def _read(self, payload: bytes) -> object:
        """The value of a message's JSON; raises ValueError where it is none."""
        return read_json(payload)

    def _new_framing(self, bounds: Bounds | None) -> Framing:
        return EventStream(bounds)

    def _take(self, name: str, message: Json, payload: bytes) -> None:
        """One message of the stream, or the body of an answer that was not streamed."""
        raise NotImplementedError

    def _done(self) -> None:
        """`[DONE]` came."""
        self._at_close()

    def _at_close(self) -> None:
        """No more will come: end well where the end was announced."""
        raise NotImplementedError

    def _before_end(self, outcome: Outcome) -> None:
        """The last moment to emit what was collected."""

    # How messages come in.

    def _message(self, name: str, payload: bytes) -> None:
        if payload == _DONE:
            self._done()
            return
        try:
            message = self._read(payload)
        except ValueError:
            self._no_json(payload)
            return
        if type(message) is dict:
            self._take(name, message, payload)
        elif isinstance(message, list):
            for item in message:
                if not self.ended and isinstance(item, dict):
                    self._take(name, item, json.dumps(item).encode())
        else:
            self._no_json(payload)

    def _no_json(self, payload: bytes) -> None:
        text = payload.strip()
        if text == _DONE:
            self._done()
        elif text:
            self.break_off(
                Fault("StreamBroken", f"{self.host} sent something that cannot be read.", _KEEP)
            )

    def _whole(self, body: bytes) -> None:
        text = body.strip()
        if text:
            self._message("", text)

    def _came_text(self) -> bool:
        if not self._has_text:
            self._has_text = TextArrived in map(type, self._events)
        return self._has_text

    def _drain(self) -> list[StreamEvent]:
        # Always a new list: a caller may keep what it was given, an empty one too.
        if not self._has_text:
            self._came_text()
        events, self._events = self._events, []
        return events

    def _name_model(self, message: Json) -> None:
        """Take the model and the id from the first message that has them."""
        self.model = self.model or as_name(message.get("model")) or None
        self.request_id = self.request_id or as_name(message.get("id")) or None


def _is_json(payload: bytes) -> bool:
    # What stands behind the last line end may be half a message: then it never came.
    if payload.strip() == _DONE:
        return True
    try:
        read_json(payload)
    except ValueError:
        return False
    return True
