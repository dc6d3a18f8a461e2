"""Budgets on own keys: which ones count for a call, what is left, and what follows from it.

Pure: who keeps the budgets and the sums brings them along, and `now` is an argument. What was
spent is always handed in anew, so that a budget that was changed or made late loses nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.catalog.plans import Window
from app.errors import MeteringError
from app.metering.allowances_split import WorstCase
from app.metering.allowances_windows import span_at
from app.metering.quote_limits import LEAST_OUTPUT_TOKENS, OutputLimit, money_limit

WARN_PERCENT = 80
FULL_PERCENT = 100


class Scope(StrEnum):
    """What a budget counts: everything, or one chat, key or assistant."""

    DAY = "day"
    MONTH = "month"
    CHAT = "chat"
    KEY = "key"
    ASSISTANT = "assistant"


class Period(StrEnum):
    """How long a budget lasts before it begins anew; days and months are UTC."""

    DAY = "day"
    MONTH = "month"
    EVER = "ever"


_WINDOWS = {Period.DAY: Window.DAY, Period.MONTH: Window.MONTH, Period.EVER: Window.ONCE}
_PERIODS = {Scope.DAY: Period.DAY, Scope.MONTH: Period.MONTH}
_STAMPS = {Period.DAY: "%Y-%m-%d", Period.MONTH: "%Y-%m"}
_ADJECTIVES = {Period.DAY: "daily ", Period.MONTH: "monthly ", Period.EVER: ""}


@dataclass(frozen=True, slots=True)
class Budget:
    """A sum that the user set. `hard`: nothing is sent that could pass it; else it only warns.

    `subject_id` is the chat, key or assistant that it is for, empty for everything. A budget for
    everything lasts a day or a month; the others any period. Raises MeteringError otherwise.
    """

    id: str
    scope: Scope
    limit_pusd: int
    hard: bool
    subject_id: str = ""
    period: Period = Period.MONTH
    warn_percent: int = WARN_PERCENT

    def __post_init__(self) -> None:
        if not self.id or "/" in self.id:
            raise MeteringError("A budget needs an id of its own.")
        if self.limit_pusd < 0:
            raise MeteringError("A budget is never below nothing.")
        if not 1 <= self.warn_percent <= FULL_PERCENT:
            raise MeteringError("A budget warns at 1 to 100 percent.")
        if self.scope in _PERIODS and self.period is not _PERIODS[self.scope]:
            raise MeteringError(f"A budget per {self.scope} lasts a {self.scope}.")
        if (self.scope in _PERIODS) == bool(self.subject_id):
            raise MeteringError("A budget is for everything, or for one thing that it names.")

    @property
    def name(self) -> str:
        """What the user calls it: `daily budget`, `monthly budget for this key`."""
        adjective = _ADJECTIVES[self.period]
        if self.scope in _PERIODS:
            return f"{adjective}budget"
        return f"{adjective}budget for this {self.scope}"

    def counts(self, *, chat_id: str, key_id: str, assistant_id: str) -> bool:
        """Whether a call of this chat, key and assistant counts."""
        match self.scope:
            case Scope.CHAT:
                return self.subject_id == chat_id
            case Scope.KEY:
                return self.subject_id == key_id
            case Scope.ASSISTANT:
                return self.subject_id == assistant_id
            case Scope.DAY | Scope.MONTH:
                return True


@dataclass(frozen=True, slots=True)
class BudgetWindow:
    """A budget in the window that a moment is in. `account` tells it from all others.

    `start` is the first moment that counts and `end` the first that does not; None: no bound.
    """

    budget: Budget
    account: str
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """A budget's window with what was spent in it and what open holds set aside, in picodollars."""

    window: BudgetWindow
    spent_pusd: int
    held_pusd: int = 0

    @property
    def budget(self) -> Budget:
        return self.window.budget

    @property
    def left_pusd(self) -> int:
        """What a new call may take; never below 0."""
        return max(0, self.budget.limit_pusd - self.spent_pusd - self.held_pusd)

    @property
    def percent(self) -> int:
        """How much of it is spent, rounded down; a budget of nothing is full at once."""
        if self.budget.limit_pusd == 0:
            return FULL_PERCENT if self.spent_pusd else 0
        return self.spent_pusd * 100 // self.budget.limit_pusd


@dataclass(frozen=True, slots=True)
class BudgetRefusal:
    """Why a call may not run: the budget that is short by most, and by how much.

    `needed_pusd` is the least that the call must be able to cost: its input and a short answer.
    """

    budget: Budget
    spent_pusd: int
    held_pusd: int
    left_pusd: int
    needed_pusd: int
    resets_at: datetime | None


def budgets_for(
    budgets: Iterable[Budget],
    *,
    chat_id: str,
    key_id: str,
    now: datetime,
    assistant_id: str = "",
) -> tuple[BudgetWindow, ...]:
    """The windows that a call made now counts in, in the order of the budgets."""
    return tuple(
        window_at(budget, now)
        for budget in budgets
        if budget.counts(chat_id=chat_id, key_id=key_id, assistant_id=assistant_id)
    )


def window_at(budget: Budget, now: datetime) -> BudgetWindow:
    """The window of a budget that a moment is in. Raises MeteringError for a time without zone."""
    span = span_at(_WINDOWS[budget.period], now)
    assert span is not None, "a day, a month and ever are never without a window"
    stamp = span.start.strftime(_STAMPS[budget.period]) if span.start else "ever"
    return BudgetWindow(budget, f"budget/{budget.id}/{stamp}", span.start, span.end)


def output_limits(uses: Iterable[BudgetUse], worst: WorstCase) -> tuple[OutputLimit, ...]:
    """How hard budgets shorten an answer. One that would leave too little does not shorten it:
    the call is refused then, by `refusal_of`."""
    found = (
        money_limit(use.left_pusd, worst, f"your {use.budget.name}")
        for use in uses
        if use.budget.hard
    )
    return tuple(limit for limit in found if limit and limit.tokens >= LEAST_OUTPUT_TOKENS)


def refusal_of(uses: Iterable[BudgetUse], worst: WorstCase) -> BudgetRefusal | None:
    """Why a call may not run, even with a short answer; None where it may.

    Without a known price nothing can be said: `unpriced_under` asks the user instead.
    """
    least = worst.at(min(LEAST_OUTPUT_TOKENS, worst.output_tokens_max)).pusd
    if least is None:
        return None
    short = [use for use in uses if use.budget.hard and use.left_pusd < least]
    return None if not short else refusal(min(short, key=lambda use: use.left_pusd), least)


def refusal(use: BudgetUse, needed_pusd: int) -> BudgetRefusal:
    """A budget that does not cover what a call needs."""
    return BudgetRefusal(
        budget=use.budget,
        spent_pusd=use.spent_pusd,
        held_pusd=use.held_pusd,
        left_pusd=use.left_pusd,
        needed_pusd=needed_pusd,
        resets_at=use.window.end,
    )


def unpriced_under(uses: Iterable[BudgetUse]) -> Budget | None:
    """The first hard budget that a call without a known price would slip past."""
    return next((use.budget for use in uses if use.budget.hard), None)


def warning_of(uses: Iterable[BudgetUse], likely_pusd: int | None) -> BudgetUse | None:
    """The budget to warn of beside Send: the fullest that the message brings to its mark."""
    near = [use for use in uses if _share_after(use, likely_pusd or 0) >= use.budget.warn_percent]
    return max(near, key=lambda use: use.percent, default=None)


def due_notice(use: BudgetUse, told: Collection[int]) -> int | None:
    """The percent that this window reached and nobody was told of; the highest one only."""
    reached = [percent for percent in marks(use.budget) if use.percent >= percent]
    if not reached or max(told, default=0) >= reached[-1]:
        return None
    return reached[-1]


def marks(budget: Budget) -> Sequence[int]:
    """The percents at which a notice is due, ascending."""
    return sorted({budget.warn_percent, FULL_PERCENT})


def _share_after(use: BudgetUse, more_pusd: int) -> int:
    if use.budget.limit_pusd == 0:
        return FULL_PERCENT
    return (use.spent_pusd + use.held_pusd + more_pusd) * 100 // use.budget.limit_pusd
