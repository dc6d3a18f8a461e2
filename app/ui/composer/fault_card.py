"""Why a message did not go out, above the composer that still holds it, with the ways on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout

from app.ui import words
from app.ui.composer.flow_row import FlowRow
from app.ui.icons import icon
from app.ui.theme import Theme, set_look

if TYPE_CHECKING:
    from app.seam.quote_views import CheaperView
    from app.seam.views import FaultView


# Where another model is one more way on.
_OF_THE_MODEL = ("keys", "retry", "budgets")


class FaultCard(QFrame):
    """`action_asked(action)` is `keys`, `retry`, `model`, `budgets` or `stop`, as the fault names
    it, or `use:REF` for a model that is offered instead. `closed` by its cross."""

    action_asked = Signal(str)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._action = ""
        self._offers: list[QPushButton] = []
        self._build()
        self._connect()

    def show_fault(
        self, fault: FaultView, cheaper: Sequence[CheaperView] = (), *, kept: bool = True
    ) -> None:
        """Say what happened, that nothing typed is lost, and what can be done.

        `kept` where it is about a message that still stands in the composer.
        """
        self._message.setText(fault.message)
        stays = self.tr("Your message is kept in the box.") if kept else ""
        self._advice.setText(f"{fault.advice} {stays}".strip())
        self._advice.setVisible(bool(self._advice.text()))
        self._action = fault.action
        names = {
            "keys": self.tr("Your keys"),
            "retry": self.tr("Try again"),
            "model": self.tr("Choose a model"),
            "budgets": self.tr("Raise the budget"),
            "stop": self.tr("Stop the answer"),
        }
        self._way_on.setText(names.get(fault.action, ""))
        self._way_on.setVisible(fault.action in names)
        self._other_model.setVisible(fault.action in _OF_THE_MODEL)
        self._offer(cheaper)
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
        self._ways = FlowRow()
        self._ways.add(self._way_on)
        self._ways.add(self._other_model)
        top = QHBoxLayout()
        top.addWidget(self._message, 1)
        top.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(16), theme.px(12), theme.px(12), theme.px(12))
        column.setSpacing(theme.px(6))
        column.addLayout(top)
        column.addWidget(self._advice)
        column.addWidget(self._ways)
        self.hide()

    def _connect(self) -> None:
        self._way_on.clicked.connect(self._on_way_on)
        self._other_model.clicked.connect(lambda: self.action_asked.emit("model"))
        self._close.clicked.connect(self.closed)

    def _offer(self, models: Sequence[CheaperView]) -> None:
        """A button for each model that could answer it all the same."""
        for button in self._offers:
            self._ways.drop(button)
        self._offers = []
        for model in models:
            button = QPushButton(_offer_words(model))
            button.setToolTip(model.payer)
            button.clicked.connect(lambda _=False, ref=model.ref: self._take(ref))
            self._ways.add(button)
            self._offers.append(button)

    def _take(self, ref: str) -> None:
        self.hide()
        self.action_asked.emit(f"use:{ref}")

    def _on_way_on(self) -> None:
        self.action_asked.emit(self._action)


def _offer_words(model: CheaperView) -> str:
    """`Use Qwen Turbo, free`, `Use GPT-4o mini, about $0.0004`."""
    if not model.likely_pusd:
        return QCoreApplication.translate("FaultCard", "Use {0}, free").format(model.name)
    pattern = QCoreApplication.translate("FaultCard", "Use {0}, about {1}")
    return pattern.format(model.name, words.money(model.likely_pusd))


def _label() -> QLabel:
    return QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
