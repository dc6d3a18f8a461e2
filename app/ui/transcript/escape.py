"""Escape, where a part of the transcript means something by it: else the window stops answers."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent


def is_escape_claimed(event: QEvent) -> bool:
    """Take Escape as a key of the part that has the focus, not as the window's shortcut."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    if event.key() == Qt.Key.Key_Escape:
        event.accept()
        return True
    return False
