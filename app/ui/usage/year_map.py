"""The last 53 weeks as a map: a column for each week, a cell for each day, darker for dearer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.seam.usage_views import UsageBar
from app.ui import words
from app.ui.theme import Size, Theme
from app.ui.usage import wording

WEEK = 7
READING, MONTHS, NAMES, LEGEND = 24, 18, 34, 26
CELL_MIN, CELL_MAX, GAP_SHARE = 6, 18, 0.18
LEVELS = 4
_ALPHAS = (0.34, 0.54, 0.76, 1.0)
_EMPTY = 0.2


class YearMap(QWidget):
    """Filled cells are exact, framed ones hold an estimate. Arrow keys walk through the days.

    `chosen` gives the day that was clicked or entered.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._days: tuple[UsageBar, ...] = ()
        self._bounds: tuple[int, ...] = ()
        self._at = self._hovered = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_days(self, days: Sequence[UsageBar]) -> None:
        """The days, oldest first, the first one a Monday."""
        self._days = tuple(days)
        self._bounds = bounds_of([bar.exact_pusd + bar.estimated_pusd for bar in days])
        self._at = self._hovered = -1
        self.setAccessibleName(self.tr("Cost of every day of the last year"))
        spent = [wording.bar_text(day) for day in self._days if day.messages or day.unpriced]
        self.setAccessibleDescription("; ".join(spent))
        self.update()

    def reading(self) -> str:
        """The day under the pointer or the keyboard in words; empty without one."""
        place = self._hovered if self._hovered >= 0 else self._at
        return wording.bar_text(self._days[place]) if 0 <= place < len(self._days) else ""

    def level_of(self, day: UsageBar) -> int:
        """0 where nothing was spent, then 1 to 4 by how dear a day was among the others."""
        amount = day.exact_pusd + day.estimated_pusd
        if amount <= 0:
            return 0
        return LEVELS - sum(amount <= bound for bound in self._bounds)

    def sizeHint(self) -> QSize:
        theme = Theme.current()
        high = READING + MONTHS + WEEK * CELL_MAX + LEGEND
        return QSize(theme.px(NAMES + 53 * CELL_MAX), theme.px(high))

    def minimumSizeHint(self) -> QSize:
        theme = Theme.current()
        return QSize(theme.px(240), theme.px(READING + MONTHS + WEEK * CELL_MIN + LEGEND))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._place_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position())
        if place >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self._days[place])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        at = self._at if self._at >= 0 else len(self._days) - 1
        first = self._at < 0
        steps = {
            Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -WEEK, Qt.Key.Key_Right: WEEK,
            Qt.Key.Key_Home: -at, Qt.Key.Key_End: len(self._days) - 1 - at,
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in steps:
            self._go(at if first and key not in (Qt.Key.Key_Home,) else at + steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._at >= 0:
            self.chosen.emit(self._days[self._at])
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._at = -1
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = Theme.current()
        painter.setFont(theme.font(Size.SMALL, figures=True))
        painter.setPen(theme.color("ink2"))
        text = self.reading() or self.tr("The last 53 weeks, by day (UTC)")
        strip = QRectF(0, 0, self.width(), theme.px(READING - 6))
        painter.drawText(strip, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, text)
        self._paint_names(painter)
        for place in range(len(self._days)):
            self._paint_day(painter, place)
        self._paint_legend(painter)
        if self.hasFocus() and self._at < 0:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def _paint_names(self, painter: QPainter) -> None:
        """Months above, every other weekday beside."""
        theme, cell, place_of = Theme.current(), self._cell(), words.locale()
        painter.setPen(theme.color("ink3"))
        last_end = 0.0
        for place in range(0, len(self._days), WEEK):
            monday = self._days[place].first
            if not any((monday + timedelta(days=n)).day == 1 for n in range(WEEK)):
                continue
            month = monday + timedelta(days=WEEK - 1)
            text = place_of.toString(wording.qdate(month), "MMM")
            width = painter.fontMetrics().horizontalAdvance(text)
            left = self._box(place).left()
            if self._mirrored():
                left -= width - cell
            elif left < last_end or left + width > self.width():
                continue
            last_end = left + width + theme.px(4)
            painter.drawText(QPointF(left, theme.px(READING + MONTHS - 6)), text)
        for row in (0, 2, 4):
            name = place_of.standaloneDayName(row + 1, place_of.FormatType.ShortFormat)
            y = self._top() + row * cell
            left = self.width() - theme.px(NAMES) if self._mirrored() else 0
            box = QRectF(left, y, theme.px(NAMES - 4), cell)
            painter.drawText(
                box, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, name
            )

    def _paint_day(self, painter: QPainter, place: int) -> None:
        day = self._days[place]
        box = self._box(place)
        self._paint_cell(
            painter, box, self.level_of(day), framed=bool(day.estimated_pusd), odd=day.unpriced > 0
        )
        if place == self._hovered or (place == self._at and self.hasFocus()):
            painter.setPen(QPen(Theme.current().color("ink"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), 3, 3)

    def _paint_cell(
        self, painter: QPainter, box: QRectF, level: int, *, framed: bool, odd: bool = False
    ) -> None:
        theme = Theme.current()
        radius = min(3.0, box.width() / 4)
        color = QColor(theme.color("accent" if level else "ink3"))
        color.setAlphaF(_ALPHAS[level - 1] if level else _EMPTY)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(box, radius, radius)
        if framed:
            inner = box.width() * 0.26
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(box.adjusted(inner, inner, -inner, -inner), 1, 1)
        if odd:
            painter.setPen(QPen(theme.color("warn"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), radius, radius)

    def _paint_legend(self, painter: QPainter) -> None:
        theme, side = Theme.current(), float(Theme.current().px(11))
        y = self._top() + WEEK * self._cell() + theme.px(8)
        if y + side > self.height():
            return
        x = 0.0
        for text, levels in (
            (self.tr("less"), range(LEVELS + 1)), (self.tr("more"), range(0)),
        ):  # fmt: skip
            painter.setPen(theme.color("ink3"))
            width = painter.fontMetrics().horizontalAdvance(text)
            painter.drawText(QPointF(x, y + side - 1), text)
            x += width + theme.px(6)
            for level in levels:
                self._paint_cell(painter, QRectF(x, y, side, side), level, framed=False)
                x += side + theme.px(3)
            x += theme.px(4)
        x += theme.px(10)
        for text, framed, odd in (
            (self.tr("estimated"), True, False), (self.tr("price unknown"), False, True),
        ):  # fmt: skip
            level = LEVELS - 1 if framed else 0
            self._paint_cell(painter, QRectF(x, y, side, side), level, framed=framed, odd=odd)
            x += side + theme.px(6)
            painter.setPen(theme.color("ink3"))
            painter.drawText(QPointF(x, y + side - 1), text)
            x += painter.fontMetrics().horizontalAdvance(text) + theme.px(14)

    def _cell(self) -> float:
        theme = Theme.current()
        weeks = max(1, -(-len(self._days) // WEEK))
        wide = (self.width() - theme.px(NAMES)) / weeks
        high = (self.height() - self._top() - theme.px(LEGEND)) / WEEK
        return max(4.0, min(wide, high, float(theme.px(CELL_MAX))))

    def _top(self) -> float:
        return float(Theme.current().px(READING + MONTHS))

    def _box(self, place: int) -> QRectF:
        cell = self._cell()
        gap = cell * GAP_SHARE
        week, row = divmod(place, WEEK)
        left = Theme.current().px(NAMES) + week * cell
        if self._mirrored():
            left = self.width() - left - cell
        return QRectF(left, self._top() + row * cell, cell - gap, cell - gap)

    def _place_at(self, at: QPointF) -> int:
        cell = self._cell()
        x = self.width() - at.x() if self._mirrored() else at.x()
        week, row = (x - Theme.current().px(NAMES)) // cell, (at.y() - self._top()) // cell
        place = int(week) * WEEK + int(row)
        inside = 0 <= row < WEEK and week >= 0 and place < len(self._days)
        return place if inside else -1

    def _mirrored(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def _hover(self, place: int) -> None:
        if place != self._hovered:
            self._hovered = place
            self.update()

    def _go(self, place: int) -> None:
        if not 0 <= place < len(self._days):
            return
        self._at, self._hovered = place, -1
        self.update()
        self.setAccessibleName(self.reading())
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))


def bounds_of(amounts: Sequence[int]) -> tuple[int, ...]:
    """Up to three amounts, each the most of its group; what is above all of them is dearest.

    Days of one cost are one step, and the dearest day is always in the last group.
    """
    steps = sorted({amount for amount in amounts if amount > 0})
    ends = [len(steps) * step // LEVELS for step in range(1, LEVELS)]
    return tuple(steps[end - 1] for end in ends if end)
