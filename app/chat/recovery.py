"""After a start that follows a crash: every half answer is named, every open hold is ended.

A hold whose call never left is released. One whose call did leave is settled at what was seen,
or parked where its provider can be asked (resolving.py): no timer ever calls it free.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from app.chat.extras import read_extras
from app.chat.faults import fault_json
from app.chat.settle import Settler
from app.metering.hold import HoldState
from app.seam.views import FaultView
from app.store.records import HoldRecord, MessageRecord, State
from app.store.shelves import Shelves
from app.tools.unanswered import CLOSED_WHILE_RUNNING

_log = logging.getLogger(__name__)

DIED = FaultView(
    "ProgramEnded",
    "Tuppence was closed in the middle of this answer.",
    "What had come is kept. Let it go on, try again, or keep it as it is.",
    "retry",
)


def recover(shelves: Shelves, settler: Settler) -> int:
    """End or park what a crash left open; returns how many answers were found half done."""
    unfinished = shelves.messages.unfinished()
    for message in unfinished:
        hold = shelves.holds.for_message(message.id)
        _end_answer(shelves, settler, message, hold)
    for hold in shelves.holds.open_holds():
        if shelves.generations.parked(hold.id) is None:
            _end_hold(shelves, settler, hold)
    if unfinished:
        _log.warning("%d answers were half done", len(unfinished))
    return len(unfinished)


def _end_answer(
    shelves: Shelves, settler: Settler, message: MessageRecord, hold: HoldRecord | None
) -> None:
    ended = replace(
        message,
        state=State.INCOMPLETE,
        fault_json=fault_json(DIED),
        extras_json=_with_results(message.extras_json),
    )
    if hold is not None and hold.state in (HoldState.SETTLED, HoldState.RELEASED):
        hold = None  # ended already: nothing more is owed
    if hold is None or hold.state is HoldState.HELD:
        shelves.messages.finish(ended, (), _released(hold))
        return
    settler.settle_after_crash(ended, hold)


def _with_results(extras_json: str | None) -> str | None:
    """What an answer holds beside its text, with a result for the tools that were running."""
    extras = read_extras(extras_json)
    unanswered = extras.open_calls()
    for call in unanswered:
        extras.answer_call(call.id, CLOSED_WHILE_RUNNING, failed=True)
    return extras.to_json() if unanswered else extras_json


def _end_hold(shelves: Shelves, settler: Settler, hold: HoldRecord) -> None:
    """A hold without a running message: its answer was stored, or never began."""
    if hold.state is HoldState.HELD:
        shelves.holds.release(hold.id)
        return
    if hold.state is HoldState.DISPATCHED:
        shelves.holds.park(hold.id)
    settler.settle_left(hold)


def _released(hold: HoldRecord | None) -> HoldRecord | None:
    return None if hold is None else replace(hold, state=HoldState.RELEASED)
