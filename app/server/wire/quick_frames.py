"""Frames of OpenAI's Chat that hold nothing but a piece of text, read without being parsed.

Nearly all frames of an answer differ in their text alone. How they look is learned from the first;
those that look the same are then cut out by their ends. Any other goes the usual way, and so does
everything behind it in the same piece. What was known from other answers is not parsed there.
"""

from __future__ import annotations

import re

from app.providers.events import StreamEvent, TextArrived
from app.providers.json_text import EMPTY, Json, as_text, as_tier
from app.providers.openai_chat import OpenAIChatDecoder
from app.providers.stream_decoder import DecoderOptions
from app.server.wire.known_frames import (
    CHOICES,
    fields_of,
    is_around_text,
    is_plain,
    reason_of,
    value_of,
)

_LEARNED_MAX = 8
_MANY = 3  # so many frames in one piece are looked at together
# The bounds of a stream are counted where frames are parsed: beyond this all of them are again.
_BYTES_MAX = 256 * 1024 * 1024
# Frames are looked up that are no longer than this, until so many of an answer were not known.
_KNOWN_BYTES_MAX, _UNKNOWN_MAX = 1000, 3
_CONTENT = b'"content":'
_NO_CHOICE = (CHOICES + b"[]", CHOICES + b" []")
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
        self._their_head = b"\0"  # begins nothing
        self._fields: Json = EMPTY  # of that head
        self._is_plain_head = False
        self._heads_learned = 0
        self._unknown = 0

    def feed(self, chunk: bytes) -> list[StreamEvent]:
        if (found := self.alone(chunk)) is not None:
            text, literal = found
            self._pass_on([literal])
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

    def _message(self, name: str, payload: bytes) -> None:
        # Only of a stream whose frames end as expected: the others are rare.
        if not (self._is_between and self._unknown < _UNKNOWN_MAX and self._recognize(payload)):
            super()._message(name, payload)

    def _read(self, payload: bytes) -> object:
        return value_of(payload)

    def _recognize(self, payload: bytes) -> bool:
        """Take in a frame that says what is known from other answers; False, and nothing is done,
        where it has to be parsed."""
        place = payload.find(CHOICES)
        if place < 0 or len(payload) > _KNOWN_BYTES_MAX or b"\n" in payload:
            return False
        head, rest = payload[:place], payload[place:]
        if rest.startswith(_NO_CHOICE):
            return False
        fields = self._fields_of(head)
        return fields is not None and self._recognize_rest(head, fields, rest)

    def _fields_of(self, head: bytes) -> Json | None:
        """The fields of a head behind which a rest says what it says elsewhere; else None."""
        if head == self._their_head:
            return self._fields if self._is_plain_head else None
        if self._heads_learned:
            return None
        fields = fields_of(head)
        return fields if fields is not None and is_plain(head, fields) else None

    def _recognize_rest(self, head: bytes, fields: Json, rest: bytes) -> bool:
        begin = _begin_of_text(rest)
        found = _LITERAL.match(rest, begin) if begin else None
        literal = found[0] if found else b""
        reason, text = None if literal else reason_of(rest), None
        before, after = rest[:begin], rest[begin + len(literal) :]
        if begin and reason is None and is_around_text(before, after):
            text = _text_of(literal)
        if text is None and reason is None:
            self._unknown += 1
            return False
        self._begin(head, fields)
        if text:
            self._events.append(TextArrived(text))
        if reason:
            self._reason = reason
        self._known(rest, reason or "")
        if text is not None and self._learned < _LEARNED_MAX:
            self._look_alike(head + before, after)
        return True

    def _begin(self, head: bytes, fields: Json) -> None:
        """Take from a head what a parsed frame would tell with it."""
        if head != self._their_head:
            self._their_head, self._fields, self._is_plain_head = head, fields, True
            self._heads_learned = 1
        if self.model is None or self.request_id is None:
            self._name_model(fields)
        if "service_tier" in fields:
            self._tier = as_tier(fields["service_tier"]) or self._tier

    def _known(self, rest: bytes, reason: str) -> None:
        """A frame came that was not parsed; `reason` is empty where it is none with an end."""

    def alone(self, chunk: bytes) -> tuple[str, bytes] | None:
        """The text of a piece that is one frame as learned with plain words in it, which is then
        read, and how it stands there; None where it has to be looked at closer."""
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
        self._count_quick(len(chunk))
        return said, literal

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
        # What stands between two texts is long, and for long needles Python's search is slow.
        parts = chunk[at:].split(after)
        parts.pop()
        begin = len(before)
        literals = [part[begin:] for part in parts]
        if len(literals) < 2 or not chunk.startswith(self._between.join(literals), at + begin):
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

    def _learn_frame(self, message: Json, payload: bytes) -> None:
        """How frames look that hold a piece of text, where this is one and more are learned."""
        if self._learned >= _LEARNED_MAX or any(map(message.get, _MORE_THAN_TEXT)):
            return
        if (found := _parts_of(message, payload)) is not None:
            self._look_alike(*found)

    def _look_alike(self, before: bytes, after: bytes) -> None:
        """From now on frames are cut out that have a text between these two."""
        self._learned += 1
        self._before, self._after = b"data: " + before, after + b"\n\n"
        self._between = self._after + self._before


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
    begin = _begin_of_text(payload)
    found = _LITERAL.match(payload, begin)
    if found is None or not begin or b"\n" in payload:
        return None
    before, after = payload[:begin], payload[found.end() :]
    # Another text there has to change the text and nothing else.
    expected = {**message, "choices": [{**choice, "delta": {"content": _PROBE}}]}
    try:
        probed = value_of(b"%b%b%b" % (before, _PROBE_BYTES, after))
    except ValueError:
        return None
    return (before, after) if probed == expected else None


def _begin_of_text(frame: bytes) -> int:
    """Where the last text named content begins, behind its quote; 0 where there is none."""
    place = frame.rfind(_CONTENT)
    if place < 0:
        return 0
    begin = place + len(_CONTENT)
    if frame.startswith(b' "', begin):
        return begin + 2
    return begin + 1 if frame.startswith(b'"', begin) else 0


def _text_of(literal: bytes) -> str | None:
    """The text that a JSON string has between its quotes; None where it is no Unicode."""
    try:
        said = literal.decode()
        return as_text(value_of(b'"%b"' % literal)) if "\\" in said else said
    except ValueError:
        return None
