"""An upstream's trouble in our own words: what the client is told, and nothing of what was said.

A provider's words may name the operator's key, organization or limits; they go to no client.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.errors import (
    ContentRefused,
    ContextTooLong,
    KeyRefused,
    ModelUnknown,
    NotTheProvider,
    OutOfProviderCredit,
    ProviderDown,
    ProviderError,
    ProviderUnreachable,
    RateLimited,
    RequestRejected,
    StreamBroken,
)
from app.providers.events import Fault
from app.server.errors import Json, Refused

_RETRY_S = 5
_RETRY_S_MAX = 600
_NOTHING = "Nothing was charged."
_PARAMETER = re.compile(r"[a-z_]{1,40}(\.[a-z_]{1,40})?")


@dataclass(frozen=True, slots=True)
class _Words:
    """`message` and `code` for a kind; `elsewhere`: another route may not have the trouble, and it
    speaks against this one."""

    status: int
    code: str
    message: str
    elsewhere: bool = True


_OPERATOR = "The operator has to look at the way to this model; try another model meanwhile."
_BUSY = "The provider of this model is busy. Try again in a moment, or take another model."
_DOWN = "The provider of this model has a fault. Try again in a moment, or take another model."
_KINDS: dict[type[ProviderError], _Words] = {
    KeyRefused: _Words(502, "route_refused", _OPERATOR),
    OutOfProviderCredit: _Words(502, "route_refused", _OPERATOR),
    ModelUnknown: _Words(502, "route_without_model", _OPERATOR),
    NotTheProvider: _Words(502, "route_wrong", _OPERATOR),
    RateLimited: _Words(429, "upstream_busy", _BUSY),
    ProviderDown: _Words(502, "upstream_failed", _DOWN),
    ProviderUnreachable: _Words(502, "upstream_unreachable", _DOWN),
    StreamBroken: _Words(502, "upstream_broke_off", "The answer stopped in the middle."),
    ContextTooLong: _Words(
        400,
        "context_length_exceeded",
        "The conversation is too long for this model. Send less, or take a model with a larger "
        "context.",
        elsewhere=False,
    ),
    ContentRefused: _Words(
        400, "content_refused", "The provider refused the content of this request.", elsewhere=False
    ),
    RequestRejected: _Words(
        400,
        "request_rejected",
        "The model's provider did not take this request. Leave out parameters that the model does "
        "not have.",
        elsewhere=False,
    ),
}
_NAMES = {kind.__name__: kind for kind in _KINDS}
_ELSE = _Words(502, "upstream_failed", _DOWN)


def may_go_elsewhere(error: ProviderError) -> bool:
    """Whether another route may answer what this one did not, and this one is to blame."""
    return _words_of(error).elsewhere


def is_of_model(error: ProviderError) -> bool:
    """Whether the trouble is with one model and says nothing about its route."""
    return isinstance(error, ModelUnknown)


def refusal_of(error: ProviderError) -> Refused:
    """What the client gets instead of an answer."""
    words = _words_of(error)
    wait_s = None
    if words.status in (429, 502):
        wished_s = error.wait_s if isinstance(error, RateLimited) else None
        wait_s = min(max(1, round(wished_s or _RETRY_S)), _RETRY_S_MAX)
    param = None
    if isinstance(error, RequestRejected) and _PARAMETER.fullmatch(error.parameter or ""):
        param = error.parameter
    return Refused(
        words.status, words.code, f"{words.message} {_NOTHING}", param, retry_after_s=wait_s
    )


def error_in_stream(fault: Fault | None, *, charged: bool) -> Json:
    """The error object for a stream that broke after it had begun."""
    words = _KINDS.get(_NAMES.get(fault.kind if fault else "", StreamBroken), _ELSE)
    more = "What came until then was charged." if charged else _NOTHING
    return Refused(words.status, words.code, f"{words.message} {more}").body


def error_of_fault(fault: Fault | None) -> ProviderError:
    """An error that came as the first thing of a stream, as if it had been the answer's status."""
    kind = _NAMES.get(fault.kind if fault else "", StreamBroken)
    return kind(fault.message if fault else "", billed=None)


def _words_of(error: ProviderError) -> _Words:
    return next((_KINDS[kind] for kind in type(error).__mro__ if kind in _KINDS), _ELSE)
