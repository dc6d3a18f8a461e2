"""Between two calls of one message: run what the model called, then admit the next call.

Each call has a hold of its own within every budget; the guard ends the loop at a number of calls
or a cost. What was settled stays settled, whatever comes after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from app.chat.budget_gate import BudgetGate
from app.chat.faults import fault_view
from app.chat.guard_rules import GuardShelf
from app.chat.loop_words import stopped_words
from app.chat.quotes import Admission, Quoter
from app.chat.routes import Route
from app.chat.settle import Ending
from app.chat.turn import Turn
from app.chat.turn_endings import STOPPED, UNBOOKED
from app.chat.turn_tasks import done_before
from app.errors import LoopStopped, TuppenceError
from app.metering.guards import LoopGuard
from app.metering.hold import HoldState
from app.metering.payer import PayerKind
from app.metering.receipt import Receipt
from app.providers.events import Outcome
from app.request import ThinkingPart
from app.seam import events
from app.seam.events import Event
from app.seam.views import ToolCallView
from app.store.records import MessageRecord, State
from app.store.shelves import Shelves
from app.tools.permits import Permits, Question
from app.tools.tool import ToolResult
from app.tools.toolbox import Toolbox
from app.tools.unanswered import (
    CALLS_AT_ONCE_MAX,
    REFUSED,
    STOPPED_WHILE_RUNNING,
    TOO_MANY,
)

CALL_OVER = Ending(State.STREAMING)  # of a call that another one follows
_FREE = (PayerKind.LOCAL, PayerKind.DEMO)
_GO_ON = (Outcome.TOOL_CALLS, Outcome.COMPLETE)


@dataclass(slots=True)
class ToolLoop:
    """Does for a turn what lies between its calls. Stores nothing of a call that ran."""

    shelves: Shelves
    quoter: Quoter
    gate: BudgetGate
    guards: GuardShelf
    toolbox: Toolbox
    permits: Permits
    emit: Callable[[Event], None]

    def goes_on(self, turn: Turn, ending: Ending) -> bool:
        """Whether a call ended in tools of ours, so that the model waits for them."""
        finished = turn.answer.finished
        ended_well = ending.state is State.COMPLETE and ending.fault is None
        if not ended_well or finished is None or finished.outcome not in _GO_ON:
            return False
        # A model that was told of no tools may dream of one; nobody runs that.
        return bool(turn.answer.calls and turn.admission.request.tools)

    def count(self, turn: Turn, settled: MessageRecord) -> None:
        """One more call of this message was settled: the guard counts it."""
        guard = turn.guard or LoopGuard(self.guards.rules())
        turn.guard = guard.after(_cost_since(turn, settled))

    async def next_call(self, turn: Turn) -> Ending | None:
        """Run the tools and admit the next call into the turn; how the turn ends where it does.

        The call that asked for them is settled, and the turn's answer stands behind it.
        """
        hold = self.shelves.holds.get(turn.admission.hold_id)
        if hold is not None and hold.state is HoldState.UNKNOWN:
            return UNBOOKED
        names = tuple(spec.name for spec in turn.admission.request.tools)
        await self._run_all(turn, turn.answer.extras.open_calls(), names)
        if turn.stopped.is_set():
            return STOPPED
        try:
            await self._admit(turn)
        except TuppenceError as error:
            return Ending(State.COMPLETE, fault_view(error))
        return None if turn.between is False else STOPPED

    async def _run_all(self, turn: Turn, calls: list[ToolCallView], names: tuple[str, ...]) -> None:
        """Every call gets a result, also where the user stops or there are too many."""
        work = asyncio.gather(*(self._run(turn, call, names) for call in calls[:CALLS_AT_ONCE_MAX]))
        try:
            await done_before(turn.stopped, work)
        finally:
            work.cancel()
        for call in calls[CALLS_AT_ONCE_MAX:]:
            self._keep(turn, call, ToolResult(TOO_MANY, failed=True))
        for call in turn.answer.extras.open_calls():
            self._keep(turn, call, ToolResult(STOPPED_WHILE_RUNNING, failed=True))
        if work.done() and not work.cancelled():
            work.result()  # a defect ends the turn, and is logged there

    async def _run(self, turn: Turn, call: ToolCallView, names: tuple[str, ...]) -> None:
        subject = self.toolbox.asks_about(call.name, call.arguments)
        if subject and call.name in names:
            title = self.toolbox.title(call.name)
            place = (turn.chat_id, turn.pane, turn.message.id)
            if not await self.permits.may_run(Question(*place, call.id, call.name, title, subject)):
                self._keep(turn, call, ToolResult(REFUSED, failed=True))
                return
        self._keep(turn, call, await self.toolbox.run(call.name, call.arguments, names))

    def _keep(self, turn: Turn, call: ToolCallView, result: ToolResult) -> None:
        answered = turn.answer.extras.answer_call(call.id, result.text, failed=result.failed)
        if answered is not None:
            place = (turn.chat_id, turn.pane, turn.message.id)
            self.emit(events.ToolCallShown(*place, answered))

    async def _admit(self, turn: Turn) -> None:
        """The next call, with its hold committed beside what the tools said.

        Raises LoopStopped, BudgetReached, or why the model cannot be asked any more.
        """
        message = turn.answer.record(State.STREAMING)
        path = [*self.shelves.messages.path(message.parent_id), message]
        route = turn.admission.route
        admission = await self.quoter.admit(route.ref, path)
        if turn.stopped.is_set():
            return
        self._guard(turn, admission)
        admission = self.gate.let_next(turn.chat_id, admission)
        admission = replace(admission, alternates=_sound(admission))
        with self.shelves.database.transaction():
            self.shelves.messages.set_extras(message.id, message.extras_json)
            self.gate.admit(admission, message.id, turn.chat_id)
        turn.begin_call(message, admission)

    def _guard(self, turn: Turn, admission: Admission) -> None:
        assert turn.guard is not None, "a call was counted"
        end = turn.guard.end_before(_next_cost(turn, admission))
        if end is not None:
            raise LoopStopped(*stopped_words(end, turn.guard, admission.quote.most_pusd))


def _sound(admission: Admission) -> tuple[Route, ...]:
    """Who may be asked instead: what a model thought is sealed for its own host alone, so in the
    middle of a loop nobody else can go on where thinking was."""
    sealed = any(
        isinstance(part, ThinkingPart)
        for message in admission.request.messages
        for part in message.parts
    )
    return () if sealed else admission.alternates


def _cost_since(turn: Turn, settled: MessageRecord) -> int | None:
    """What the call that was settled cost; None where nobody knows."""
    if turn.admission.payer.kind in _FREE:
        return 0
    if settled.receipt_json is None:
        return 0
    before = turn.message.receipt_json
    known = len(Receipt.from_json(before).calls) if before is not None else 0
    calls = Receipt.from_json(settled.receipt_json).calls[known:]
    costs = [call.charge.total_pusd for call in calls]
    if turn.admission.route.hosted is not None:
        return sum(cost or 0 for cost in costs)  # tokens pay; the server bounds them itself
    return None if None in costs else sum(cost or 0 for cost in costs)


def _next_cost(turn: Turn, admission: Admission) -> int | None:
    """What the next call can cost at most, as far as the guard counts it."""
    if admission.payer.kind in _FREE or admission.route.hosted is not None:
        return 0
    return admission.quote.most_pusd
