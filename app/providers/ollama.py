"""Ollama's own chat as it streams: JSON lines.

Source: https://github.com/ollama/ollama/blob/main/docs/api.md, read 2026-11-21.
"""

from __future__ import annotations

from app.metering.usage import Usage
from app.providers.counts import Counter
from app.providers.events import Outcome, TextArrived, ThinkingArrived
from app.providers.framing import Bounds, Framing, JsonLines
from app.providers.json_text import Json, as_list, as_name, as_object, as_text
from app.providers.stream_decoder import DecoderOptions, StreamDecoder
from app.providers.tool_calls import PartialCalls


class OllamaDecoder(StreamDecoder):
    """A message in pieces; the last line has `done` and the counts."""

    def __init__(self, options: DecoderOptions) -> None:
        super().__init__(options)
        self._calls = PartialCalls()
        self._count = 0

    def _new_framing(self, bounds: Bounds | None) -> Framing:
        return JsonLines(bounds)

    def _take(self, name: str, message: Json, payload: bytes) -> None:
        if self.model is None:
            self.model = as_name(message.get("model")) or None
        piece = message.get("message")
        if type(piece) is dict:
            if thinking := as_text(piece.get("thinking")):
                self.emit(ThinkingArrived(thinking))
            text = piece.get("content")
            if type(text) is str and text:
                self._events.append(TextArrived(text))
            for call in as_list(piece.get("tool_calls")):
                # Every call comes whole; its position in its own line says nothing.
                self._calls.take({**as_object(call), "index": self._count}, self._count)
                self._count += 1
        if error := message.get("error"):
            self.fail(error)
        elif message.get("done") is True:
            self._end(message)

    def _end(self, message: Json) -> None:
        counter = Counter()
        cap = self.output_tokens_max
        read, written = message.get("prompt_eval_count"), message.get("eval_count")
        if read is not None or written is not None:
            output = counter.number(written) if cap is None else counter.number(written, cap)
            usage = Usage(input=counter.number(read), output=output, clamped=counter.clamped)
            self.emit_usage(usage)
        reason = as_text(message.get("done_reason"))
        if reason == "length":
            self.finish(Outcome.LENGTH)
        else:
            self.finish(Outcome.TOOL_CALLS if self._calls else Outcome.COMPLETE)

    def _before_end(self, outcome: Outcome) -> None:
        if outcome is not Outcome.BROKEN:
            for call in self._calls.whole():
                self.emit(call)

    def _at_close(self) -> None:
        self.cut_off()
