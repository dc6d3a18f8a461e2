"""Frames cut out by their ends say the same as frames that are parsed, however the line is cut."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.providers.events import StreamEvent, TextArrived, UsageArrived
from app.providers.json_text import read_json
from app.providers.languages import Language
from app.providers.openai_chat import OpenAIChatDecoder
from app.providers.stream_decoder import DecoderOptions
from app.server.wire.known_frames import value_of
from app.server.wire.passing import Passing
from app.server.wire.quick_frames import QuickFrames
from app.server.wire.running import Running
from tests.providers.recordings import Recorded, recordings

CHATS = [r for r in recordings("streams") if r.language is Language.OPENAI_CHAT]
HEAD = {"id": "gen-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
WORDS = ["a", "ö€😀", 'say "so"', "back\\slash", "line\nnext", "\u2028", "\ud83d", "", "}]}\n\n"]


def event(**fields: Any) -> bytes:
    return b"data: " + json.dumps({**HEAD, **fields}).encode() + b"\n\n"


def said(text: str, **more: Any) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return event(choices=[{**choice, **more}])


def joined(events: Iterable[StreamEvent]) -> list[object]:
    """Events with the texts that follow each other as one."""
    found: list[object] = []
    for each in events:
        if isinstance(each, TextArrived) and found and isinstance(found[-1], str):
            found[-1] += each.text
        else:
            found.append(each.text if isinstance(each, TextArrived) else each)
    return found


def fed(decoder: OpenAIChatDecoder, pieces: Iterable[bytes]) -> list[object]:
    events = [each for piece in pieces for each in decoder.feed(piece)]
    return joined([*events, *decoder.close()])


def cuts(body: bytes, seed: int) -> list[bytes]:
    """The body in pieces; half of the cuts are between frames, as they come from a provider."""
    chance = random.Random(seed)
    ends = [at + 2 for at in range(len(body)) if body[at : at + 2] == b"\n\n"]
    places = {*chance.sample(ends, len(ends) // 2), *chance.sample(range(len(body)), 3)}
    return [body[a:b] for a, b in pairwise([0, *sorted(places), len(body)])]


def passed(pieces: Iterable[bytes]) -> bytes:
    running, options = Running(len), DecoderOptions()
    passing = Passing(
        "req_1", "ours", 1, include_usage=True, running=running, keep=[].append, options=options
    )
    return b"".join([*map(passing.feed, pieces), passing.close()])


def told(sent: bytes) -> list[object]:
    """The frames as values: a frame made anew also says what is null."""

    def without_null(value: dict[str, object]) -> dict[str, object]:
        return {name: each for name, each in value.items() if each is not None}

    frames = [part[6:] for part in sent.split(b"\n\n") if part.startswith(b"data: ")]
    return [json.loads(each, object_hook=without_null) for each in frames]


ODD = [
    event(choices=[{"index": 0, "delta": {"content": "x"}, "finish_reason": None}], usage=None),
    event(choices=[{"index": 1, "delta": {"content": "another answer's"}, "finish_reason": None}]),
    said("x", finish_reason="length"),
    said("x", finish_reason=""),
    said("x", logprobs={"content": []}),
    said("x", error={"message": "no"}),
    event(choices=[{"index": 0, "delta": {"content": "x", "role": "assistant"}}]),
    event(choices=[{"index": 0, "delta": {"reasoning_content": '"content":"x"'}}]),
    event(choices=[], usage={"prompt_tokens": 3, "completion_tokens": 4}),
    said("x")[:-3] + b',"citations":["https://a.example"]}\n\n',
    said("x").replace(b"data: ", b"data:"),
    b": keep-alive\n\n",
    b'data: {"id": "gen-1", "choices": [{"delta": {"content": "\\ud83d"}}]}\n\n',
    said("x").replace(b"\n\n", b"\r\n\r\n"),
    said("x").replace(b'"x"', b'"\xff"'),
    said("x").replace(b'"x"', b'"\\q"'),
]


@pytest.mark.parametrize("seed", range(60))
def test_what_is_cut_out_is_what_is_parsed(seed: int) -> None:
    chance = random.Random(seed)
    frames = [said(chance.choice(WORDS)) for _ in range(30)]
    for _ in range(3):
        frames.insert(chance.randrange(30), chance.choice(ODD))
    body = b"".join([*frames, said("", finish_reason="stop"), b"data: [DONE]\n\n"])
    pieces = cuts(body, seed)
    assert fed(QuickFrames(DecoderOptions()), pieces) == fed(
        OpenAIChatDecoder(DecoderOptions()), [body]
    )


@pytest.mark.parametrize("seed", range(40))
def test_what_is_cut_out_is_passed_on_as_what_is_parsed(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    frames = [said(chance.choice(WORDS)) for _ in range(30)]
    frames[chance.randrange(30)] = chance.choice(ODD)
    frames += [frame.replace(b"gen-1", b"another-head") for frame in frames[:9]]
    body = b"".join([*frames, b"data: [DONE]\n\n"])
    quick = passed(cuts(body, seed))
    monkeypatch.setattr("app.server.wire.quick_frames._LEARNED_MAX", 0)
    assert told(quick) == told(passed([body]))


HALVES = [frame[:at] for frame in (said("x"), said("")) for at in range(-40, 0)]
ONE_QUOTE = said("").replace(b'""', b'"')


@pytest.mark.parametrize("seed", range(60))
def test_frames_that_come_one_by_one_say_the_same(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    frames = [said(chance.choice([*WORDS, "plain ", "words "])) for _ in range(30)]
    for _ in range(4):
        odd = chance.choice([ONE_QUOTE, chance.choice(ODD), chance.choice(HALVES)])
        frames.insert(chance.randrange(1, 30), odd)
    # What comes behind the end is not looked at.
    frames += [said("", finish_reason="stop"), b"data: [DONE]\n\n", said("late")]
    body = b"".join(frames)
    assert fed(QuickFrames(DecoderOptions()), frames) == fed(
        OpenAIChatDecoder(DecoderOptions()), [body]
    )
    quick = passed(frames)
    monkeypatch.setattr("app.server.wire.quick_frames._LEARNED_MAX", 0)
    assert told(quick) == told(passed([body]))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=9,
)


@given(VALUES, st.booleans(), st.binary(max_size=3), st.integers(0, 200))
def test_a_value_is_read_as_every_decoder_reads_it(
    value: object, ascii_only: bool, wrong: bytes, at: int
) -> None:
    text = json.dumps({"choices": value}, ensure_ascii=ascii_only).encode(errors="surrogatepass")
    for payload in (text, text[:at] + wrong + text[at:], text[:at] + wrong + text[at + 1 :]):
        try:
            expected = read_json(payload)
        except ValueError:
            with pytest.raises(ValueError):
                value_of(payload)
        else:
            assert repr(value_of(payload)) == repr(expected)


@pytest.mark.parametrize("depth", [10, 300, 600, 980, 1020, 5000])
@pytest.mark.parametrize("filled", [0, 2000])
def test_what_is_nested_deep_is_read_or_refused_as_elsewhere(depth: int, filled: int) -> None:
    payload = b'{"a":"%b","b":%b1%b}' % (b"x" * filled, b"[" * depth, b"]" * depth)
    found = []
    for read in (value_of, read_json):
        try:
            found.append(bool(read(payload)))
        except ValueError:
            found.append(False)
    assert found[0] == found[1]


@pytest.mark.parametrize("recorded", CHATS, ids=lambda r: r.path.stem)
def test_every_recording_says_the_same(recorded: Recorded) -> None:
    body = recorded.body.encode()
    assert fed(QuickFrames(DecoderOptions()), cuts(body, 1)) == fed(
        OpenAIChatDecoder(DecoderOptions()), [body]
    )


def test_frames_that_look_alike_are_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = QuickFrames(DecoderOptions())
    decoder.feed(said("first "))
    parsed: list[bytes] = []
    monkeypatch.setattr(decoder, "_message", lambda _, payload: parsed.append(payload))
    assert decoder.feed(said("second ") + said('"third"\n')) == [TextArrived('second "third"\n')]
    assert not parsed


def test_usage_behind_many_words_is_read() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 4}
    events = QuickFrames(DecoderOptions()).feed(said("a") * 9 + event(choices=[], usage=usage))
    assert isinstance(events[-1], UsageArrived)
