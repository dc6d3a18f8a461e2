"""Wires the tools that models may call, and the loop that runs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.chat.assistant_desk import AssistantDesk
from app.chat.budget_gate import BudgetGate
from app.chat.guard_rules import GuardShelf
from app.chat.quotes import Quoter
from app.chat.setups import Setups
from app.chat.tool_loop import ToolLoop
from app.clock import Clock
from app.providers.http import HttpClient
from app.seam import assistants as seam
from app.seam.events import Event
from app.store.shelves import Shelves
from app.tools.calculator import Calculator
from app.tools.date_time import DateAndTime
from app.tools.permits import Permits, Question
from app.tools.toolbox import Toolbox
from app.tools.web_page import WebPage


@dataclass(frozen=True, slots=True)
class ToolParts:
    """What there is before a quote is made; the loop comes after it."""

    shelves: Shelves
    toolbox: Toolbox
    permits: Permits
    setups: Setups
    desk: AssistantDesk
    emit: Callable[[Event], None]

    @classmethod
    def make(
        cls,
        shelves: Shelves,
        http: Callable[[], HttpClient],
        clock: Clock,
        emit: Callable[[Event], None],
    ) -> ToolParts:
        toolbox = Toolbox((Calculator(), DateAndTime(clock.now), WebPage(http)))
        permits = Permits(
            ask=lambda question: emit(_asked(question)),
            withdraw=lambda question: emit(
                seam.ToolAskEnded(question.message_id, question.call_id)
            ),
        )
        setups = Setups(shelves.setups, toolbox)
        return cls(shelves, toolbox, permits, setups, AssistantDesk(shelves, toolbox, clock), emit)

    def loop(self, quoter: Quoter, gate: BudgetGate, guards: GuardShelf) -> ToolLoop:
        return ToolLoop(self.shelves, quoter, gate, guards, self.toolbox, self.permits, self.emit)


def _asked(question: Question) -> seam.ToolAsked:
    return seam.ToolAsked(
        question.chat_id,
        question.pane,
        question.message_id,
        question.call_id,
        question.tool,
        question.title,
        question.subject,
    )
