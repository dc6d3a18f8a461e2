"""Reading with the keyboard: pages, both ends, and from card to card."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from app.ui.transcript.scroller import Scroller


def press(scroller: Scroller, event: QKeyEvent) -> bool:
    """Do what a key means for reading; whether it means anything."""
    bar = scroller.verticalScrollBar()
    match event.key():
        case Qt.Key.Key_PageUp:
            bar.setValue(bar.value() - bar.pageStep())
        case Qt.Key.Key_PageDown | Qt.Key.Key_Space:
            bar.setValue(bar.value() + bar.pageStep())
        case Qt.Key.Key_Home:
            bar.setValue(0)
        case Qt.Key.Key_End:
            scroller.go_to_end()
        case Qt.Key.Key_Up:
            step_card(scroller, -1)
        case Qt.Key.Key_Down:
            step_card(scroller, 1)
        case _:
            return False
    return True


def step_card(scroller: Scroller, step: int) -> None:
    """Give the focus to the next card, or to one in view where none has it."""
    count = len(scroller.heights)
    if not count:
        return
    at = scroller.focused_index()
    if at is None:
        seen = scroller.visible_indices()
        target = seen[-1] if step < 0 else seen[0]
    else:
        target = max(0, min(count - 1, at + step))
    scroller.bring(target)
    card = scroller.cards.get(target)
    if card is not None:
        card.setFocus(Qt.FocusReason.TabFocusReason)
