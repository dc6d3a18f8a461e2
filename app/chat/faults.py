"""What went wrong, as the window shows it and as a row keeps it."""

from __future__ import annotations

import json

from app.chat.routes import RouteMissing
from app.errors import (
    AnswerUnderWay,
    ContextTooLong,
    ImagesNotTaken,
    InsufficientCredit,
    KeychainError,
    KeyRefused,
    LoopStopped,
    ModelUnknown,
    OfflineAsSet,
    OutOfProviderCredit,
    ProviderError,
    RateLimited,
    TuppenceError,
)
from app.providers.events import Fault
from app.seam.views import FaultView

_ACTIONS: tuple[tuple[type[TuppenceError], str], ...] = (
    (AnswerUnderWay, "stop"),
    (RouteMissing, "model"),
    (KeyRefused, "keys"),
    (OutOfProviderCredit, "model"),
    (KeychainError, "keys"),
    (ModelUnknown, "model"),
    (OfflineAsSet, "model"),
    (ContextTooLong, "model"),
    (InsufficientCredit, "budgets"),
    (LoopStopped, "continue"),
    (ImagesNotTaken, "model"),
)


def fault_view(error: TuppenceError) -> FaultView:
    """An error with the way on that fits it."""
    action = next((name for kind, name in _ACTIONS if isinstance(error, kind)), "")
    if not action and (error.retryable or isinstance(error, ProviderError)):
        action = "retry"
    wait_s = error.wait_s if isinstance(error, RateLimited) else None
    return FaultView(type(error).__name__, error.message, error.advice, action, wait_s)


def stream_fault_view(fault: Fault) -> FaultView:
    """An error that came inside a stream."""
    actions = {kind.__name__: name for kind, name in _ACTIONS}
    return FaultView(fault.kind, fault.message, fault.advice, actions.get(fault.kind, "retry"))


def fault_json(view: FaultView) -> str:
    return json.dumps([view.kind, view.message, view.advice, view.action, view.wait_s])


def read_fault(text: str | None) -> FaultView | None:
    return None if text is None else FaultView(*json.loads(text))
