"""One running call for one answer: what the user did to it, and how it stands."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from app.chat.answer import Answer
from app.chat.faults import fault_json
from app.chat.quotes import Admission
from app.chat.settle import Ending, FailedAttempt
from app.metering.guards import LoopGuard
from app.seam import events
from app.store.records import MessageRecord, State


@dataclass(slots=True)
class Turn:
    """`stopped` is set when the user has asked to stop, `hang_up` when nobody waits any more."""

    chat_id: str
    pane: int
    message: MessageRecord
    admission: Admission
    answer: Answer
    began_s: float
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    hang_up: asyncio.Event = field(default_factory=asyncio.Event)
    failed: list[FailedAttempt] = field(default_factory=list)  # routes asked before this one
    draining: bool = False  # the user is done with it; only the bill is still read
    dispatched: bool = False
    counted_output: int | None = None  # tokens that came, where the provider did not say
    closed_s: float | None = None  # when the user saw it end
    ended: Ending | None = None  # it is over; while it stands here, the disk did not take it yet
    task: asyncio.Task[None] | None = None
    guard: LoopGuard | None = None  # counts the calls, once one has ended in tools
    between: bool = False  # the last call is settled, the next one not admitted

    @property
    def is_written(self) -> bool:
        """Whether its text still comes, as far as the user is concerned."""
        return self.ended is None and not self.draining

    def end_call(self, settled: MessageRecord, at_s: float) -> None:
        """The call is settled and tools run now; `settled` is the message as it is stored."""
        self.message = settled
        self.answer = Answer(settled, self.pane, self.admission.route.host.id)
        self.began_s = self.closed_s or at_s
        self.closed_s = None
        self.failed = []
        self.between = True

    def begin_call(self, stored: MessageRecord, admission: Admission) -> None:
        """The next call's hold is committed beside what the tools said."""
        self.message = stored
        self.admission = admission
        self.answer = Answer(stored, self.pane, admission.route.host.id)
        self.dispatched = False
        self.counted_output = None
        self.between = False

    def shown(self) -> MessageRecord:
        """The answer as the window shows it now."""
        if self.ended is None:
            return self.answer.record(State.INTERRUPTED if self.draining else State.STREAMING)
        fault = self.ended.fault
        return replace(
            self.answer.record(self.ended.state), fault_json=fault_json(fault) if fault else None
        )

    def pause_notice(self, wait_s: float) -> events.Notice:
        """The provider refused for now, and is asked again."""
        name = self.admission.route.host.name
        return events.Notice(
            "info",
            f"{name} takes no more messages for the moment. It is asked again in {wait_s:.0f} s.",
            "Stop costs nothing until then.",
        )
