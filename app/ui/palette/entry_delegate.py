"""Draws a line of the palette: its icon, its title, and at the end what says more about it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QIcon, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.ui.palette.entries import Entry
from app.ui.theme import Size, Theme

ROW_HEIGHT = 34
EDGE, GAP, ICON_SIDE = 10, 10, 16
NOTE_PART = 0.4  # a note takes no more of the line than this


class EntryDelegate(QStyledItemDelegate):
    """The title comes first: a long note is cut before it is."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, Theme.current().px(ROW_HEIGHT))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        entry = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(entry, Entry):
            return
        theme = Theme.current()
        painter.save()
        rect: QRect = option.rect
        state = option.state
        self._paint_ground(painter, rect, state)
        inner = rect.adjusted(theme.px(EDGE), 0, -theme.px(EDGE), 0)
        mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        _paint_line(painter, inner, entry, index.data(Qt.ItemDataRole.DecorationRole), mirrored)
        painter.restore()

    def _paint_ground(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag) -> None:
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if not selected and not state & QStyle.StateFlag.State_MouseOver:
            return
        theme = Theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("sel" if selected else "panel"))
        radius = theme.px(8)
        painter.drawRoundedRect(QRectF(rect).adjusted(0, 0.5, 0, -0.5), radius, radius)


def _paint_line(
    painter: QPainter, inner: QRect, entry: Entry, picture: object, mirrored: bool
) -> None:
    theme = Theme.current()
    side, gap = theme.px(ICON_SIDE), theme.px(GAP)
    note_font = theme.font(Size.SMALL, figures=entry.kind != "model")
    metrics = QFontMetrics(note_font)
    most = int(inner.width() * NOTE_PART)
    note = metrics.elidedText(entry.note, Qt.TextElideMode.ElideRight, most)
    note_width = metrics.horizontalAdvance(note)
    spot = QRect(inner.left(), inner.center().y() - side // 2, side, side)
    title = inner.adjusted(side + gap, 0, -(note_width + 2 * gap if note else 0), 0)
    end = QRect(inner.right() + 1 - note_width, inner.top(), note_width, inner.height())
    if mirrored:
        spot, title, end = (_mirrored(box, inner) for box in (spot, title, end))
    if isinstance(picture, QIcon):
        picture.paint(painter, spot)
    painter.setFont(theme.font())
    painter.setPen(theme.color("ink"))
    text = QFontMetrics(painter.font()).elidedText(
        entry.text, Qt.TextElideMode.ElideRight, title.width()
    )
    center = Qt.AlignmentFlag.AlignVCenter
    lead = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
    painter.drawText(title, int(center | lead), text)
    painter.setFont(note_font)
    painter.setPen(theme.color("ink3"))
    painter.drawText(end, int(center | lead), note)


def _mirrored(box: QRect, within: QRect) -> QRect:
    left = within.left() + within.right() - box.right()
    return QRect(left, box.top(), box.width(), box.height())
