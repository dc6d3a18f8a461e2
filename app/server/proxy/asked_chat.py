"""Conversations, by either of OpenAI's interfaces, and the reader of their answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.metering.token_count import TokenCount
from app.metering.usage import Usage
from app.providers.connection import Call, Key
from app.providers.decode import Decoder, decoder_for
from app.providers.events import (
    Fault,
    Finished,
    Outcome,
    StreamEvent,
    TextArrived,
    ThinkingArrived,
    ToolCallArrived,
    UsageArrived,
)
from app.providers.hosts import Host
from app.providers.json_text import as_list, as_object, as_text
from app.providers.scripted import ScriptedProvider, demo_script
from app.server.credits.records import AdmittedCall, CallKind, PricedRoute
from app.server.proxy.exchange import Body
from app.server.wire.call import ChatCall
from app.server.wire.chat_answer import RECEIPT, ChatChunks, WholeChat, frame
from app.server.wire.responses_answer import ResponseEvents

_WORDS_PER_S = 28.0


@dataclass(frozen=True, slots=True)
class ChatAsked:
    """One conversation. `count` is of its input."""

    kind: CallKind
    asked: ChatCall
    digest: str
    count: TokenCount
    units: Mapping[str, int] = field(default_factory=dict)

    @property
    def model(self) -> str:
        return self.asked.model

    @property
    def stream(self) -> bool:
        return self.asked.stream

    @property
    def counted_input(self) -> int:
        return self.count.tokens

    @property
    def input_tokens(self) -> int:
        return self.count.most

    @property
    def output_tokens_max(self) -> int | None:
        return self.asked.request.output_tokens_max if self.asked.capped else None

    def call(
        self, priced: PricedRoute, host: Host, *, output_tokens_max: int, secret: str | None
    ) -> Call:
        """The request in the words of the host's language."""
        encoded = self.asked.encoded(host, priced.model, output_tokens_max)
        key = None
        if secret:
            key = Key(host.auth_header, host.auth_value(secret), host.base_url)
        body = json.dumps(encoded.body, ensure_ascii=False).encode()
        return Call("POST", host.base_url + encoded.path, host.name, body, host.quirks.headers, key)

    def demo(self, priced: PricedRoute, output_tokens_max: int) -> AsyncIterator[StreamEvent]:
        """The scripted answer, as fast as a person reads for who sees it come."""
        pace = _WORDS_PER_S if self.stream else 0.0
        script = demo_script(pace, lambda _: self.counted_input)
        request = self.asked.as_upstream(priced.model, output_tokens_max)
        return ScriptedProvider(script).stream(request)

    def reader(self, priced: PricedRoute, host: Host, call: AdmittedCall) -> ChatReader:
        return ChatReader(self, priced, host, call)

    def answer_as_events(
        self, answer: Mapping[str, Any], call_id: str, receipt: Mapping[str, Any]
    ) -> bytes:
        """A whole answer that was kept, as the stream of one who asked for a stream."""
        if self.kind is CallKind.RESPONSES:
            whole = {**answer, RECEIPT: dict(receipt)}
            kind = f"response.{as_text(answer.get('status')) or 'completed'}"
            return frame({"type": kind, "sequence_number": 0, "response": whole}, kind)
        created = answer.get("created")
        chunks = ChatChunks(
            call_id,
            self.model,
            created if isinstance(created, int) else 0,
            include_usage=self.asked.include_usage,
        )
        frames = [chunks.begin(), *map(chunks.event, _events_of(answer))]
        return b"".join((*frames, chunks.end(None, receipt)))


class _Writer(Protocol):
    """One of wire's: events in, the client's bytes out."""

    def begin(self) -> bytes: ...

    def event(self, event: StreamEvent) -> bytes: ...

    def end(self, usage: Usage | None, receipt: Mapping[str, object] | None) -> bytes: ...


class ChatReader:
    """One attempt's answer: decoded in the host's language, written in the client's."""

    def __init__(
        self, asked: ChatAsked, priced: PricedRoute, host: Host, call: AdmittedCall
    ) -> None:
        self.began = self.ended = False
        self.usage: Usage | None = None
        self.finished: Finished | None = None
        self._asked = asked
        self._language = host.language_of(priced.model)
        self._decoder: Decoder = decoder_for(
            self._language, host=host.name, output_tokens_max=call.output_tokens_max
        )
        self._whole_body: list[bytes] | None = None
        self._written: list[str] = []
        created = int(call.admitted_at.timestamp())
        self._kept: WholeChat | ResponseEvents
        self._writer: _Writer | None = None
        if asked.kind is CallKind.RESPONSES:
            name = f"resp_{call.request_id}"
            self._kept = ResponseEvents(name, asked.asked, created, self._language)
            if asked.stream:
                self._writer = ResponseEvents(name, asked.asked, created, self._language)
        else:
            name = f"chatcmpl-{call.request_id}"
            self._kept = WholeChat(name, asked.model, created)
            if asked.stream:
                usage = asked.asked.include_usage
                self._writer = ChatChunks(name, asked.model, created, include_usage=usage)

    @property
    def upstream_id(self) -> str:
        return self._decoder.request_id or ""

    @property
    def upstream_model(self) -> str:
        return self._decoder.model or ""

    def begin(self, content_type: str) -> None:
        if content_type == "application/json":
            self._whole_body = []  # one that answers whole although it was asked for a stream

    def feed(self, piece: bytes) -> bytes:
        if self._whole_body is not None:
            self._whole_body.append(piece)
            return b""
        return self._take(self._decoder.feed(piece))

    def take(self, event: StreamEvent) -> bytes:
        return self._take([event])

    def close(self) -> bytes:
        if self._whole_body is not None:
            return self._take(self._decoder.feed_body(b"".join(self._whole_body)))
        return self._take(self._decoder.close())

    def abort(self, fault: Fault) -> None:
        self._take(self._decoder.abort(fault))

    def output_text(self) -> str:
        return "".join(self._written)

    def counted_output(self) -> int | None:
        return None

    def answer(self) -> dict[str, Any]:
        return dict(self._kept.whole(self.usage, None))

    def whole(self) -> Body | None:
        return None

    def last_events(self, usage: Usage | None, receipt: Mapping[str, Any]) -> bytes:
        return b"" if self._writer is None else self._writer.end(usage, receipt)

    def _take(self, events: list[StreamEvent]) -> bytes:
        writer = self._writer
        frames: list[bytes] = []
        for event in events:
            match event:
                case TextArrived(text) | ThinkingArrived(text):
                    self._written.append(text)
                    self._begin(frames)
                case ToolCallArrived(_, name, arguments):
                    self._written.append(name + arguments)
                    self._begin(frames)
                case UsageArrived(usage):
                    self.usage = usage
                case Finished(outcome):
                    self.finished, self.ended = event, True
                    if outcome is not Outcome.BROKEN:
                        self._begin(frames)
                case _:
                    pass  # an image begins with its answer; all else is no output
            self._kept.event(event)
            if writer is not None:
                frames.append(writer.event(event))
        return b"".join(frames)

    def _begin(self, frames: list[bytes]) -> None:
        if not self.began:
            self.began = True
            if self._writer is not None:
                frames.append(self._writer.begin())


def _events_of(answer: Mapping[str, Any]) -> list[StreamEvent]:
    """What a kept completion says, as events."""
    choices = as_list(answer.get("choices"))
    choice = as_object(choices[0]) if choices else {}
    message = as_object(choice.get("message"))
    events: list[StreamEvent] = []
    if thought := as_text(message.get("reasoning_content")):
        events.append(ThinkingArrived(thought))
    if text := as_text(message.get("content")):
        events.append(TextArrived(text))
    for call in map(as_object, as_list(message.get("tool_calls"))):
        function = as_object(call.get("function"))
        arguments = as_text(function.get("arguments"))
        events.append(
            ToolCallArrived(as_text(call.get("id")), as_text(function.get("name")), arguments)
        )
    reason = as_text(choice.get("finish_reason"))
    outcomes = {"length": Outcome.LENGTH, "tool_calls": Outcome.TOOL_CALLS}
    return [*events, Finished(outcomes.get(reason, Outcome.COMPLETE))]
