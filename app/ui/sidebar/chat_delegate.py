"""How a line of the chat list is drawn: heading, title, cost, and its marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.ui.icons import pixmap
from app.ui.sidebar.chat_model import HEADING_ROLE, ROW_ROLE, Index, row_cost
from app.ui.theme import RADIUS, Size, Theme

if TYPE_CHECKING:
    from app.seam.views import ChatRow

ROW_HEIGHT = 35
HEADING_HEIGHT = 34


class ChatDelegate(QStyledItemDelegate):
    """Paints from the theme's tokens; 1,000 rows cost what the visible ones cost."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        theme = Theme.current()
        heading = index.data(HEADING_ROLE) is not None
        return QSize(0, theme.px(HEADING_HEIGHT if heading else ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        row: ChatRow | None = index.data(ROW_ROLE)
        if row is not None:
            self._paint_row(painter, option, row)
        else:
            self._paint_heading(painter, option.rect, str(index.data(HEADING_ROLE)))
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setMaxLength(200)
        editor.setAccessibleName(self.tr("New name of the chat"))
        editor.setStyleSheet("padding: 2px 6px; min-height: 0;")
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        editor.setGeometry(option.rect)

    def _paint_heading(self, painter: QPainter, rect: QRect, text: str) -> None:
        theme = Theme.current()
        painter.setFont(theme.font(Size.SMALL, strong=True))
        painter.setPen(theme.color("ink3"))
        box = rect.adjusted(theme.px(8), theme.px(8), -theme.px(8), 0)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_row(self, painter: QPainter, option: QStyleOptionViewItem, row: ChatRow) -> None:
        theme = Theme.current()
        self._paint_ground(painter, option)
        box = option.rect.adjusted(theme.px(8), 0, -theme.px(8), 0)
        box = self._paint_cost(painter, box, row)
        box = self._paint_mark(painter, box, row)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        font = theme.font(Size.TEXT)
        if selected:
            font.setWeight(font.Weight.Medium)
        painter.setFont(font)
        painter.setPen(theme.color("ink"))
        title = QFontMetrics(font).elidedText(
            row.title.replace("\n", " "), Qt.TextElideMode.ElideRight, box.width()
        )
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        theme, state = Theme.current(), option.state
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.setPen(Qt.PenStyle.NoPen)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(theme.color("sel"))
            if not selected:
                painter.setOpacity(0.6)
            painter.drawRoundedRect(option.rect, theme.px(RADIUS), theme.px(RADIUS))
            painter.setOpacity(1)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            ring = option.rect.adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(ring, theme.px(RADIUS), theme.px(RADIUS))

    def _paint_cost(self, painter: QPainter, box: QRect, row: ChatRow) -> QRect:
        theme = Theme.current()
        text = row_cost(row)
        font = theme.font(Size.SMALL, figures=True)
        painter.setFont(font)
        painter.setPen(theme.color("ink3"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        return box.adjusted(0, 0, -QFontMetrics(font).horizontalAdvance(text) - theme.px(8), 0)

    def _paint_mark(self, painter: QPainter, box: QRect, row: ChatRow) -> QRect:
        """A dot while an answer arrives, a broken circle where one was not finished."""
        theme = Theme.current()
        if not (row.streaming or row.unfinished):
            return box
        side = theme.px(12)
        place = QRect(box.right() - side, box.center().y() - side // 2, side, side)
        if row.streaming:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent"))
            dot = theme.px(3)
            painter.drawEllipse(place.adjusted(dot, dot, -dot, -dot))
        else:
            ratio = painter.device().devicePixelRatioF()
            painter.drawPixmap(place.topLeft(), pixmap("circle-alert", "warn", side, ratio=ratio))
        return box.adjusted(0, 0, -side - theme.px(6), 0)
