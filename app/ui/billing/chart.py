"""What each of the last 14 days cost, as bars that can be pointed at, walked through and heard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.seam.hosted_views import DrawnDayView
from app.seam.views import Certainty, DaySpend
from app.ui import words
from app.ui.dialog_pieces import column, plain_label, row
from app.ui.theme import Theme

HEIGHT = 64
GAP = 3
BAR_MIN = 2  # a day that cost next to nothing still shows that it was there
OPACITY = 0.85
_KEY_REASONS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: how high it is, and what it says."""

    height: int
    is_estimated: bool
    text: str
    day: date


class DayChart(QWidget):
    """Solid bars are exact; hollow ones hold an estimate. Arrow keys walk through the days."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._days: tuple[Bar, ...] = ()
        self._at = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_days(self, days: Sequence[DaySpend]) -> None:
        """What own keys cost on each day, oldest first."""
        bars = (
            Bar(day.total_pusd, _is_estimated(day), self.day_text(day), day.day) for day in days
        )
        self._show(bars, self.tr("Cost of the last {0} days"))

    def show_drawn(self, days: Sequence[DrawnDayView]) -> None:
        """What was drawn of hosted credit on each day, oldest first: tokens, or else dollars."""
        in_money = not any(day.plan_tokens for day in days)
        bars = (
            Bar(day.pusd if in_money else day.plan_tokens, False, self._drawn_text(day), day.day)
            for day in days
        )
        self._show(bars, self.tr("Tokens of the last {0} days"))

    def bars(self) -> tuple[Bar, ...]:
        """What is shown."""
        return self._days

    def _show(self, bars: Iterable[Bar], name: str) -> None:
        self._days = tuple(bars)
        self._at = min(self._at, len(self._days) - 1)
        self.setAccessibleName(name.format(len(self._days)))
        self.setAccessibleDescription("; ".join(bar.text for bar in self._days))
        self.changed.emit()
        self.update()

    def _drawn_text(self, day: DrawnDayView) -> str:
        """`Sat 21 Nov (UTC): 1,935 tokens, 2 answers`."""
        if not day.calls:
            return self.tr("{0} (UTC): nothing").format(_day_name(day.day))
        pattern = self.tr("{0} (UTC): {1}, {2} answers")
        if day.calls == 1:
            pattern = self.tr("{0} (UTC): {1}, {2} answer")
        in_money = day.pusd and not day.plan_tokens
        drawn = words.money(day.pusd) if in_money else _tokens(day.plan_tokens)
        return pattern.format(_day_name(day.day), drawn, words.count(day.calls))

    def day_text(self, day: DaySpend) -> str:
        """`Sat 21 Nov (UTC): about $0.41, 14 messages`."""
        if not day.messages and not day.total_pusd:
            return self.tr("{0} (UTC): nothing").format(_day_name(day.day))
        text = self.tr("{0} (UTC): {1}, {2} messages")
        if day.messages == 1:
            text = self.tr("{0} (UTC): {1}, {2} message")
        cost = words.cost(day.total_pusd, day.certainty)
        return text.format(_day_name(day.day), cost, words.count(day.messages))

    def current_text(self) -> str:
        """The day under the keyboard; empty before the first arrow key."""
        return self._days[self._at].text if self._at >= 0 else ""

    def has_estimates(self) -> bool:
        """Whether any bar is not exact."""
        return any(bar.is_estimated for bar in self._days)

    def sizeHint(self) -> QSize:
        theme = Theme.current()
        return QSize(theme.px(200), theme.px(HEIGHT))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self._place_at(event.pos().x())
            if place >= 0:
                QToolTip.showText(event.globalPos(), self._days[place].text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(round(event.position().x()))
        if place >= 0:
            self._go(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._days) - 1
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
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in _KEY_REASONS:
            self._go(len(self._days) - 1)  # a day shows the keyboard better than a ring over bars

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._at = -1
        QToolTip.hideText()
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = Theme.current()
        painter.setPen(QPen(theme.color("line"), 1))
        foot = self.height() - theme.px(4) - 0.5
        painter.drawLine(QPointF(0, foot), QPointF(self.width(), foot))
        for place, day in enumerate(self._days):
            self._paint_day(painter, place, day)
        if self.hasFocus() and not self._days:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _paint_day(self, painter: QPainter, place: int, day: Bar) -> None:
        theme = Theme.current()
        bar = self._bar(place)
        if self.hasFocus() and place == self._at:
            slot = QRectF(bar.left(), 0, bar.width(), self.height())
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(theme.color("accent_soft"))
            painter.drawRoundedRect(slot.adjusted(1, 1, -1, -1), 3, 3)
        if bar.height() <= 0:
            return
        color = theme.color("accent")
        color.setAlphaF(OPACITY)
        radius = theme.px(2)
        if day.is_estimated:
            painter.setPen(QPen(color, 1.5))
            painter.setBrush(theme.color("accent_soft"))
            painter.drawRoundedRect(bar.adjusted(0.75, 0.75, -0.75, 0), radius, radius)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(bar, radius, radius)

    def _bar(self, place: int) -> QRectF:
        theme = Theme.current()
        most = max((day.height for day in self._days), default=0)
        gap, foot = theme.px(GAP), theme.px(4)
        width = (self.width() - gap * (len(self._days) - 1)) / max(1, len(self._days))
        room = self.height() - foot - theme.px(4)
        cost = self._days[place].height
        # Drawing only: no amount is computed from this height.
        height = room * cost / most if most > 0 else 0
        if cost > 0:
            height = max(float(theme.px(BAR_MIN)), height)
        left = place * (width + gap)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            left = self.width() - left - width
        return QRectF(left, self.height() - foot - height, width, height)

    def _place_at(self, x: int) -> int:
        for place in range(len(self._days)):
            bar = self._bar(place)
            if bar.left() - GAP / 2 <= x <= bar.right() + GAP / 2:
                return place
        return -1

    def _go(self, place: int) -> None:
        if not 0 <= place < len(self._days):
            return
        self._at = place
        self.update()
        bar = self._bar(place)
        spot = self.mapToGlobal(QPointF(bar.center().x(), bar.top()).toPoint())
        QToolTip.showText(spot, self.current_text(), self)
        self.setAccessibleName(self.current_text())
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))


class ChartBlock(QWidget):
    """A chart under its heading, with its first and last day below it."""

    def __init__(self, title: str, chart: DayChart) -> None:
        super().__init__()
        self._chart = chart
        head = plain_label(title, tone="2", size="small", strong=True)
        head.setToolTip(self.tr("Days and months are counted in UTC, as the providers do."))
        self._first = plain_label(tone="3", size="small", figures=True)
        self._last = plain_label(tone="3", size="small", figures=True)
        self._legend = plain_label(
            self.tr("Hollow bars hold estimates."), tone="3", size="small", wrap=True
        )
        days = row(spacing=8)
        days.addWidget(self._first)
        days.addStretch(1)
        days.addWidget(self._last)
        box = column(self, spacing=6)
        box.addWidget(head)
        box.addWidget(chart)
        box.addLayout(days)
        box.addWidget(self._legend)
        chart.changed.connect(self._say_ends)
        self._say_ends()

    def _say_ends(self) -> None:
        bars = self._chart.bars()
        self._first.setText(_short_day(bars[0].day) if bars else "")
        self._last.setText(_short_day(bars[-1].day) if bars else "")
        self._legend.setVisible(self._chart.has_estimates())


def _tokens(amount: int) -> str:
    pattern = QCoreApplication.translate("billing", "{0} tokens")
    if amount == 1:
        pattern = QCoreApplication.translate("billing", "{0} token")
    return pattern.format(words.count(amount))


def _short_day(day: date) -> str:
    return words.day_text(day, "d MMM")


def _is_estimated(day: DaySpend) -> bool:
    return day.total_pusd > 0 and day.certainty is not Certainty.EXACT


def _day_name(day: date) -> str:
    return words.day_text(day, "ddd d MMM")
