"""A frame that is known from other answers does what it does where it is parsed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.providers.stream_decoder import DecoderOptions
from app.server.wire import quick_frames
from app.server.wire.known_frames import (
    _check_around_text,
    _reason_of,
    is_around_text,
    reason_of,
)
from app.server.wire.passing import Passing
from app.server.wire.quick_frames import QuickFrames
from app.server.wire.running import Running

COMPACT = (",", ":")
_HEADS = st.sampled_from(
    [
        b'{"id":"gen-1","object":"chat.completion.chunk","created":1,"model":"m",',
        b'{"id": "gen-1", "model": "m", "service_tier": "flex", "system_fingerprint": null, ',
        b'{"id":"gen-2","model":"another","service_tier":"auto","obfuscation":"x",',
        b'{"model":"m/\xc3\xb6","provider":"P",',
        b'{"id":"say \\"so\\"",',
        b'{"x\\',
        b'{"\\u0063hoices":0,"x\\',
        b'{"a":{"id":1},"model":"m",',
        b'{"a":{"id":1,',
        b'{"id":"gen-1","usage":{"prompt_tokens":1,"completion_tokens":2},',
        b'{"id":"gen-1","error":{"message":"no"},',
        b'{"id":"gen-1","citations":["https://a.example"],',
        b'{"created":12345678901234567890123,',
        b"{",
        b"[{",
        b"",
    ]
)
_TEXTS = st.sampled_from(
    ["", "a", "word ", 'say "so"', "back\\slash", "ö€😀", "\ud83d", "\n", "x", "tuppence", "}]}"]
)
_REASONS = st.sampled_from(
    [None, "stop", "length", "tool_calls", "content_filter", "model_length", "error", "new", "", 1]
)
_DELTAS = st.one_of(
    st.fixed_dictionaries({"content": _TEXTS}),
    st.fixed_dictionaries(
        {},
        optional={
            "role": st.sampled_from(["assistant", None, 1]),
            "content": _TEXTS | st.none() | st.just([]),
            "refusal": st.sampled_from([None, "", "I will not."]),
            "reasoning_content": st.sampled_from(["", "hm", '"content":"x"']),
            "tool_calls": st.just([{"index": 0, "id": "c", "function": {"name": "f"}}]),
        },
    ),
    st.sampled_from([None, [], "x"]),
)
_CHOICES = st.fixed_dictionaries(
    {"delta": _DELTAS},
    optional={
        "index": st.sampled_from([0, 1, None]),
        "finish_reason": _REASONS,
        "logprobs": st.sampled_from([None, {"content": []}]),
        "error": st.just({"message": "no"}),
        "native_finish_reason": st.just("stop"),
    },
)
_BEHIND: dict[str, st.SearchStrategy[Any]] = {
    "usage": st.sampled_from([None, {"prompt_tokens": 3, "completion_tokens": 4}]),
    "obfuscation": st.sampled_from(["", "xy", {"content": "x"}]),
    "model": st.just("told-late"),
    "service_tier": st.just("priority"),
    "error": st.just({"message": "no"}),
}


@st.composite
def _frames(draw: st.DrawFn) -> bytes:
    choices = draw(st.lists(_CHOICES, min_size=1, max_size=1) | st.lists(_CHOICES, max_size=2))
    behind = draw(st.just({}) | st.fixed_dictionaries({}, optional=_BEHIND))
    separators = draw(st.sampled_from([COMPACT, (", ", ": ")]))
    ascii_only = draw(st.booleans())
    value = {"choices": choices, **behind}
    text = json.dumps(value, separators=separators, ensure_ascii=ascii_only)
    rest = text[1:].encode(errors="surrogatepass")
    if draw(st.integers(0, 20)) == 0:
        rest = rest.replace(b"word", draw(st.sampled_from([b"\xff", b"\\n\xff", b"\\q"])))
    end = draw(st.sampled_from([b"\n\n"] * 8 + [b"\r\n\r\n"]))
    return b"data: " + draw(_HEADS) + rest + end


def _answers() -> st.SearchStrategy[list[bytes]]:
    frames = st.lists(_frames(), min_size=1, max_size=6)
    many = frames.map(lambda each: [*each[:-1], each[-1] * 5, each[0]])
    done = st.sampled_from([b"", b"data: [DONE]\n\n"])
    return st.builds(lambda each, end: [*each, end], frames | many, done)


def _passed(pieces: list[bytes]) -> list[object]:
    """All that is sent and told, and all that is remembered for what comes next."""
    running = Running(len)
    options = DecoderOptions()
    passing = Passing(
        "req_1", "ours", 1, include_usage=True, running=running, keep=[].append, options=options
    )
    found: list[object] = []
    for piece in pieces:
        found += [passing.feed(piece), passing.events]
    found += [passing.close(), passing.events, passing.end(None, {"a": 1}), running.tokens]
    names = ("model", "request_id", "told_reason", "ended", "_reason", "_tier", "_their_head")
    names += ("_fields", "_heads_learned", "_before", "_after", "_our_before", "_our_between")
    return found + [getattr(passing._decoder, name) for name in names]


def _decoded(pieces: list[bytes]) -> list[object]:
    decoder = QuickFrames(DecoderOptions())
    found = [[*map(repr, decoder.feed(piece))] for piece in pieces]
    return [*found, decoder.close(), decoder._before, decoder._after, decoder._tier]


@given(_answers(), st.booleans())
def test_what_is_known_passes_and_says_what_is_parsed(pieces: list[bytes], in_one: bool) -> None:
    pieces = [b"".join(pieces)] if in_one else pieces
    known = _passed(pieces), _decoded(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quick_frames, "_UNKNOWN_MAX", 0)
        assert known == (_passed(pieces), _decoded(pieces))


def _rest(**choice: Any) -> bytes:
    return json.dumps({"choices": [choice]}, separators=COMPACT)[1:].encode()


def test_a_rest_is_looked_at_once_for_all_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    head = b'data: {"id":"gen-%d","model":"m",'
    ends = [
        _rest(index=0, delta={"role": "assistant", "content": ""}, finish_reason=None),
        _rest(index=0, delta={"content": "word"}, finish_reason=None),
        _rest(index=0, delta={}, finish_reason="stop"),
    ]
    frames = [[head % number + rest + b"\n\n" for rest in ends] for number in range(2)]
    first = _passed(frames[0])
    monkeypatch.setattr("app.server.wire.known_frames.choice_of", None)
    monkeypatch.setattr(QuickFrames, "_take", None)
    assert _passed(frames[1])[:6:2] == first[:6:2]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"choices":[{"delta":{"content":"tuppence"}}],"obfuscation":{"content":"', b'"}}'),
        (b'"choices":[{"delta":{"content":"', b'"}}],"choices":[]}'),
        (b'"choices":[{"delta":{"content":"', b'","content":"x"}}]}'),
        (b'"choices":[{"delta":{"content":"a', b'"}}]}'),
        (b'"choices":[{"delta":{"content":"', b'b"}}]}'),
        (b'"choices":[{"delta":{"content":"', b'"},"finish_reason":"stop"}]}'),
    ],
)
def test_what_does_not_say_the_text_alone_is_not_around_it(before: bytes, after: bytes) -> None:
    assert not is_around_text(before, after)


def test_a_rest_without_words_tells_its_reason() -> None:
    assert reason_of(_rest(delta={}, finish_reason="stop")) == "stop"
    assert reason_of(_rest(delta={"role": "assistant", "content": None})) == ""
    assert reason_of(_rest(delta={"content": "word"}, finish_reason="stop")) is None
    assert reason_of(_rest(delta={}, finish_reason=1)) is None


def test_words_are_not_remembered() -> None:
    _reason_of.cache_clear()
    _check_around_text.cache_clear()
    words = _rest(delta={"reasoning_content": "a secret"}, finish_reason=None)
    beside = _rest(delta={"reasoning_content": "a secret", "content": "x"})
    logged = _rest(delta={"content": "x"}, logprobs={"content": [{"token": "a secret"}]})
    for rest in (words, beside, logged):
        _passed([b'data: {"id":"gen-1",' + rest + b"\n\n"])
    assert _reason_of.cache_info().currsize == _check_around_text.cache_info().currsize == 0
