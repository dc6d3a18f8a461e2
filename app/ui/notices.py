"""Passing lines above the composer: what happened, and Undo where it can be taken back.

They have a place of their own there and cover no text. Foreign text stays plain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton

from app.ui.icons import icon, pixmap
from app.ui.theme import Theme, set_look

if TYPE_CHECKING:
    from app.seam.events import Notice

SHOWN_MS = {"info": 8_000, "warning": 12_000, "error": 0}  # 0: until it is closed
UNDO_SHOWN_MS = 20_000
_LOOKS = {
    "info": ("info", "ink2"),
    "warning": ("triangle-alert", "warn"),
    "error": ("circle-alert", "danger"),
}


class NoticeBar(QFrame):
    """Shows one notice at a time, errors before all else. `undo(chat_id)` when it is taken back.

    What was deleted can be taken back until the program ends, also after its notice has gone.
    """

    undo = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[Notice] = []
        self._deleted: list[str] = []  # chats, the newest last
        self._shown: Notice | None = None
        self._timer = QTimer(self, singleShot=True)
        self._build()
        self._connect()

    def show_notice(self, notice: Notice) -> None:
        """Show a line now; one that still wants reading is shown again afterwards."""
        if notice.undo_chat_id:
            self._deleted.append(notice.undo_chat_id)
        if self._shown is not None and _wants_reading(self._shown) and self._shown != notice:
            self._waiting.append(self._shown)
        self._display(notice)

    def undo_last(self) -> bool:
        """Take back the last deletion that was not taken back yet; False where there is none."""
        if not self._deleted:
            return False
        self._take_back(self._deleted[-1])
        return True

    def _build(self) -> None:
        theme = Theme.current()
        set_look(self, look="note", tone="plain")
        self.setAccessibleName(self.tr("Notice"))
        self._picture = QLabel()
        self._text = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._undo_button = QPushButton(self.tr("Undo"))
        self._close_button = QToolButton()
        self._close_button.setIcon(icon("x"))
        self._close_button.setAccessibleName(self.tr("Close the notice"))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(14), theme.px(8), theme.px(8), theme.px(8))
        row.setSpacing(theme.px(10))
        row.addWidget(self._picture)
        row.addWidget(self._text, 1)
        row.addWidget(self._undo_button)
        row.addWidget(self._close_button)
        self.hide()

    def _connect(self) -> None:
        self._timer.timeout.connect(self._on_close)
        self._undo_button.clicked.connect(self._on_undo)
        self._close_button.clicked.connect(self._on_close)

    def _display(self, notice: Notice) -> None:
        self._shown = notice
        name, tone = _LOOKS.get(notice.level, _LOOKS["info"])
        self._picture.setPixmap(pixmap(name, tone, 18, ratio=self.devicePixelRatioF()))
        text = f"{notice.text} {notice.advice}".strip()
        self._text.setText(text)
        self._undo_button.setVisible(bool(notice.undo_chat_id))
        set_look(self, tone="danger" if notice.level == "error" else "plain")
        self.setAccessibleDescription(text)
        self.show()
        limit_ms = SHOWN_MS.get(notice.level, SHOWN_MS["info"])
        if notice.undo_chat_id:
            limit_ms = max(limit_ms, UNDO_SHOWN_MS)
        self._timer.start(limit_ms) if limit_ms else self._timer.stop()

    def _on_undo(self) -> None:
        if self._shown is not None and self._shown.undo_chat_id:
            self._take_back(self._shown.undo_chat_id)

    def _take_back(self, chat_id: str) -> None:
        self._deleted = [one for one in self._deleted if one != chat_id]
        self._waiting = [one for one in self._waiting if one.undo_chat_id != chat_id]
        if self._shown is not None and self._shown.undo_chat_id == chat_id:
            self._on_close()
        self.undo.emit(chat_id)

    def _on_close(self) -> None:
        self._timer.stop()
        self._shown = None
        self.hide()
        if self._waiting:
            self._display(self._waiting.pop())


def _wants_reading(notice: Notice) -> bool:
    return notice.level == "error" or bool(notice.undo_chat_id)
