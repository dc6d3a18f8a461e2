"""Conversations, by either of OpenAI's interfaces, and the reader of their answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.logs import redact
from app.metering.token_count import TokenCount
from app.metering.usage import Usage
from app.providers.connection import JSON_BODY, Call, Key
from app.providers.decode import Decoder, decoder_for
from app.providers.events import (
    Begun,
    Fault,
    Finished,
    Outcome,
    Paused,
    Resumed,
    StreamEvent,
    TextArrived,
    ThinkingArrived,
    ToolCallArrived,
    UsageArrived,
)
from app.providers.hosts import Host
from app.providers.json_text import as_list, as_object, as_text
from app.providers.languages import Language
from app.providers.scripted import ScriptedProvider, demo_script
from app.providers.stream_decoder import DecoderOptions
from app.quick_init import quick_init
from app.server.credits.records import AdmittedCall, CallKind, PricedRoute
from app.server.demo import reworded
from app.server.fast_json import json_bytes
from app.server.proxy.exchange import Body, Count
from app.server.wire.call import ChatCall
from app.server.wire.chat_answer import RECEIPT, ChatChunks, WholeChat, frame
from app.server.wire.passing import Passing
from app.server.wire.quick_frames import QuickFrames
from app.server.wire.responses_answer import ResponseEvents
from app.server.wire.running import Running

_WORDS_PER_S = 28.0


@quick_init
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
        body = json_bytes(encoded.body)
        return Call("POST", host.base_url + encoded.path, host.name, body, host.quirks.headers, key)

    def demo(self, priced: PricedRoute, output_tokens_max: int) -> AsyncIterator[StreamEvent]:
        """The scripted answer, as fast as a person reads for who sees it come."""
        pace = _WORDS_PER_S if self.stream else 0.0
        script = demo_script(pace, lambda _: self.counted_input, reworded)
        request = self.asked.as_upstream(priced.model, output_tokens_max)
        return ScriptedProvider(script).stream(request)

    def reader(
        self, priced: PricedRoute, host: Host, call: AdmittedCall, count: Count
    ) -> ChatReader:
        return ChatReader(self, priced, host, call, count)

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
    """One attempt's answer. A stream in OpenAI's Chat for a client of the same is passed on; every
    other one is decoded in the host's language and written in the client's.

    Nothing is given out before the model has said something: until then another route may answer.
    """

    def __init__(
        self, asked: ChatAsked, priced: PricedRoute, host: Host, call: AdmittedCall, count: Count
    ) -> None:
        self.began = self.ended = False
        self.usage: Usage | None = None
        self.finished: Finished | None = None
        self._early: list[bytes] = []
        self._whole_body: list[bytes] | None = None
        self._model = priced.model
        self._running = Running(lambda text: count(text, priced.model))
        self._language = host.language_of(priced.model)
        self._options = DecoderOptions(host.name, call.output_tokens_max)
        self._own_decoder: Decoder | None = None
        self._writes = _Writing(asked, call)
        self._passing: Passing | None = None
        kept = self._writes.kept
        if self._language is Language.OPENAI_CHAT and isinstance(kept, WholeChat) and asked.stream:
            self._passing = Passing(
                self._writes.name,
                asked.model,
                self._writes.created,
                include_usage=asked.asked.include_usage,
                running=self._running,
                keep=kept.say,
                options=self._options,
            )

    @property
    def _decoder(self) -> Decoder:
        """Of an answer that is not passed on; made when it is asked for first."""
        if self._own_decoder is None:
            self._own_decoder = self._new_decoder()
        return self._own_decoder

    def _new_decoder(self) -> Decoder:
        if self._language is Language.OPENAI_CHAT:
            return QuickFrames(self._options)
        return decoder_for(
            self._language,
            host=self._options.host,
            output_tokens_max=self._options.output_tokens_max,
        )

    @property
    def upstream_id(self) -> str:
        if self._passing is not None:
            return _kept(self._passing.upstream_id)
        return _kept(self._decoder.request_id)

    @property
    def upstream_model(self) -> str:
        named = self.finished.model if self.finished is not None else None
        if named == self._model:
            return self._model  # our own word, which holds no secret
        decoder = self._own_decoder
        return _kept(named or (decoder.model if decoder is not None else None))

    def begin(self, content_type: str) -> None:
        if content_type == JSON_BODY:
            # One that answers whole although it was asked for a stream.
            self._whole_body, self._passing = [], None

    def feed(self, piece: bytes) -> bytes:
        if self._whole_body is not None:
            self._whole_body.append(piece)
            return b""
        if (passing := self._passing) is not None:
            if self.began and not self._early and (sent := passing.alone(piece)) is not None:
                return sent
            return self._give(passing.feed(piece), passing.events)
        return self._write(self._decoder.feed(piece))

    def take(self, event: StreamEvent) -> bytes:
        self._passing = None  # there are no bytes to pass on
        return self._write([event])

    def close(self) -> bytes:
        if self._whole_body is not None:
            return self._write(self._decoder.feed_body(b"".join(self._whole_body)))
        if (passing := self._passing) is not None:
            sent = passing.close()
            return self._give(sent, passing.events)
        return self._write(self._decoder.close())

    def abort(self, fault: Fault) -> None:
        finished = Finished(Outcome.BROKEN, self.upstream_model or None, None, fault)
        if self._passing is not None:
            self._passing.abort(finished)
            self._give(b"", [finished])
        else:
            self._write([finished])

    def counted_output(self) -> int:
        return self._running.tokens

    def answer(self) -> dict[str, Any]:
        return dict(self._writes.kept.whole(self.usage, None))

    def whole(self) -> Body | None:
        return None

    def last_events(self, usage: Usage | None, receipt: Mapping[str, Any]) -> bytes:
        if self._passing is not None:
            return self._passing.end(usage, receipt)
        writer = self._writes.writer
        return b"" if writer is None else writer.end(usage, receipt)

    def _write(self, events: list[StreamEvent]) -> bytes:
        """Events in the client's words."""
        writer = (
            self._writes.writer if self._passing is None or self._whole_body is not None else None
        )
        if writer is None:
            return self._give(b"", events)
        if not self.began and any(map(_is_output, events)):
            self._early.append(writer.begin())
        return self._give(b"".join(map(writer.event, events)), events)

    def _give(self, sent: bytes, events: list[StreamEvent]) -> bytes:
        """Keep what the events say; `sent` goes out once the model has said something."""
        if events:
            if self._passing is None:
                self._running.take(events)
            self._keep(events)
        if self.began and not self._early:
            return sent
        self._early.append(sent)
        if not self.began:
            return b""
        early, self._early = b"".join(self._early), []
        return early

    def _keep(self, events: list[StreamEvent]) -> None:
        kept = self._writes.kept
        for event in events:
            kept.event(event)
            if type(event) is TextArrived:
                self.began = True
                continue
            if isinstance(event, UsageArrived):
                self.usage = event.usage
            elif isinstance(event, Finished):
                self.finished, self.ended = event, True
            self.began = self.began or _is_output(event)


class _Writing:
    """Who writes an answer in the client's words, and who keeps it whole."""

    def __init__(self, asked: ChatAsked, call: AdmittedCall) -> None:
        self.created = int(call.admitted_at.timestamp())
        self._asked = asked
        self._writer: _Writer | None = None
        self.kept: WholeChat | ResponseEvents
        if asked.kind is CallKind.RESPONSES:
            self.name = f"resp_{call.request_id}"
            self.kept = ResponseEvents(self.name, asked.asked, self.created)
        else:
            self.name = f"chatcmpl-{call.request_id}"
            self.kept = WholeChat(self.name, asked.model, self.created)

    @property
    def writer(self) -> _Writer | None:
        """None where no stream is wanted. Made when it is asked for first: what is passed on needs
        none."""
        if self._writer is None and self._asked.stream:
            self._writer = self._new_writer()
        return self._writer

    def _new_writer(self) -> _Writer:
        asked = self._asked.asked
        if self._asked.kind is CallKind.RESPONSES:
            return ResponseEvents(self.name, asked, self.created)
        return ChatChunks(self.name, asked.model, self.created, include_usage=asked.include_usage)


def _is_output(event: StreamEvent) -> bool:
    """Whether the model has said something with it, or that it says nothing."""
    if isinstance(event, Finished):
        return event.outcome is not Outcome.BROKEN
    return not isinstance(event, UsageArrived | Begun | Paused | Resumed)


def _kept(name: str | None) -> str:
    """A provider's name for something as it may be kept: never one with a key in it."""
    return name if name and redact(name) == name else ""


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
