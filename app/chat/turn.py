"""One running call for one answer: what the user did to it, and how it stands."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from app.chat.answer import Answer
from app.chat.faults import fault_json
from app.chat.quotes import Admission
from app.chat.settle import Ending, FailedAttempt
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

    @property
    def is_written(self) -> bool:
        """Whether its text still comes, as far as the user is concerned."""
        return self.ended is None and not self.draining

    def shown(self) -> MessageRecord:
        """The answer as the window shows it now."""
        if self.ended is None:
            return self.answer.record(State.INTERRUPTED if self.draining else State.STREAMING)
        fault = self.ended.fault
        return replace(
            self.answer.record(self.ended.state), fault_json=fault_json(fault) if fault else None
        )
