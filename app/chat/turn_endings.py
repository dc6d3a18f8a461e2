"""How a turn ended, from what its stream and its defects say; charging is elsewhere."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from app.chat.faults import fault_view, stream_fault_view
from app.chat.settle import Ending
from app.errors import ProviderError, StreamBroken, TuppenceError
from app.metering.hold import How
from app.providers.events import Finished, Outcome
from app.seam.events import Notice
from app.seam.views import FaultView
from app.store.records import State

STOPPED = Ending(State.INTERRUPTED, how=How.STOPPED)
LENGTH_REACHED = FaultView(
    "LengthReached",
    "The answer reached its length limit.",
    "Continue lets the model write on from there.",
    "continue",
)

UNBOOKED = Ending(
    State.INCOMPLETE,
    FaultView(
        "Unbooked",
        "What this answer cost so far is not known yet, so its tools were not run.",
        "Let it go on when the cost has come in.",
        "retry",
    ),
)

DEFECT = "Something went wrong inside Tuppence."
DEFECT_ADVICE = "What came is kept. The details are in the log; please report them."
DEFECT_NOTICE = Notice("error", DEFECT, DEFECT_ADVICE)

_log = logging.getLogger(__name__)


def next_of_work(working: asyncio.Future[Ending | None]) -> Ending | None:
    """What follows on the work between two calls: None for the next call."""
    if not working.done() or working.cancelled():
        return STOPPED
    if (error := working.exception()) is None:
        return working.result()
    return _ending_of_error(error)


def ending_of_work(streaming: asyncio.Future[Ending]) -> Ending:
    """How a turn ended, whatever happened in it: each is settled."""
    if not streaming.done() or streaming.cancelled():
        return STOPPED
    error = streaming.exception()
    return streaming.result() if error is None else _ending_of_error(error)


def _ending_of_error(error: BaseException) -> Ending:
    if isinstance(error, TuppenceError):
        _log.info("a turn ended: %s", error)
        said = error if isinstance(error, ProviderError) else None
        return Ending(State.INCOMPLETE, fault_view(error), said, How.FAILED)
    _log.error("a turn met a defect", exc_info=error)
    broken = StreamBroken(
        DEFECT,
        DEFECT_ADVICE,
        billed=None,
    )
    return Ending(State.INCOMPLETE, fault_view(broken), broken, How.FAILED)


def ending_of_drain(reading: asyncio.Future[Finished], *, usage_came: bool) -> Ending:
    """A stopped answer, with the bill that was read to the end, if it was."""
    if not reading.done() or reading.cancelled():
        return STOPPED
    error = reading.exception()
    if isinstance(error, ProviderError):
        # It was refused before it began: there may be nothing to pay.
        return replace(STOPPED, error=error, how=How.FAILED)
    if error is not None:
        _log.error("a turn met a defect", exc_info=error)
        return STOPPED
    whole = reading.result().outcome is not Outcome.BROKEN
    return replace(STOPPED, drained=whole and usage_came)


def ending_of(finished: Finished) -> Ending:
    """How a stream ended that was read to its end."""
    fault = finished.fault
    match finished.outcome:
        case Outcome.BROKEN:
            view = (
                stream_fault_view(fault)
                if fault is not None
                else FaultView(
                    "StreamBroken",
                    "The answer stopped in the middle.",
                    "What came is kept. You can let it go on or try again.",
                    "retry",
                )
            )
            return Ending(State.INCOMPLETE, view, how=How.FAILED)
        case Outcome.INTERRUPTED:
            return STOPPED
        case Outcome.LENGTH:
            return Ending(State.COMPLETE, LENGTH_REACHED)
        case Outcome.REFUSED:
            return Ending(State.COMPLETE, stream_fault_view(fault) if fault else None)
        case _:
            return Ending(State.COMPLETE)
