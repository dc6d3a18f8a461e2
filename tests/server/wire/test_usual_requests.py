"""What most requests are made of is read in fewer steps, and is what the general rules read."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.server.wire.call import ChatCall
from app.server.wire.chat_request import read_chat
from app.server.wire.reading import BadRequest

_VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 2_000_000)
    | st.floats(allow_nan=False)
    | st.text(max_size=6)
    | st.characters(categories=["Cs"])  # halves of characters
)
_ROLES = st.sampled_from(["system", "developer", "user", "assistant", "tool", "User", ""])
_MESSAGES = st.lists(
    st.dictionaries(
        st.sampled_from(["role", "content", "name", "refusal"]),
        _ROLES | _VALUES | st.lists(_ROLES, max_size=1) | st.just({}),
        max_size=3,
    )
    | st.fixed_dictionaries({"role": _ROLES, "content": _VALUES})
    | _VALUES,
    max_size=4,
)
_BODIES = st.fixed_dictionaries(
    {},
    optional={
        "model": _VALUES | st.just("m"),
        "messages": _MESSAGES | _VALUES,
        "max_tokens": _VALUES,
        "max_completion_tokens": _VALUES,
        "stream": _VALUES,
        "stream_options": _VALUES | st.dictionaries(st.just("include_usage"), _VALUES),
    },
)


def _read(body: dict[str, Any]) -> ChatCall | dict[str, object]:
    try:
        return read_chat(body)
    except BadRequest as refused:
        return refused.body


@settings(max_examples=400, deadline=None)
@given(_BODIES, st.booleans())
def test_what_is_not_given_changes_nothing(body: dict[str, Any], is_right: bool) -> None:
    if is_right:
        body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]} | body
    # A field that is null is as if it were not there, but it is looked for.
    general = body | {"n": None}
    if isinstance(messages := body.get("messages"), list):
        general["messages"] = [
            each | {"reasoning": None} if isinstance(each, dict) else each for each in messages
        ]
    assert _read(body) == _read(general)
