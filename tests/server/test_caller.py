"""A request's headers, one by one and all together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.server.caller import header, headers_by_name

_NAMES = st.sampled_from([b"authorization", b"x-forwarded-for", b"content-type", b"via"])
_HEADERS = st.lists(st.tuples(_NAMES, st.binary(max_size=6)), max_size=6)


@given(_HEADERS, _NAMES)
def test_all_headers_together_are_those_one_by_one(
    headers: list[tuple[bytes, bytes]], name: bytes
) -> None:
    assert headers_by_name(headers).get(name, b"").decode("latin-1") == header(headers, name)
