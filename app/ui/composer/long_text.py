"""A very long text was pasted: it can go along as a file, or into the field all the same."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from app.ui import words
from app.ui.theme import Theme, set_look


class LongTextOffer(QFrame):
    """Holds the text until one of both is chosen, so that nothing is lost."""

    as_file = Signal(str)
    as_text = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._build()
        self._file_button.clicked.connect(self._on_file_clicked)
        self._text_button.clicked.connect(self._on_text_clicked)

    def offer(self, text: str) -> None:
        """Ask what to do with this text; an earlier one that waits becomes a file."""
        if self._text:
            self._on_file_clicked()
        self._text = text
        self._label.setText(
            self.tr("The pasted text is long ({0} characters).").format(words.count(len(text)))
        )
        self.show()

    def _build(self) -> None:
        theme = Theme.current()
        set_look(self, look="note", tone="plain")
        self._label = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self._file_button = QPushButton(self.tr("Attach it as a file"))
        set_look(self._file_button, look="primary")
        self._text_button = QPushButton(self.tr("Put it in the message"))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), theme.px(8), theme.px(12), theme.px(8))
        row.addWidget(self._label, 1)
        row.addWidget(self._file_button)
        row.addWidget(self._text_button)
        self.hide()

    def _take(self) -> str:
        text, self._text = self._text, ""
        self.hide()
        return text

    def _on_file_clicked(self) -> None:
        self.as_file.emit(self._take())

    def _on_text_clicked(self) -> None:
        self.as_text.emit(self._take())
