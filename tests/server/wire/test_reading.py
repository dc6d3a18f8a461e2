"""Bodies read in compiled code are what Python reads, and refused where Python refuses them."""

from __future__ import annotations

import json
from typing import Never

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.request import AnswerForm
from app.server.wire.chat_request import read_chat
from app.server.wire.reading import BadRequest, Fields, read_body

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=9,
)
_ODD = [
    b'{"a": NaN}',
    b'{"a": -Infinity}',
    b'{"a": 1e400}',
    b'{"a": -0}',
    b'{"a": 1, "a": 2}',
    b'{"seed": 9223372036854775808, "n": 18446744073709551616}',
    b'{"a": "\\ud83d"}',
    b'{"a": "\xff"}',
    b'{"a": "\xed\xa0\xbd"}',
    b'\xef\xbb\xbf{"a": 1}',
    '{"a": "ö"}'.encode("utf-16"),
    b'{"a": "\x01"}',
    b'{"a": 1} x',
    b"[1]",
    b"",
    b'{"a": ' + b"[" * 5000,
    b'{"a": ' + b"[" * 64 + b"]" * 64 + b"}",
    b'{"a": ' + b"[" * 62 + b"]" * 62 + b"}",
]


def _refused(_: str) -> Never:
    raise ValueError


def pythons(payload: bytes) -> str:
    """What Python makes of it, as a text that tells 1 from 1.0."""
    try:
        value = json.loads(payload, parse_constant=_refused)
    except (ValueError, RecursionError):
        return "refused"
    return repr(value) if isinstance(value, dict) else "refused"


def ours(payload: bytes) -> str:
    try:
        return repr(read_body(payload, depth_max=10**6))
    except BadRequest:
        return "refused"


@given(_VALUES, st.booleans(), st.binary(max_size=3), st.integers(0, 200))
def test_a_body_is_what_python_reads(
    value: object, ascii_only: bool, wrong: bytes, at: int
) -> None:
    text = json.dumps({"a": value}, ensure_ascii=ascii_only).encode(errors="surrogatepass")
    for payload in (text, text[:at] + wrong + text[at:], text[:at] + wrong + text[at + 1 :]):
        assert ours(payload) == pythons(payload)


@pytest.mark.parametrize("payload", _ODD)
def test_a_body_that_is_odd_is_what_python_reads(payload: bytes) -> None:
    assert ours(payload) == pythons(payload)


@pytest.mark.parametrize(("begin", "end"), [(b"[", b"]"), (b'{"[":', b"}")])
def test_a_body_may_be_nested_to_the_bound_and_no_deeper(begin: bytes, end: bytes) -> None:
    for depth in range(1, 12):
        body = b'{"a":' + begin * (depth - 1) + b"1" + end * (depth - 1) + b"}"
        if depth <= 6:
            assert read_body(body, depth_max=6)
        else:
            with pytest.raises(BadRequest, match="too deep"):
                read_body(body, depth_max=6)


@pytest.mark.parametrize("value", [None, False, [], {}])
def test_a_refused_field_may_stand_there_empty(value: object) -> None:
    Fields({"audio": value, "other": 1}).refuse({"audio": "no", "prediction": "no"})


def test_a_refused_field_is_named_with_its_reason() -> None:
    with pytest.raises(BadRequest, match="prediction: not this"):
        Fields({"a": 1, "prediction": "x"}).refuse({"audio": "no", "prediction": "not this"})


def test_unknown_fields_are_listed_in_their_order_and_known_ones_are_not() -> None:
    fields = Fields({"z": 1, "model": 2, "b" * 99: 3, **{f"x{n}": n for n in range(30)}})
    assert fields.others(frozenset({"model"})) == ("z", "b" * 64, *(f"x{n}" for n in range(18)))
    assert fields.others(frozenset(fields.value)) == ()


@pytest.mark.parametrize(
    ("name", "value", "field", "read"),
    [
        ("temperature", 0.5, "temperature", 0.5),
        ("reasoning_effort", "low", "effort", "low"),
        ("top_p", 1, "top_p", 1),
        ("stop", "x", "stop", ("x",)),
        ("seed", 7, "seed", 7),
        ("presence_penalty", -1, "presence_penalty", -1),
        ("frequency_penalty", 1, "frequency_penalty", 1),
        ("response_format", {"type": "json_object"}, "answer_form", AnswerForm()),
        ("parallel_tool_calls", "wrong", "", None),
        ("tool_choice", "wrong", "", None),
        ("tools", "wrong", "", None),
    ],
)
def test_each_field_is_read_where_it_stands_alone(
    name: str, value: object, field: str, read: object
) -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], name: value}
    if not field:
        with pytest.raises(BadRequest, match=name):
            read_chat(body)
        return
    assert getattr(read_chat(body).request, field) == read
