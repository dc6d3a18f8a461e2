"""Whatever comes as a request is read or refused by name, and what was read can be sent."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.providers.hosts import HOSTS
from app.server.wire.chat_request import read_chat
from app.server.wire.reading import BadRequest
from app.server.wire.responses_request import read_responses
from tests.server.wire.test_chat_request import DATA_URL, FULL

_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["user", "tool", "text", "image_url", "function", "message", DATA_URL]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "role", "content", "text", "image_url", "url", "name", "id"])
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
_FIELDS = sorted({*FULL, "input", "instructions", "reasoning", "text", "max_output_tokens"})


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(_FIELDS), _ANY, max_size=4), st.sampled_from(_FIELDS), _ANY)
def test_whatever_comes_is_read_or_refused(fields: dict[str, Any], name: str, value: Any) -> None:
    changed = {**FULL, name: value}
    for body in (fields, changed, {**changed, **fields}, {**fields, "model": "m", "input": value}):
        for read in (read_chat, read_responses):
            try:
                call = read(body)
            except BadRequest as refused:
                json.dumps(refused.body)
                continue
            for host in ("openai", "anthropic", "gemini", "ollama"):
                json.dumps(call.encoded(HOSTS[host], "gpt-4o", 10).body).encode()
