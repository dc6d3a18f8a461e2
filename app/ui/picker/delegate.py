"""How a line of the picker is drawn: heading, or a model with its columns and its star."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.seam.quote_views import ModelCostView
from app.seam.views import ModelRow
from app.ui.icons import pixmap
from app.ui.picker import wording
from app.ui.picker.columns import Columns, columns_of
from app.ui.picker.line_model import COST_ROLE, LINE_ROLE, Index
from app.ui.picker.listing import Heading
from app.ui.theme import Size, Theme

ROW_HEIGHT, NOTED_HEIGHT, HEADING_HEIGHT = 36, 52, 32
_START = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
_END = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing


class LineDelegate(QStyledItemDelegate):
    """Paints what is visible; `current_ref` carries the check mark."""

    current_ref = ""
    shows_costs = False  # of the message that is being written

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = index.data(LINE_ROLE)
        height = HEADING_HEIGHT
        if isinstance(line, ModelRow):
            height = NOTED_HEIGHT if wording.side_note(line) else ROW_HEIGHT
        return QSize(0, Theme.current().px(height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line = index.data(LINE_ROLE)
        painter.save()
        painter.setLayoutDirection(option.direction)
        if isinstance(line, ModelRow):
            self._paint_row(painter, option, line, index.data(COST_ROLE))
        elif isinstance(line, Heading):
            self._paint_heading(painter, option.rect, line.text)
        painter.restore()

    def star_rect(self, rect: QRect, *, mirrored: bool) -> QRect:
        """Where a click means the star."""
        return columns_of(rect, mirrored=mirrored).star

    def _paint_heading(self, painter: QPainter, rect: QRect, text: str) -> None:
        theme = Theme.current()
        painter.setPen(theme.color("ink3"))
        box = rect.adjusted(theme.px(8), theme.px(8), -theme.px(8), 0)
        _draw(painter, box, text, theme.font(Size.SMALL, strong=True), _START)

    def _paint_row(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        row: ModelRow,
        cost: ModelCostView | None,
    ) -> None:
        theme = Theme.current()
        self._paint_ground(painter, option)
        mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        places = self._places(option.rect, mirrored=mirrored)
        note = wording.side_note(row)
        if note:
            self._paint_note(painter, places, note, "ink3" if row.available else "warn")
            lift = theme.px(9)
            lifted = option.rect.adjusted(0, 0, 0, -2 * lift)
            places = self._places(lifted, mirrored=mirrored)
        self._paint_columns(painter, places, row)
        self._paint_cost(painter, places, row, cost)
        self._paint_marks(painter, option, row, mirrored=mirrored)

    def _paint_columns(self, painter: QPainter, places: Columns, row: ModelRow) -> None:
        theme = Theme.current()
        name_tone, tone = ("ink", "ink2") if row.available else ("ink3", "ink3")
        note, figures = theme.font(Size.NOTE), theme.font(Size.NOTE, figures=True)
        painter.setPen(theme.color(name_tone))
        name_font = theme.font(Size.NOTE, strong=row.available)
        _draw(painter, places.name, wording.one_line(row.name), name_font, _START)
        painter.setPen(theme.color(tone))
        _draw(painter, places.abilities, wording.abilities(row), note, _START)
        _draw(painter, places.context, wording.context_size(row.context_tokens), figures, _END)
        known = row.free or row.input_rate is not None or row.output_rate is not None
        known_tone = "ink2" if self.shows_costs else name_tone
        painter.setPen(theme.color(known_tone if known and row.available else "ink3"))
        _draw(painter, places.price, _left_to_right(wording.price(row)), figures, _END)
        painter.setPen(theme.color(name_tone))
        _draw(painter, places.payer, wording.one_line(row.payer), note, _END)

    def _paint_cost(
        self, painter: QPainter, places: Columns, row: ModelRow, cost: ModelCostView | None
    ) -> None:
        theme = Theme.current()
        usable = row.available and cost is not None and not cost.blocked
        painter.setPen(theme.color("ink" if usable else "ink3"))
        figures = theme.font(Size.NOTE, strong=usable, figures=True)
        _draw(painter, places.cost, wording.message_cost(cost), figures, _END)

    def _places(self, rect: QRect, *, mirrored: bool) -> Columns:
        return columns_of(rect, mirrored=mirrored, costs=self.shows_costs)

    def _paint_note(self, painter: QPainter, places: Columns, note: str, tone: str) -> None:
        theme = Theme.current()
        painter.setPen(theme.color(tone))
        box = places.name.united(places.payer)
        box.setTop(box.bottom() - theme.px(24))
        box.setBottom(box.bottom() - theme.px(4))
        _draw(painter, box, note, theme.font(Size.SMALL), _START)

    def _paint_marks(
        self, painter: QPainter, option: QStyleOptionViewItem, row: ModelRow, *, mirrored: bool
    ) -> None:
        places = columns_of(option.rect, mirrored=mirrored)
        if row.ref == self.current_ref:
            _paint_icon(painter, places.check, "check", 14, "accent")
        looked_at = option.state & (
            QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected
        )
        if row.favorite:
            _paint_icon(painter, places.star, "star", 15, "accent", filled=True)
        elif looked_at:
            _paint_icon(painter, places.star, "star", 15, "ink3")

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        theme = Theme.current()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            painter.setOpacity(1 if selected else 0.5)
            painter.fillRect(option.rect, theme.color("sel"))
            painter.setOpacity(1)
        if selected:
            # The keyboard's place must not depend on a shade alone.
            bar = QRect(option.rect)
            bar.setWidth(theme.px(3))
            if option.direction == Qt.LayoutDirection.RightToLeft:
                bar.moveRight(option.rect.right())
            painter.fillRect(bar, theme.color("accent"))
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())


def _left_to_right(figures: str) -> str:
    # Between right-to-left words, "in / out" would be drawn as "out / in".
    return f"\u2066{figures}\u2069" if "/" in figures else figures


def _draw(painter: QPainter, box: QRect, text: str, font: QFont, align: Qt.AlignmentFlag) -> None:
    if not text or box.width() <= 0:
        return
    painter.setFont(font)
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, align | Qt.TextFlag.TextSingleLine, shown)


def _paint_icon(
    painter: QPainter, box: QRect, name: str, size: int, tone: str, *, filled: bool = False
) -> None:
    side = Theme.current().px(size)
    ratio = painter.device().devicePixelRatioF()
    place = QRect(0, 0, side, side)
    place.moveCenter(box.center())
    painter.drawPixmap(place.topLeft(), pixmap(name, tone, side, ratio=ratio, filled=filled))
