"""What a pane shows before the first message: a quiet greeting, starters, the model's price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.ui import words
from app.ui.theme import Theme, set_look

if TYPE_CHECKING:
    from app.seam.views import ModelRow

PADDING = 26  # of a suggestion: both edges and their borders


class Greeting(QWidget):
    """`starter_chosen(text)` puts a suggestion into the composer; nothing is sent by it."""

    starter_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._build()

    def show_model(self, row: ModelRow | None) -> None:
        """What the chosen model costs."""
        from PySide6.QtCore import Qt

        self._price.setTextFormat(Qt.TextFormat.PlainText)
        self._price.setText(price_line(row) if row else "")
        self._price.setVisible(row is not None)

    def show_starters(self, shown: bool) -> None:
        """Suggestions stand in the first pane only."""
        for button in self._starters:
            button.setVisible(shown)

    def _build(self) -> None:
        theme = Theme.current()
        self._title = _label(self.tr("What would you like to know?"))
        set_look(self._title, size="title")
        self._price = _label("")
        set_look(self._price, tone="2", size="note")
        self._starters = [self._make_starter(text) for text in self._starter_texts()]
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(28),) * 4)
        column.setSpacing(theme.px(8))
        column.addStretch(2)
        column.addWidget(self._title)
        column.addWidget(self._price)
        column.addSpacing(theme.px(12))
        for button in self._starters:
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(button)
            row.addStretch(1)
            column.addLayout(row)
        column.addStretch(3)

    def _starter_texts(self) -> tuple[str, ...]:
        return (
            self.tr("Explain how a database lock works, with a small example."),
            self.tr("Help me write a short and friendly letter."),
            self.tr("Plan a dinner for six with what is in season."),
        )

    def _make_starter(self, text: str) -> QPushButton:
        button = _Starter(text)
        set_look(button, look="suggestion")
        button.setMaximumWidth(Theme.current().px(520))
        # The words above do not move when these come.
        policy = button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        button.setSizePolicy(policy)
        button.clicked.connect(lambda: self.starter_chosen.emit(text))
        return button


class _Starter(QPushButton):
    """Its words end in `…` where the pane is narrow; the tooltip has all of them."""

    def __init__(self, words_: str) -> None:
        super().__init__(words_)
        self._words = words_
        self.setAccessibleName(words_)

    def sizeHint(self) -> QSize:
        room = self.fontMetrics().horizontalAdvance(self._words) + Theme.current().px(PADDING)
        return QSize(room, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        from PySide6.QtCore import Qt

        super().resizeEvent(event)
        room = self.width() - Theme.current().px(PADDING) + 1
        elided = Qt.TextElideMode.ElideRight
        self.setText(self.fontMetrics().elidedText(self._words, elided, room))
        self.setToolTip("" if self.text() == self._words else self._words)


def price_line(row: ModelRow) -> str:
    """What a model costs, in one line: rates, payer and what is special about them."""
    drawn = _drawn_by(row)
    if row.free:
        price = words.tr("{0} is free").format(row.name)
    elif drawn:
        price = f"{row.name}: {drawn}"
    elif row.input_rate is None or row.output_rate is None:
        price = words.tr("The price of {0} is not known").format(row.name)
    else:
        price = words.tr("{0}: {1} in, {2} out per million tokens").format(
            row.name, words.rate(row.input_rate), words.rate(row.output_rate)
        )
    # What a free model has of its own is no part of the tokens that were bought.
    payer = "" if row.hosted is not None and row.hosted.free else row.payer
    return " · ".join(filter(None, (price, payer, row.price_note)))


def _drawn_by(row: ModelRow) -> str:
    """`5× tokens` of what hosted tokens pay; empty where money is paid."""
    if row.hosted is None:
        return ""
    from app.ui.hosted.wording import drawn_by

    return drawn_by(row.hosted)


def _label(text: str) -> QLabel:
    label = QLabel(text, wordWrap=True)
    set_look(label, align="center")
    return label
