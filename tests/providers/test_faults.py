"""Errors of providers become ours, with the provider's own words and without anything secret."""

from __future__ import annotations

import json

import pytest

from app import errors
from app.providers.decode import decoder_for
from app.providers.events import Finished
from app.providers.faults import error_of_response, quotable
from app.providers.languages import Language
from app.providers.waiting import retry_after_s
from tests.providers.recordings import Recorded, recordings

_KINDS = {
    "anthropic-messages-400-030b3243": errors.RequestRejected,
    "groq-chat-404-14bc6dff": errors.ModelUnknown,
    "openai-chat-400-15870cdd": errors.RequestRejected,
    "openai-chat-400-5c30a871": errors.RequestRejected,
    "openai-chat-404-5d6f2bef": errors.ModelUnknown,
    "openai-responses-400-03c8abed": errors.RequestRejected,
    "openai-responses-400-2f7bdac1": errors.ModelUnknown,
    "openai-responses-400-32d10749": errors.ModelUnknown,
    "openai-responses-400-60fd44c4": errors.RequestRejected,
    "openai-responses-400-73b612d8": errors.RequestRejected,
}


@pytest.mark.parametrize("recorded", recordings("errors"), ids=lambda r: r.path.stem)
def test_a_recorded_error_is_the_right_fault_with_its_words(recorded: Recorded) -> None:
    said = json.loads(recorded.body)["error"]
    error = error_of_response(recorded.status, recorded.body.encode(), host="Somebody")
    assert type(error) is _KINDS[recorded.path.stem]
    assert said["message"] in error.message
    assert error.message.startswith("Somebody ")
    assert error.advice
    assert error.billed is False
    if isinstance(error, errors.RequestRejected):
        assert error.parameter == said.get("param")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (
            429,
            {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}},
            "OutOfProviderCredit",
        ),
        (
            429,
            {"error": {"message": "Rate limit reached", "code": "rate_limit_exceeded"}},
            "RateLimited",
        ),
        (
            429,
            {
                "error": {
                    "code": 429,
                    "message": "You exceeded your current quota",
                    "status": "RESOURCE_EXHAUSTED",
                }
            },
            "RateLimited",
        ),
        (
            400,
            {"error": {"message": "Your credit balance is too low to access the Anthropic API."}},
            "OutOfProviderCredit",
        ),
        (402, {"error": {"message": "Insufficient Balance"}}, "OutOfProviderCredit"),
        (
            400,
            {"error": {"message": "prompt is too long: 210000 tokens > 200000 maximum"}},
            "ContextTooLong",
        ),
        (
            400,
            {"error": {"message": "This model's maximum context length is 128000 tokens."}},
            "ContextTooLong",
        ),
        (
            400,
            {
                "error": {
                    "message": "The input token count (20) exceeds the maximum number of tokens",
                    "status": "INVALID_ARGUMENT",
                }
            },
            "ContextTooLong",
        ),
        (
            413,
            {"error": {"type": "request_too_large", "message": "Request exceeds the maximum size"}},
            "ContextTooLong",
        ),
        (400, {"error": {"code": "content_filter", "message": "filtered"}}, "ContentRefused"),
        (
            403,
            {
                "error": {
                    "code": 403,
                    "message": "Your chosen model requires moderation",
                    "metadata": {"reasons": ["x"]},
                }
            },
            "ContentRefused",
        ),
        (
            401,
            {
                "type": "error",
                "error": {"type": "authentication_error", "message": "invalid x-api-key"},
            },
            "KeyRefused",
        ),
        (
            400,
            {
                "error": {
                    "code": 400,
                    "message": "API key not valid. Please pass a valid API key.",
                    "status": "INVALID_ARGUMENT",
                    "details": [{"reason": "API_KEY_INVALID"}],
                }
            },
            "KeyRefused",
        ),
        (403, {"error": {"type": "permission_error", "message": "no"}}, "KeyRefused"),
        (
            404,
            {"type": "error", "error": {"type": "not_found_error", "message": "model: claude-9"}},
            "ModelUnknown",
        ),
        (
            400,
            {"error": {"message": "foo/bar is not a valid model ID", "code": 400}},
            "ModelUnknown",
        ),
        (
            529,
            {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
            "ProviderDown",
        ),
        (
            503,
            {
                "error": {
                    "code": 503,
                    "message": "The model is overloaded.",
                    "status": "UNAVAILABLE",
                }
            },
            "ProviderDown",
        ),
        (500, "oops", "ProviderDown"),
        (
            422,
            {"detail": [{"loc": ["body", "messages"], "msg": "field required"}]},
            "RequestRejected",
        ),
        (
            400,
            [{"error": {"code": 400, "message": "bad", "status": "INVALID_ARGUMENT"}}],
            "RequestRejected",
        ),
        (
            400,
            {
                "error": {
                    "message": "For this model, temperature is not supported",
                    "param": "temperature",
                }
            },
            "RequestRejected",
        ),
        (
            200,
            {
                "error": {
                    "code": 429,
                    "message": "Provider returned error",
                    "metadata": {"raw": "upstream is busy"},
                }
            },
            "RateLimited",
        ),
    ],
)
def test_each_fault_is_told_apart(status: int, body: object, kind: str) -> None:
    error = error_of_response(status, json.dumps(body).encode(), host="Somebody")
    assert type(error).__name__ == kind
    assert error.advice


def test_a_gateways_fault_tells_what_the_provider_behind_it_said() -> None:
    raw = json.dumps({"error": {"message": "Max context reached upstream"}})
    body = {"error": {"message": "Provider returned error", "code": 400, "metadata": {"raw": raw}}}
    error = error_of_response(400, json.dumps(body).encode(), host="OpenRouter")
    assert "Max context reached upstream" in error.message


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"<html>Bad gateway</html>", b"[]", b"{}", b"null"]
)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 502])
def test_a_body_without_words_still_gives_a_fault(status: int, body: bytes) -> None:
    error = error_of_response(status, body, host="Somebody")
    assert isinstance(error, errors.ProviderError)
    assert "<html>" not in error.message


SERVERS = "The answer stopped in the middle. What came is charged, no more."


@pytest.mark.parametrize(
    ("text", "error", "kind", "said"),
    [
        ("", {"message": "bad field"}, "RequestRejected", "Tim did not take the request: “bad field”"),  # noqa: E501
        ("Hi", {"message": "gone"}, "StreamBroken", "Tim broke the answer off: “gone”"),
        ("Hi", {"type": "odd"}, "StreamBroken", "Tim broke the answer off."),
        ("Hi", {"message": SERVERS, "code": "stream_broken"}, "StreamBroken", SERVERS),
        ("Hi", {"message": "busy", "code": "overloaded_error"}, "ProviderDown",
         "Tim is overloaded or has a fault of its own: “busy”"),
    ],
)  # fmt: skip
def test_a_request_whose_answer_had_begun_was_taken(
    text: str, error: dict[str, str], kind: str, said: str
) -> None:
    decoder = decoder_for(Language.OPENAI_CHAT, host="Tim")
    pieces = [{"choices": [{"index": 0, "delta": {"content": text}}]}] if text else []
    ends = []
    for piece in (*pieces, {"error": error}):
        ends = decoder.feed(f"data: {json.dumps(piece)}\n\n".encode())
    finished = ends[-1]
    assert isinstance(finished, Finished)
    assert finished.fault is not None
    assert (finished.fault.kind, finished.fault.message) == (kind, said)


def test_words_are_plain_short_and_without_keys() -> None:
    secret = "custom-secret-value"
    text = quotable(
        f"bad key {secret} and sk-proj-abcdefghijklmnop1234\n\x1b[31m" + "x" * 900, secret
    )
    assert secret not in text
    assert "abcdefghijklmnop" not in text
    assert "\n" not in text
    assert "\x1b" not in text
    assert len(text) <= 300


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry-after": "12"}, 12),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "Wed, 21 Oct 2099 07:28:00 GMT"}, 3600),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"x-ratelimit-reset-requests": "1m2.5s"}, 62.5),
        ({"x-ratelimit-reset-requests": "120ms"}, 0.12),
        ({}, None),
    ],
)
def test_the_wait_is_what_the_provider_wishes(
    headers: dict[str, str], wait_s: float | None
) -> None:
    assert retry_after_s(headers) == wait_s
