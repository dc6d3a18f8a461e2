"""The one base for dialogs: a rounded card inside the window, over a veil, with focus kept in it.

Opened with `open()`, answered with `finished`; never `exec()`. It lies in the window itself, so it
looks and sits the same on every system, Wayland included.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from app.ui.enter_key import note_key, press_button
from app.ui.icons import icon
from app.ui.theme import Theme, set_look

MARGIN = 24  # kept free between the card and the window's edge
CARD_RADIUS = 16
SHADOW_STEPS = 10
VEIL_LIGHT_ALPHA, VEIL_DARK_ALPHA = 0.22, 0.55


class Veil(QWidget):
    """Covers the window under a card: dims it where wanted, and takes the clicks."""

    pressed = Signal()

    def __init__(self, window: QWidget, *, dims: bool) -> None:
        super().__init__(window)
        self._dims = dims
        self.card = QRect()
        self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.current()
        painter = QPainter(self)
        if self._dims:
            color = theme.color("bg" if theme.dark else "ink")
            color.setAlphaF(VEIL_DARK_ALPHA if theme.dark else VEIL_LIGHT_ALPHA)
            painter.fillRect(self.rect(), color)
        inside = round(theme.px(CARD_RADIUS))
        # What changes in the card alone needs no new shadow around it.
        if not self.card.adjusted(inside, 0, -inside, 0).contains(event.rect()):
            self._paint_shadow(painter)

    def _paint_shadow(self, painter: QPainter) -> None:
        # A handful of rounded rectangles cost nothing; a shadow effect would redraw the whole card.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        theme = Theme.current()
        painter.setBrush(QColor(0, 0, 0, 14 if theme.dark else 2))
        for step in range(SHADOW_STEPS):
            spread = theme.px(20) * (SHADOW_STEPS - step) / SHADOW_STEPS
            box = QRectF(self.card).translated(0, theme.px(6))
            box.adjust(-spread, -spread, spread, spread)
            radius = theme.px(CARD_RADIUS) + spread
            painter.drawRoundedRect(box, radius, radius)


class Dialog(QDialog):
    """A card with a title; add content to `body`. Closes by Esc, its cross or `done()`.

    `kept` dialogs can be opened again; all others go away once they are finished. The window's
    shortcuts are out of reach while it is open.
    """

    closes_on_outside_click = False

    def __init__(
        self, parent: QWidget, title: str = "", *, width: int = 560, kept: bool = False,
        dims: bool = True,
    ) -> None:  # fmt: skip
        veil = Veil(parent.window(), dims=dims)
        super().__init__(veil)
        self.setWindowFlags(Qt.WindowType.Widget)
        self._veil = veil
        self._card_width, self._card_height = width, 0
        self._kept = kept
        self._anchor: QWidget | None = None
        self._at_end = False
        self._focus_before: QWidget | None = None
        self._build_card(title)
        veil.pressed.connect(self._on_outside_press)

    def open(self) -> None:
        """Show the card in the middle of the window; returns at once."""
        self._anchor = None
        self._show_card()

    def open_at(self, anchor: QWidget, *, at_end: bool = False) -> None:
        """Show the card under a widget, or above it where there is more room.

        It begins where the widget does; with `at_end` it ends where the widget ends.
        """
        self._anchor, self._at_end = anchor, at_end
        self._show_card()

    def set_card_height(self, height: int) -> None:
        """A height of its own at 100 %; without it, the content says."""
        self._card_height = height
        self._place()

    def first_focus(self) -> QWidget | None:
        """Where the keyboard starts; None takes the first that can have it."""
        return None

    def done(self, result: int) -> None:
        focused = self._has_focus()
        if self.isVisible():
            _application().focusChanged.disconnect(self._on_focus_changed)
        super().done(result)
        self._veil.hide()
        self._veil.window().removeEventFilter(self)
        before = self._focus_before
        # What had the keyboard before may be gone by now, as the first run is after its first key.
        if focused and before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._focus_before = None
        if not self._kept:
            self._veil.deleteLater()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            note_key()
            # What nobody in the card wanted would otherwise start one of the window's actions.
            event.accept()
            return True
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return handled

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._veil.window():
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # QDialog would press its first button on Enter, whichever that is.
        if event.key() == Qt.Key.Key_Escape:
            self.reject()
        else:
            press_button(event)
        event.accept()

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 (Qt's own name)
        start: QWidget = QApplication.focusWidget() or self
        if not self.isAncestorOf(start):
            start = self
        widget: QWidget | None = start
        while widget is not None:
            widget = widget.nextInFocusChain() if next else widget.previousInFocusChain()
            if widget is None or widget is start:
                return True
            if self.isAncestorOf(widget) and _takes_tab(widget):
                reason = Qt.FocusReason
                widget.setFocus(reason.TabFocusReason if next else reason.BacktabFocusReason)
                return True
        return True

    def _build_card(self, title: str) -> None:
        theme = Theme.current()
        self.setObjectName("card-dialog")
        self.setStyleSheet("#card-dialog { background: transparent; }")
        self.card = QFrame()
        set_look(self.card, look="dialog")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.card)
        self.body = QVBoxLayout(self.card)
        edge = theme.px(22)
        self.body.setContentsMargins(edge, edge, edge, edge)
        self.body.setSpacing(theme.px(8))
        if title:
            self.setAccessibleName(title)
            self.body.addLayout(self._make_header(title))

    def _make_header(self, title: str) -> QHBoxLayout:
        self.title = QLabel(title, textFormat=Qt.TextFormat.PlainText)
        set_look(self.title, size="title")
        self.close_button = QToolButton()
        self.close_button.setIcon(icon("x"))
        side = Theme.current().px(16)
        self.close_button.setIconSize(QSize(side, side))
        self.close_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.close_button.setAccessibleName(self.tr("Close"))
        self.close_button.setToolTip(self.tr("Close (Esc)"))
        self.close_button.clicked.connect(self.reject)
        header = QHBoxLayout()
        header.addWidget(self.title, 1)
        header.addWidget(self.close_button)
        return header

    def _show_card(self) -> None:
        window = self._veil.window()
        if not self.isVisible():
            self._focus_before = QApplication.focusWidget()
            window.installEventFilter(self)
            _application().focusChanged.connect(self._on_focus_changed)
        self.setResult(0)
        self._place()
        self._veil.show()
        self._veil.raise_()
        self.show()
        self._place()
        first = self.first_focus()
        if first is not None:
            first.setFocus(Qt.FocusReason.PopupFocusReason)
        else:
            self.setFocus(Qt.FocusReason.PopupFocusReason)
            self.focusNextPrevChild(True)

    def _place(self) -> None:
        window, theme = self._veil.window(), Theme.current()
        self._veil.setGeometry(window.rect())
        margin = theme.px(MARGIN if self._anchor is None else 8)
        room = window.rect().adjusted(margin, margin, -margin, -margin)
        width = min(theme.px(self._card_width), room.width())
        height = theme.px(self._card_height) or self._wanted_height(width)
        card = QRect(0, 0, width, min(height, room.height()))
        if self._anchor is None:
            card.moveCenter(room.center())
        else:
            card = self._under_anchor(card, room, self._anchor)
        self.setGeometry(card)
        if card != self._veil.card:
            # Every change of a layout comes by here; the shadow is drawn anew only for a new place.
            self._veil.card = card
            self._veil.update()

    def _wanted_height(self, width: int) -> int:
        layout = self.layout()
        if layout is None:
            return self.sizeHint().height()
        height = layout.heightForWidth(width) if layout.hasHeightForWidth() else -1
        return (
            max(height, layout.minimumSize().height()) if height > 0 else self.sizeHint().height()
        )

    def _under_anchor(self, card: QRect, room: QRect, anchor: QWidget) -> QRect:
        window, gap = self._veil.window(), Theme.current().px(6)
        top_left = anchor.mapTo(window, QPoint(0, 0))
        below = room.bottom() - (top_left.y() + anchor.height() + gap)
        above = top_left.y() - gap - room.top()
        if below >= card.height() or below >= above:
            card.setHeight(min(card.height(), max(below, 0)))
            card.moveTop(top_left.y() + anchor.height() + gap)
        else:
            card.setHeight(min(card.height(), above))
            card.moveBottom(top_left.y() - gap)
        left = top_left.x()
        if self._at_end != (anchor.layoutDirection() == Qt.LayoutDirection.RightToLeft):
            left += anchor.width() - card.width()
        card.moveLeft(max(room.left(), min(left, room.right() - card.width() + 1)))
        return card

    def _has_focus(self) -> bool:
        focused = QApplication.focusWidget()
        return focused is None or focused is self or self.isAncestorOf(focused)

    def _on_focus_changed(self, old: QWidget | None, now: QWidget | None) -> None:
        """What happens below must not draw the keyboard away: a secret may be half typed."""
        window = self._veil.window()
        if now is None or now.window() is not window or _is_over_veil(now):
            return
        back = old if old is not None and self.isAncestorOf(old) else self.first_focus()
        (back or self).setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_outside_press(self) -> None:
        if self.closes_on_outside_click:
            self.reject()


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application


def _is_over_veil(widget: QWidget) -> bool:
    """Whether a widget belongs to a card, this one or one above it."""
    above: QWidget | None = widget
    while above is not None and not isinstance(above, Veil):
        above = above.parentWidget()
    return above is not None


def _takes_tab(widget: QWidget) -> bool:
    if not (widget.focusPolicy() & Qt.FocusPolicy.TabFocus.value and widget.focusProxy() is None):
        return False
    if isinstance(widget, QRadioButton) and not widget.isChecked():
        # A group of choices is one stop: the arrows move inside it.
        group = widget.group()
        if group is not None and group.checkedButton() is not None:
            return False
    return widget.isVisible() and widget.isEnabled()
