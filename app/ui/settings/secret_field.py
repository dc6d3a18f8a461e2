"""A field for a secret: hidden as it is typed, shown while asked to, forgotten without a trace."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QToolButton

from app.ui.icons import icon
from app.ui.theme import Theme

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
        self._reach_toggle()

    def forget(self) -> None:
        """Empty it; unlike `clear`, this leaves no history to undo into."""
        self.setText("")
        self._toggle.setChecked(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._eye and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._eye.hasFocus():
            theme, painter = Theme.current(), QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.color("accent"), theme.px(2)))
            around = QRectF(self._eye.geometry()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(around, theme.px(4), theme.px(4))
            painter.end()

    def _reach_toggle(self) -> None:
        # Qt's button in a field cannot be reached by Tab, and draws no ring.
        self._eye = self.findChildren(QToolButton)[-1]
        self._eye.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._eye.installEventFilter(self)

    def _on_toggled(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode
        self.setEchoMode(mode.Normal if shown else mode.Password)
        self._toggle.setIcon(icon("eye-off" if shown else "eye"))
        self._toggle.setText(self.tr("Hide") if shown else self.tr("Show"))
