"""Requests whose answer comes whole: embeddings, pictures, spoken and written-down speech.

Only hosts that speak OpenAI's words have them. An answer is made anew from the fields that we know.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.metering.token_count import TokenCount
from app.metering.usage import Usage
from app.providers.connection import JSON_BODY, Call, Key
from app.providers.events import Fault, Finished, Outcome, StreamEvent
from app.providers.hosts import Host
from app.providers.json_text import as_list, as_object, read_json_exact
from app.providers.usage_openai import openai_usage
from app.server.credits.records import AdmittedCall, CallKind, PricedRoute
from app.server.proxy.exchange import Body, Count
from app.server.wire.audio_request import ListenCall, SpeechCall
from app.server.wire.embeddings_request import EmbeddingsCall
from app.server.wire.images_request import ImagesCall

_PATHS = {
    CallKind.EMBEDDINGS: "/embeddings",
    CallKind.IMAGES: "/images/generations",
    CallKind.SPEECH: "/audio/speech",
}
_KEPT = {
    CallKind.EMBEDDINGS: ("object", "data", "usage"),
    CallKind.IMAGES: ("created", "data", "usage", "background", "output_format", "quality", "size"),
    CallKind.TRANSCRIPTION: ("text", "language", "duration", "segments", "words", "usage"),
}
_ROW = {
    CallKind.EMBEDDINGS: ("object", "index", "embedding"),
    CallKind.IMAGES: ("b64_json", "revised_prompt"),
}
_BYTES_MAX = 64 * 1024 * 1024
_UNREADABLE = Fault("NotTheProvider", "The answer cannot be read.")


@dataclass(frozen=True, slots=True)
class WholeAsked:
    """One request. `count` is of its input, `output_tokens_max` the most its answer can have."""

    kind: CallKind
    asked: EmbeddingsCall | ImagesCall | SpeechCall | ListenCall
    digest: str
    count: TokenCount
    output_tokens_max: int | None
    stream: bool = False
    units: Mapping[str, int] = field(default_factory=dict)

    @property
    def model(self) -> str:
        return self.asked.model

    @property
    def counted_input(self) -> int:
        return self.count.tokens

    @property
    def input_tokens(self) -> int:
        return self.count.most

    def call(
        self, priced: PricedRoute, host: Host, *, output_tokens_max: int, secret: str | None
    ) -> Call:
        """The request in the host's name for the model."""
        content_type = JSON_BODY
        if isinstance(self.asked, ListenCall):
            content_type, body = self.asked.form(priced.model)
            path = self.asked.path
        else:
            body, path = self.asked.body(priced.model), _PATHS[self.kind]
        key = None
        if secret:
            key = Key(host.auth_header, host.auth_value(secret), host.base_url)
        return Call(
            "POST",
            host.base_url + path,
            host.name,
            body,
            host.quirks.headers,
            key,
            content_type,
        )

    def demo(self, priced: PricedRoute, output_tokens_max: int) -> AsyncIterator[StreamEvent]:
        """The script writes texts alone."""
        return _nothing()

    def reader(
        self, priced: PricedRoute, host: Host, call: AdmittedCall, count: Count
    ) -> WholeReader:
        return WholeReader(self, call)

    def answer_as_events(
        self, answer: Mapping[str, Any], call_id: str, receipt: Mapping[str, Any]
    ) -> bytes:
        """Never asked for: nothing of this kind is streamed."""
        raise NotImplementedError


class WholeReader:
    """Collects an answer, then reads it once."""

    def __init__(self, asked: WholeAsked, call: AdmittedCall) -> None:
        self.began = self.ended = False
        self.usage: Usage | None = None
        self.finished: Finished | None = None
        self.upstream_id = self.upstream_model = ""
        self._asked = asked
        self._call = call
        self._parts: list[bytes] = []
        self._size = 0
        self._type = ""
        self._answer: dict[str, Any] = {}

    def begin(self, content_type: str) -> None:
        self._type = content_type

    def feed(self, piece: bytes) -> bytes:
        self._size += len(piece)
        if self._size > _BYTES_MAX:
            self._end(_UNREADABLE)
        else:
            self._parts.append(piece)
        return b""

    def take(self, event: StreamEvent) -> bytes:
        return b""

    def close(self) -> bytes:
        body = b"".join(self._parts)
        if self._type == JSON_BODY and self._asked.kind is not CallKind.SPEECH:
            self._read(body)
        elif isinstance(self._asked.asked, SpeechCall | ListenCall) and body[:1] != b"<":
            self._end(None)
        else:
            self._end(_UNREADABLE)
        return b""

    def abort(self, fault: Fault) -> None:
        self._end(fault)

    def counted_output(self) -> int:
        """Where the provider tells nothing, as much as such an answer usually has."""
        if not self.began:
            return 0
        most = self._call.output_tokens_max
        match self._asked.kind:
            case CallKind.IMAGES:
                return most
            case CallKind.SPEECH | CallKind.TRANSCRIPTION:
                return most // 2
            case _:
                return 0

    def answer(self) -> dict[str, Any]:
        return self._answer

    def whole(self) -> Body | None:
        """An answer that is no JSON: sound, or a text with times."""
        if self._answer or not self.began:
            return None
        return Body(b"".join(self._parts), self._type or "application/octet-stream")

    def last_events(self, usage: Usage | None, receipt: Mapping[str, Any]) -> bytes:
        return b""

    def _read(self, body: bytes) -> None:
        try:
            value = as_object(json.loads(body))
            exact = as_object(as_object(read_json_exact(body)).get("usage"))
        except (ValueError, RecursionError):
            self._end(_UNREADABLE)
            return
        kind = self._asked.kind
        if "error" in value or not any(name in value for name in ("data", "text")):
            self._end(_UNREADABLE)
            return
        self._answer = {name: value[name] for name in _KEPT[kind] if name in value}
        if kind in _ROW:
            self._answer["data"] = [
                {name: row[name] for name in _ROW[kind] if name in row}
                for row in map(as_object, as_list(value.get("data")))
            ]
        if kind is CallKind.EMBEDDINGS:
            self._answer["model"] = self._asked.model
        if exact and exact.get("type") != "duration":
            most = self._call.output_tokens_max
            self.usage = openai_usage(exact, output_tokens_max=most or None)
        self._end(None)

    def _end(self, fault: Fault | None) -> None:
        if self.ended:
            return
        self.ended = True
        self.began = fault is None
        outcome = Outcome.COMPLETE if fault is None else Outcome.BROKEN
        self.finished = Finished(outcome, None, None, fault)


async def _nothing() -> AsyncIterator[StreamEvent]:
    yield Finished(
        Outcome.BROKEN, None, None, Fault("RequestRejected", "The demo answers chats alone.")
    )
