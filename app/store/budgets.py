"""The user's budgets, what was spent and set aside in their windows, and the notices given.

What counts as spent is the usage of every call, whenever its budget was made: changing, lowering
or deleting a budget loses nothing. Rules are in metering; what a hold draws is the ledger's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from app.metering.budgets import Budget, BudgetUse, BudgetWindow, Period, Scope
from app.metering.guards import RECENT_KEPT
from app.store.connection import storable
from app.store.database import Database
from app.store.instants import ms_from

_COLUMNS = "id, scope, subject_id, period, limit_pusd, hard, warn_percent"
_SAVE = f"""
INSERT INTO budgets ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    scope = excluded.scope, subject_id = excluded.subject_id, period = excluded.period,
    limit_pusd = excluded.limit_pusd, hard = excluded.hard, warn_percent = excluded.warn_percent"""
_SUBJECTS = {Scope.CHAT: "chat_id", Scope.KEY: "key_id"}
_DAY_MS = 86_400_000
_OPEN = "('held', 'dispatched', 'unknown')"
# An answer may consist of several calls, not all of them on one page of the list.
_CALLS_LOOKED_AT = 10 * RECENT_KEPT


class Budgets:
    """Budgets, oldest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self) -> list[Budget]:
        return [
            Budget(
                id=row[0], scope=Scope(row[1]), subject_id=row[2], period=Period(row[3]),
                limit_pusd=row[4], hard=row[5] == 1, warn_percent=row[6],
            )
            for row in self._database.rows(f"SELECT {_COLUMNS} FROM budgets ORDER BY seq")
        ]  # fmt: skip

    def get(self, budget_id: str) -> Budget | None:
        return next((budget for budget in self.rows() if budget.id == budget_id), None)

    def save(self, budget: Budget) -> None:
        """Write a budget, new or changed. One that was changed gives its notices anew."""
        values = (
            budget.id, budget.scope.value, storable(budget.subject_id), budget.period.value,
            budget.limit_pusd, int(budget.hard), budget.warn_percent,
        )  # fmt: skip
        with self._database.transaction():
            if self.get(budget.id) not in (None, budget):
                self._forget_notices(budget.id)
            self._database.write(_SAVE, values)

    def remove(self, budget_id: str) -> None:
        """Take a budget away; its usage and the ledger's postings stay."""
        with self._database.transaction():
            self._forget_notices(budget_id)
            self._database.write("DELETE FROM budgets WHERE id = ?", (budget_id,))

    def use(self, window: BudgetWindow) -> BudgetUse:
        """What was spent in a window, and what open holds set aside in it."""
        if window.budget.scope is Scope.ASSISTANT:
            return self._use_of_assistant(window)
        return BudgetUse(window, self._spent(window), self._held(window))

    def held_elsewhere(self, window: BudgetWindow) -> int:
        """What open holds set aside that belong to a window and were made before it was there."""
        return self._held(
            window,
            " AND NOT EXISTS (SELECT 1 FROM ledger_hold_draws AS draws"
            " WHERE draws.hold_id = holds.id AND draws.account = ?)",
            (window.account,),
        )

    def told(self, account: str) -> set[int]:
        """The percents of a window that notices were given at."""
        rows = self._database.rows(
            "SELECT percent FROM budget_notices WHERE account = ?", (account,)
        )
        return {row[0] for row in rows}

    def tell(self, window: BudgetWindow, percents: Iterable[int]) -> None:
        """Remember that the user was told."""
        with self._database.transaction():
            self._database.write_many(
                "INSERT OR IGNORE INTO budget_notices (budget_id, account, percent)"
                " VALUES (?, ?, ?)",
                [(window.budget.id, window.account, percent) for percent in percents],
            )

    def recent_costs(self) -> list[int]:
        """What the last messages cost that cost anything, newest first, all their calls added."""
        rows = self._database.rows(
            "SELECT message_id, cost_pusd FROM usage WHERE cost_pusd > 0"
            " ORDER BY at_ms DESC LIMIT ?",
            (_CALLS_LOOKED_AT,),
        )
        costs: dict[str, int] = {}
        for message_id, cost in rows:
            costs[message_id] = costs.get(message_id, 0) + cost
        return list(costs.values())[:RECENT_KEPT]

    def _forget_notices(self, budget_id: str) -> None:
        self._database.write("DELETE FROM budget_notices WHERE budget_id = ?", (budget_id,))

    def _spent(self, window: BudgetWindow) -> int:
        """Windows are whole days in UTC: the sums by day say it without reading single calls.

        A chat's own calls are few, and have an index.
        """
        if window.budget.scope is Scope.CHAT:
            terms, parameters = _terms(window, "at_ms", ms_from)
            sums = "sum(cost_pusd), 0) FROM usage"
        else:
            terms, parameters = _terms(window, "day", _day)
            sums = "sum(pusd), 0) FROM usage_days"
        row = self._database.first(f"SELECT coalesce({sums} WHERE {terms}", parameters)
        return 0 if row is None else int(row[0])

    def _held(
        self, window: BudgetWindow, more: str = "", more_parameters: tuple[object, ...] = ()
    ) -> int:
        terms, parameters = _terms(window, "created_ms", ms_from)
        row = self._database.first(
            f"SELECT coalesce(sum(amount_pusd), 0) FROM holds WHERE state IN {_OPEN}"
            f" AND {terms}{more}",
            (*parameters, *more_parameters),
        )
        return 0 if row is None else int(row[0])

    def _use_of_assistant(self, window: BudgetWindow) -> BudgetUse:
        """Usage does not say which assistant a call was made with; beside its hold it stands."""
        terms, parameters = _terms(window, "created_ms", ms_from)
        row = self._database.first(
            f"SELECT coalesce(sum(settled_pusd), 0) FROM holds WHERE state = 'settled' AND {terms}",
            parameters,
        )
        return BudgetUse(window, 0 if row is None else int(row[0]), self._held(window))


def _day(at: datetime) -> int:
    return ms_from(at) // _DAY_MS


def _terms(
    window: BudgetWindow, column: str, number: Callable[[datetime], int]
) -> tuple[str, tuple[object, ...]]:
    """What belongs to a window, as the terms of a WHERE clause with their parameters."""
    terms, parameters = ["1"], list[object]()
    if window.start is not None:
        terms.append(f"{column} >= ?")
        parameters.append(number(window.start))
    if window.end is not None:
        terms.append(f"{column} < ?")
        parameters.append(number(window.end))
    if subject := _SUBJECTS.get(window.budget.scope):
        terms.append(f"{subject} = ?")
        parameters.append(window.budget.subject_id)
    if window.budget.scope is Scope.ASSISTANT:
        terms.append("id IN (SELECT hold_id FROM assistant_calls WHERE assistant_id = ?)")
        parameters.append(window.budget.subject_id)
    return " AND ".join(terms), tuple(parameters)
