"""Wires the tools that models may call, the loop that runs them, and what bounds it: budgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.chat.assistant_desk import AssistantDesk
from app.chat.budget_desk import BudgetDesk
from app.chat.budget_gate import BudgetGate
from app.chat.budgets import BudgetKeeper
from app.chat.guard_rules import GuardShelf
from app.chat.names import Names
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
    clock: Clock
    budgets: BudgetKeeper
    guards: GuardShelf
    gate: BudgetGate

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
            shelves.tool_permits,
            ask=lambda question: emit(_asked(question)),
            withdraw=lambda question: emit(
                seam.ToolAskEnded(question.message_id, question.call_id)
            ),
        )
        budgets, guards = BudgetKeeper(shelves, clock), GuardShelf(shelves.settings)
        return cls(
            shelves=shelves,
            toolbox=toolbox,
            permits=permits,
            setups=Setups(shelves.setups, toolbox),
            desk=AssistantDesk(shelves, toolbox, clock),
            emit=emit,
            clock=clock,
            budgets=budgets,
            guards=guards,
            gate=BudgetGate(shelves, budgets, guards),
        )

    def loop(self, quoter: Quoter) -> ToolLoop:
        return ToolLoop(
            self.shelves, quoter, self.gate, self.guards, self.toolbox, self.permits, self.emit
        )

    def budget_desk(self, names: Names) -> BudgetDesk:
        return BudgetDesk(self.shelves, self.budgets, self.guards, names, self.clock)


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
