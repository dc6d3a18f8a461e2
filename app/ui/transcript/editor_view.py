"""The editor in the place of a message of the user: what is sent instead, and what that costs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.seam.quote_views import QuoteView
from app.ui.composer.quote_line import QuoteLine
from app.ui.enter_key import is_enter, is_send
from app.ui.theme import Theme, set_look
from app.ui.transcript.escape import is_escape_claimed
from app.ui.transcript.parts import Editor, Part, Place

PRICE_PAUSE_MS = 40  # of typing, before the price is asked
LINES_MIN, LINES_MAX = 2, 14


class EditorView(QFrame):
    """The user's text, to be changed and sent again; Escape gives up, Enter as in the composer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place: Place | None = None
        self._given: str | None = None
        self._pause = QTimer(self, singleShot=True, interval=PRICE_PAUSE_MS)
        self._build()
        self._connect()

    def show_part(self, part: Part, place: Place) -> None:
        assert isinstance(part, Editor)
        self._place = place
        self.text.enter_sends = place.hub.enter_sends
        if self._given != part.text:
            self._given = part.text
            self.price.show_quotes(())
            edited = place.memory.edited
            self.text.setPlainText(part.text if edited is None else edited)
            self.text.moveCursor(self.text.textCursor().MoveOperation.End)
        self._pause.start()

    def show_price(self, kind: str, quote: QuoteView) -> None:
        """What sending it like this would cost."""
        if kind == "edit" and self.text.toPlainText().strip():
            self.price.show_quotes((quote,))

    def height_for(self, width: int) -> int:
        theme = Theme.current()
        lines = self.text.document().lineCount()
        shown = sum(1 + len(line) * 8 // max(1, width) for line in self._given_lines(lines))
        return theme.px(104) + theme.px(21) * max(LINES_MIN, min(LINES_MAX, shown))

    def allow_again(self) -> None:
        """It was not sent: it may be changed, and sent again."""
        self._set_sent(False)

    def release(self) -> None:
        self._place = None
        self._given = None
        self._set_sent(False)
        self._pause.stop()

    def _build(self) -> None:
        self.text = _EditorText(self)
        self.text.setAccessibleName(self.tr("Change your message"))
        self.text.setTabChangesFocus(True)
        self.note = QLabel(self.tr("Sends a new version; the old one stays beside it."), self)
        set_look(self.note, tone="3", size="small")
        self.note.setWordWrap(True)
        self.price = QuoteLine(self, opens=False)
        self.cancel_button = QPushButton(self.tr("Cancel"), self)
        self.send_button = QPushButton(self.tr("Save && send"), self)
        set_look(self.send_button, look="primary")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        for widget in (self.price, self.cancel_button, self.send_button):
            row.addWidget(widget, 1 if widget is self.price else 0)
        column.addWidget(self.text, 1)
        column.addWidget(self.note)
        column.addLayout(row)

    def _connect(self) -> None:
        self.cancel_button.clicked.connect(self._on_cancel)
        self.send_button.clicked.connect(self._on_send)
        self.text.cancel_pressed.connect(self._on_cancel)
        self.text.send_pressed.connect(self._on_send)
        self.text.textChanged.connect(self._on_text_changed)
        self._pause.timeout.connect(self._on_pause_over)

    def _given_lines(self, lines: int) -> list[str]:
        return self.text.toPlainText().split("\n") if lines < 200 else [""] * LINES_MAX

    def _on_text_changed(self) -> None:
        text = self.text.toPlainText()
        if self._place is not None:
            # The widget may go, with a scroll or another pane; what was typed may not.
            self._place.memory.edited = text
        has_words = bool(text.strip())
        self.send_button.setEnabled(has_words)
        if not has_words:
            self.price.show_quotes(())
        self._pause.start()

    def _on_pause_over(self) -> None:
        text = self.text.toPlainText()
        if self._place is not None and text.strip():
            self._place.hub.price_wanted.emit(self._place.message_id, "edit", text)

    def _on_cancel(self) -> None:
        if self._place is not None:
            self._place.memory.edited = None
            self._place.hub.edit_ended.emit(self._place.message_id)

    def _on_send(self) -> None:
        text = self.text.toPlainText()
        if self._place is None or not text.strip() or self.text.isReadOnly():
            return
        # It goes away once the new version is stored: what is refused is still here to be sent.
        self._set_sent(True)
        self._place.hub.edit_requested.emit(self._place.message_id, text)

    def _set_sent(self, sent: bool) -> None:
        self.text.setReadOnly(sent)
        self.send_button.setEnabled(not sent and bool(self.text.toPlainText().strip()))


class _EditorText(QPlainTextEdit):
    """Knows the keys that end editing."""

    cancel_pressed = Signal()
    send_pressed = Signal()

    enter_sends = True

    def event(self, event: QEvent) -> bool:
        return is_escape_claimed(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancel_pressed.emit()
        elif is_send(event, enter_sends=self.enter_sends):
            self.send_pressed.emit()
        elif is_enter(event):
            self.insertPlainText("\n")
            self.ensureCursorVisible()
        else:
            super().keyPressEvent(event)
