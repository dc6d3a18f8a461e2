"""Where the picker's columns stand, for the heading and for every line alike."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui.theme import Size, Theme

EDGE = 8
GAP = 12
STAR_WIDTH = 32
CHECK_WIDTH = 20
CONTEXT_WIDTH = 58
PRICE_WIDTH = 126
COST_WIDTH = 96
PAYER_WIDTH = 136
ABILITIES_WIDTH = 152
NAME_WIDTH_MIN = 130


@dataclass(frozen=True, slots=True)
class Columns:
    """The rectangles of one line; `cost` has no width where no message is written."""

    check: QRect
    name: QRect
    abilities: QRect
    context: QRect
    price: QRect
    cost: QRect
    payer: QRect
    star: QRect


def columns_of(rect: QRect, *, mirrored: bool = False, costs: bool = False) -> Columns:
    """Divide a line: the name takes what the others leave. `costs` makes room for a message's."""
    theme = Theme.current()
    gap, edge = theme.px(GAP), theme.px(EDGE)
    right = rect.right() + 1
    widths = _widths(rect.width(), costs=costs)
    found = {}
    for name in ("star", "payer", "cost", "price", "context", "abilities"):
        width = widths[name]
        found[name] = QRect(right - width, rect.top(), width, rect.height())
        right -= width + (gap if width and name != "star" else 0)
    left = rect.left() + edge
    found["check"] = QRect(left, rect.top(), theme.px(CHECK_WIDTH), rect.height())
    left += theme.px(CHECK_WIDTH)
    found["name"] = QRect(left, rect.top(), max(0, right - left), rect.height())
    if mirrored:
        middle = rect.left() + rect.right()
        found = {
            name: QRect(middle - box.right(), box.top(), box.width(), box.height())
            for name, box in found.items()
        }
    return Columns(**found)


def _widths(whole: int, *, costs: bool) -> dict[str, int]:
    """The columns' widths; in a narrow window the least needed ones give way to the name."""
    theme = Theme.current()
    widths = {
        "star": STAR_WIDTH, "payer": PAYER_WIDTH, "price": PRICE_WIDTH,
        "cost": COST_WIDTH if costs else 0,
        "context": CONTEXT_WIDTH, "abilities": ABILITIES_WIDTH,
    }  # fmt: skip
    fixed = EDGE + CHECK_WIDTH + NAME_WIDTH_MIN + (5 if costs else 4) * GAP
    # What this message costs says more than what a million tokens do.
    for name in ("abilities", "context", "price") if costs else ("abilities", "context"):
        if theme.px(fixed + sum(widths.values())) > whole:
            widths[name] = 0
    return {name: theme.px(width) for name, width in widths.items()}


class ColumnHeads(QWidget):
    """The names of the columns."""

    def __init__(self) -> None:
        super().__init__()
        self._space_right = 0
        self._costs = False

    def show_costs(self, costs: bool) -> None:
        """Whether there is a column for the message that is being written."""
        if costs != self._costs:
            self._costs = costs
            self.update()

    def set_space_right(self, pixels: int) -> None:
        """Leave room for the list's scroll bar, so that heads stand over their columns."""
        if pixels != self._space_right:
            self._space_right = pixels
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.current()
        painter = QPainter(self)
        painter.setFont(theme.font(Size.SMALL))
        painter.setPen(theme.color("ink3"))
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        space = self._space_right
        box = self.rect().adjusted(space if rtl else 0, 0, 0 if rtl else -space, 0)
        places = columns_of(box, mirrored=rtl, costs=self._costs)
        start = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        end = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing
        # Over the check mark too: it is part of the same column.
        painter.setLayoutDirection(self.layoutDirection())
        painter.drawText(places.check.united(places.name), start, self.tr("Model"))
        if places.abilities.width() > 0:
            painter.drawText(places.abilities, start, self.tr("Good at"))
        if places.context.width() > 0:
            painter.drawText(places.context, end, self.tr("Context"))
        if places.price.width() > 0:
            painter.drawText(places.price, end, self.tr("In / out, per million"))
        if places.cost.width() > 0:
            painter.drawText(places.cost, end, self.tr("This message"))
        painter.drawText(places.payer, end, self.tr("Paid by"))
        painter.setPen(theme.color("line"))
        painter.drawLine(self.rect().bottomLeft(), self.rect().bottomRight())
