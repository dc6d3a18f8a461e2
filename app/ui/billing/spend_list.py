"""A section of the panel: a heading, and lines with a name and a figure."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.seam.views import SpendLine
from app.ui import words
from app.ui.dialog_pieces import clear_layout, column, plain_label, plain_tooltip, row
from app.ui.theme import Size, Theme

SPACING = 8  # between the lines


def tr(text: str) -> str:
    """A word of this file in the user's language."""
    return QCoreApplication.translate("billing", text)


class ElidedLabel(QWidget):
    """One line of plain text that ends in "…" where there is no room; the tooltip has it all."""

    def __init__(self, text: str, tone: str = "ink") -> None:
        super().__init__()
        self._text = "".join(letter if letter.isprintable() else " " for letter in text)
        self._tone = tone
        self.setAccessibleName(self._text)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def text(self) -> str:
        return self._text

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(Theme.current().font(Size.NOTE))
        return QSize(metrics.horizontalAdvance(self._text), metrics.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.current()
        painter = QPainter(self)
        font = theme.font(Size.NOTE)
        painter.setFont(font)
        painter.setPen(theme.color(self._tone))
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        whole = shown == self._text
        self.setToolTip("" if whole else plain_tooltip(self._text))
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        painter.drawText(self.rect(), align, shown)


class SpendList(QWidget):
    """Hidden while it has no lines."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = plain_label(title, tone="2", size="small", strong=True)
        self._lines = column(spacing=SPACING)
        box = column(self, spacing=SPACING)
        box.addWidget(self._title)
        box.addLayout(self._lines)
        self.setAccessibleName(title)

    def show_lines(self, lines: Sequence[SpendLine]) -> None:
        """One line for each."""
        clear_layout(self._lines)
        for line in lines:
            self._lines.addLayout(_line(line))
        self.setVisible(bool(lines))


def figure_of(line: SpendLine) -> str:
    """`$4.02`, `about $2.16`, `free`, `price unknown`."""
    if line.total_pusd is None:
        return tr("price unknown")
    return words.cost(line.total_pusd, line.certainty)


def counts_of(line: SpendLine) -> str:
    """`12 messages, 22,800 tokens`, for a tooltip."""
    pattern = tr("{0} messages, {1} tokens")
    return pattern.format(words.count(line.messages), words.count(line.tokens))


def _line(line: SpendLine) -> QHBoxLayout:
    name = ElidedLabel(line.label)
    figure = plain_label(figure_of(line), tone="2", size="note", figures=True)
    figure.setToolTip(counts_of(line))
    figure.setAccessibleName(f"{name.text()}: {figure.text()}")
    box = row(spacing=8)
    box.addWidget(name, 1)
    box.addWidget(figure)
    return box
