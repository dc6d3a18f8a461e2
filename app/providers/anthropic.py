"""Anthropic's Messages as it streams.

Source: https://docs.claude.com/en/docs/build-with-claude/streaming, read 2026-11-21.
"""

from __future__ import annotations

from dataclasses import replace

from app.providers.events import (
    CitationArrived,
    Outcome,
    TextArrived,
    ThinkingArrived,
    ToolResultArrived,
)
from app.providers.faults import fault_of
from app.providers.json_text import Json, as_list, as_object, as_text, json_text
from app.providers.stream_decoder import DecoderOptions, StreamDecoder
from app.providers.tool_calls import PartialCall
from app.providers.usage_anthropic import anthropic_usage

_OUTCOMES = {
    "max_tokens": Outcome.LENGTH,
    "model_context_window_exceeded": Outcome.LENGTH,
    "pause_turn": Outcome.LENGTH,  # a long turn of tools that goes on when it is sent back
    "tool_use": Outcome.TOOL_CALLS,
    "refusal": Outcome.REFUSED,
}
_CALLS = ("tool_use", "server_tool_use", "mcp_tool_use")
# Marks a sealed block among the signatures: it goes back as another kind of block.
REDACTED = "redacted:"


class AnthropicDecoder(StreamDecoder):
    """Blocks that start, grow and stop; `message_stop` is the end."""

    def __init__(self, options: DecoderOptions) -> None:
        super().__init__(options)
        self._usage: dict[str, object] = {}
        self._calls: dict[object, PartialCall] = {}
        self._order = 0
        self._reason: str | None = None

    def _take(self, name: str, message: Json, payload: bytes) -> None:
        kind = message.get("type")
        if kind == "content_block_delta":
            delta = message.get("delta")
            if type(delta) is dict:
                if delta.get("type") == "text_delta":
                    text = delta.get("text")
                    if type(text) is str and text:
                        self._events.append(TextArrived(text))
                else:
                    self._delta(message.get("index"), delta)
        elif kind == "content_block_start":
            self._start(message.get("index"), as_object(message.get("content_block")))
        elif kind == "content_block_stop":
            self._stop(message.get("index"))
        elif kind == "message_start":
            self._begin(as_object(message.get("message")))
        elif kind == "message_delta":
            self._reason = (
                as_text(as_object(message.get("delta")).get("stop_reason")) or self._reason
            )
            self._take_usage(as_object(message.get("usage")), final=True)
        elif kind == "message_stop":
            self._end()
        elif kind == "message":
            self._body(message)
        elif kind == "error" or name == "error" or (kind is None and message.get("error")):
            self.fail(message)

    def _begin(self, message: Json) -> None:
        self._name_model(message)
        self._take_usage(as_object(message.get("usage")), final=False)

    def _take_usage(self, usage: Json, *, final: bool) -> None:
        # The figures of message_delta are sums so far: they replace, they are never added.
        self._usage |= {key: value for key, value in usage.items() if value is not None}
        if usage:
            self.emit_usage(
                anthropic_usage(self._usage, output_tokens_max=self.output_tokens_max, final=final)
            )

    def _delta(self, index: object, delta: Json) -> None:
        kind = delta.get("type")
        if kind == "thinking_delta":
            if text := as_text(delta.get("thinking")):
                self.emit(ThinkingArrived(text))
        elif kind == "input_json_delta":
            call = self._calls.get(_key(index))
            if call is not None and (piece := as_text(delta.get("partial_json"))):
                call.arguments.append(piece)
        elif kind == "signature_delta":
            if signature := as_text(delta.get("signature")):
                self.emit(ThinkingArrived("", signature))
        elif kind == "citations_delta":
            self._cite(as_object(delta.get("citation")))

    def _start(self, index: object, block: Json) -> None:
        kind = as_text(block.get("type"))
        if kind == "text":
            if text := as_text(block.get("text")):
                self.emit(TextArrived(text))
            for citation in as_list(block.get("citations")):
                self._cite(as_object(citation))
        elif kind == "thinking":
            text, signature = as_text(block.get("thinking")), as_text(block.get("signature"))
            if text or signature:
                self.emit(ThinkingArrived(text, signature or None))
        elif kind == "redacted_thinking":
            self.emit(ThinkingArrived("", REDACTED + as_text(block.get("data"))))
        elif kind in _CALLS:
            self._calls[_key(index)] = PartialCall(
                as_text(block.get("id")),
                as_text(block.get("name")),
                [json_text(given)] if (given := block.get("input")) else [],
                server_side=kind != "tool_use",
            )
        elif kind.endswith("_tool_result"):
            result = result_text(block.get("content"))
            self.emit(ToolResultArrived(as_text(block.get("tool_use_id")), result))

    def _stop(self, index: object) -> None:
        call = self._calls.pop(_key(index), None)
        if call is not None:
            self.emit(call.whole(self._order))
            self._order += 1

    def _cite(self, citation: Json) -> None:
        url = as_text(citation.get("url")) or as_text(citation.get("source"))
        if url:
            self.emit(CitationArrived(url, as_text(citation.get("title"))))

    def _body(self, message: Json) -> None:
        """An answer that was not streamed: every block at once."""
        self._name_model(message)
        for index, block in enumerate(map(as_object, as_list(message.get("content")))):
            self._start(index, block)
            self._stop(index)
        self._reason = as_text(message.get("stop_reason")) or None
        self._take_usage(as_object(message.get("usage")), final=True)
        self._end()

    def _at_close(self) -> None:
        # With its reason and its sums the answer is whole, even if the last event is missing.
        if self._reason is not None:
            self._end()
        else:
            self.cut_off()

    def _end(self) -> None:
        if self._reason is None:
            self.cut_off()
            return
        outcome = _OUTCOMES.get(self._reason, Outcome.COMPLETE)
        fault = None
        if outcome is Outcome.REFUSED:
            fault = fault_of(
                {"message": "The model declined to go on.", "code": "content_filter"},
                host=self.host,
            )
            fault = replace(fault, advice="Say it in another way, or choose another model.")
        self.finish(outcome, fault)


def result_text(content: object) -> str:
    """What a tool came back with, as lines to show: texts, outputs, titles with addresses."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(filter(None, map(result_text, content)))
    fields = as_object(content)
    if url := as_text(fields.get("url")):
        title = as_text(fields.get("title")) or as_text(
            as_object(fields.get("content")).get("title")
        )
        return f"{title} — {url}" if title else url
    lines = [as_text(fields.get(name)) for name in ("text", "stdout", "stderr", "error_code")]
    if inner := fields.get("content"):
        lines.append(result_text(inner))
    return "\n".join(filter(None, lines))


def _key(index: object) -> object:
    return index if isinstance(index, int | str) else None
