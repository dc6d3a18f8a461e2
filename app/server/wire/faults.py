"""An upstream's fault as the server's own error: a status, a code and our words, never theirs.

What a provider says may hold the operator's key, its organization or its prices. So nothing of its
words is passed on, neither before an answer nor inside a stream.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import ProviderError, RateLimited, RequestRejected
from app.providers.events import Fault
from app.server.errors import Json, Refused


@dataclass(frozen=True, slots=True)
class _Words:
    status: int
    code: str
    message: str


_AWAY = "The model cannot be reached right now. Nothing was charged. Try again, or take another."
_WORDS = {
    "KeyRefused": _Words(503, "model_unavailable", _AWAY),
    "OutOfProviderCredit": _Words(503, "model_unavailable", _AWAY),
    "ModelUnknown": _Words(503, "model_unavailable", _AWAY),
    "NotTheProvider": _Words(502, "upstream_unreadable", _AWAY),
    "OfflineAsSet": _Words(503, "model_unavailable", _AWAY),
    "RateLimited": _Words(
        429, "upstream_rate_limited", "The model gets too many requests. Try again in a moment."
    ),
    "ContextTooLong": _Words(
        400,
        "context_length_exceeded",
        "The conversation does not fit this model. Shorten it, or take one with a larger context.",
    ),
    "ContentRefused": _Words(
        400, "content_filter", "The model's filter refused this content. Change it, then try again."
    ),
    "RequestRejected": _Words(
        400, "request_rejected", "The model does not take this request. Change it, or the model."
    ),
    "ProviderDown": _Words(
        502, "upstream_down", "The model has a fault of its own. Try again, or take another."
    ),
    "ProviderUnreachable": _Words(
        502, "upstream_unreachable", "The model cannot be reached. Try again, or take another."
    ),
    "StreamBroken": _Words(
        502, "stream_broken", "The answer stopped in the middle. What came is charged, no more."
    ),
}
_OTHER = _Words(502, "upstream_error", "The model did not answer as it should. Try again.")
# Names of fields that may be told: the client's own, of our lists.
_TELLABLE = frozenset(
    {
        "messages",
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "temperature",
        "top_p",
        "stop",
        "seed",
        "tools",
        "tool_choice",
        "response_format",
        "reasoning_effort",
        "presence_penalty",
        "frequency_penalty",
        "logit_bias",
        "verbosity",
        "parallel_tool_calls",
    }
)


def refused_of(error: ProviderError) -> Refused:
    """What the client is told where no route answered."""
    words = _WORDS.get(type(error).__name__, _OTHER)
    param = None
    if isinstance(error, RequestRejected) and error.parameter:
        name = error.parameter.partition(".")[0].partition("[")[0]
        param = name if name in _TELLABLE else None
    wait_s = None
    if isinstance(error, RateLimited):
        wait_s = max(1, round(error.wait_s or 1))
    return Refused(words.status, words.code, words.message, param, retry_after_s=wait_s)


def error_of(fault: Fault | None) -> Json:
    """The error object for the inside of a stream: `{message, type, param, code}`."""
    words = _WORDS.get(fault.kind if fault is not None else "StreamBroken", _OTHER)
    body = Refused(words.status, words.code, words.message).body
    error: Json = body["error"]
    return error
