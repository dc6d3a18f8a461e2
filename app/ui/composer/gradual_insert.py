"""A long text put into a field piece by piece, so that the window lives on while it comes."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

PIECE_CHARS = 50_000  # laid out in about 6 ms


class GradualInsert(QObject):
    """One text at the field's cursor; one step to undo. Until it is in, nobody else writes."""

    finished = Signal()

    def __init__(self, field: QPlainTextEdit, text: str) -> None:
        super().__init__(field)
        self._field = field
        self._text = text
        self._at = 0
        self._cursor = QTextCursor(field.textCursor())
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._on_timeout)
        field.setReadOnly(True)
        self._timer.start()

    def finish(self) -> None:
        """Put in what is left, all at once."""
        while self._timer.isActive():
            self._on_timeout()

    def _on_timeout(self) -> None:
        piece = self._text[self._at : self._at + PIECE_CHARS]
        if self._at:
            self._cursor.joinPreviousEditBlock()
        else:
            self._cursor.beginEditBlock()
        self._cursor.insertText(piece)
        self._cursor.endEditBlock()
        self._at += len(piece)
        if self._at >= len(self._text):
            self._end()

    def _end(self) -> None:
        self._timer.stop()
        self._field.setReadOnly(False)
        self._field.setTextCursor(self._cursor)
        self._field.ensureCursorVisible()
        self.finished.emit()
