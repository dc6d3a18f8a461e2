"""Why a message did not go out, above the composer that still holds it, with the ways on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout

from app.ui.icons import icon
from app.ui.theme import Theme, set_look

if TYPE_CHECKING:
    from app.seam.views import FaultView


class FaultCard(QFrame):
    """`action_asked(action)` is `keys`, `retry` or `model`, as the fault names it."""

    action_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._action = ""
        self._build()
        self._connect()

    def show_fault(self, fault: FaultView) -> None:
        """Say what happened, that nothing typed is lost, and what can be done."""
        self._message.setText(fault.message)
        kept = self.tr("Your message is kept in the box.")
        self._advice.setText(f"{fault.advice} {kept}".strip())
        self._action = fault.action
        names = {
            "keys": self.tr("Your keys"),
            "retry": self.tr("Try again"),
            "model": self.tr("Choose a model"),
        }
        self._way_on.setText(names.get(fault.action, ""))
        self._way_on.setVisible(fault.action in names)
        self._other_model.setVisible(fault.action != "model")
        self.setAccessibleName(f"{fault.message} {fault.advice}")
        self.show()

    def _build(self) -> None:
        theme = Theme.current()
        set_look(self, look="note")
        self._message = _label()
        set_look(self._message, weight="strong")
        self._advice = _label()
        set_look(self._advice, tone="2", size="note")
        self._way_on = QPushButton()
        set_look(self._way_on, look="primary")
        self._other_model = QPushButton(self.tr("Choose a model"))
        self._close = QToolButton()
        self._close.setIcon(icon("x"))
        self._close.setAccessibleName(self.tr("Close"))
        ways = QHBoxLayout()
        ways.addWidget(self._way_on)
        ways.addWidget(self._other_model)
        ways.addStretch(1)
        top = QHBoxLayout()
        top.addWidget(self._message, 1)
        top.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(16), theme.px(12), theme.px(12), theme.px(12))
        column.setSpacing(theme.px(6))
        column.addLayout(top)
        column.addWidget(self._advice)
        column.addLayout(ways)
        self.hide()

    def _connect(self) -> None:
        self._way_on.clicked.connect(self._on_way_on)
        self._other_model.clicked.connect(lambda: self.action_asked.emit("model"))
        self._close.clicked.connect(self.hide)

    def _on_way_on(self) -> None:
        self.action_asked.emit(self._action)


def _label() -> QLabel:
    return QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
