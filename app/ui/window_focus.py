"""Where the keyboard is when nobody put it anywhere: in the composer, so that no key is lost.

Qt gives the keyboard of a widget that goes away to whichever widget comes next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app.ui.dialog import Veil

if TYPE_CHECKING:
    from app.ui.window import MainWindow

_COMMANDING = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


class FocusKeeper(QObject):
    """Brings the keyboard to the composer when what had it was hidden or cannot be used."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._typing = False
        QApplication.instance().focusChanged.connect(self._on_focus_changed)  # type: ignore[union-attr]

    def type_on(self, event: QKeyEvent) -> bool:
        """Give a letter that nobody took to the composer; False where it is none."""
        editor = self._window.frame.composer.box.editor
        # What the editor itself did not take comes back to the window from there.
        usable = editor.isVisible() and editor.isEnabled() and not self._typing
        if editor.hasFocus() or not (usable and is_letter(event)) or self._card_is_open():
            return False
        editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._typing = True
        QApplication.sendEvent(editor, event)
        self._typing = False
        return True

    def _card_is_open(self) -> bool:
        return any(veil.isVisible() for veil in self._window.findChildren(Veil))

    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        window = self._window
        if old is None or new is None or not isValid(window) or not isValid(old):
            return
        composer = window.frame.composer
        gone = not old.isVisible()
        sent = not old.isEnabled() and composer.isAncestorOf(old)
        if not (gone or sent) or new.window() is not window or not window.isVisible():
            return
        if not composer.isAncestorOf(new) and not self._card_is_open():
            composer.box.editor.setFocus(Qt.FocusReason.OtherFocusReason)


def is_letter(event: QKeyEvent) -> bool:
    """Whether a key writes something, rather than ordering it."""
    return event.text().isprintable() and bool(event.text()) and not event.modifiers() & _COMMANDING
