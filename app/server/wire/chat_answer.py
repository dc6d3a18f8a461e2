"""Our events as OpenAI's chat completions: chunk by chunk, or one whole object.

The receipt travels in a chunk of its own behind the usage, in the field `tuppence`; clients that
do not know it see an empty piece. Where an answer broke, the receipt comes before the error, since
clients stop reading there.
Source: https://platform.openai.com/docs/api-reference/chat-streaming, read 2026-11-21.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import assert_never

from app.metering.usage import Usage
from app.providers.events import (
    Begun,
    CitationArrived,
    Finished,
    ImageArrived,
    Outcome,
    Paused,
    Resumed,
    StreamEvent,
    TextArrived,
    ThinkingArrived,
    ToolCallArrived,
    ToolResultArrived,
    UsageArrived,
)
from app.providers.pictures import data_url
from app.server.fast_json import json_bytes
from app.server.wire.faults import error_of
from app.server.wire.usage_json import Json, chat_usage

RECEIPT = "tuppence"
DONE = b"data: [DONE]\n\n"
FINISH_REASONS = {
    Outcome.COMPLETE: "stop",
    Outcome.LENGTH: "length",
    Outcome.TOOL_CALLS: "tool_calls",
    Outcome.REFUSED: "content_filter",
    Outcome.INTERRUPTED: "stop",
    Outcome.BROKEN: "stop",
}


def frame(value: object, name: str = "") -> bytes:
    """One server-sent event with a JSON value."""
    if name:
        return b"event: %b\ndata: %b\n\n" % (name.encode(), json_bytes(value))
    return b"data: %b\n\n" % json_bytes(value)


class ChatChunks:
    """One streamed answer. `model` is the client's name for it, `created` is in Unix seconds."""

    def __init__(self, call_id: str, model: str, created: int, *, include_usage: bool) -> None:
        self._include_usage = include_usage
        self._head: Json = {
            "id": call_id,
            "object": "chat.completion.chunk",
            "created": created,
            "model": model,
        }
        # Nearly every piece differs from this in its text alone.
        shell = frame({**self._head, "choices": [_choice({"content": "\0"})]}).decode()
        self._before, self._behind = shell.split(json.dumps("\0"))
        self._calls = 0
        self.usage: Usage | None = None
        self.finished: Finished | None = None

    def begin(self) -> bytes:
        """The first chunk: the role."""
        return self._chunk({"role": "assistant", "content": ""})

    def event(self, event: StreamEvent) -> bytes:
        """The frames of an event, empty where it has none. Usage and end wait for `end`."""
        match event:
            case TextArrived(text):
                return f"{self._before}{json.dumps(text)}{self._behind}".encode()
            case ThinkingArrived() | ToolCallArrived() | CitationArrived() | ImageArrived():
                delta = delta_of(event, self._calls)
                self._calls += "tool_calls" in delta
                return self._chunk(delta) if delta else b""
            case UsageArrived(usage):
                self.usage = usage
            case Finished():
                self.finished = event
            case ToolResultArrived() | Begun() | Paused() | Resumed():
                pass  # nothing that this language could say
            case _:
                assert_never(event)
        return b""

    def end(self, usage: Usage | None, receipt: Mapping[str, object] | None) -> bytes:
        """The last frames. `usage` is what is charged, which may be our own count."""
        finished = self.finished or Finished(Outcome.BROKEN)
        frames = []
        if finished.outcome is not Outcome.BROKEN:
            frames.append(self._chunk({}, FINISH_REASONS[finished.outcome]))
        if self._include_usage and usage is not None:
            frames.append(frame({**self._head, "choices": [], "usage": chat_usage(usage)}))
        if receipt is not None:
            frames.append(self.receipt(receipt))
        if finished.outcome is Outcome.BROKEN:
            frames.append(frame({"error": error_of(finished.fault)}))
        return b"".join((*frames, DONE))

    def receipt(self, receipt: Mapping[str, object]) -> bytes:
        """The frame with the receipt."""
        # Who did not ask for usage may not expect a chunk without a choice.
        choices = [] if self._include_usage else [_choice({})]
        return frame({**self._head, "choices": choices, RECEIPT: dict(receipt)})

    def _chunk(self, delta: Json, reason: str | None = None) -> bytes:
        return frame({**self._head, "choices": [_choice(delta, reason)]})


def _choice(delta: Json, reason: str | None = None) -> Json:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}


def delta_of(
    event: ThinkingArrived | ToolCallArrived | CitationArrived | ImageArrived, calls: int
) -> Json:
    """What a piece adds to the message; `calls` is how many calls came before."""
    match event:
        case ThinkingArrived(text, signature):
            delta: Json = {"reasoning_content": text} if text else {}
            if signature:
                # To be sent back as it is, in `reasoning_details` of the assistant's message.
                detail = {"type": "reasoning.text", "text": text, "signature": signature}
                delta["reasoning_details"] = [detail]
            return delta
        case ToolCallArrived(call_id, name, arguments, server_side):
            function = {"name": name, "arguments": arguments}
            call = {"index": calls, "id": call_id, "type": "function", "function": function}
            # A tool that the provider ran is not for the client to run again.
            return {} if server_side else {"tool_calls": [call]}
        case CitationArrived(url, title):
            cited = {"url": url, "title": title, "start_index": 0, "end_index": 0}
            return {"annotations": [{"type": "url_citation", "url_citation": cited}]}
        case ImageArrived(media_type, content):
            image = {"url": data_url(media_type, content)}
            return {"images": [{"type": "image_url", "image_url": image}]}
        case _:
            assert_never(event)


class WholeChat:
    """One answer that is given whole. Its memory is the answer's."""

    def __init__(self, call_id: str, model: str, created: int) -> None:
        self._head: Json = {
            "id": call_id,
            "object": "chat.completion",
            "created": created,
            "model": model,
        }
        self._text: list[str] = []
        self.say = self._text.append  # a piece of the answer's text came
        self._thinking: list[str] = []
        self._lists: dict[str, list[object]] = {}
        self.usage: Usage | None = None
        self.finished: Finished | None = None

    def event(self, event: StreamEvent) -> None:
        # These three are in every answer: asked for first, and by their very type.
        if type(event) is TextArrived:
            self._text.append(event.text)
        elif type(event) is UsageArrived:
            self.usage = event.usage
        elif type(event) is Finished:
            self.finished = event
        else:
            self._rare(event)

    def _rare(self, event: StreamEvent) -> None:
        match event:
            case ThinkingArrived() | ToolCallArrived() | CitationArrived() | ImageArrived():
                for name, value in delta_of(event, 0).items():
                    if isinstance(value, list):
                        self._lists.setdefault(name, []).extend(value)
                    else:
                        self._thinking.append(str(value))
            case _:
                return

    @property
    def text(self) -> str:
        """What was said so far."""
        return "".join(self._text)

    def whole(self, usage: Usage | None, receipt: Mapping[str, object] | None) -> Json:
        """The completion. A broken one must not come here: it is an error."""
        finished = self.finished or Finished(Outcome.BROKEN)
        message: Json = {"role": "assistant", "content": self.text or None, "refusal": None}
        if self._thinking:
            message["reasoning_content"] = "".join(self._thinking)
        message |= self._lists
        if calls := self._lists.get("tool_calls"):
            message["tool_calls"] = [_without_index(call) for call in calls]
        if "tool_calls" not in message and message["content"] is None:
            message["content"] = ""
        reason = FINISH_REASONS[finished.outcome]
        choice: Json = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
        whole: Json = {**self._head, "choices": [choice]}
        if usage is not None:
            whole["usage"] = chat_usage(usage)
        return whole if receipt is None else {**whole, RECEIPT: dict(receipt)}


def _without_index(call: object) -> object:
    # The place of a call is told in pieces only; a whole answer has them in order.
    if not isinstance(call, dict):
        return call
    return {name: value for name, value in call.items() if name != "index"}
