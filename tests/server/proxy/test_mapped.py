"""Upstream errors in our own words: nothing that a provider said gets through."""

from __future__ import annotations

import itertools
import json

import pytest

from app.errors import RateLimited, RequestRejected
from app.providers.events import Fault
from app.providers.faults import error_of_response
from app.server.proxy.mapped import (
    error_of_fault,
    may_go_elsewhere,
    refusal_of,
)
from app.server.wire.faults import error_of

CANARY = "sk-canary-4242424242424242"
ORGANIZATION = "org-canary77"
STATUSES = (400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 520, 529)
WORDS = (
    f"Incorrect API key provided: {CANARY}.",
    f"Rate limit reached for model in organization {ORGANIZATION} on tokens per min.",
    f"maximum context length is 8192 tokens, {ORGANIZATION} sent more",
    f"flagged by our moderation filter ({CANARY})",
    f"insufficient balance of {ORGANIZATION}",
    f"Unsupported parameter '{CANARY}'",
    "",
)
SHAPES = (
    '{"error": {"message": "%s", "code": "x", "param": "%s"}}',
    '{"error": "%s", "organization": "%s"}',
    '[{"error": {"message": "%s", "status": "%s"}}]',
    "%s %s",
    "<html>%s %s</html>",
)


@pytest.mark.parametrize("status", STATUSES)
def test_no_canary_gets_through_in_any_error(status: int) -> None:
    for words, shape in itertools.product(WORDS, SHAPES):
        body = (shape % (words, CANARY)).encode()
        headers = {"openai-organization": ORGANIZATION, "x-request-id": CANARY}
        error = error_of_response(status, body, host="OpenAI", headers=headers)
        told = refusal_of(error)
        text = json.dumps([told.body, told.headers, str(told)]).lower()
        assert "canary" not in text
        assert told.status in (400, 429, 502, 503)
        fault = Fault(type(error).__name__, error.message, error.advice)
        assert "canary" not in json.dumps(error_of(fault))


def test_a_rate_limit_is_told_with_its_wait() -> None:
    error = RateLimited("", status=429)
    error.wait_s = 17.4
    told = refusal_of(error)
    assert (told.status, told.retry_after_s) == (429, 17)


def test_a_parameter_is_named_where_it_is_one() -> None:
    error = RequestRejected("", status=400)
    error.parameter = "temperature"
    assert refusal_of(error).param == "temperature"
    error.parameter = f"temperature {CANARY}"
    assert refusal_of(error).param is None


@pytest.mark.parametrize(
    ("status", "body", "elsewhere"),
    [
        (500, b"", True),
        (429, b"", True),
        (401, b"", True),
        (402, b"", True),
        (400, b'{"error": {"message": "temperature is wrong"}}', False),
        (400, b'{"error": {"code": "context_length_exceeded", "message": "too long"}}', False),
    ],
)
def test_another_route_is_asked_only_where_it_may_do_better(
    status: int, body: bytes, elsewhere: bool
) -> None:
    assert may_go_elsewhere(error_of_response(status, body, host="h")) is elsewhere


def test_an_error_as_the_first_word_of_a_stream_is_an_error_like_any_other() -> None:
    assert may_go_elsewhere(error_of_fault(Fault("ProviderDown", "")))
    assert not may_go_elsewhere(error_of_fault(Fault("ContentRefused", "")))
    assert may_go_elsewhere(error_of_fault(None))
