"""The keeper of the budgets: which ones count for a call, how they stand, and notices of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from app.chat.budget_words import notice_words
from app.chat.hosted_routes import is_hosted
from app.chat.routes import Route
from app.clock import Clock
from app.metering.allowances_split import WorstCase
from app.metering.budgets import (
    BudgetUse,
    BudgetWindow,
    budgets_for,
    due_notice,
    marks,
    output_limits,
    window_at,
)
from app.metering.quote_limits import OutputLimit
from app.store.records import LimitRecord
from app.store.shelves import Shelves


class BudgetKeeper:
    """Reads budgets and what was used of them; every figure is of the moment it is asked for."""

    def __init__(self, shelves: Shelves, clock: Clock) -> None:
        self._shelves = shelves
        self._clock = clock

    def uses(self, chat_id: str, key_id: str) -> tuple[BudgetUse, ...]:
        """The budgets that a call of this chat through this key counts in now."""
        return tuple(map(self._shelves.budgets.use, self._windows(chat_id, key_id)))

    def all_uses(self) -> tuple[BudgetUse, ...]:
        """Every budget in its window of now, in the order they were made."""
        now = self._clock.now()
        shelf = self._shelves.budgets
        return tuple(shelf.use(window_at(budget, now)) for budget in shelf.rows())

    def output_limits(self, route: Route, worst: WorstCase, chat_id: str) -> Sequence[OutputLimit]:
        """How budgets shorten the answer of a call; what the quote asks for."""
        return output_limits(self.uses(chat_id, route.key_id), worst)

    def limits(self, chat_id: str, key_ids: Iterable[str], at: datetime) -> tuple[LimitRecord, ...]:
        """What a hold made at `at` draws on, for each key that may come to pay it.

        To be asked inside the transaction that admits the hold: its figures are of that moment.
        """
        found: dict[str, BudgetWindow] = {}
        for key_id in key_ids:
            found |= {window.account: window for window in self._windows(chat_id, key_id, at)}
        return tuple(map(self._limit, found.values()))

    def due_notices(self) -> list[tuple[str, str]]:
        """What the user is to be told now, as words and advice; each window and percent once."""
        found = []
        shelf = self._shelves.budgets
        for use in self.all_uses():
            percent = due_notice(use, shelf.told(use.window.account))
            if percent is not None:
                shelf.tell(use.window, [mark for mark in marks(use.budget) if mark <= percent])
                found.append(notice_words(use))
        return found

    def _windows(
        self, chat_id: str, key_id: str, at: datetime | None = None
    ) -> tuple[BudgetWindow, ...]:
        if is_hosted(key_id):
            return ()  # budgets are on own keys; hosted credit has its own limits
        return budgets_for(
            self._shelves.budgets.rows(),
            chat_id=chat_id,
            key_id=key_id,
            now=at or self._clock.now(),
            assistant_id=self._shelves.setups.assistant_id(chat_id),
        )

    def _limit(self, window: BudgetWindow) -> LimitRecord:
        shelf = self._shelves.budgets
        spent = shelf.use(window).spent_pusd + shelf.held_elsewhere(window)
        return LimitRecord(
            account=window.account,
            limit_pusd=window.budget.limit_pusd if window.budget.hard else None,
            spent_pusd=spent,
            closes_at=window.end,
            name=window.budget.name,
        )
