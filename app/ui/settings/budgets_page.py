"""Budgets: the ones there are, a form for one more, and the guards."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from app.seam import events
from app.seam.budgets import (
    AskBudgets,
    BudgetSaved,
    BudgetsListed,
    BudgetView,
    RemoveBudget,
)
from app.ui.bridge import Bridge
from app.ui.budgets.form import BudgetForm, Subject
from app.ui.budgets.guard_form import GuardForm
from app.ui.budgets.line import BudgetLine
from app.ui.dialog_pieces import clear_layout, column, plain_label, push_button, row
from app.ui.theme import Theme


class BudgetsPage(QWidget):
    """Asks for what it shows whenever it is shown. `chat` is the open one, as id and title;
    `wanted` opens the form for a scope and the id of what it is for; (`raise`, key id) the one
    that has the least left of those that stop this chat."""

    def __init__(
        self,
        bridge: Bridge,
        chat: tuple[str, str] | None = None,
        wanted: tuple[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._bridge = bridge
        self._chat = chat
        self._wanted = wanted
        self._listed: BudgetsListed | None = None
        self._build()
        self._connect()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._bridge.submit(AskBudgets())

    def _build(self) -> None:
        self._lines = column(spacing=10)
        self._none = plain_label(
            self.tr(
                "No budget yet. A budget adds up what your own keys cost, retries and stopped "
                "answers included, and warns you or stops at a sum that you set."
            ),
            tone="2", size="note", wrap=True,
        )  # fmt: skip
        self._add = push_button(self.tr("Add a budget"), self._on_add)
        self._add.setObjectName("budget-add")
        self.form = BudgetForm()
        self.guard = GuardForm()
        line = row()
        line.addWidget(self._add)
        line.addStretch(1)
        box = column(self, spacing=12)
        box.addWidget(self._none)
        box.addLayout(self._lines)
        box.addWidget(self.form)
        box.addLayout(line)
        box.addSpacing(Theme.current().px(8))
        box.addWidget(self.guard)
        box.addStretch(1)

    def _connect(self) -> None:
        self._bridge.event.connect(self._on_event)
        self.form.asked.connect(self._bridge.submit)
        self.form.closed.connect(self._on_closed)
        self.guard.asked.connect(self._bridge.submit)

    def _show(self, listed: BudgetsListed) -> None:
        if self._listed is not None and self._listed.budgets == listed.budgets:
            self._listed = listed
            self.guard.show_guard(listed.guard)
            return
        self._listed = listed
        clear_layout(self._lines)
        for budget in listed.budgets:
            line = BudgetLine(budget)
            line.change_asked.connect(self._on_change)
            line.remove_asked.connect(self._on_remove)
            self._lines.addWidget(line)
        self._none.setVisible(not listed.budgets)
        self.form.show_subjects(self._subjects(listed))
        self.guard.show_guard(listed.guard)
        self._open_wanted()

    def _subjects(self, listed: BudgetsListed) -> list[Subject]:
        found = [("key", id_, self.tr("Key: {0}").format(name)) for id_, name in listed.keys]
        found += [
            ("assistant", id_, self.tr("Assistant: {0}").format(name))
            for id_, name in listed.assistants
        ]
        if self._chat is not None:
            title = self.tr("This chat: {0}").format(self._chat[1])
            found.append(("chat", self._chat[0], title))
        there = {(scope, id_) for scope, id_, _ in found}
        for budget in listed.budgets:
            if budget.subject_id and (budget.scope, budget.subject_id) not in there:
                found.append((budget.scope, budget.subject_id, budget.subject))
        return found

    def _open_wanted(self) -> None:
        """The budget that was asked for from elsewhere: the one there is, else a new one."""
        wanted, self._wanted = self._wanted, None
        if wanted is None or self._listed is None:
            return
        budget = self._tightest(wanted[1]) if wanted[0] == "raise" else self._of(*wanted)
        if budget is not None:
            self.form.change(budget)
            self._add.hide()
            return
        if wanted[0] == "raise":
            return
        self.form.open(*wanted)
        self._add.hide()

    def _of(self, scope: str, subject_id: str) -> BudgetView | None:
        budgets = self._listed.budgets if self._listed is not None else ()
        alike = (one for one in budgets if (one.scope, one.subject_id) == (scope, subject_id))
        return next(alike, None)

    def _tightest(self, key_id: str) -> BudgetView | None:
        """The budget that refuses: of those that stop this chat or key, the one with least left."""
        subjects = {"", key_id, self._chat[0] if self._chat is not None else ""}
        budgets = self._listed.budgets if self._listed is not None else ()
        stopping = [one for one in budgets if one.hard and one.subject_id in subjects]
        left = {one.id: one.limit_pusd - one.spent_pusd - one.held_pusd for one in stopping}
        return min(stopping, key=lambda one: left[one.id], default=None)

    def _on_event(self, event: events.Event) -> None:
        match event:
            case BudgetsListed():
                self._show(event)
            case BudgetSaved():
                self.form.show_outcome(event)
                self.guard.show_outcome(event)
            case _:
                return

    def _on_add(self) -> None:
        self._add.hide()
        self.form.open()

    def _on_closed(self) -> None:
        self._add.show()
        self._add.setFocus()

    def _on_change(self, budget_id: str) -> None:
        for budget in self._listed.budgets if self._listed is not None else ():
            if budget.id == budget_id:
                self._add.hide()
                self.form.change(budget)

    def _on_remove(self, budget_id: str) -> None:
        self._bridge.submit(RemoveBudget(budget_id))
