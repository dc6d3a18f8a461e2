"""The form of a budget: what it is for, how long, how much, and what happens at its end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLineEdit, QWidget

from app.seam.budgets import BudgetSaved, BudgetView, SaveBudget
from app.ui.budgets.wording import period_words, tr
from app.ui.choices import ChoiceBox, ChoiceButton
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.theme import Theme, set_look

serials = count(1)
Subject = tuple[str, str, str]  # scope, id, name
_DAY, _MONTH, _CHAT_OR_KEY = ("day",), ("month",), ("month", "day", "ever")


class BudgetForm(QFrame):
    """`asked` carries the command; what was typed stays until it is kept."""

    asked = Signal(object)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._serial = 0
        self._budget_id = ""
        self._subjects: list[Subject] = []
        self._build()
        self._connect()

    def show_subjects(self, subjects: Sequence[Subject]) -> None:
        """What a budget can be made for, besides everything."""
        chosen = self._what.currentData()
        self._subjects = [
            ("day", "", tr("Everything, per day")),
            ("month", "", tr("Everything, per month")),
            *subjects,
        ]
        self._what.blockSignals(True)
        self._what.clear()
        for scope, id_, name in self._subjects:
            self._what.addItem(name, (scope, id_))
        self._what.blockSignals(False)
        self._choose(*(chosen or ("month", "")))

    def open(self, scope: str = "month", subject_id: str = "") -> None:
        """A new budget."""
        self._begin("", scope, subject_id)
        self._limit.clear()
        self._effect.button(1).setChecked(True)
        self._limit.setFocus()

    def change(self, budget: BudgetView) -> None:
        """An old one as it stands."""
        from app.money import usd_text

        self._begin(budget.id, budget.scope, budget.subject_id)
        self._period.setCurrentIndex(max(0, self._period.findData(budget.period)))
        self._limit.setText(usd_text(budget.limit_pusd))
        self._effect.button(int(budget.hard)).setChecked(True)
        self._limit.setFocus()
        self._limit.selectAll()

    def show_outcome(self, saved: BudgetSaved) -> None:
        """Close where it was kept, else say why not."""
        if saved.serial != self._serial:
            return
        if saved.kept:
            self.hide()
            self.closed.emit()
            return
        self._said.setText(saved.message)
        self._said.show()
        self._limit.setFocus()

    def _build(self) -> None:
        theme = Theme.current()
        set_look(self, look="note", tone="plain")
        self._what, self._period = ChoiceBox(), ChoiceBox()
        self._what.setAccessibleName(self.tr("What the budget is for"))
        self._what.setObjectName("budget-what")
        # A chat's long title must not make the page wider than its card.
        self._what.setSizeAdjustPolicy(
            ChoiceBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._what.setMinimumContentsLength(12)
        self._period.setAccessibleName(self.tr("How long it lasts"))
        self._period.setObjectName("budget-period")
        self._limit = QLineEdit(placeholderText=self.tr("10.00"))
        self._limit.setObjectName("budget-limit")
        self._limit.setAccessibleName(self.tr("Dollars"))
        self._limit.setFixedWidth(theme.px(110))
        self._limit.setMaxLength(20)
        first = row(spacing=8)
        first.addWidget(self._what, 1)
        first.addWidget(self._period)
        first.addWidget(plain_label("$"))
        first.addWidget(self._limit)
        self._said = plain_label(tone="danger", size="note", wrap=True)
        self._said.setObjectName("budget-said")
        self._said.hide()
        box = column(self, margin=14, spacing=10)
        box.addLayout(first)
        box.addLayout(self._build_effect())
        box.addWidget(self._said)
        box.addLayout(self._build_buttons())
        self.hide()

    def _build_effect(self) -> QHBoxLayout:
        self._effect = QButtonGroup(self)
        line = row(spacing=16)
        for number, text in ((1, self.tr("Stop there")), (0, self.tr("Only warn"))):
            button = ChoiceButton(text)
            button.setObjectName(f"budget-effect-{number}")
            self._effect.addButton(button, number)
            line.addWidget(button)
        line.addStretch(1)
        return line

    def _build_buttons(self) -> QHBoxLayout:
        keep = push_button(self.tr("Keep this budget"), self._on_keep, "primary")
        keep.setObjectName("budget-keep")
        line = row()
        line.addWidget(keep)
        line.addWidget(push_button(self.tr("Cancel"), self._on_cancel))
        line.addStretch(1)
        return line

    def _connect(self) -> None:
        self._what.currentIndexChanged.connect(self._on_what_changed)
        self._limit.returnPressed.connect(self._on_keep)

    def _begin(self, budget_id: str, scope: str, subject_id: str) -> None:
        self._budget_id = budget_id
        self._said.hide()
        self._choose(scope, subject_id)
        # What a budget is for does not change: that would be another one.
        self._what.setEnabled(not budget_id)
        self.show()

    def _choose(self, scope: str, subject_id: str) -> None:
        found = [place for place, (kind, id_, _) in enumerate(self._subjects)
                 if (kind, id_) == (scope, subject_id)]  # fmt: skip
        self._what.setCurrentIndex(found[0] if found else 1)
        self._on_what_changed()

    def _on_what_changed(self) -> None:
        data = self._what.currentData()
        scope = data[0] if data else "month"
        periods = {"day": _DAY, "month": _MONTH}.get(scope, _CHAT_OR_KEY)
        self._period.clear()
        for period in periods:
            self._period.addItem(period_words(period), period)
        self._period.setVisible(len(periods) > 1)

    def _on_keep(self) -> None:
        scope, subject_id = self._what.currentData()
        self._serial = next(serials)
        self.asked.emit(
            SaveBudget(
                self._serial,
                scope,
                self._limit.text(),
                self._effect.checkedId() == 1,
                period=self._period.currentData(),
                subject_id=subject_id,
                budget_id=self._budget_id,
            )
        )

    def _on_cancel(self) -> None:
        self.hide()
        self.closed.emit()

    def first_field(self) -> QWidget:
        """Where the keyboard starts."""
        return self._limit
