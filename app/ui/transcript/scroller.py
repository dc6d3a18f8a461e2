"""A scroll area of cards that are only there near the eye.

It keeps every height as prefix sums and an anchor: the part of a card that the reader looks at.
Whatever is measured or grows, the anchor stays where it is on screen; at the bottom it is the
end that stays. What a card shows is the business of the view that derives from this.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

from app.ui.theme import Theme
from app.ui.transcript.card import Card
from app.ui.transcript.heights import Heights
from app.ui.transcript.parts import Hub

MARGIN_X, MARGIN_TOP, MARGIN_BOTTOM = 28, 20, 24
WIDTH_MAX = 820
GAP = 10
OVERSCAN = 80
SETTLE_ROUNDS = 6
IDLE_MS = 8
RESIZE_MS = 120
SPARE_MAX = 12


class Scroller(QAbstractScrollArea):
    """The virtual column of cards; derived views say what a card shows and how tall it may be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hub = Hub(self)
        self.heights = Heights()
        self.cards: dict[int, Card] = {}
        self.sticks = True  # the end stays in view as it grows
        self._anchor = (0, 0, 0)  # card, part, pixels below the part's edge
        self._spare: list[Card] = []
        self._settling = False
        self._follows_focus = False
        self._build_area()

    def _build_area(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there, so that the text does not get narrower when it first overflows.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setFocusProxy(self)
        self._idle = self._make_timer(IDLE_MS, self._on_idle)
        self._resized = self._make_timer(RESIZE_MS, self._on_resized)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().setSingleStep(Theme.current().px(40))

    def _make_timer(self, interval_ms: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        timer.timeout.connect(slot)
        return timer

    # What a derived view says.

    def fill(self, card: Card, index: int) -> None:
        """Show in this card what stands at this index."""
        raise NotImplementedError

    def estimate(self, index: int, width: int) -> int:
        """A guess of a card's height without its gap."""
        raise NotImplementedError

    def card_title(self, index: int) -> str:
        """What a screen reader says for a card."""
        raise NotImplementedError

    def read_ahead(self, index: int) -> bool:
        """Do the next small piece of work that `fill` would need; whether there was any."""
        raise NotImplementedError

    # Geometry.

    def column(self) -> tuple[int, int]:
        """Left edge and width of the cards."""
        theme = Theme.current()
        room = self.viewport().width()
        margin = theme.px(MARGIN_X) if room > theme.px(360) else theme.px(12)
        width = max(80, min(room - 2 * margin, theme.px(WIDTH_MAX)))
        return (room - width) // 2, width

    def reset(self, count: int) -> None:
        """Forget all cards; there are so many now, all of guessed height."""
        for index in list(self.cards):
            self._unmount(index)
        self.heights.reset(self._estimates(range(count)))

    def extend(self) -> None:
        """One more card at the end."""
        self.heights.append(self._estimates([len(self.heights)])[0])

    def cut(self, count: int) -> None:
        """Only the first so many cards are left."""
        for index in [index for index in self.cards if index >= count]:
            self._unmount(index)
        self.heights.cut(count)
        if self._anchor[0] >= count:
            self._anchor = (max(0, count - 1), 0, 0)

    def go_to(self, index: int) -> None:
        """Bring a card's beginning into view, with a little air above it."""
        self.sticks = False
        self._anchor = (index, 0, -Theme.current().px(MARGIN_TOP))
        self.settle()
        value = self.verticalScrollBar().value()
        # Where the card is at the edge it stays the one that holds still, not what is above it.
        if value != self.heights.top(index):
            self._note_anchor(value)

    def reading_place(self) -> tuple[int, int, int]:
        """What stands at the upper edge: card, part, and pixels below the part's edge."""
        return self._anchor

    def go_back_to(self, place: tuple[int, int, int]) -> None:
        """Bring a `reading_place` back to the upper edge."""
        self.sticks = False
        self._anchor = place
        self.settle()

    def go_to_end(self) -> None:
        """Bring the end into view and stay there."""
        self.sticks = True
        self.settle()

    def hold_still(self, index: int) -> None:
        """Keep this card's upper edge where it is while it changes its height."""
        if index not in self.cards:
            return
        value = self.verticalScrollBar().value()
        self.sticks = False
        below = value - self._top_margin() - self.heights.top(index)
        if below < 0:
            self._anchor = (index, 0, below)
        else:
            self._note_anchor(value)

    def stay_at_end(self) -> None:
        """All heights are about to change: who saw the end goes on seeing it."""
        self.sticks = self.sticks or self.at_end

    @property
    def at_end(self) -> bool:
        """Whether the end is in view."""
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - Theme.current().px(8)

    def visible_indices(self) -> list[int]:
        """The cards that can be seen now, from top to bottom."""
        if not len(self.heights):
            return []
        top = self.verticalScrollBar().value()
        first = self.heights.at(top - self._top_margin())
        last = self.heights.at(top + self.viewport().height() - self._top_margin())
        return list(range(first, last + 1))

    def settle(self, overscan: int = OVERSCAN) -> None:
        """Make, measure and place what is near the eye, with the anchor held still."""
        if self._settling:
            return
        self._settling = True
        try:
            left, width = self.column()
            value = self._wanted_value()
            for _ in range(SETTLE_ROUNDS):
                changed = self._mount_around(value, width, overscan)
                wanted = self._wanted_value()
                if not changed and wanted == value:
                    break
                value = wanted
            self._show_range(value)
            self._place_cards(value, left, width)
            self._unmount_far(value)
        finally:
            self._settling = False
        self.settled()
        if not self._idle.isActive():
            self._idle.start()

    def gap_after(self, index: int) -> int:
        """The air below a card, in pixels."""
        return Theme.current().px(GAP)

    def settled(self) -> None:
        """Everything is placed; derived views move what floats above the cards."""

    # Inside.

    def _estimates(self, indices: Iterable[int]) -> list[int]:
        width = self.column()[1]
        return [self.estimate(index, width) + self.gap_after(index) for index in indices]

    def _top_margin(self) -> int:
        return Theme.current().px(MARGIN_TOP)

    def _extent(self) -> int:
        last = self.gap_after(len(self.heights) - 1) if len(self.heights) else 0
        bottom = Theme.current().px(MARGIN_BOTTOM) - last
        return self.heights.total + self._top_margin() + bottom

    def _wanted_value(self) -> int:
        most = max(0, self._extent() - self.viewport().height())
        if self.sticks or not len(self.heights):
            return most
        index, part, below = self._anchor
        index = min(index, len(self.heights) - 1)
        card = self.cards.get(index)
        inside = card.top_of(part) if card is not None else 0
        top = self._top_margin() + self.heights.top(index)
        return max(0, min(most, top + inside + below))

    def _note_anchor(self, value: int) -> None:
        """Remember what stands at the upper edge."""
        if not len(self.heights):
            return
        index = self.heights.at(value - self._top_margin())
        inside = value - self._top_margin() - self.heights.top(index)
        card = self.cards.get(index)
        part, below = card.anchor_at(inside) if card is not None else (0, inside)
        self._anchor = (index, part, below)

    def _mount_around(self, value: int, width: int, overscan: int) -> bool:
        """Lay out every card that touches the view; whether a height changed."""
        count = len(self.heights)
        if not count:
            return False
        margin = self._top_margin()
        upper, lower = (
            value - margin - overscan,
            value - margin + self.viewport().height() + overscan,
        )
        index = self.heights.at(upper)
        top = self.heights.top(index)
        changed = False
        while index < count and top < lower:
            card = self.cards.get(index) or self._mount(index)
            height = card.lay_out(width, upper - top, lower - top) + self.gap_after(index)
            changed |= self.heights.put(index, height, exact=True)
            top += height
            index += 1
        return changed

    def _mount(self, index: int) -> Card:
        card = self._spare.pop() if self._spare else Card(self.viewport(), self.hub)
        self.cards[index] = card
        self.fill(card, index)
        card.setAccessibleName(self.card_title(index))
        return card

    def _unmount(self, index: int) -> None:
        card = self.cards.pop(index)
        card.release()
        if len(self._spare) < SPARE_MAX:
            self._spare.append(card)
        else:
            card.deleteLater()

    def _unmount_far(self, value: int) -> None:
        page = max(400, self.viewport().height())
        for index in list(self.cards):
            top = self.heights.top(index) + self._top_margin() - value
            near = top + self.heights[index] > -2 * page and top < 3 * page
            if not near and not self.cards[index].has_focus_inside():
                self._unmount(index)

    def _show_range(self, value: int) -> None:
        bar = self.verticalScrollBar()
        page = self.viewport().height()
        bar.setPageStep(max(1, page - Theme.current().px(40)))
        bar.setRange(0, max(0, self._extent() - page))
        bar.setEnabled(bar.maximum() > 0)
        bar.setValue(value)

    def _place_cards(self, value: int, left: int, width: int) -> None:
        margin = self._top_margin()
        for index, card in self.cards.items():
            top = margin + self.heights.top(index) - value
            card.setGeometry(left, top, width, self.heights[index] - self.gap_after(index))
            if card.isHidden():
                card.show()

    # Events.

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Cards are moved by `settle`; nothing is blitted."""

    def _on_scrolled(self, value: int) -> None:
        if self._settling:
            return
        self._note_anchor(value)
        self.sticks = self.at_end
        self.settle()

    def _on_idle(self) -> None:
        """Prepare what is just outside the view, one card at a time."""
        if not len(self.heights) or not self.isVisible():
            return
        page = self.viewport().height()
        value = self.verticalScrollBar().value() - self._top_margin()
        first, last = self.heights.at(value - page // 2), self.heights.at(value + page + page // 2)
        missing = [index for index in range(first, last + 1) if index not in self.cards]
        if missing:
            # The nearest one; `settle` then comes back here for the next.
            middle = self.heights.at(value + page // 2)
            nearest = min(missing, key=lambda index: abs(index - middle))
            if self.read_ahead(nearest):
                self._idle.start()
                return
            self._prepare(nearest)
            self.settle()

    def _prepare(self, index: int) -> None:
        width = self.column()[1]
        card = self._mount(index)
        page = self.viewport().height()
        # From the side that will be seen first.
        above = index < self._anchor[0]
        tall = self.heights[index]
        top, bottom = (tall - page // 2, tall) if above else (0, page // 2)
        height = card.lay_out(width, top, bottom) + self.gap_after(index)
        self.heights.put(index, height, exact=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.stay_at_end()
        self.settle()
        if event.oldSize().width() != event.size().width():
            self._resized.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow_focus(True)

    def hideEvent(self, event: QHideEvent) -> None:
        # Never while the view is being destroyed: the focus changes then, too.
        self._follow_focus(False)
        super().hideEvent(event)

    def _follow_focus(self, follows: bool) -> None:
        application = QApplication.instance()
        if follows == self._follows_focus or not isinstance(application, QApplication):
            return
        self._follows_focus = follows
        if follows:
            application.focusChanged.connect(self._on_focus_changed)
        else:
            application.focusChanged.disconnect(self._on_focus_changed)

    def _on_resized(self) -> None:
        self.guess_again()
        self.settle()

    def guess_again(self) -> None:
        """New guesses for everything that is not on screen."""
        kept = {index: self.heights[index] for index in self.cards}
        self.heights.reset(self._estimates(range(len(self.heights))))
        for index, height in kept.items():
            self.heights.put(index, height, exact=True)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.verticalScrollBar().event(event)

    def focused_index(self) -> int | None:
        """The card that has the focus, itself or one of its parts."""
        return next((i for i, card in self.cards.items() if card.has_focus_inside()), None)

    def bring(self, index: int) -> None:
        """Scroll no more than needed for a card's beginning, and its end where it fits."""
        value, page = self.verticalScrollBar().value(), self.viewport().height()
        top = self.heights.top(index) + self._top_margin()
        if index == len(self.heights) - 1 and self.heights[index] < page:
            self.go_to_end()
        elif (
            top < value
            or index not in self.cards
            or top + min(self.heights[index], page) > value + page
        ):
            self.go_to(index)

    def _on_focus_changed(self, old: QObject | None, new: QObject | None) -> None:
        for card in self.cards.values():
            if card.holds(old) or card.holds(new):
                card.focus_changed()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.verticalScrollBar().setSingleStep(Theme.current().px(40))
