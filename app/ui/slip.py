"""A line that says that something in the window itself did not work.

What a programmer would want to know is in the log; it can be copied from here and is not shown.
The line takes room of its own above the composer: it covers nothing of the chat.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton

from app.logs import redact
from app.ui.icons import icon, pixmap
from app.ui.theme import Theme, set_look

DETAILS_CHARS_MAX = 20_000


class SlipLine(QFrame):
    """Shown until it is closed; a second slip is told by the same line."""

    def __init__(self) -> None:
        super().__init__()
        self._details = ""
        self._build()
        self.hide()

    def show_slip(self, details: str) -> None:
        """Say that something did not work; `details` are for whoever mends it."""
        self._details = f"{self._details}\n{details}".strip()[-DETAILS_CHARS_MAX:]
        self.show()

    def _build(self) -> None:
        theme = Theme.current()
        set_look(self, look="note", tone="plain")
        picture = QLabel()
        picture.setPixmap(pixmap("info", "ink2", 18, ratio=self.devicePixelRatioF()))
        text = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        text.setText(self.tr("Something in this window did not work. Nothing you wrote was lost."))
        self.setAccessibleName(text.text())
        copy = QPushButton(self.tr("Copy details"))
        set_look(copy, look="link")
        copy.clicked.connect(self._on_copy_clicked)
        close = QToolButton()
        close.setIcon(icon("x"))
        close.setAccessibleName(self.tr("Close"))
        close.clicked.connect(self._on_close_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(14), theme.px(6), theme.px(8), theme.px(6))
        row.setSpacing(theme.px(10))
        row.addWidget(picture)
        row.addWidget(text, 1)
        row.addWidget(copy)
        row.addWidget(close)

    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(redact(self._details))

    def _on_close_clicked(self) -> None:
        self._details = ""
        self.hide()
