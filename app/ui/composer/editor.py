"""The text field of the composer: grows with the text, takes files and pictures, sends by key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit

from app.ui.enter_key import is_enter, is_send
from app.ui.theme import Theme, set_look

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QFocusEvent, QKeyEvent

    from app.ui.composer.gradual_insert import GradualInsert

LINES_MAX = 12
LONG_TEXT_CHARS = 50_000


class Editor(QPlainTextEdit):
    """`long_text_pasted` instead of the text itself where laying it out would hold up typing.

    `long_text_inserted` when one that was put in all the same is in whole.
    """

    send_asked = Signal()
    edit_last_asked = Signal()
    files_given = Signal(list)
    picture_given = Signal(bytes)
    long_text_pasted = Signal(str)
    long_text_inserted = Signal()
    focus_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._enter_sends = True
        self._inserting: GradualInsert | None = None
        self._build()
        self.document().documentLayout().documentSizeChanged.connect(self._on_size_changed)
        Theme.current().changed.connect(self._on_size_changed)

    def set_enter_sends(self, enter_sends: bool) -> None:
        """Enter sends and Shift+Enter breaks the line, or Enter breaks it and Ctrl+Enter sends."""
        self._enter_sends = enter_sends

    def insert_long_text(self, text: str) -> None:
        """Put a long text in at the cursor, piece by piece."""
        from app.ui.composer.gradual_insert import GradualInsert

        self.finish_inserting()
        self._inserting = GradualInsert(self, text)
        self._inserting.finished.connect(self._on_inserted)

    def is_inserting(self) -> bool:
        """Whether a part of a long text is still to come."""
        return self._inserting is not None

    def finish_inserting(self) -> None:
        """Have what is still to come at once: the text is wanted whole now."""
        if self._inserting is not None:
            self._inserting.finish()

    def has_words(self) -> bool:
        """Whether there is more than spaces; a long text is not copied to find out."""
        block = self.document().begin()
        while block.isValid():
            if block.text().strip():
                return True
            block = block.next()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        from PySide6.QtCore import Qt

        if is_send(event, enter_sends=self._enter_sends):
            self.send_asked.emit()
        elif event.key() == Qt.Key.Key_Up and self.document().isEmpty():
            self.edit_last_asked.emit()
        elif is_enter(event):
            self.insertPlainText("\n")
            self.ensureCursorVisible()
        else:
            super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasUrls() or source.hasImage() or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        paths = local_paths(source)
        if paths:
            self.files_given.emit(paths)
        elif source.hasImage() and not source.hasText():
            self._give_picture(source.imageData())
        else:
            # Asked for once: it comes from another program. Never rich text: what is shown is what
            # is sent.
            text = source.text()
            if len(text) > LONG_TEXT_CHARS:
                self.long_text_pasted.emit(text)
            else:
                self.insertPlainText(text)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)

    def _build(self) -> None:
        set_look(self, look="bare")
        self.setPlaceholderText(self.tr("Write a message"))
        self.setAccessibleName(self.tr("Message"))
        self.setTabChangesFocus(True)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.document().setDocumentMargin(2)
        self.setProperty("horizontalScrollBarPolicy", 1)  # always off
        self._on_size_changed()

    def _give_picture(self, found: object) -> None:
        from PySide6.QtCore import QBuffer, QIODevice
        from PySide6.QtGui import QImage, QImageWriter

        picture = found if isinstance(found, QImage) else QImage()
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        if not picture.isNull() and QImageWriter(buffer, b"png").write(picture):
            self.picture_given.emit(bytes(buffer.data().data()))

    def _on_inserted(self) -> None:
        if self._inserting is not None:
            self._inserting.deleteLater()
        self._inserting = None
        self.long_text_inserted.emit()

    def _on_size_changed(self) -> None:
        # The layout of a plain text edit measures its height in lines.
        lines = round(self.document().documentLayout().documentSize().height())
        shown = max(2, min(LINES_MAX, lines))
        margins = self.document().documentMargin() * 2
        self.setFixedHeight(round(shown * self.fontMetrics().lineSpacing() + margins))


def local_paths(source: QMimeData) -> list[str]:
    """The files of this computer that were dropped or pasted."""
    return [url.toLocalFile() for url in source.urls() if url.isLocalFile()]
