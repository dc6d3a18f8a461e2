"""Lines and events out of bytes that are cut anywhere, within bounds."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.providers.decode import decoder_for
from app.providers.events import Finished, Outcome
from app.providers.framing import Bounds, EventStream, JsonLines, StreamTooLong
from app.providers.languages import Language

_LINES = st.lists(
    st.sampled_from(
        ["data: a", "data:b", "data: é€😀", "", "", ": comment", "event: x", "id: 1", "data"]
    ),
    max_size=12,
)


@given(_LINES, st.sampled_from(["\n", "\r\n", "\r"]), st.lists(st.integers(0, 200), max_size=5))
def test_where_it_is_cut_makes_no_difference(lines: list[str], end: str, cuts: list[int]) -> None:
    body = end.join([*lines, ""]).encode()
    whole = EventStream()
    expected = whole.feed(body) + whole.close()
    places = sorted({0, len(body), *(cut for cut in cuts if cut < len(body))})
    stream = EventStream()
    found = [m for a, b in pairwise(places) for m in stream.feed(body[a:b])]
    assert found + stream.close() == expected


_PIECES = (
    *("data: a\n\n", "data: b\r\n\r\n", "data: c\r\r", "data:d\n\n", "data: \n\n"),
    *("event: x\n", "event: y\n\n", "data: e\ndata: f\n\n", "data: g\n", "\n", ": h\n\n"),
    *("data: i\n\ndata: j\n\n", "data: k", "\ufeff", "\r", "data: l\r\n\n", "data: m\rn\n\n"),
)


def test_a_piece_that_is_one_message_says_what_it_says_among_others() -> None:
    for pieces in product(_PIECES, repeat=3):
        whole, stream = EventStream(), EventStream()
        expected = whole.feed("".join(["\n", *pieces, "\n"]).encode())
        found = [m for piece in ["\n", *pieces, "\n"] for m in stream.feed(piece.encode())]
        assert found == expected, pieces


@pytest.mark.parametrize("begins", [[], [b"\xef"], [b"\xef\xbb\xbf"], [b"data: x\n\n"]])
def test_a_mark_in_a_piece_of_its_own_is_no_part_of_it(begins: list[bytes]) -> None:
    pieces = [*begins, b"data: a\n\n", b"\xef\xbb\xbfdata: b\n\n"]
    whole, stream = EventStream(), EventStream()
    found = [message for piece in pieces for message in stream.feed(piece)]
    assert found == whole.feed(b"".join(pieces))


def test_single_messages_are_bounded_like_many() -> None:
    piece = b"data: abc\n\n"
    for bounds in (
        Bounds(messages_max=3),
        Bounds(total_bytes_max=3 * len(piece)),
        Bounds(line_bytes_max=2),
    ):
        stream, most = EventStream(bounds), 0 if bounds.line_bytes_max == 2 else 3
        assert len([stream.feed(piece) for _ in range(most)]) == most
        with pytest.raises(StreamTooLong):
            stream.feed(piece)


def test_several_data_lines_are_one_message() -> None:
    assert EventStream().feed(b"event: e\ndata: a\ndata: b\n\n") == [("e", b"a\nb")]


def test_a_mark_at_the_beginning_is_no_part_of_it() -> None:
    assert EventStream().feed(b"\xef\xbb\xbfdata: a\n\n") == [("", b"a")]


@pytest.mark.parametrize("piece", [b"x" * 600, b"data: " + b"y" * 300 + b"\n"])
def test_what_never_ends_is_given_up(piece: bytes) -> None:
    stream = EventStream(Bounds(line_bytes_max=1000))
    stream.feed(piece)
    with pytest.raises(StreamTooLong):
        [stream.feed(piece) for _ in range(9)]


def test_the_number_and_the_size_of_all_are_bounded() -> None:
    with pytest.raises(StreamTooLong):
        EventStream(Bounds(messages_max=3)).feed(b"data: a\n\n" * 4)
    with pytest.raises(StreamTooLong):
        JsonLines(Bounds(total_bytes_max=10)).feed(b"{}\n" * 4)


def test_an_answer_without_end_is_broken_in_words() -> None:
    decoder = decoder_for(Language.OPENAI_CHAT, bounds=Bounds(line_bytes_max=1000))
    events = [event for _ in range(9) for event in decoder.feed(b"data: " + b"x" * 400)]
    (end,) = events
    assert isinstance(end, Finished)
    assert end.outcome is Outcome.BROKEN
    assert end.fault is not None


def test_halves_of_a_character_are_joined_or_replaced() -> None:
    chunk = 'data: {"choices":[{"delta":{"content":"\\ud83d\\ude00 \\ud83d"}}]}\n\n'
    (event,) = decoder_for(Language.OPENAI_CHAT).feed(chunk.encode())
    assert event.text == "😀 \ufffd"  # type: ignore[union-attr]


def test_ollamas_lines_become_events() -> None:
    body = (
        '{"model":"q","message":{"content":"Hi","thinking":"Hm"},"done":false}\n'
        '{"model":"q","message":{"tool_calls":[{"function":{"name":"f","arguments":{"a":1}}}]},"done":false}\n'
        '{"model":"q","done":true,"done_reason":"stop","prompt_eval_count":7,"eval_count":3}\n'
    )
    decoder = decoder_for(Language.OLLAMA)
    events = decoder.feed(body.encode()) + decoder.close()
    names = [type(event).__name__ for event in events]
    assert names == [
        "ThinkingArrived",
        "TextArrived",
        "UsageArrived",
        "ToolCallArrived",
        "Finished",
    ]
    assert events[2].usage.input == 7  # type: ignore[union-attr]
    assert events[3].arguments == '{"a": 1}'  # type: ignore[union-attr]
    assert events[4].outcome is Outcome.TOOL_CALLS  # type: ignore[union-attr]
