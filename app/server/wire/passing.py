"""An upstream's stream in OpenAI's Chat passed on, frame by frame, and read on the way.

Only whole frames go out. Their head (id, model, fingerprint and whatever else stands there) is
replaced by ours. A frame of the usual shape keeps its bytes behind that; any other is made anew
from a list of fields. Usage, errors and the end are ours alone: they wait for `end`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from app.metering.usage import Usage
from app.providers.events import Finished, Outcome, StreamEvent
from app.providers.json_text import Json, as_list, as_name, as_object, as_text
from app.providers.stream_decoder import DecoderOptions
from app.server.fast_json import json_bytes
from app.server.wire.chat_answer import DONE, FINISH_REASONS, RECEIPT, frame
from app.server.wire.faults import error_of
from app.server.wire.known_frames import (
    BEHIND,
    CHOICES,
    USUAL_CHOICE,
    choice_of,
    fields_of,
    is_plain,
)
from app.server.wire.quick_frames import QuickFrames
from app.server.wire.running import Running
from app.server.wire.usage_json import chat_usage

_WORDS = frozenset({"content", "role", "reasoning_content", "reasoning", "refusal"})
_TEXT_OR_NONE = {str, type(None)}
_REASONS = frozenset(FINISH_REASONS.values())
_WAITING = b": waiting\n\n"
_HEADS_LEARNED_MAX = 64


class Passing:
    """One answer that is passed on.

    `model` is the name that the client asked for, `created` Unix seconds, `running` is told what
    comes, `keep` gets the texts that come `alone`. Feed pieces as they come, send what that
    returns; ask `ended`, then `end`.
    """

    def __init__(
        self,
        call_id: str,
        model: str,
        created: int,
        *,
        include_usage: bool,
        running: Running,
        keep: Callable[[str], object],
        options: DecoderOptions,
    ) -> None:
        head = {
            "id": call_id,
            "object": "chat.completion.chunk",
            "created": created,
            "model": model,
        }
        self._head = b"data: %b," % json_bytes(head)[:-1]
        self._include_usage = include_usage
        self._decoder = _Frames(options, self._head)
        self._at_line_start = True
        self.running = running
        self._keep = keep
        self.events: list[StreamEvent] = []  # of the last piece

    @property
    def ended(self) -> bool:
        """Whether the stream has said its last; the rest of the line is of no interest."""
        return self._decoder.ended

    @property
    def upstream_id(self) -> str | None:
        """The provider's own id of this call, for looking it up there."""
        return self._decoder.request_id

    @property
    def usage(self) -> Usage | None:
        """What the provider has told so far."""
        told = self.running.usage_arrived
        return None if told is None else told.usage

    @property
    def finished(self) -> Finished | None:
        """How the stream ended, None while it goes on."""
        return self.running.finished

    def feed(self, piece: bytes) -> bytes:
        """What the client gets for this piece, perhaps nothing; cut anywhere."""
        decoder = self._decoder
        self.events = events = decoder.feed(piece)
        if events:
            self.running.take(events)
        sent = decoder.sent()
        is_comment = piece.startswith(b":") and self._at_line_start
        if piece:
            self._at_line_start = piece.endswith(b"\n")
        if is_comment and not sent and not events:
            return _WAITING  # a provider that says that it works: so do we
        return sent

    def alone(self, piece: bytes) -> bytes | None:
        """What the client gets for a piece that is one frame like the last: nearly every piece of a
        slow stream. None, and nothing is read, where `feed` has to."""
        decoder = self._decoder
        found = decoder.alone(piece)
        if found is None:
            return None
        text, literal = found
        if text:
            self.running.say(text)
            self._keep(text)
        self._at_line_start = True
        return decoder.framed(literal)

    def close(self) -> bytes:
        """The line ended."""
        self.events = self._decoder.close()
        self.running.take(self.events)
        return self._decoder.sent()

    def abort(self, finished: Finished) -> None:
        """The line broke, or nobody listens any more."""
        if self.running.finished is None:
            self.running.take([finished])

    def end(self, usage: Usage | None, receipt: Mapping[str, object] | None) -> bytes:
        """The last frames. `usage` is what is charged, which may be our own count."""
        head, finished = self._head, self.running.finished or Finished(Outcome.BROKEN)
        broken = finished.outcome is Outcome.BROKEN
        frames = []
        if not broken and not self._decoder.told_reason:
            choice = _choice({}, FINISH_REASONS[finished.outcome])
            frames.append(_behind(head, {"choices": [choice]}))
        if self._include_usage and usage is not None and not broken:
            frames.append(_behind(head, {"choices": [], "usage": chat_usage(usage)}))
        if receipt is not None:
            choices = [] if self._include_usage else [_choice({}, None)]
            frames.append(_behind(head, {"choices": choices, RECEIPT: dict(receipt)}))
        if broken:
            frames.append(frame({"error": error_of(finished.fault)}))
        frames.append(DONE)
        return b"".join(frames)


def _behind(head: bytes, fields: Json) -> bytes:
    """A frame of our head and these fields."""
    return b"%b%b\n\n" % (head, json_bytes(fields)[1:])


def _choice(delta: Json, reason: str | None) -> Json:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}


class _Frames(QuickFrames):
    """The decoder, which also makes the frames that go out."""

    def __init__(self, options: DecoderOptions, head: bytes) -> None:
        super().__init__(options)
        self._our_head = head
        self._our_before = self._our_between = b""
        self._out: list[bytes] = []
        self.told_reason = False

    def sent(self) -> bytes:
        """The frames since the last time."""
        if not self._out:
            return b""
        out = self._out[0] if len(self._out) == 1 else b"".join(self._out)
        self._out.clear()
        return out

    def _taken(self, message: Json, payload: bytes) -> None:
        if not self._heads_learned:
            self._learn(payload)
        choices = message.get("choices")
        if type(choices) is not list or not choices:
            return
        if self.ended and "error" in message:
            return  # an error is told in our words, at the end
        if self._is_known(message, payload) and _is_usual(message, choices):
            self._out.append(b"%b%b\n\n" % (self._our_head, payload[len(self._their_head) :]))
            self._learn_frame(message, payload)
            return
        if (cleaned := _cleaned(as_object(choices[0]))) is not None:
            self._out.append(_behind(self._our_head, {"choices": [cleaned]}))
            self.told_reason = self.told_reason or cleaned["finish_reason"] is not None
        if not self._begins_as_learned(payload):
            self._learn(payload)

    def _is_known(self, message: Json, payload: bytes) -> bool:
        if not payload.startswith(self._their_head) or not _is_text(payload):
            return False
        return message.keys() - self._fields.keys() <= BEHIND

    def _begins_as_learned(self, payload: bytes) -> bool:
        head = self._their_head
        return payload.startswith(head) and payload.startswith(CHOICES, len(head))

    def _known(self, rest: bytes, reason: str) -> None:
        if not reason:
            self._out.append(b"%b%b\n\n" % (self._our_head, rest))
        elif end := _end_of(rest):
            self._out.append(b"%b%b" % (self._our_head, end[0]))
            self.told_reason = self.told_reason or end[1]

    def _look_alike(self, before: bytes, after: bytes) -> None:
        super()._look_alike(before, after)
        self._our_before = self._our_head + self._before[len(b"data: ") + len(self._their_head) :]
        self._our_between = self._after + self._our_before

    def framed(self, texts: bytes) -> bytes:
        """What goes out for a text that was cut out of its frame, or for several with what stands
        between ours."""
        return b"%b%b%b" % (self._our_before, texts, self._after)

    def _pass_on(self, literals: list[bytes]) -> None:
        self._out.append(self.framed(self._our_between.join(literals)))

    def _learn(self, payload: bytes) -> None:
        """The head that the upstream's frames begin with: all that stands before the choices."""
        place = payload.find(CHOICES)
        if place < 0 or self._heads_learned >= _HEADS_LEARNED_MAX:
            return
        self._heads_learned += 1
        head = payload[:place]
        if (fields := fields_of(head)) is not None:
            self._their_head, self._fields = head, fields
            self._is_plain_head = is_plain(head, fields)


@lru_cache(maxsize=256)
def _end_of(rest: bytes) -> tuple[bytes, bool] | None:
    """What a client gets behind our head for a known rest that tells why it ends, and whether it is
    told so; None where it gets nothing."""
    cleaned = _cleaned(choice_of(rest))
    if cleaned is None:
        return None
    return json_bytes({"choices": [cleaned]})[1:] + b"\n\n", cleaned["finish_reason"] is not None


def _cleaned(choice: Json) -> Json | None:
    """The choice with the fields that we know, and nothing that is not for the client."""
    if choice.get("index", 0) != 0:
        return None
    given = as_object(choice.get("delta")) or as_object(choice.get("message"))
    delta = _cleaned_delta(given) if given else {}
    reason = _reason_of(as_text(choice.get("finish_reason")))
    return _choice(delta, reason) if delta or reason else None


def _reason_of(told: str) -> str | None:
    """The reason in OpenAI's words; None where there is none, or none that is an end."""
    if not told or told in _REASONS:
        return told or None
    outcome = _Frames.outcome_of(told)
    return None if outcome is Outcome.BROKEN else FINISH_REASONS[outcome]


def _cleaned_delta(given: Json) -> dict[str, object]:
    delta: dict[str, object] = {
        name: value for name in _WORDS if type(value := given.get(name)) is str
    }
    if "content" not in delta and isinstance(given.get("content"), list):
        delta |= _parts(given["content"])
    if calls := [_call(as_object(call)) for call in as_list(given.get("tool_calls"))]:
        delta["tool_calls"] = calls
    if details := [_detail(as_object(d)) for d in as_list(given.get("reasoning_details"))]:
        delta["reasoning_details"] = details
    if images := [_image(as_object(image)) for image in as_list(given.get("images"))]:
        delta["images"] = images
    return delta


def _is_text(payload: bytes) -> bool:
    # What is broken is read all the same, but not sent on as it is.
    try:
        return payload.isascii() or bool(payload.decode())
    except UnicodeDecodeError:
        return False


def _is_usual(message: Json, choices: list[object]) -> bool:
    """Whether a frame holds nothing behind its head but a piece of one answer's words."""
    if len(choices) != 1 or message.get("usage") is not None:
        return False
    choice = choices[0]
    if type(choice) is not dict or not choice.keys() <= USUAL_CHOICE:
        return False
    if choice.get("finish_reason") is not None or choice.get("logprobs") is not None:
        return False
    delta = choice.get("delta")
    if type(delta) is not dict or choice.get("index", 0) != 0 or not delta.keys() <= _WORDS:
        return False
    return set(map(type, delta.values())) <= _TEXT_OR_NONE


def _parts(content: object) -> dict[str, object]:
    """Mistral's list of parts as words and thinking."""
    words: list[str] = []
    thoughts: list[str] = []
    for part in map(as_object, as_list(content)):
        if part.get("type") == "thinking":
            held = as_list(part.get("thinking"))
            thoughts.extend(as_text(as_object(item).get("text")) for item in held)
        else:
            words.append(as_text(part.get("text")))
    parts: dict[str, object] = {"content": "".join(words)} if any(words) else {}
    return {**parts, "reasoning_content": "".join(thoughts)} if any(thoughts) else parts


def _call(call: Json) -> Json:
    function = as_object(call.get("function"))
    kept: dict[str, object] = {
        name: value for name in ("name", "arguments") if type(value := function.get(name)) is str
    }
    index = call.get("index")
    cleaned: dict[str, object] = {"index": index if type(index) is int else 0, "function": kept}
    if name := as_name(call.get("id")):
        cleaned["id"] = name
    if call.get("type") is not None:
        cleaned["type"] = "function"  # the only kind that there is
    return cleaned


def _detail(detail: Json) -> Json:
    names = ("type", "text", "summary", "signature", "data", "format")
    return {name: value for name in names if type(value := detail.get(name)) is str}


def _image(image: Json) -> Json:
    url = as_text(as_object(image.get("image_url")).get("url"))
    # An address would lead the client to a provider's own store.
    held = {"url": url} if url.startswith("data:image/") else {}
    return {"type": "image_url", "image_url": held}
