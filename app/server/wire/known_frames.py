"""What frames of OpenAI's Chat say behind their head, looked at once for all answers.

A frame's head, all that stands before its choices, differs from answer to answer. The rest does
not, but for its text: what it says is remembered, so that no answer's first frames and last ones
need be parsed. Only rests in ASCII are known here, which can be sent on as they are, and none with
words in it is remembered: what is refused by an error is forgotten.
"""

from __future__ import annotations

from functools import lru_cache

from app.providers.json_text import Json, as_object, read_json
from app.server.fast_json import parsed

CHOICES = b'"choices":'
BEHIND = frozenset({"choices", "usage", "obfuscation"})
USUAL_CHOICE = frozenset({"index", "delta", "logprobs", "finish_reason"})

_KNOWN_MAX = 256
_BESIDE = frozenset({"choices", "usage"})  # what hides lengths is never the same twice
# A text of so few bytes, or so few brackets, cannot be nested deeper than that.
_SHALLOW_BYTES, _SHALLOW = 1000, 500
# Two, so that what stands there by chance is not taken for the text between two ends.
_PROBES = ("tuppence", "x")
_NO_WORDS = frozenset({"role", "content", "refusal"})
_NOTHING_SAID = ("", None)
_MORE = "it says more than is known"
_TELLS_MORE = frozenset({"usage", "x_groq", "citations", "error"})


def value_of(payload: bytes) -> object:
    """What `read_json` reads, sooner."""
    # Texts nested very deep are refused there, and by whoever compares or reads them again.
    if len(payload) < _SHALLOW_BYTES or payload.count(b"[") + payload.count(b"{") < _SHALLOW:
        try:
            return parsed(payload)
        except ValueError:
            return read_json(payload)
    return read_json(payload)


def fields_of(head: bytes) -> Json | None:
    """The fields of a head, and the choices behind them as 0; None where it is no head."""
    try:
        fields = value_of(b"%b%b0}" % (head, CHOICES))
    except ValueError:
        return None
    return fields if type(fields) is dict else None


def is_plain(head: bytes, fields: Json) -> bool:
    """Whether a head only names the answer, so that a rest says the same behind it as elsewhere."""
    return head.isascii() and b"\\" not in head and _TELLS_MORE.isdisjoint(fields)


def is_around_text(before: bytes, after: bytes) -> bool:
    """Whether a rest of these two ends says the text between them and nothing else."""
    try:
        _check_around_text(before, after)
    except ValueError:
        return False
    return True


def reason_of(rest: bytes) -> str | None:
    """The reason to end in a rest without words, empty where it has none; None where it says
    anything else, and for a text that is empty."""
    try:
        return _reason_of(rest)
    except ValueError:
        return None


@lru_cache(maxsize=_KNOWN_MAX)
def _check_around_text(before: bytes, after: bytes) -> None:
    for probe in _PROBES:
        choice = choice_of(b"%b%b%b" % (before, probe.encode(), after))
        if choice["delta"] != {"content": probe} or choice.get("finish_reason") is not None:
            raise ValueError(_MORE)


@lru_cache(maxsize=_KNOWN_MAX)
def _reason_of(rest: bytes) -> str:
    choice = choice_of(rest)
    delta, reason = as_object(choice["delta"]), choice.get("finish_reason")
    if not delta.keys() <= _NO_WORDS or type(delta.get("role", "")) is not str:
        raise ValueError(_MORE)
    if any(delta.get(name) not in _NOTHING_SAID for name in ("content", "refusal")):
        raise ValueError(_MORE)
    if reason is None:
        if delta == {"content": ""}:
            raise ValueError(_MORE)
        return ""
    if not reason or type(reason) is not str:
        raise ValueError(_MORE)
    return reason


def choice_of(rest: bytes) -> Json:
    """The choice of a rest with a single one of the usual shape and nothing of weight beside it;
    raises ValueError for any other."""
    if not rest.isascii():
        raise ValueError(_MORE)
    message = value_of(b"{" + rest)
    if type(message) is not dict or not message.keys() <= _BESIDE:
        raise ValueError(_MORE)
    choices = message["choices"]
    if message.get("usage") is not None or type(choices) is not list or len(choices) != 1:
        raise ValueError(_MORE)
    choice = choices[0]
    if type(choice) is not dict or not choice.keys() <= USUAL_CHOICE:
        raise ValueError(_MORE)
    if choice.get("index", 0) != 0 or choice.get("logprobs") is not None:
        raise ValueError(_MORE)
    if type(choice.get("delta")) is not dict:
        raise ValueError(_MORE)
    return choice
