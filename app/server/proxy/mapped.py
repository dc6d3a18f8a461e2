"""What an upstream's trouble means for its route and for the client. The words are `wire.faults`'s:
nothing that a provider said goes to a client."""

from __future__ import annotations

from dataclasses import replace

from app import errors
from app.errors import (
    ContentRefused,
    ContextTooLong,
    KeyRefused,
    ModelUnknown,
    OutOfProviderCredit,
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


def refusal_of(error: ProviderError, *, own_key: bool = False) -> Refused:
    """What the client gets instead of an answer that was not charged. `own_key`: it went by a key
    of the workspace's own, which its people can see to."""
    if own_key and isinstance(error, KeyRefused | OutOfProviderCredit):
        return _of_own_key(error)
    told = refused_of(error)
    if _NOTHING not in told.message:
        told = replace(told, message=f"{told.message} {_NOTHING}")
    if told.status >= 429:
        wait_s = min(told.retry_after_s or _RETRY_S, _RETRY_S_MAX)
        told = replace(told, retry_after_s=wait_s)
    return told


def _of_own_key(error: ProviderError) -> Refused:
    if isinstance(error, OutOfProviderCredit):
        return Refused(
            402,
            "own_key_without_credit",
            f"The workspace's own account at the provider has no credit left. {_NOTHING}",
        )
    return Refused(
        403,
        "own_key_refused",
        f"The provider refuses the workspace's own key. Have it replaced there. {_NOTHING}",
    )


def error_of_fault(fault: Fault | None) -> ProviderError:
    """An error that came as the first thing of a stream, as if it had been the answer's status."""
    kind = getattr(errors, fault.kind, StreamBroken) if fault is not None else StreamBroken
    if not (isinstance(kind, type) and issubclass(kind, ProviderError)):
        kind = StreamBroken
    return kind(fault.message if fault is not None else "", billed=None)
