"""What an upstream's trouble means for its route and for the client. The words are `wire.faults`'s:
nothing that a provider said goes to a client."""

from __future__ import annotations

from dataclasses import replace

from app import errors
from app.errors import (
    ContentRefused,
    ContextTooLong,
    ModelUnknown,
    ProviderError,
    RequestRejected,
    StreamBroken,
)
from app.providers.events import Fault
from app.server.errors import Refused
from app.server.wire.faults import refused_of

_RETRY_S = 5
_RETRY_S_MAX = 600
_NOTHING = "Nothing was charged."
# No other route takes what these refuse, and the route is not to blame.
_OF_REQUEST = (ContextTooLong, ContentRefused, RequestRejected)


def may_go_elsewhere(error: ProviderError) -> bool:
    """Whether another route may answer what this one did not."""
    return not isinstance(error, _OF_REQUEST)


def speaks_against(error: ProviderError) -> bool:
    """Whether an error counts against its route, and not against one request or model."""
    return not isinstance(error, (*_OF_REQUEST, ModelUnknown))


def refusal_of(error: ProviderError) -> Refused:
    """What the client gets instead of an answer that was not charged."""
    told = refused_of(error)
    if _NOTHING not in told.message:
        told = replace(told, message=f"{told.message} {_NOTHING}")
    if told.status >= 429:
        wait_s = min(told.retry_after_s or _RETRY_S, _RETRY_S_MAX)
        told = replace(told, retry_after_s=wait_s)
    return told


def error_of_fault(fault: Fault | None) -> ProviderError:
    """An error that came as the first thing of a stream, as if it had been the answer's status."""
    kind = getattr(errors, fault.kind, StreamBroken) if fault is not None else StreamBroken
    if not (isinstance(kind, type) and issubclass(kind, ProviderError)):
        kind = StreamBroken
    return kind(fault.message if fault is not None else "", billed=None)
