"""One budget on its page: what it is for, how much is spent, change or remove it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from app.seam.budgets import BudgetView
from app.ui.billing.spend_list import ElidedLabel
from app.ui.budgets.bar import BudgetBar
from app.ui.budgets.wording import about_of, effect_of, figures_of, over_of, resets_of, title_of
from app.ui.dialog_pieces import column, plain_label, row, rule, tool_button
from app.ui.theme import set_look


class BudgetLine(QFrame):
    """Removing loses nothing: the same budget made again counts what was spent."""

    change_asked = Signal(str)
    remove_asked = Signal(str)

    def __init__(self, budget: BudgetView) -> None:
        super().__init__()
        self.budget = budget
        self._build()
        self.setAccessibleName(f"{title_of(budget)}: {about_of(budget)}, {effect_of(budget)}")

    def _build(self) -> None:
        budget, title = self.budget, title_of(self.budget)
        figure = plain_label(figures_of(budget), size="note", figures=True)
        top = row(spacing=8)
        top.addWidget(ElidedLabel(title), 1)
        top.addWidget(figure)
        self._change = tool_button("pencil", self.tr("Change: {0}").format(title), self._on_change)
        self._remove = tool_button("trash-2", self.tr("Remove: {0}").format(title), self._on_remove)
        top.addWidget(self._change)
        top.addWidget(self._remove)
        said = " · ".join(filter(None, (effect_of(budget), resets_of(budget))))
        over = plain_label(over_of(budget), size="small", strong=True)
        set_look(over, tone="danger" if budget.hard else "warn")
        over.setVisible(bool(over.text()))
        box = column(self, spacing=6)
        box.addLayout(top)
        box.addWidget(BudgetBar(budget))
        below = row(spacing=8)
        below.addWidget(over)
        below.addWidget(plain_label(said, tone="2", size="small"), 1)
        box.addLayout(below)
        box.addWidget(rule())

    def _on_change(self) -> None:
        self.change_asked.emit(self.budget.id)

    def _on_remove(self) -> None:
        self.remove_asked.emit(self.budget.id)
