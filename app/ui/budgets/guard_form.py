"""The guards' settings: when a message is asked about, and where one with tools is stopped."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from app.money import usd_text
from app.seam.budgets import BudgetSaved, GuardView, SetGuard
from app.ui.budgets.form import serials
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.theme import Theme, set_look

_WHOLE_MAX = 9


class GuardForm(QWidget):
    """Nothing changes before Save; `asked` carries the command."""

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._kept: tuple[str, ...] = ()
        self._serial = 0
        self._fields: list[QLineEdit] = []
        self._build()

    def show_guard(self, guard: GuardView) -> None:
        """The rules as they are kept; what is being typed stays."""
        texts = (
            str(guard.factor),
            usd_text(guard.floor_pusd),
            str(guard.loop_calls_max),
            usd_text(guard.loop_pusd_max),
        )
        if self._texts() in (self._kept, ("",) * len(texts)):
            for field, text in zip(self._fields, texts, strict=True):
                field.setText(text)
        self._kept = texts
        self._on_edited()

    def show_outcome(self, saved: BudgetSaved) -> None:
        """Whether it was kept."""
        if saved.serial == self._serial:
            self._say(self.tr("Kept.") if saved.kept else saved.message, bad=not saved.kept)
            if saved.kept:
                self._kept = self._texts()
                self._on_edited(quiet=True)

    def _build(self) -> None:
        box = column(self, spacing=8)
        box.addWidget(plain_label(self.tr("Ask before a costly message"), strong=True))
        note = self.tr(
            "Before it sends a message that costs far more than yours usually do, Tuppence asks. "
            "The usual is the middle cost of your last 50 messages. Both limits must be passed; "
            "0 times turns the question off."
        )
        box.addWidget(plain_label(note, tone="2", size="note", wrap=True))
        asks = (
            self.tr("Ask above this many times the usual cost"),
            self.tr("But only above, in dollars"),
        )
        box.addLayout(self._grid(asks))
        box.addSpacing(Theme.current().px(8))
        box.addWidget(plain_label(self.tr("Stop a message that calls tools"), strong=True))
        note = self.tr(
            "A model that calls tools is asked again with what they said, all of the conversation "
            "each time. The message stops at these limits, and you can let it go on."
        )
        box.addWidget(plain_label(note, tone="2", size="note", wrap=True))
        stops = (
            self.tr("Stop after this many calls"),
            self.tr("Or before it could cost more than, in dollars"),
        )
        box.addLayout(self._grid(stops))
        self._save = push_button(self.tr("Save"), self._on_save)
        self._save.setObjectName("guard-save")
        self._said = plain_label(size="note", wrap=True)
        line = row()
        line.addWidget(self._save)
        line.addWidget(self._said, 1)
        box.addLayout(line)

    def _grid(self, labels: tuple[str, ...]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Theme.current().px(12))
        grid.setVerticalSpacing(Theme.current().px(8))
        for place, name in enumerate(labels):
            field = _field(name)
            self._fields.append(field)
            grid.addWidget(plain_label(name, size="note"), place, 0)
            grid.addWidget(field, place, 1)
            field.textChanged.connect(self._on_edited)
            field.returnPressed.connect(self._on_save)
        grid.setColumnStretch(0, 1)
        return grid

    def _texts(self) -> tuple[str, ...]:
        return tuple(field.text().strip() for field in self._fields)

    def _say(self, text: str, *, bad: bool = False) -> None:
        self._said.setText(text)
        set_look(self._said, tone="danger" if bad else "2")

    def _on_edited(self, *_: object, quiet: bool = False) -> None:
        edited = self._texts() != self._kept
        self._save.setEnabled(edited)
        set_look(self._save, look="primary" if edited else "")
        if edited and not quiet:
            self._say("")

    def _on_save(self) -> None:
        factor, floor, calls, cost = self._texts()
        if not _is_whole(factor):
            self._say(self.tr("Write a whole number of times, such as 10."), bad=True)
            return
        if not _is_whole(calls):
            self._say(self.tr("Write a whole number of calls, such as 25."), bad=True)
            return
        self._serial = next(serials)
        self.asked.emit(SetGuard(self._serial, int(factor), floor, int(calls), cost))


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < _WHOLE_MAX


def _field(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setFixedWidth(Theme.current().px(110))
    field.setMaxLength(20)
    return field
