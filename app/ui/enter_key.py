"""What Enter means where messages are written: it sends, or it breaks the line, as set."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent


def is_enter(event: QKeyEvent) -> bool:
    """Whether this is one of the two Enter keys."""
    from PySide6.QtCore import Qt

    return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def is_send(event: QKeyEvent, *, enter_sends: bool) -> bool:
    """Enter alone where it sends, Ctrl+Enter always; Shift+Enter breaks the line."""
    from PySide6.QtCore import Qt

    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if not is_enter(event):
        return False
    if held == Qt.KeyboardModifier.ControlModifier:
        return True
    return enter_sends and held == Qt.KeyboardModifier.NoModifier


def press_button(event: QKeyEvent) -> bool:
    """Press the button that has the keyboard; False where this is another key or place.

    Qt itself does so in dialogs only, and the cards of this window are none.
    """
    from PySide6.QtWidgets import QApplication, QPushButton, QToolButton

    button = QApplication.focusWidget()
    if not isinstance(button, QPushButton | QToolButton) or not is_enter(event):
        return False
    if not event.isAutoRepeat():
        button.click()
    return True
