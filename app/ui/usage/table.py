"""The tables of the page: columns that give way where there is no room, one look for all.

Rows are painted from the theme's tokens; only those that can be seen cost anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from app.ui.icons import pixmap
from app.ui.theme import Size, Theme, set_look

Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()
TONE_ROLE = Qt.ItemDataRole.UserRole + 1  # a color token
NOTE_ROLE = Qt.ItemDataRole.UserRole + 2  # quieter words behind the text
BAR_ROLE = Qt.ItemDataRole.UserRole + 3  # (exact share, estimated share), 0 to 1
ICON_ROLE = Qt.ItemDataRole.UserRole + 4  # an icon in place of words
ROW_HEIGHT, EDGE = 34, 8


@dataclass(frozen=True, slots=True)
class Column:
    """`width` at 100 %; 0 takes what is left. It goes away where the table is below `needs`."""

    title: str
    width: int = 0
    figures: bool = False
    needs: int = 0


class UsageTable(QTableView):
    """`entered(row)` by a click or Enter, `asked_more(row)` by Space or a click on the icon."""

    entered = Signal(int)
    asked_more = Signal(int)

    def __init__(self, model: QAbstractTableModel, columns: Sequence[Column], name: str) -> None:
        super().__init__()
        self._columns = tuple(columns)
        self.hovered = -1
        self.setModel(model)
        self.setAccessibleName(name)
        self._build()
        Theme.current().changed.connect(self._fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if row >= 0 and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit(row)
        elif row >= 0 and event.key() == Qt.Key.Key_Space:
            self.asked_more.emit(row)
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(round(event.position().y())))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid():
            return
        on_icon = bool(index.data(ICON_ROLE))
        (self.asked_more if on_icon else self.entered).emit(index.row())

    def _build(self) -> None:
        self.setItemDelegate(RowDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # A bar that comes and goes would move the columns under the pointer.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = self.verticalScrollBar()
        bar.setStyleSheet('QScrollBar[idle="true"]::handle { background: transparent; }')
        bar.rangeChanged.connect(self._on_range_changed)
        self._on_range_changed(0, 0)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setHighlightSections(False)
        head.setMinimumSectionSize(1)
        self._fit()

    def _fit(self) -> None:
        theme = Theme.current()
        room = self.viewport().width()
        self.verticalHeader().setDefaultSectionSize(theme.px(ROW_HEIGHT))
        shown = [room >= theme.px(column.needs) for column in self._columns]
        taken = sum(
            theme.px(column.width) for column, is_shown in zip(self._columns, shown, strict=True)
            if is_shown
        )  # fmt: skip
        for place, column in enumerate(self._columns):
            self.setColumnHidden(place, not shown[place])
            if shown[place]:
                wide = theme.px(column.width) or max(theme.px(80), room - taken)
                self.setColumnWidth(place, wide)

    def _on_range_changed(self, low: int, high: int) -> None:
        idle = "true" if high <= low else "false"
        if self.verticalScrollBar().property("idle") != idle:
            set_look(self.verticalScrollBar(), idle=idle)

    def _hover(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.viewport().update()


class RowDelegate(QStyledItemDelegate):
    """Paints a cell: words with quieter ones behind them, figures at the end, a bar or an icon."""

    def __init__(self, table: UsageTable) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option.rect, index)
        edge = Theme.current().px(EDGE)
        box = option.rect.adjusted(edge, 0, -edge, 0)
        shares = index.data(BAR_ROLE)
        if shares is not None:
            self._paint_bar(painter, box, *shares)
        elif index.data(ICON_ROLE):
            self._paint_icon(painter, option.rect, str(index.data(ICON_ROLE)))
        else:
            self._paint_words(painter, box, index)
        painter.restore()

    def _paint_ground(self, painter: QPainter, rect: QRect, index: Index) -> None:
        theme, table = Theme.current(), self._table
        current = table.hasFocus() and table.currentIndex().row() == index.row()
        if current or table.hovered == index.row():
            color = QColor(theme.color("sel"))
            color.setAlphaF(1.0 if current else 0.6)
            painter.fillRect(rect, color)
        painter.setPen(QPen(theme.color("line"), 1))
        foot = rect.bottom() + 0.5
        painter.drawLine(rect.left(), round(foot), rect.right() + 1, round(foot))
        if current:
            painter.setPen(QPen(theme.color("accent"), 2))
            for y in (rect.top() + 1, rect.bottom()):
                painter.drawLine(rect.left(), y, rect.right() + 1, y)

    def _paint_words(self, painter: QPainter, box: QRect, index: Index) -> None:
        theme = Theme.current()
        at_end = index.data(Qt.ItemDataRole.TextAlignmentRole) is not None
        font = theme.font(Size.NOTE, figures=at_end)
        painter.setFont(font)
        painter.setPen(theme.color(str(index.data(TONE_ROLE) or "ink")))
        metrics = QFontMetrics(font)
        text = _one_line(str(index.data(Qt.ItemDataRole.DisplayRole) or ""))
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        side = Qt.AlignmentFlag.AlignTrailing if at_end else Qt.AlignmentFlag.AlignLeading
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | side, shown)
        note = _one_line(str(index.data(NOTE_ROLE) or ""))
        used = metrics.horizontalAdvance(shown) + theme.px(8)
        if note and not at_end and shown == text and used < box.width():
            rest = box.adjusted(used, 0, 0, 0)
            if self._table.layoutDirection() == Qt.LayoutDirection.RightToLeft:
                rest = box.adjusted(0, 0, -used, 0)
            painter.setPen(theme.color("ink3"))
            quiet = metrics.elidedText(note, Qt.TextElideMode.ElideRight, rest.width())
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | side, quiet)

    def _paint_bar(self, painter: QPainter, box: QRect, exact: float, estimated: float) -> None:
        theme = Theme.current()
        high = theme.px(6)
        track = QRectF(box.left(), box.center().y() - high / 2, box.width(), high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("line"))
        painter.drawRoundedRect(track, high / 2, high / 2)
        both = exact + estimated
        if both <= 0:
            return
        wide = max(float(high), track.width() * both)
        filled = QRectF(track.left(), track.top(), wide, high)
        if self._table.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            filled.moveRight(track.right())
        color = QColor(theme.color("accent"))
        if estimated > 0:
            painter.setPen(QPen(color, 1.2))
            painter.setBrush(theme.color("accent_soft"))
            painter.drawRoundedRect(filled.adjusted(0.6, 0.6, -0.6, -0.6), high / 2, high / 2)
            painter.setPen(Qt.PenStyle.NoPen)
            filled.setWidth(wide * exact / both)
        if exact > 0:
            painter.setBrush(color)
            painter.drawRoundedRect(filled, high / 2, high / 2)

    def _paint_icon(self, painter: QPainter, rect: QRect, name: str) -> None:
        side = Theme.current().px(16)
        place = QRect(0, 0, side, side)
        place.moveCenter(rect.center())
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(place.topLeft(), pixmap(name, "ink2", side, ratio=ratio))


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
