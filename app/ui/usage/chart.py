"""What each day, week or month cost, as bars with an axis that one can read, point at and walk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QFontMetrics,
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
from app.ui.usage.axis import labels_at, ticks_of

HEIGHT, HEIGHT_MIN = 176, 118
READING, FOOT, GAP = 20, 20, 8  # above the bars, below them, beside the axis
BAR_MIN, BAR_MAX, ROUND_FROM = 2, 40, 14
OPACITY = 0.85
_DESCRIBED_AFTER_MS = 50
_WIDE = date(2026, 9, 30)  # no day is written wider


class BarChart(QWidget):
    """Solid is exact, hollow estimated; a ring at the foot marks what has no known price.

    `chosen` gives the bar that was clicked or entered.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._bars: tuple[UsageBar, ...] = ()
        self._at = self._hovered = -1
        self._unit = "day"
        self._in_tokens = False
        self._ticks: tuple[int, ...] = (0,)
        self._describing = QTimer(self, singleShot=True, interval=_DESCRIBED_AFTER_MS)
        self._describing.timeout.connect(self._describe)
        self._axis = 0  # its width with the gap beside it, in pixels
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        Theme.current().changed.connect(self._measure)

    def show_bars(self, bars: Sequence[UsageBar], unit: str, *, in_tokens: bool = False) -> None:
        """The bars, oldest first; `unit` is what each stands for. `in_tokens`: they are as high as
        the plan tokens that were drawn, and not as the money."""
        self._bars, self._unit, self._in_tokens = tuple(bars), unit, in_tokens
        self._at = self._hovered = -1
        if in_tokens:
            self._ticks = ticks_of(max((bar.drawn_tokens for bar in self._bars), default=0), 1)
        else:
            most = max((bar.exact_pusd + bar.estimated_pusd for bar in self._bars), default=0)
            self._ticks = ticks_of(most)
        self._measure()
        self.setAccessibleName(self._name())
        # A year of words takes longer than the picture: it is there first.
        self._describing.start()
        self.update()

    def _describe(self) -> None:
        spent = [wording.bar_text(bar) for bar in self._bars if bar.messages or bar.unpriced]
        self.setAccessibleDescription("; ".join(spent))

    def has_estimates(self) -> bool:
        """Whether any bar is not exact."""
        return not self._in_tokens and any(bar.estimated_pusd for bar in self._bars)

    def reading(self) -> str:
        """The bar under the pointer or the keyboard in words; empty without one."""
        place = self._hovered if self._hovered >= 0 else self._at
        return wording.bar_text(self._bars[place]) if 0 <= place < len(self._bars) else ""

    def sizeHint(self) -> QSize:
        theme = Theme.current()
        return QSize(theme.px(320), theme.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        theme = Theme.current()
        return QSize(theme.px(200), theme.px(HEIGHT_MIN))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._place_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position().x())
        if place >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self._bars[place])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._bars) - 1
        at = self._at if self._at >= 0 else last + 1
        match event.key():
            case Qt.Key.Key_Left:
                self._go(max(0, at - 1))
            case Qt.Key.Key_Right:
                self._go(min(last, at + 1))
            case Qt.Key.Key_Home:
                self._go(0)
            case Qt.Key.Key_End:
                self._go(last)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space if self._at >= 0:
                self.chosen.emit(self._bars[self._at])
            case _:
                super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._at = -1
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = Theme.current()
        painter.setFont(theme.font(Size.SMALL, figures=True))
        self._paint_reading(painter)
        self._paint_axis(painter)
        for place in range(len(self._bars)):
            self._paint_bar(painter, place)
        self._paint_days(painter)
        if self.hasFocus() and self._at < 0:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def _name(self) -> str:
        if self._in_tokens:
            tokens = {
                "day": self.tr("Tokens by day"), "week": self.tr("Tokens by week"),
                "month": self.tr("Tokens by month"), "year": self.tr("Tokens by year"),
            }  # fmt: skip
            return tokens.get(self._unit, "")
        units = {
            "day": self.tr("Cost by day"), "week": self.tr("Cost by week"),
            "month": self.tr("Cost by month"), "year": self.tr("Cost by year"),
        }  # fmt: skip
        return units.get(self._unit, "")

    def _paint_reading(self, painter: QPainter) -> None:
        theme = Theme.current()
        painter.setPen(theme.color("ink2"))
        text = self.reading() or self._name()
        strip = QRectF(0, 0, self.width(), theme.px(READING - 4))
        align = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        shown = QFontMetrics(painter.font()).elidedText(
            text, Qt.TextElideMode.ElideRight, self.width()
        )
        painter.drawText(strip, align, shown)

    def _paint_axis(self, painter: QPainter) -> None:
        theme = Theme.current()
        plot = self._plot()
        for tick in self._ticks:
            y = self._y(tick)
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(theme.color("ink3"))
            half = theme.px(8)
            box = QRectF(0, y - half, self._axis - theme.px(GAP), 2 * half)
            if self._mirrored():
                box.moveLeft(plot.right() + theme.px(GAP))
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, align, self._tick_text(tick))

    def _paint_bar(self, painter: QPainter, place: int) -> None:
        theme, bar, slot = Theme.current(), self._bars[place], self._slot(place)
        foot = self._y(0)
        if place == self._hovered or (place == self._at and self.hasFocus()):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("sel"))
            painter.drawRoundedRect(slot, 3, 3)
            if place == self._at and self.hasFocus():
                painter.setPen(QPen(theme.color("accent"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(slot.adjusted(0, 1, 0, 0), 3, 3)
        width = min(max(slot.width() * 0.72, 1.0), float(theme.px(BAR_MAX)))
        left = slot.center().x() - width / 2
        if self._in_tokens:
            self._paint_part(painter, left, width, foot, bar.drawn_tokens, hollow=False)
            return
        top = self._paint_part(painter, left, width, foot, bar.exact_pusd, hollow=False)
        self._paint_part(painter, left, width, top, bar.estimated_pusd, hollow=True)
        if bar.unpriced:
            painter.setPen(QPen(theme.color("warn"), 1.5))
            painter.setBrush(theme.color("raised"))
            radius = min(theme.px(3), max(1.5, slot.width() / 3))
            painter.drawEllipse(QPointF(slot.center().x(), foot), radius, radius)

    def _paint_part(
        self, painter: QPainter, left: float, width: float, foot: float, pusd: int, *, hollow: bool
    ) -> float:
        """One part on top of another; where it ends."""
        if pusd <= 0:
            return foot
        theme = Theme.current()
        height = max(float(theme.px(BAR_MIN)), self._y(0) - self._y(pusd))
        box = QRectF(left, foot - height, width, height)
        color = QColor(theme.color("accent"))
        color.setAlphaF(OPACITY)
        if width < theme.px(ROUND_FROM):
            _fill(painter, box, color, theme.color("accent_soft") if hollow else None)
            return box.top()
        radius = theme.px(2)
        if hollow:
            painter.setPen(QPen(color, 1.2))
            painter.setBrush(theme.color("accent_soft"))
            painter.drawRoundedRect(box.adjusted(0.6, 0.6, -0.6, 0), radius, radius)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(box, radius, radius)
        return box.top()

    def _paint_days(self, painter: QPainter) -> None:
        theme, plot = Theme.current(), self._plot()
        form = {"day": "d MMM", "week": "d MMM", "month": "MMM yyyy"}.get(self._unit, "yyyy")
        form = words.day_form(form)
        metrics = QFontMetrics(painter.font())
        place_of = words.locale()
        wide = metrics.horizontalAdvance(place_of.toString(wording.qdate(_WIDE), form))
        painter.setPen(theme.color("ink3"))
        for place in labels_at(len(self._bars), round(plot.width()), wide + theme.px(14)):
            text = place_of.toString(wording.qdate(self._bars[place].first), form)
            middle = self._slot(place).center().x()
            box = QRectF(middle - wide, plot.bottom() + theme.px(4), 2 * wide, theme.px(FOOT - 4))
            if box.center().x() - wide / 2 < 0:
                box.moveLeft(-wide / 2)
            if box.center().x() + wide / 2 > self.width():
                box.moveRight(self.width() + wide / 2)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _measure(self) -> None:
        """How much room the figures beside the bars take."""
        theme = Theme.current()
        metrics = QFontMetrics(theme.font(Size.SMALL, figures=True))
        widest = max(metrics.horizontalAdvance(self._tick_text(tick)) for tick in self._ticks)
        self._axis = widest + theme.px(GAP)
        self.update()

    def _tick_text(self, tick: int) -> str:
        return words.count(tick) if self._in_tokens else words.money(tick)

    def _plot(self) -> QRectF:
        theme = Theme.current()
        axis = self._axis
        left = 0.0 if self._mirrored() else axis
        top = theme.px(READING) + theme.px(6)
        return QRectF(left, top, self.width() - axis, self.height() - top - theme.px(FOOT))

    def _y(self, pusd: int) -> float:
        plot = self._plot()
        # Drawing only: no amount is computed from this height.
        share = pusd / self._ticks[-1] if self._ticks[-1] else 0.0
        return plot.bottom() - plot.height() * share

    def _slot(self, place: int) -> QRectF:
        plot = self._plot()
        width = plot.width() / max(1, len(self._bars))
        at = len(self._bars) - 1 - place if self._mirrored() else place
        return QRectF(plot.left() + at * width, plot.top(), width, plot.height())

    def _place_at(self, x: float) -> int:
        plot = self._plot()
        if not self._bars or not plot.left() <= x < plot.right():
            return -1
        place = min(int((x - plot.left()) * len(self._bars) / plot.width()), len(self._bars) - 1)
        return len(self._bars) - 1 - place if self._mirrored() else place

    def _mirrored(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def _hover(self, place: int) -> None:
        if place != self._hovered:
            self._hovered = place
            self.update()

    def _go(self, place: int) -> None:
        if not 0 <= place < len(self._bars):
            return
        self._at, self._hovered = place, -1
        self.update()
        self.setAccessibleName(self.reading())
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))


def _fill(painter: QPainter, box: QRectF, color: QColor, inside: QColor | None) -> None:
    """A narrow bar: whole pixels and no corners, which a year of bars is drawn fast with."""
    whole = box.toRect()
    painter.fillRect(whole, color)
    if inside is not None and whole.width() > 2 and whole.height() > 1:
        painter.fillRect(whole.adjusted(1, 1, -1, 0), inside)
