"""Shown in place of the chat when the core cannot open: what happened and what can be done."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.ui.theme import Theme, set_look


class FailedPage(QWidget):
    """Retry is offered only where somebody listens to it."""

    retry_asked = Signal()
    quit_asked = Signal()

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._build()

    def show_failure(self, message: str, advice: str, *, can_retry: bool) -> None:
        """What happened and what to do about it, in the user's words."""
        self._message.setText(message)
        self._advice.setText(advice)
        self._retry_button.setVisible(can_retry)
        self.setAccessibleName(f"{message} {advice}")

    def _build(self) -> None:
        theme = Theme.current()
        card = QFrame()
        set_look(card, look="dialog")
        card.setMaximumWidth(theme.px(560))
        self._message = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        set_look(self._message, size="title")
        self._advice = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        set_look(self._advice, tone="2")
        column = QVBoxLayout(card)
        column.setContentsMargins(*(theme.px(22),) * 4)
        column.setSpacing(theme.px(12))
        column.addWidget(self._message)
        column.addWidget(self._advice)
        column.addLayout(self._buttons())
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        outer.addWidget(card, 100, Qt.AlignmentFlag.AlignVCenter)
        outer.addStretch(1)

    def _buttons(self) -> QHBoxLayout:
        folder_button = QPushButton(self.tr("Open the folder"))
        folder_button.clicked.connect(self._on_folder_clicked)
        self._retry_button = QPushButton(self.tr("Try again"))
        set_look(self._retry_button, look="primary")
        self._retry_button.clicked.connect(self.retry_asked)
        quit_button = QPushButton(self.tr("Quit"))
        quit_button.clicked.connect(self.quit_asked)
        row = QHBoxLayout()
        row.addWidget(self._retry_button)
        row.addWidget(folder_button)
        row.addStretch(1)
        row.addWidget(quit_button)
        return row

    def _on_folder_clicked(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))
