"""A field for a secret: hidden as it is typed, shown while asked to, forgotten without a trace."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit

from app.ui.icons import icon

LENGTH_MAX = 10_000  # what the keychain takes


class SecretField(QLineEdit):
    """`forget()` empties it beyond undo."""

    def __init__(self, name: str, placeholder: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder or name)
        self.setMaxLength(LENGTH_MAX)
        hints = Qt.InputMethodHint
        self.setInputMethodHints(
            hints.ImhSensitiveData | hints.ImhNoPredictiveText | hints.ImhNoAutoUppercase
        )
        self._toggle = QAction(self)
        self._toggle.setCheckable(True)
        self._toggle.toggled.connect(self._on_toggled)
        self.addAction(self._toggle, QLineEdit.ActionPosition.TrailingPosition)
        self._on_toggled(False)

    def forget(self) -> None:
        """Empty it; unlike `clear`, this leaves no history to undo into."""
        self.setText("")
        self._toggle.setChecked(False)

    def _on_toggled(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode
        self.setEchoMode(mode.Normal if shown else mode.Password)
        self._toggle.setIcon(icon("eye-off" if shown else "eye"))
        self._toggle.setText(self.tr("Hide") if shown else self.tr("Show"))
