"""Budgets as the window and the command line list and change them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.chat.budget_words import short_words
from app.chat.budgets import BudgetKeeper
from app.chat.guard_rules import GuardShelf
from app.chat.names import Names
from app.clock import Clock
from app.errors import ConfigError
from app.metering.budgets import Budget, BudgetUse, Period, Scope, warning_of
from app.metering.guards import GuardRules
from app.money import pico_from_usd
from app.seam.budgets import BudgetsListed, BudgetView, GuardView, SaveBudget, SetGuard
from app.seam.quote_views import QuoteView
from app.store.shelves import Shelves

LIMIT_MOST_PUSD = 10**18  # a million dollars


class BudgetDesk:
    """Lists budgets with what was used of them, and keeps changes."""

    def __init__(
        self, shelves: Shelves, keeper: BudgetKeeper, guard: GuardShelf, names: Names, clock: Clock
    ) -> None:
        self._shelves = shelves
        self._keeper = keeper
        self._guard = guard
        self._names = names
        self._clock = clock

    def listed(self) -> BudgetsListed:
        """Everything as it stands now."""
        rules = self._guard.rules()
        return BudgetsListed(
            budgets=self.views(),
            guard=GuardView(
                rules.factor, rules.floor_pusd, rules.loop_calls_max, rules.loop_pusd_max
            ),
            keys=tuple((key.id, self._names.key(key.id)) for key in self._shelves.keys.rows()),
            assistants=tuple((one.id, one.name) for one in self._shelves.assistants.rows()),
        )

    def views(self) -> tuple[BudgetView, ...]:
        """The budgets; those for everything first, the shorter period before the longer."""
        uses = sorted(self._keeper.all_uses(), key=lambda use: list(Scope).index(use.budget.scope))
        return tuple(map(self._view, uses))

    def beside(self, chat_id: str, quotes: Sequence[QuoteView]) -> tuple[QuoteView, ...]:
        """Quotes with what budgets say to them: a warning, or why the message is not sent."""
        return tuple(self._beside(chat_id, quote) for quote in quotes)

    def _beside(self, chat_id: str, quote: QuoteView) -> QuoteView:
        uses = self._keeper.uses(chat_id, quote.model_ref.partition("/")[0])
        if quote.blocked or not uses or not quote.model_ref:
            return quote
        # What a budget covers in part was shortened to that; the rest is refused when it is sent.
        short = [use for use in uses if use.budget.hard and use.left_pusd < (quote.most_pusd or 0)]
        if short:
            return replace(quote, blocked=short_words(min(short, key=lambda use: use.left_pusd)))
        near = warning_of(uses, quote.likely_pusd)
        return quote if near is None else replace(quote, budget=self._view(near))

    def save(self, order: SaveBudget) -> str:
        """Keep a budget; its id. Raises ConfigError where it makes no sense."""
        scope, period = _scope(order), _period(order)
        found = self._shelves.budgets.get(order.budget_id) if order.budget_id else None
        if order.budget_id and found is None:
            raise ConfigError("This budget is not there any more.", "Make a new one.")
        if found is None:
            found = self._same(scope, order.subject_id, period)
        limit = amount(order.limit)
        if scope not in (Scope.DAY, Scope.MONTH) and not order.subject_id:
            raise ConfigError(f"Choose the {scope} that this budget is for.")
        if not 1 <= order.warn_percent <= 100:
            raise ConfigError("A budget warns at 1 to 100 percent.")
        budget = Budget(
            id=found.id if found is not None else self._clock.new_id(),
            scope=scope,
            subject_id="" if scope in (Scope.DAY, Scope.MONTH) else order.subject_id,
            period=period,
            limit_pusd=limit,
            hard=order.hard,
            warn_percent=order.warn_percent,
        )
        self._shelves.budgets.save(budget)
        return budget.id

    def remove(self, budget_id: str) -> None:
        self._shelves.budgets.remove(budget_id)

    def set_guard(self, order: SetGuard) -> None:
        """Keep the guards' rules. Raises ConfigError where they make no sense."""
        self._guard.set(
            GuardRules(
                factor=order.factor,
                floor_pusd=amount(order.floor),
                loop_calls_max=order.loop_calls_max,
                loop_pusd_max=amount(order.loop_cost),
            )
        )

    def _same(self, scope: Scope, subject_id: str, period: Period) -> Budget | None:
        """A second budget for the same thing and time would only confuse: it is the same one."""
        wanted = (scope, "" if scope in (Scope.DAY, Scope.MONTH) else subject_id, period)
        for budget in self._shelves.budgets.rows():
            if (budget.scope, budget.subject_id, budget.period) == wanted:
                return budget
        return None

    def _view(self, use: BudgetUse) -> BudgetView:
        budget = use.budget
        return BudgetView(
            id=budget.id,
            scope=budget.scope.value,
            period=budget.period.value,
            limit_pusd=budget.limit_pusd,
            hard=budget.hard,
            spent_pusd=use.spent_pusd,
            held_pusd=use.held_pusd,
            subject_id=budget.subject_id,
            subject=self._subject(budget),
            resets_at=use.window.end,
            warn_percent=budget.warn_percent,
        )

    def _subject(self, budget: Budget) -> str:
        if budget.scope is Scope.KEY:
            return self._names.key(budget.subject_id)
        if budget.scope is Scope.CHAT:
            chat = self._shelves.chats.get(budget.subject_id)
            return chat.title if chat is not None else "A chat that is not there"
        if budget.scope is Scope.ASSISTANT:
            assistant = self._shelves.assistants.get(budget.subject_id)
            return assistant.name if assistant is not None else budget.subject_id
        return budget.subject_id


def amount(text: str) -> int:
    """Picodollars of a sum as people type it: `10`, `$2.50`, `0,5`. Raises ConfigError."""
    plain = text.strip().removeprefix("$").removesuffix("$").strip()
    if plain.count(",") == 1 and "." not in plain and len(plain.rpartition(",")[2]) != 3:
        plain = plain.replace(",", ".")
    plain = plain.replace(",", "").replace(" ", "")
    if not plain or not all(letter in "0123456789." for letter in plain):
        raise ConfigError("This is not a sum of money.", "Write dollars, like 10 or 2.50.")
    try:
        pusd = pico_from_usd(plain)
    except ValueError as error:
        raise ConfigError("This is not a sum of money.", "Write dollars, like 2.50.") from error
    if pusd > LIMIT_MOST_PUSD:
        raise ConfigError("That is more than a million dollars.", "Choose a smaller sum.")
    return pusd


def _scope(order: SaveBudget) -> Scope:
    try:
        return Scope(order.scope)
    except ValueError as error:
        raise ConfigError("A budget is per day, month, chat or key.") from error


def _period(order: SaveBudget) -> Period:
    if order.scope in ("day", "month"):
        return Period(order.scope)
    try:
        return Period(order.period)
    except ValueError as error:
        raise ConfigError("A budget lasts a day, a month, or for ever.") from error
