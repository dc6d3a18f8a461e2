"""Frames of OpenAI's Chat that hold nothing but a piece of text, read without being parsed.

Nearly all frames of an answer differ in their text alone. How they look is learned from one that
was parsed; those that look the same are then cut out by their ends. Any other goes the usual way,
and so does everything behind it in the same piece.
"""

from __future__ import annotations

import re

from app.providers.events import StreamEvent, TextArrived
from app.providers.json_text import Json, as_text, read_json
from app.providers.openai_chat import OpenAIChatDecoder
from app.providers.stream_decoder import DecoderOptions
from app.server.fast_json import parsed

_LEARNED_MAX = 8
_MANY = 3  # so many frames in one piece are looked at together
# The bounds of a stream are counted where frames are parsed: beyond this all of them are again.
_BYTES_MAX = 256 * 1024 * 1024
# A text of so few bytes, or so few brackets, cannot be nested deeper than that.
_SHALLOW_BYTES, _SHALLOW = 1000, 500
_ENDS = ("finish_reason", "logprobs", "error")
_PLAIN, _ESCAPED = rb'[^"\\\x00-\x1f]*', rb'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})'
_PLAIN_TEXT = re.compile(_PLAIN)
_LITERAL = re.compile(b"%b(?:%b%b)*" % (_PLAIN, _ESCAPED, _PLAIN))
_PROBE, _PROBE_BYTES = "tuppence", b"tuppence"
_MORE_THAN_TEXT = ("usage", "x_groq", "citations", "error")


class QuickFrames(OpenAIChatDecoder):
    """The decoder of OpenAI's Chat. The texts of frames that are read together come as one."""

    def __init__(self, options: DecoderOptions) -> None:
        super().__init__(options)
        self._before = self._after = self._between = b""
        self._is_between = False  # nothing of a frame has been taken in
        self._learned = 0
        self._quick_bytes = 0

    def feed(self, chunk: bytes) -> list[StreamEvent]:
        if (text := self.alone(chunk)) is not None:
            return [TextArrived(text)] if text else []
        events: list[StreamEvent] = []
        at, size = 0, len(chunk)
        while at < size and not self.ended:
            if self._is_between and self._before:
                text, end = self._quickly(chunk, at)
                if text:
                    events.append(TextArrived(text))
                if end > at:
                    at = end
                    continue
            end = self._end_of_next(chunk, at)
            events += self._feed_slowly(chunk[at:end] if end - at < size else chunk)
            at = end
        return events

    def _end_of_next(self, chunk: bytes, at: int) -> int:
        """Where one frame ends, or the piece where nothing is to be learned from its rest."""
        if self._learned and len(chunk) - at < _MANY * len(self._between):
            return len(chunk)
        end = chunk.find(b"\n\n", at) + 2
        return len(chunk) if end < 2 or self._learned >= _LEARNED_MAX else end

    def _feed_slowly(self, chunk: bytes) -> list[StreamEvent]:
        self._is_between = chunk.endswith(b"\n\n")
        return super().feed(chunk)

    def _read(self, payload: bytes) -> object:
        return value_of(payload)

    def alone(self, chunk: bytes) -> str | None:
        """The text of a piece that is one frame as learned with plain words in it, which is then
        read; None where it has to be looked at closer."""
        before, after = self._before, self._after
        if not (self._is_between and before and chunk.startswith(before)) or self.ended:
            return None
        begin, end = len(before), len(chunk) - len(after)
        if end < begin or not chunk.endswith(after):
            return None
        literal = chunk[begin:end]
        if _PLAIN_TEXT.fullmatch(literal) is None:
            return None
        try:
            said = literal.decode()
        except UnicodeDecodeError:
            return None
        self._pass_on([literal])
        self._count_quick(len(chunk))
        return said

    def _quickly(self, chunk: bytes, at: int) -> tuple[str, int]:
        """The text of the frames that look as learned, and where those end."""
        before, after = self._before, self._after
        begun = at
        texts: list[str] = []
        if len(chunk) - at > _MANY * len(self._between):
            text, at = self._together(chunk, at)
            texts.append(text)
        while chunk.startswith(before, at):
            begin = at + len(before)
            # No quote ends it before its own, so that what is learned begins where it ends.
            end = _LITERAL.match(chunk, begin).end()  # type: ignore[union-attr]
            if not chunk.startswith(after, end):
                break
            literal = chunk[begin:end]
            if (said := _text_of(literal)) is None:
                break
            texts.append(said)
            self._pass_on([literal])
            at = end + len(after)
        self._count_quick(at - begun)
        return "".join(texts), at

    def _count_quick(self, size: int) -> None:
        self._quick_bytes += size
        if self._quick_bytes > _BYTES_MAX:
            self._before = b""

    def _together(self, chunk: bytes, at: int) -> tuple[str, int]:
        """Many frames at once; none of them where one has more in it than a plain text."""
        before, after = self._before, self._after
        if not chunk.startswith(before, at):
            return "", at
        literals = chunk[at + len(before) :].split(self._between)
        last, is_whole, _ = literals.pop().partition(after)
        if is_whole:
            literals.append(last)
        if len(literals) < 2:
            return "", at
        # Kept apart, so that what is broken in two of them is not whole in both.
        apart = b" ".join(literals)
        if _PLAIN_TEXT.fullmatch(apart) is None or _text_of(apart) is None:
            return "", at
        self._pass_on(literals)
        joined = b"".join(literals)
        end = at + len(joined) + len(literals) * (len(before) + len(after))
        return joined.decode(), end

    def _pass_on(self, literals: list[bytes]) -> None:
        """Frames' texts came, as they stand between their quotes."""

    def _take(self, name: str, message: Json, payload: bytes) -> None:
        super()._take(name, message, payload)
        self._taken(message, payload)

    def _taken(self, message: Json, payload: bytes) -> None:
        """A frame was parsed and said what it had to say."""
        self._learn_frame(message, payload)

    def _learn_frame(self, message: Json, payload: bytes) -> bool:
        """How frames look that hold a piece of text; False where this is none, or no more are
        learned."""
        if self._learned >= _LEARNED_MAX or any(map(message.get, _MORE_THAN_TEXT)):
            return False
        if (found := _parts_of(message, payload)) is None:
            return False
        self._learned += 1
        self._before, self._after = b"data: " + found[0], found[1] + b"\n\n"
        self._between = self._after + self._before
        return True


def _parts_of(message: Json, payload: bytes) -> tuple[bytes, bytes] | None:
    """What stands before and behind a frame's text; None where there is more in it than text."""
    choices = message.get("choices")
    if type(choices) is not list or len(choices) != 1 or type(choices[0]) is not dict:
        return None
    choice = choices[0]
    delta = choice.get("delta")
    if type(delta) is not dict or delta.keys() != {"content"} or type(delta["content"]) is not str:
        return None
    if choice.get("index", 0) != 0 or any(choice.get(name) is not None for name in _ENDS):
        return None
    begin = payload.rfind(b'"content":') + 10
    begin += payload[begin : begin + 2].find(b'"') + 1
    found = _LITERAL.match(payload, begin)
    if found is None or payload[begin - 1 : begin] != b'"' or b"\n" in payload:
        return None
    before, after = payload[:begin], payload[found.end() :]
    # Another text there has to change the text and nothing else.
    expected = {**message, "choices": [{**choice, "delta": {"content": _PROBE}}]}
    try:
        probed = value_of(b"%b%b%b" % (before, _PROBE_BYTES, after))
    except ValueError:
        return None
    return (before, after) if probed == expected else None


def value_of(payload: bytes) -> object:
    """What `read_json` reads, sooner."""
    # Texts nested very deep are refused there, and by whoever compares or reads them again.
    if len(payload) < _SHALLOW_BYTES or payload.count(b"[") + payload.count(b"{") < _SHALLOW:
        try:
            return parsed(payload)
        except ValueError:
            return read_json(payload)
    return read_json(payload)


def _text_of(literal: bytes) -> str | None:
    """The text that a JSON string has between its quotes; None where it is no Unicode."""
    try:
        if b"\\" in literal:
            return as_text(value_of(b'"' + literal + b'"'))
        return literal.decode()
    except ValueError:
        return None
