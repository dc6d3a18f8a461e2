"""One message on screen: a column of parts, of which only those near the eye have widgets.

Heights come from the widgets once they were seen and are guessed before. Widgets are taken from
a pool and given back to it, so that scrolling makes few new ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QWidget

from app.seam.quote_views import QuoteView
from app.seam.views import ImageView, ToolCallView
from app.ui.theme import Theme
from app.ui.transcript.code_view import CodeView
from app.ui.transcript.editor_view import EditorView
from app.ui.transcript.estimates import estimate_part
from app.ui.transcript.folded import ThinkingView, ToolCallPartView
from app.ui.transcript.footer import FooterView
from app.ui.transcript.look import INDENT
from app.ui.transcript.math_view import MathView
from app.ui.transcript.message_menu import open_menu, press
from app.ui.transcript.notes import (
    FaultBox,
    HalfAnswerBox,
    ModelLabelView,
    PictureView,
    RuleView,
    SourcesView,
)
from app.ui.transcript.parts import (
    Attachments,
    Bubble,
    Editor,
    Footer,
    HalfAnswer,
    Hub,
    Memory,
    ModelLabel,
    Part,
    Place,
    Sources,
    Thinking,
    Trouble,
)
from app.ui.transcript.pictures import PictureBox
from app.ui.transcript.pieces import Code, Formula, Picture, Prose, Rule, Table
from app.ui.transcript.prose import ProseView
from app.ui.transcript.table_view import TableView
from app.ui.transcript.user_parts import AttachmentsView, BubbleView

WIDGETS: dict[type, type[QWidget]] = {
    Prose: ProseView, Code: CodeView, Formula: MathView, Table: TableView, Rule: RuleView,
    Picture: PictureView, ModelLabel: ModelLabelView, Thinking: ThinkingView,
    ToolCallView: ToolCallPartView, ImageView: PictureBox, Sources: SourcesView,
    Trouble: FaultBox, HalfAnswer: HalfAnswerBox, Bubble: BubbleView, Editor: EditorView,
    Attachments: AttachmentsView, Footer: FooterView,
}  # fmt: skip
POOLED_MAX = 6  # of one kind
FAR = 2  # parts further away than so many pages give their widget back
_GAP, _FOOTER_GAP = 12, 4
_KEY_REASONS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class Pool:
    """Widgets of one card that are not in use, by kind.

    Each card has its own: to give a widget another parent costs more than to make a new one.
    """

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent
        self._idle: dict[type[QWidget], list[QWidget]] = {}

    def take(self, kind: type[QWidget]) -> QWidget:
        idle = self._idle.get(kind)
        return idle.pop() if idle else kind(self._parent)

    def give_back(self, widget: QWidget) -> None:
        widget.hide()
        widget.release()  # type: ignore[attr-defined]
        idle = self._idle.setdefault(type(widget), [])
        if len(idle) < POOLED_MAX:
            idle.append(widget)
        else:
            widget.deleteLater()


class _Slot:
    """A part, its widget where it has one, and its height at a width."""

    __slots__ = ("height", "indent", "part", "place", "rect", "top", "widget", "width")

    def __init__(self, part: Part, place: Place, height: int) -> None:
        self.part, self.place, self.height = part, place, height
        self.widget: QWidget | None = None
        self.width = -1  # at which the height was measured
        self.top = 0
        self.rect = (0, 0, -1, -1)  # where the widget was put
        self.indent = int(getattr(part, "indent", 0))


class Card(QWidget):
    """Shows the parts of one message. `lay_out` makes widgets for what can be seen."""

    def __init__(self, parent: QWidget, hub: Hub) -> None:
        super().__init__(parent)
        self.message_id = ""
        self._pool, self._hub = Pool(self), hub
        self._memory = Memory()
        self._slots: list[_Slot] = []
        self._hovered = False
        self._ringed = False  # the focus came by a key
        self._keeps_all = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(slot.part for slot in self._slots)

    def widgets(self) -> list[QWidget]:
        """The widgets that are there now, from top to bottom."""
        return [slot.widget for slot in self._slots if slot.widget is not None]

    def begin(self, message_id: str, memory: Memory) -> None:
        """Stand for this message from now on."""
        self.message_id, self._memory = message_id, memory
        self._keeps_all = False

    def show_parts(self, parts: Sequence[Part], open_number: int = -1) -> None:
        """Show these parts; what is the same stays as it is. `open_number` still grows."""
        old = self._slots
        same = _same_kinds(old, parts)
        ending = min(_same_kinds(old[::-1], parts[::-1]), min(len(old), len(parts)) - same)
        for slot in old[same : len(old) - ending]:
            self._drop(slot)
        fresh = [self._make_slot(part) for part in parts[same : len(parts) - ending]]
        self._slots = [*old[:same], *fresh, *old[len(old) - ending :]]
        seen: Counter[type] = Counter()
        for number, (slot, part) in enumerate(zip(self._slots, parts, strict=True)):
            kind = type(part)
            self._update(slot, part, seen[kind], number == open_number)
            seen[kind] += 1

    def lay_out(self, width: int, top: int, bottom: int) -> int:
        """Place all parts at this width and make those visible between `top` and `bottom`.

        Pixels from the card's upper edge; returns the height of the whole card.
        """
        theme = Theme.current()
        page = max(400, bottom - top)
        gap, footer_gap, step = theme.px(_GAP), theme.px(_FOOTER_GAP), theme.px(INDENT)
        y = 0
        tab_after: QWidget | None = None
        for number, slot in enumerate(self._slots):
            if number:
                y += gap if not isinstance(slot.part, Footer) else footer_gap * slot.part.is_answer
            indent = step * slot.indent
            room = max(40, width - indent)
            visible = y < bottom and y + slot.height > top
            if slot.widget is None:
                if visible or self._keeps_all:
                    self._mount(slot)
            elif not visible and self._is_far(slot, y, top, bottom, page):
                self._drop(slot)
            if slot.widget is not None:
                self._place(slot, indent, y, room, tab_after)
                tab_after = slot.widget
            slot.top = y
            y += slot.height
        return y

    def _place(self, slot: _Slot, x: int, y: int, room: int, tab_after: QWidget | None) -> None:
        """Measure a part where that is needed and put its widget where it belongs."""
        widget = slot.widget
        assert widget is not None
        if slot.width != room:
            slot.height = widget.height_for(room)  # type: ignore[attr-defined]
            slot.width = room
        rect = (x, y, room, slot.height)
        if slot.rect != rect:
            widget.setGeometry(*rect)
            slot.rect = rect
        if widget.isHidden():
            widget.show()
            if tab_after is not None:
                self.setTabOrder(tab_after, widget)

    def measure_again(self, part_widget: QWidget | None = None) -> None:
        """Forget measured heights: a part was folded, or the look changed."""
        for slot in self._slots:
            if part_widget is None or slot.widget is part_widget:
                slot.width = -1

    def refresh(self) -> None:
        """Draw everything anew: the theme or the zoom changed."""
        for slot in self._slots:
            if slot.widget is not None:
                slot.widget.show_part(slot.part, slot.place)  # type: ignore[attr-defined]
            slot.width = -1
        self.update()

    def anchor_at(self, y: int) -> tuple[int, int]:
        """The part at this height, and how far below its upper edge that is."""
        for number, slot in enumerate(self._slots):
            if y < slot.top + slot.height:
                return number, y - slot.top
        return max(0, len(self._slots) - 1), 0 if not self._slots else y - self._slots[-1].top

    def top_of(self, number: int) -> int:
        """Where a part begins."""
        return self._slots[number].top if number < len(self._slots) else 0

    def caret_rect(self) -> QRect:
        """Where the next character of a growing answer will stand; null where that is unseen."""
        for slot in reversed(self._slots):
            if isinstance(slot.part, Footer):
                continue
            caret = getattr(slot.widget, "caret_rect", None)
            if caret is None or slot.widget is None:
                break
            rect: QRect = caret()
            return rect.translated(slot.widget.pos())
        below = max(
            (s.top + s.height for s in self._slots if not isinstance(s.part, Footer)), default=0
        )
        return QRect(0, below + (4 if below else 0), 1, Theme.current().px(18))

    def has_focus_inside(self) -> bool:
        return self.holds(QApplication.focusWidget())

    def holds(self, widget: QObject | None) -> bool:
        """Whether this is the card itself or one of its parts."""
        return isinstance(widget, QWidget) and (widget is self or self.isAncestorOf(widget))

    def set_active(self, active: bool) -> None:
        """Show what can be done with the message."""
        footer = self.footer()
        if footer is not None:
            footer.set_active(active)

    def keep_all(self) -> None:
        """Make every part and keep it, however far from view: all of it is selected."""
        self._keeps_all = True
        self._hub.resized.emit(self.message_id)

    def show_price(self, kind: str, quote: QuoteView) -> None:
        """Tell the parts that offer it what it would cost."""
        for widget in self.widgets():
            if isinstance(widget, EditorView | FooterView | HalfAnswerBox | FaultBox):
                widget.show_price(kind, quote)

    def footer(self) -> FooterView | None:
        last = self._slots[-1].widget if self._slots else None
        return last if isinstance(last, FooterView) else None

    def release(self) -> None:
        """Give all widgets back."""
        for slot in self._slots:
            self._drop(slot)
        self._slots = []
        self.message_id = ""
        self._hovered = False
        self.hide()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        self.set_active(True)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.set_active(self.has_focus_inside())

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self._ringed = event.reason() in _KEY_REASONS
        self.focus_changed()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        # The focus may be on its way to one of our own buttons.
        QTimer.singleShot(0, self, self.focus_changed)
        self.update()

    def focus_changed(self) -> None:
        self.set_active(self._hovered or self.has_focus_inside())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        open_menu(self, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not press(self, event):
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hasFocus() and self._ringed:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(Theme.current().color("accent"), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 8, 8)
            painter.end()

    def _make_slot(self, part: Part) -> _Slot:
        place = Place(self.message_id, type(part), 0, self._hub, self._memory)
        zoom = Theme.current().zoom_percent / 100
        return _Slot(part, place, estimate_part(part, max(100, self.width()), zoom))

    def _update(self, slot: _Slot, part: Part, number: int, is_open: bool) -> None:
        place = slot.place
        if part is slot.part and place.open == is_open and place.number == number:
            return
        unchanged = part is slot.part or part == slot.part
        settled = place.open == is_open and place.number == number
        place.number, place.open = number, is_open
        slot.part, slot.indent = part, int(getattr(part, "indent", 0))
        if (unchanged and settled) or slot.widget is None:
            return
        slot.widget.show_part(part, place)  # type: ignore[attr-defined]
        slot.width = -1

    def _mount(self, slot: _Slot) -> None:
        slot.widget = self._pool.take(WIDGETS[type(slot.part)])
        slot.widget.show_part(slot.part, slot.place)  # type: ignore[attr-defined]
        slot.width = -1
        slot.rect = (0, 0, -1, -1)
        if isinstance(slot.widget, FooterView):
            slot.widget.set_active(self._hovered or self.has_focus_inside())

    def _drop(self, slot: _Slot) -> None:
        if slot.widget is not None:
            self._pool.give_back(slot.widget)
            slot.widget = None

    def _is_far(self, slot: _Slot, y: int, top: int, bottom: int, page: int) -> bool:
        if self._keeps_all:
            return False
        if y + slot.height > top - FAR * page and y < bottom + FAR * page:
            return False
        focus = QApplication.focusWidget()
        return focus is None or slot.widget is None or not slot.widget.isAncestorOf(focus)


def _same_kinds(slots: Sequence[_Slot], parts: Sequence[Part]) -> int:
    """How many parts from the beginning are of the kind that stands there already."""
    count = 0
    for slot, part in zip(slots, parts, strict=False):
        if type(slot.part) is not type(part):
            break
        count += 1
    return count
