"""One of several: a list that drops down, and a button in a group, drawn from the theme's tokens.

The style's own would draw their circles and arrows in colors of no theme.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QComboBox, QRadioButton, QStyledItemDelegate

from app.ui.icons import pixmap
from app.ui.theme import Theme

ARROW_SIZE, ARROW_ROOM, LINE = 14, 24, 26
LINES_MAX = 12
CIRCLE_SIZE, CIRCLE_GAP, HEIGHT = 16, 9, 26


class ChoiceBox(QComboBox):
    """A list that drops down. The wheel turns the page under it, never the choice."""

    def __init__(self) -> None:
        super().__init__()
        self.setMaxVisibleItems(LINES_MAX)
        self.setItemDelegate(QStyledItemDelegate(self))
        self._dress()
        Theme.current().changed.connect(self._dress)

    def showPopup(self) -> None:
        super().showPopup()
        view = self.view()
        view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        rows = min(self.count(), self.maxVisibleItems())
        wanted = sum(view.sizeHintForRow(row) for row in range(rows))
        missing = wanted - view.viewport().height()
        if missing > 0:
            # Qt leaves the sheet's padding out of its sum, and would cut the last line off.
            box = view.window()
            place = box.geometry().adjusted(0, 0, 0, missing)
            room = self.screen().availableGeometry()
            place.moveTop(max(room.top(), min(place.top(), room.bottom() - place.height() + 1)))
            box.setGeometry(place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def _dress(self) -> None:
        theme = Theme.current()
        room, line, edge = theme.px(ARROW_ROOM), theme.px(LINE), theme.px(6)
        # A list below the field, as wide as it is: not a menu over it.
        self.setStyleSheet(
            "QComboBox { combobox-popup: 0; }"
            f"QComboBox::drop-down {{ border: none; width: {room}px; }}"
            "QComboBox::down-arrow { image: none; }"
            f"QAbstractItemView::item {{ min-height: {line}px; padding: 0 {edge}px; }}"
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        theme = Theme.current()
        side = theme.px(ARROW_SIZE)
        room = theme.px(ARROW_ROOM)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        middle = room // 2 if rtl else self.width() - room // 2 - 2
        painter = QPainter(self)
        picture = pixmap(
            "chevron-down", "ink2" if self.isEnabled() else "ink3", side,
            ratio=self.devicePixelRatioF(),
        )  # fmt: skip
        painter.drawPixmap(middle - side // 2, (self.height() - side) // 2, picture)


class ChoiceButton(QRadioButton):
    """A circle that is filled where it is chosen, and words beside it."""

    def sizeHint(self) -> QSize:
        theme = Theme.current()
        width = QFontMetrics(theme.font()).horizontalAdvance(self.text())
        width += theme.px(CIRCLE_SIZE + CIRCLE_GAP + 10)
        return QSize(width, theme.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, at: QPoint) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = theme.px(CIRCLE_SIZE)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        edge = theme.px(4)
        left = self.width() - side - edge if rtl else edge
        circle = QRectF(left, (self.height() - side) / 2, side, side)
        self._paint_circle(painter, circle)
        words = self.rect()
        if rtl:
            words.setRight(int(circle.left()) - theme.px(CIRCLE_GAP))
        else:
            words.setLeft(int(circle.right()) + theme.px(CIRCLE_GAP))
        painter.setFont(theme.font())
        painter.setPen(theme.color("ink" if self.isEnabled() else "ink3"))
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        painter.setLayoutDirection(self.layoutDirection())
        painter.drawText(words, align, self.text())
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ring = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(ring, theme.px(6), theme.px(6))

    def _paint_circle(self, painter: QPainter, circle: QRectF) -> None:
        theme = Theme.current()
        tone = "accent" if self.isChecked() else "ink3"
        painter.setPen(QPen(theme.color(tone), 1.5))
        painter.setBrush(theme.color("bg"))
        painter.drawEllipse(circle.adjusted(1, 1, -1, -1))
        if self.isChecked():
            inset = circle.width() * 0.3
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent"))
            painter.drawEllipse(circle.adjusted(inset, inset, -inset, -inset))
