"""A script's answer in each wire language: whole frames of bytes, as the providers send them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Protocol

from app.providers.languages import Language
from tests.server.upstreams.scripts import CANARY_KEY, CANARY_ORGANIZATION, Script, UsageTold

Json = dict[str, object]
ABSURD_TOKENS = 10**15


class Frames(Protocol):
    """The pieces of one streamed answer, and the same answer whole."""

    content_type: str

    def begin(self) -> Iterator[bytes]: ...

    def thought(self, text: str) -> bytes: ...

    def token(self, text: str) -> bytes: ...

    def end(self, tokens: int, reason: str) -> Iterator[bytes]: ...

    def error(self) -> bytes: ...

    def whole(self, text: str, tokens: int) -> Json: ...


def frames_for(language: Language, script: Script, model: str, call_id: str) -> Frames:
    return _FRAMES[language](script, model, call_id)


def refusal_body(status: int) -> Json:
    """An error body with everything that must not be passed on."""
    return {
        "error": {
            "message": f"Upstream says {status} to {CANARY_KEY} of {CANARY_ORGANIZATION}.",
            "type": "upstream_type",
            "code": {401: "invalid_api_key", 402: "insufficient_quota"}.get(status, "upstream"),
        },
        "organization": CANARY_ORGANIZATION,
    }


def sse(value: Json, name: str = "") -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value, separators=(',', ':'))}\n\n".encode()


class _Base:
    content_type = "text/event-stream; charset=utf-8"

    def __init__(self, script: Script, model: str, call_id: str) -> None:
        self.script = script
        self.model = model
        self.call_id = call_id
        self.leaks: Json = {}
        if script.leaks:
            self.leaks = {"organization": CANARY_ORGANIZATION, "debug": {"key": CANARY_KEY}}

    def counts(self, tokens: int) -> tuple[object, object] | None:
        """Input and output as they are told; output with the thinking in it."""
        match self.script.usage:
            case UsageTold.NONE:
                return None
            case UsageTold.ABSURD:
                return -5, ABSURD_TOKENS
            case UsageTold.NOT_A_NUMBER:
                return "NaN", {"deep": "nonsense"}
        return self.script.prompt_tokens, tokens + self.script.thinking_tokens


class ChatFrames(_Base):
    def begin(self) -> Iterator[bytes]:
        yield self._chunk({"role": "assistant", "content": ""})

    def thought(self, text: str) -> bytes:
        return self._chunk({"reasoning_content": text})

    def token(self, text: str) -> bytes:
        return self._chunk({"content": text})

    def end(self, tokens: int, reason: str) -> Iterator[bytes]:
        if self.script.tool is not None:
            name, arguments = self.script.tool
            half = len(arguments) // 2
            first = {"name": name, "arguments": arguments[:half]}
            yield self._calls({"index": 0, "id": "call_1", "type": "function", "function": first})
            yield self._calls({"index": 0, "function": {"arguments": arguments[half:]}})
        yield self._chunk({}, "tool_calls" if self.script.tool else reason)
        if usage := self._usage(tokens):
            yield sse({**self._head("chat.completion.chunk"), "choices": [], "usage": usage})
        yield b"data: [DONE]\n\n"

    def error(self) -> bytes:
        return sse({"error": {**_dict(refusal_body(500)["error"]), "code": "server_error"}})

    def whole(self, text: str, tokens: int) -> Json:
        message: Json = {"role": "assistant", "content": text}
        if self.script.tool is not None:
            name, arguments = self.script.tool
            function = {"name": name, "arguments": arguments}
            message["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        whole = {**self._head("chat.completion"), "choices": [choice]}
        usage = self._usage(tokens)
        return {**whole, "usage": usage} if usage else whole

    def _calls(self, call: Json) -> bytes:
        return self._chunk({"tool_calls": [call]})

    def _head(self, kind: str) -> Json:
        return {
            "id": self.call_id,
            "object": kind,
            "created": 1_763_000_000,
            "model": f"upstream-{self.model}",
            "system_fingerprint": "fp_1",
            **self.leaks,
        }

    def _chunk(self, delta: Json, reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return sse({**self._head("chat.completion.chunk"), "choices": [choice]})

    def _usage(self, tokens: int) -> Json | None:
        counts = self.counts(tokens)
        if counts is None:
            return None
        read, written = counts
        total = read + written if isinstance(read, int) and isinstance(written, int) else "NaN"
        return {
            "prompt_tokens": read,
            "completion_tokens": written,
            "total_tokens": total,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": self.script.thinking_tokens},
        }


class ResponsesFrames(_Base):
    def begin(self) -> Iterator[bytes]:
        yield self._event("response.created", response=self._response("in_progress", [], None))
        item = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
        yield self._event("response.output_item.added", output_index=0, item=item)

    def thought(self, text: str) -> bytes:
        return self._event(
            "response.reasoning_summary_text.delta", item_id="rs_1", delta=text, summary_index=0
        )

    def token(self, text: str) -> bytes:
        return self._event(
            "response.output_text.delta", item_id="msg_1", delta=text, content_index=0
        )

    def end(self, tokens: int, reason: str) -> Iterator[bytes]:
        items = self._items(self.script.text(tokens))
        for item in items:
            yield self._event("response.output_item.done", output_index=0, item=item)
        status = "incomplete" if reason == "length" else "completed"
        yield self._event(
            f"response.{status}", response=self._response(status, items, self._usage(tokens))
        )

    def error(self) -> bytes:
        return sse({"type": "error", **_dict(refusal_body(500)["error"])}, "error")

    def whole(self, text: str, tokens: int) -> Json:
        return self._response("completed", self._items(text), self._usage(tokens))

    def _items(self, text: str) -> list[object]:
        if self.script.tool is not None:
            name, arguments = self.script.tool
            call = {"id": "fc_1", "type": "function_call", "call_id": "call_1"}
            return [{**call, "name": name, "arguments": arguments}]
        part = {"type": "output_text", "text": text, "annotations": []}
        return [{"id": "msg_1", "type": "message", "role": "assistant", "content": [part]}]

    def _response(self, status: str, items: list[object], usage: Json | None) -> Json:
        return {
            "id": self.call_id,
            "object": "response",
            "status": status,
            "model": f"upstream-{self.model}",
            "output": items,
            "usage": usage,
            "error": None,
            "incomplete_details": {"reason": "max_output_tokens"}
            if status == "incomplete"
            else None,
            **self.leaks,
        }

    def _usage(self, tokens: int) -> Json | None:
        counts = self.counts(tokens)
        if counts is None:
            return None
        return {
            "input_tokens": counts[0],
            "output_tokens": counts[1],
            "output_tokens_details": {"reasoning_tokens": self.script.thinking_tokens},
        }

    def _event(self, kind: str, **fields: object) -> bytes:
        return sse({"type": kind, **fields}, kind)


class AnthropicFrames(_Base):
    def begin(self) -> Iterator[bytes]:
        counts = self.counts(0)
        usage = {} if counts is None else {"input_tokens": counts[0], "output_tokens": 1}
        message = {"id": self.call_id, "role": "assistant", "content": [], "usage": usage}
        message["model"] = f"upstream-{self.model}"
        yield self._event("message_start", message={**message, **self.leaks})
        block = {"type": "text", "text": ""}
        yield self._event("content_block_start", index=0, content_block=block)

    def thought(self, text: str) -> bytes:
        delta = {"type": "thinking_delta", "thinking": text}
        return self._event("content_block_delta", index=0, delta=delta)

    def token(self, text: str) -> bytes:
        delta = {"type": "text_delta", "text": text}
        return self._event("content_block_delta", index=0, delta=delta)

    def end(self, tokens: int, reason: str) -> Iterator[bytes]:
        yield self._event("content_block_stop", index=0)
        stop = {"stop": "end_turn", "length": "max_tokens"}.get(reason, "end_turn")
        if self.script.tool is not None:
            stop = "tool_use"
            block = {"type": "tool_use", "id": "call_1", "name": self.script.tool[0], "input": {}}
            yield self._event("content_block_start", index=1, content_block=block)
            delta = {"type": "input_json_delta", "partial_json": self.script.tool[1]}
            yield self._event("content_block_delta", index=1, delta=delta)
            yield self._event("content_block_stop", index=1)
        counts = self.counts(tokens)
        usage = {} if counts is None else {"output_tokens": counts[1]}
        yield self._event("message_delta", delta={"stop_reason": stop}, usage=usage)
        yield self._event("message_stop")

    def error(self) -> bytes:
        return self._event("error", error={**_dict(refusal_body(529)["error"])})

    def whole(self, text: str, tokens: int) -> Json:
        counts = self.counts(tokens)
        usage = {} if counts is None else {"input_tokens": counts[0], "output_tokens": counts[1]}
        return {
            "id": self.call_id,
            "type": "message",
            "role": "assistant",
            "model": f"upstream-{self.model}",
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "usage": usage,
        }

    def _event(self, kind: str, **fields: object) -> bytes:
        return sse({"type": kind, **fields}, kind)


class GeminiFrames(_Base):
    def begin(self) -> Iterator[bytes]:
        return iter(())

    def thought(self, text: str) -> bytes:
        return sse(self._answer([{"text": text, "thought": True}]))

    def token(self, text: str) -> bytes:
        return sse(self._answer([{"text": text}]))

    def end(self, tokens: int, reason: str) -> Iterator[bytes]:
        parts: list[object] = [{"text": ""}]
        if self.script.tool is not None:
            name, arguments = self.script.tool
            parts = [{"functionCall": {"name": name, "args": json.loads(arguments)}}]
        stop = "MAX_TOKENS" if reason == "length" else "STOP"
        yield sse(self._answer(parts, stop, tokens))

    def error(self) -> bytes:
        error = {"code": 500, "status": "INTERNAL", **_dict(refusal_body(500)["error"])}
        return sse({"error": {**error, "code": 500}})

    def whole(self, text: str, tokens: int) -> Json:
        return self._answer([{"text": text}], "STOP", tokens)

    def _answer(self, parts: list[object], stop: str | None = None, tokens: int = 0) -> Json:
        candidate: Json = {"content": {"parts": parts, "role": "model"}, "index": 0}
        if stop:
            candidate["finishReason"] = stop
        answer: Json = {"candidates": [candidate], "modelVersion": f"upstream-{self.model}"}
        counts = self.counts(tokens)
        if stop and counts is not None:
            thoughts = self.script.thinking_tokens
            written = counts[1] - thoughts if self.script.usage is UsageTold.TRUE else counts[1]  # type: ignore[operator]
            answer["usageMetadata"] = {
                "promptTokenCount": counts[0],
                "candidatesTokenCount": written,
                "thoughtsTokenCount": thoughts,
            }
        return {**answer, "responseId": self.call_id, **self.leaks}


class OllamaFrames(_Base):
    content_type = "application/x-ndjson"

    def begin(self) -> Iterator[bytes]:
        return iter(())

    def thought(self, text: str) -> bytes:
        return self._line({"message": {"role": "assistant", "content": "", "thinking": text}})

    def token(self, text: str) -> bytes:
        return self._line({"message": {"role": "assistant", "content": text}})

    def end(self, tokens: int, reason: str) -> Iterator[bytes]:
        if self.script.tool is not None:
            name, arguments = self.script.tool
            call = {"function": {"name": name, "arguments": json.loads(arguments)}}
            message = {"role": "assistant", "content": "", "tool_calls": [call]}
            yield self._line({"message": message})
        yield self._line(self.whole("", tokens) | {"done_reason": reason})

    def error(self) -> bytes:
        return self._line({"error": _dict(refusal_body(500)["error"])["message"]})

    def whole(self, text: str, tokens: int) -> Json:
        counts = self.counts(tokens)
        told = {} if counts is None else {"prompt_eval_count": counts[0], "eval_count": counts[1]}
        message = {"role": "assistant", "content": text}
        return {"model": f"upstream-{self.model}", "message": message, "done": True, **told}

    def _line(self, value: Json) -> bytes:
        head = {"model": f"upstream-{self.model}", "done": False}
        return json.dumps({**head, **value, **self.leaks}).encode() + b"\n"


def _dict(value: object) -> Json:
    assert isinstance(value, dict)
    return value


_FRAMES = {
    Language.OPENAI_CHAT: ChatFrames,
    Language.OPENAI_RESPONSES: ResponsesFrames,
    Language.ANTHROPIC: AnthropicFrames,
    Language.GEMINI: GeminiFrames,
    Language.OLLAMA: OllamaFrames,
}
