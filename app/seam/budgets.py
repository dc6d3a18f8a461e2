"""Budgets and guards over the seam: what the window shows of them, orders, and questions.

Amounts are integer picodollars; sums that the user types come as the text that was typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.seam.commands import ContinueAnswer, EditMessage, Regenerate, SendMessage


@dataclass(frozen=True, slots=True)
class BudgetView:
    """A budget as it stands. `scope` is day, month, chat, key or assistant; `period` is day,
    month or ever. `subject` is what it is for in the user's words, empty for everything.

    `held_pusd` is set aside for answers that are being written. `resets_at` None: never.
    """

    id: str
    scope: str
    period: str
    limit_pusd: int
    hard: bool
    spent_pusd: int
    held_pusd: int = 0
    subject_id: str = ""
    subject: str = ""
    resets_at: datetime | None = None
    warn_percent: int = 80


@dataclass(frozen=True, slots=True)
class GuardView:
    """What is asked about before it is sent, and where a tool loop ends; `factor` 0: never."""

    factor: int
    floor_pusd: int
    loop_calls_max: int
    loop_pusd_max: int


@dataclass(frozen=True, slots=True)
class SendQuestion:
    """What the user is asked before anything is sent. `kind` is `anomaly` or `unpriced`.

    `usual_pusd` and `times` are of an anomaly; `model` and `budget` are those that a message
    without a known price would slip past. `cost_pusd` is the likely cost, None where unknown.
    """

    kind: str
    cost_pusd: int | None
    most_pusd: int | None
    usual_pusd: int = 0
    times: int = 0
    model: str = ""
    budget: str = ""


@dataclass(frozen=True, slots=True)
class AskBudgets:
    pass


@dataclass(frozen=True, slots=True)
class SaveBudget:
    """A new budget, or with its id a changed one; `limit` is dollars as typed.

    Answered by `BudgetSaved`, and where it was kept by `BudgetsListed`.
    """

    serial: int
    scope: str
    limit: str
    hard: bool
    period: str = "month"
    subject_id: str = ""
    budget_id: str = ""
    warn_percent: int = 80


@dataclass(frozen=True, slots=True)
class RemoveBudget:
    budget_id: str


@dataclass(frozen=True, slots=True)
class SetGuard:
    """The guards' rules; sums are dollars as typed. Answered by `BudgetSaved`."""

    serial: int
    factor: int
    floor: str
    loop_calls_max: int
    loop_cost: str


@dataclass(frozen=True, slots=True)
class BudgetsListed:
    """All budgets as they stand, with the keys and assistants that one can be made for, as ids
    and names."""

    budgets: tuple[BudgetView, ...]
    guard: GuardView
    keys: tuple[tuple[str, str], ...] = ()
    assistants: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class BudgetSaved:
    """What became of an order; `message` says why where nothing was kept."""

    serial: int
    kept: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class SendNeedsConfirmation:
    """Nothing was sent and nothing is set aside: the user decides.

    `command` is the order again with the user's word in it; submitting it sends.
    """

    chat_id: str
    pane: int
    question: SendQuestion
    command: SendMessage | EditMessage | Regenerate | ContinueAnswer


BudgetCommand = AskBudgets | SaveBudget | RemoveBudget | SetGuard
BudgetEvent = BudgetsListed | BudgetSaved | SendNeedsConfirmation
