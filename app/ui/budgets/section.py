"""The budgets in the billing panel: a name, a figure and a bar for each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.seam.budgets import BudgetView
from app.ui.billing.spend_list import ElidedLabel
from app.ui.budgets.bar import BudgetBar
from app.ui.budgets.wording import about_of, figures_of, resets_of, short_title
from app.ui.dialog_pieces import clear_layout, column, plain_label, push_button, row
from app.ui.theme import set_look


class BudgetSection(QWidget):
    """`asked` opens the budgets' page. Chats' own budgets are shown where the chats are."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._lines = column(spacing=12)
        box = column(self, spacing=10)
        title = plain_label(self.tr("Budgets"), tone="2", size="small", strong=True)
        box.addWidget(title)
        box.addLayout(self._lines)
        self._open = push_button(self.tr("Set a budget"), self.asked.emit, look="link")
        set_look(self._open, flush="true")
        line = row()
        line.addWidget(self._open)
        line.addStretch(1)
        box.addLayout(line)

    def show_budgets(self, budgets: Sequence[BudgetView]) -> None:
        """One block for each budget of everything, of a key and of an assistant."""
        shown = [budget for budget in budgets if budget.scope != "chat"]
        clear_layout(self._lines)
        for budget in shown:
            self._lines.addWidget(_block(budget))
        self._open.setText(self.tr("Change budgets") if shown else self.tr("Set a budget"))


def _block(budget: BudgetView) -> QWidget:
    part = QWidget()
    figure = plain_label(figures_of(budget), tone="2", size="note", figures=True)
    figure.setToolTip(about_of(budget))
    top = row()
    top.addWidget(ElidedLabel(short_title(budget)), 1)
    top.addWidget(figure)
    box = column(part, spacing=4)
    box.addLayout(top)
    box.addWidget(BudgetBar(budget))
    resets = plain_label(resets_of(budget), tone="3", size="small")
    resets.setVisible(bool(resets.text()))
    box.addWidget(resets)
    return part
