"""What Enter means where messages are written: it sends, or it breaks the line, as set."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

_had_keyboard: list[QWidget | None] = []  # at most one: whoever had it as the last key went down


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


def note_key() -> None:
    """Remember who has the keyboard; for every ShortcutOverride, which Qt sends before a key."""
    from PySide6.QtWidgets import QApplication

    _had_keyboard[:] = [QApplication.focusWidget()]


def press_button(event: QKeyEvent) -> bool:
    """Press the button that has the keyboard; False where this is another key or place.

    Qt itself does so in dialogs only, and the cards of this window are none. The button must have
    had the keyboard when the key went down: an Enter in a field may open a card, and what that
    card offers first is not meant.
    """
    from PySide6.QtWidgets import QApplication, QPushButton, QToolButton

    button = QApplication.focusWidget()
    if not isinstance(button, QPushButton | QToolButton) or not is_enter(event):
        return False
    if button not in _had_keyboard:
        return False
    if not event.isAutoRepeat():
        button.click()
    return True
