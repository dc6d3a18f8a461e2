"""What a search found: the chat, the place in it, and the words that matched, marked in place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListView,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.seam.views import SearchHit
from app.ui import words
from app.ui.sidebar.chat_delegate import ChatDelegate
from app.ui.sidebar.chat_model import Index
from app.ui.theme import Size, Theme, set_look

HIT_ROLE = Qt.ItemDataRole.UserRole + 3
HIT_HEIGHT = 66
MARK_BEGIN, MARK_END = "\x02", "\x03"
# Of Markdown, what nobody would look for: bold, code, headings. One star may be a product.
_MARKUP = re.compile(r"\*\*|`+|(?:^|(?<= ))#{1,6} ")


class HitModel(QAbstractListModel):
    """The hits of the newest search."""

    def __init__(self) -> None:
        super().__init__()
        self._hits: tuple[SearchHit, ...] = ()

    def show(self, hits: Sequence[SearchHit]) -> None:
        """Take the hits of a search in place of the last ones."""
        self.beginResetModel()
        self._hits = tuple(hits)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not 0 <= index.row() < len(self._hits):
            return None
        hit = self._hits[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return hit.chat_title
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{hit.chat_title}: {split_marks(hit.snippet)[0]}"
            case _:
                return hit if role == HIT_ROLE else None


class HitList(QWidget):
    """The hits as a list, or that nothing was found."""

    hit_chosen = Signal(str, str)  # chat, message

    def __init__(self) -> None:
        super().__init__()
        self._model = HitModel()
        self._chosen: SearchHit | None = None
        self._build()
        self._view.activated.connect(self._on_activated)
        self._view.clicked.connect(self._on_activated)
        Theme.current().changed.connect(self._view.scheduleDelayedItemsLayout)

    def show_hits(self, hits: Sequence[SearchHit]) -> None:
        """Take the hits of the newest search."""
        self._model.show(hits)
        self._none.setVisible(not hits)
        self._view.setVisible(bool(hits))

    def choose_first(self) -> None:
        """Open the first hit, where there is one."""
        if self._model.rowCount():
            self._on_activated(self._model.index(0))

    def _build(self) -> None:
        view = self._view = QListView()
        view.setModel(self._model)
        view.setItemDelegate(HitDelegate(view))
        view.setMouseTracking(True)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setAccessibleName(self.tr("Search results"))
        self._none = QLabel(self.tr("Nothing found."), alignment=Qt.AlignmentFlag.AlignHCenter)
        self._none.setContentsMargins(8, 24, 8, 24)
        set_look(self._none, tone="3", size="note")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._none)
        column.addWidget(view, 1)

    def _on_activated(self, index: Index) -> None:
        hit = index.data(HIT_ROLE)
        if isinstance(hit, SearchHit) and hit is not self._chosen:
            # A double click says it twice.
            self._chosen = hit
            QTimer.singleShot(0, self, self._forget_chosen)
            self.hit_chosen.emit(hit.chat_id, hit.message_id)

    def _forget_chosen(self) -> None:
        self._chosen = None


class HitDelegate(ChatDelegate):
    """Title and date above, two lines of the message below with the matches marked."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, Theme.current().px(HIT_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        hit = index.data(HIT_ROLE)
        if not isinstance(hit, SearchHit):
            return
        theme = Theme.current()
        painter.save()
        self._paint_ground(painter, option)
        box = option.rect.adjusted(theme.px(8), theme.px(6), -theme.px(8), -theme.px(4))
        self._paint_title(painter, box, hit)
        self._paint_snippet(painter, box.adjusted(0, theme.px(20), 0, 0), hit.snippet)
        painter.restore()

    def _paint_title(self, painter: QPainter, box: QRect, hit: SearchHit) -> None:
        theme = Theme.current()
        line = QRect(box.x(), box.y(), box.width(), theme.px(18))
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        date = words.short_date(hit.at)
        font = theme.font(Size.SMALL, figures=True)
        painter.setFont(font)
        painter.setPen(theme.color("ink3"))
        painter.drawText(line, right, date)
        line.setRight(line.right() - QFontMetrics(font).horizontalAdvance(date) - theme.px(8))
        font = theme.font(Size.NOTE)
        font.setWeight(font.Weight.Medium)
        painter.setFont(font)
        painter.setPen(theme.color("ink"))
        title = QFontMetrics(font).elidedText(
            hit.chat_title, Qt.TextElideMode.ElideRight, line.width()
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)

    def _paint_snippet(self, painter: QPainter, box: QRect, snippet: str) -> None:
        theme = Theme.current()
        text, marks = split_marks(snippet)
        layout = QTextLayout(text, theme.font(Size.SMALL))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats([_marked(theme, start, length) for start, length in marks])
        layout.beginLayout()
        height = 0.0
        for _ in range(2):
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(box.width())
            line.setPosition(QPointF(0, height))
            height += line.height()
        layout.endLayout()
        painter.setPen(theme.color("ink2"))
        layout.draw(painter, QPointF(box.topLeft()))


def split_marks(snippet: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without marks on one line, and (start, length) of what they held."""
    flat = _MARKUP.sub("", " ".join(snippet.split()))
    text, marks = "", []
    for index, piece in enumerate(flat.split(MARK_BEGIN)):
        held, end, rest = piece.partition(MARK_END)
        if index and end:
            marks.append((len(text), len(held)))
        text += held + rest
    return text, marks


def _marked(theme: Theme, start: int, length: int) -> QTextLayout.FormatRange:
    marked = QTextLayout.FormatRange()
    marked.start, marked.length = start, length
    look = QTextCharFormat()
    look.setBackground(theme.color("accent_soft"))
    look.setForeground(theme.color("accent"))
    look.setFontWeight(600)
    marked.format = look
    return marked
