"""What is looked at: the days, and what the page was narrowed to, each to be taken off again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtCore import QDate, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QDateEdit, QHBoxLayout, QWidget

from app.seam.usage_views import UsagePeriod, UsageScope, UsageView
from app.ui.choices import ChoiceBox
from app.ui.dialog_pieces import clear_layout, column, plain_label, push_button, row
from app.ui.theme import set_look
from app.ui.usage import wording

LABEL_LETTERS_MAX = 40
_FIRST, _LAST = QDate(2000, 1, 1), QDate(2199, 12, 31)


class ScopeBar(QWidget):
    """`changed(UsageScope)` when the person chose other days or took something off."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._scope = UsageScope()
        self._build()
        self._connect()

    def show_scope(self, view: UsageView) -> None:
        """What the core took it for, with its days and names."""
        self._scope = view.scope
        with QSignalBlocker(self.period):
            self.period.setCurrentIndex(self.period.findData(view.scope.period.value))
        for field, day in ((self.first, view.scope.first), (self.last, view.scope.last)):
            with QSignalBlocker(field):
                field.setDate(wording.qdate(day or view.today))
        self._days.setVisible(view.scope.period is UsagePeriod.CUSTOM)
        self._show_narrowed(view.narrowed)

    def _build(self) -> None:
        self.period = ChoiceBox()
        self.period.setAccessibleName(self.tr("Days shown"))
        for period, text in wording.PERIODS.items():
            self.period.addItem(wording.tr(text), period.value)
        self.first = self._date_field(self.tr("First day"))
        self.last = self._date_field(self.tr("Last day"))
        self._days = QWidget()
        days = row(self._days, spacing=6)
        days.addWidget(self.first)
        days.addWidget(plain_label("–", tone="2"))
        days.addWidget(self.last)
        self._days.hide()
        self._narrowed: QHBoxLayout = row(spacing=6)
        self._chips = QWidget()
        self._chips.setLayout(self._narrowed)
        self._chips.hide()
        self.top = row(spacing=8)
        self.top.addWidget(self.period)
        self.top.addWidget(self._days)
        self.top.addStretch(1)
        box = column(self, spacing=8)
        box.addLayout(self.top)
        box.addWidget(self._chips)

    def _date_field(self, name: str) -> QDateEdit:
        field = QDateEdit()
        field.setAccessibleName(name)
        field.setToolTip(name)
        field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        field.setDisplayFormat("yyyy-MM-dd")
        # Buttons without a size: told to have none, Qt leaves no room for the date either.
        field.setStyleSheet(
            "QDateEdit::up-button, QDateEdit::down-button { width: 0; border: none; }"
        )
        field.setDateRange(_FIRST, _LAST)
        # The field draws its own frame around the line in it.
        set_look(field.lineEdit(), look="bare")
        # Not while a date is half typed.
        field.setKeyboardTracking(False)
        return field

    def _connect(self) -> None:
        self.period.activated.connect(self._on_period)
        self.first.dateChanged.connect(self._on_days)
        self.last.dateChanged.connect(self._on_days)

    def _show_narrowed(self, narrowed: Sequence[tuple[str, str]]) -> None:
        clear_layout(self._narrowed)
        for kind, label in narrowed:
            text = wording.tr(wording.NARROWED[kind]).format(_short(label))
            chip = push_button(f"{text}  ×", partial(self._take_off, kind), look="badge")
            chip.setAccessibleName(self.tr("Show all again, not only {0}").format(text))
            self._narrowed.addWidget(chip)
        self._narrowed.addStretch(1)
        self._chips.setVisible(bool(narrowed))

    def _take_off(self, kind: str, _checked: bool = False) -> None:
        self.changed.emit(narrowed_to(self._scope, kind, ""))

    def _on_period(self, place: int) -> None:
        period = UsagePeriod(self.period.itemData(place))
        # The days that were shown are where choosing others begins.
        self.changed.emit(replace(self._scope, period=period))

    def _on_days(self) -> None:
        first, last = _day(self.first.date()), _day(self.last.date())
        self.changed.emit(replace(self._scope, period=UsagePeriod.CUSTOM, first=first, last=last))


def narrowed_to(scope: UsageScope, kind: str, id_: str) -> UsageScope:
    """The scope with a model, chat, key or payer that it is narrowed to; empty: any."""
    match kind:
        case "model":
            return replace(scope, model_id=id_)
        case "chat":
            return replace(scope, chat_id=id_)
        case "key":
            return replace(scope, key_id=id_)
        case "payer":
            return replace(scope, payer_id=id_)
        case _:
            raise ValueError(f"nothing to narrow to: {kind}")


def _day(shown: QDate) -> date:
    return date(shown.year(), shown.month(), shown.day())


def _short(label: str) -> str:
    line = " ".join(label.split())
    return line if len(line) <= LABEL_LETTERS_MAX else f"{line[: LABEL_LETTERS_MAX - 1]}…"
