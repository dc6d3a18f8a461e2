"""Compiled JSON beside Python's own: the same values both ways, and no quiet difference."""

from __future__ import annotations

import json
import math
import sys
import tracemalloc
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.server.fast_json import json_bytes, json_text, parsed

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_means_the_same_to_python(value: object) -> None:
    try:
        expected = json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        with pytest.raises(UnicodeEncodeError):
            json_bytes(value)
        return
    told = json.loads(json_bytes(value))
    assert _finite(told) == _finite(json.loads(expected))


@given(VALUES | st.text().map(lambda text: {text: [text, "\ud800"]}))
def test_text_is_pythons_to_the_letter(value: object) -> None:
    # Floats aside, which no row of the books has.
    expected = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if not _has_float(value):
        assert json_text(value) == expected


@given(VALUES)
def test_what_is_read_is_what_python_reads(value: object) -> None:
    payload = json.dumps(value).encode()
    try:
        read = parsed(payload)
    except ValueError:
        return
    assert read == json.loads(payload)
    assert repr(read) == repr(json.loads(payload)), "no float in the place of a whole number"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"[1,]",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e400}',
        b'{"a": 123456789012345678901234567890}',
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b"[" * 2000 + b"]" * 2000,
        b'["' + b"x" * 70_000 + b'"]',
    ],
)
def test_another_way_is_asked_for_what_is_not_plain(payload: bytes) -> None:
    with pytest.raises(ValueError):
        parsed(payload)


def test_whole_numbers_of_any_length_are_written_to_the_digit() -> None:
    assert json_bytes({"amount": 10**30}) == b'{"amount":1' + b"0" * 30 + b"}"
    assert parsed(b'{"amount":999999999999999999}') == {"amount": 10**18 - 1}


def test_what_is_no_json_is_refused() -> None:
    @dataclass
    class Secret:
        text: str

    with pytest.raises(TypeError):
        json_bytes({"key": Secret("x")})


def _finite(value: object) -> object:
    """What either of them makes of an infinity is no JSON, or nothing."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    return value


def _has_float(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_has_float, value))
    if isinstance(value, dict):
        return any(map(_has_float, value.values()))
    return isinstance(value, float)


def test_what_was_written_takes_no_more_room_than_it_needs() -> None:
    # A request to a provider lives as long as its stream does.
    body = {"model": "any", "messages": [{"role": "user", "content": "Say something."}]}
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        written = [json_bytes(body) for _ in range(100)]
        each = (tracemalloc.get_traced_memory()[0] - before) / len(written)
    finally:
        tracemalloc.stop()
    assert each < 2 * sys.getsizeof(written[0])
