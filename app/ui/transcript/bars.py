"""What floats above the cards: find in this chat, the address behind a link, jump to newest."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.icons import icon
from app.ui.theme import Size, Theme, set_look
from app.ui.transcript.escape import is_escape_claimed
from app.ui.transcript.notes import PlainLabel, host_of

ADDRESS_SHOWN_MAX = 600


class FindBar(QFrame):
    """A line to type in, where one is among the hits, and the way on."""

    searched = Signal(str)
    stepped = Signal(int)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, look="card")
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(self.tr("Find in this chat"))
        self.line.setAccessibleName(self.tr("Find in this chat"))
        self.count = QLabel(self)
        set_look(self.count, tone="2", size="small")
        self.previous_button = self._make_button("chevron-up", self.tr("Previous match"))
        self.next_button = self._make_button("chevron-down", self.tr("Next match"))
        self.close_button = self._make_button("x", self.tr("Close"))
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 6, 6)
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        for widget in (self.count, self.previous_button, self.next_button, self.close_button):
            row.addWidget(widget)
        self.line.textChanged.connect(self.searched)
        self.next_button.clicked.connect(lambda: self.stepped.emit(1))
        self.previous_button.clicked.connect(lambda: self.stepped.emit(-1))
        self.close_button.clicked.connect(self.closed)

    def show_count(self, at: int, count: int) -> None:
        """Say "3 of 12", or that nothing was found."""
        if not self.line.text():
            self.count.setText("")
        elif not count:
            self.count.setText(self.tr("nothing found"))
        else:
            words = self.tr("%1 of %2").replace("%1", str(at)).replace("%2", str(count))
            self.count.setText(words)

    def event(self, event: QEvent) -> bool:
        return is_escape_claimed(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape:
                self.closed.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
                self.stepped.emit(-1 if back else 1)
            case _:
                super().keyPressEvent(event)

    def _make_button(self, icon_name: str, title: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(icon_name, "ink2"))
        button.setToolTip(title)
        button.setAccessibleName(title)
        return button


class LinkBar(QFrame):
    """Where a link goes, whole, before it is opened."""

    opened = Signal(str)
    copied = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, look="card")
        self._address = ""
        self.title = PlainLabel(self)
        self.address = PlainLabel(self)
        set_look(self.address, tone="2", size="note")
        self.cancel_button = QPushButton(self.tr("Cancel"), self)
        self.copy_button = QPushButton(self.tr("Copy address"), self)
        self.open_button = QPushButton(self.tr("Open"), self)
        set_look(self.open_button, look="primary")
        column, row = QVBoxLayout(self), QHBoxLayout()
        column.addWidget(self.title)
        column.addWidget(self.address)
        column.addLayout(row)
        row.addStretch()
        for button in (self.cancel_button, self.copy_button, self.open_button):
            row.addWidget(button)
        self.cancel_button.clicked.connect(self.hide)
        self.copy_button.clicked.connect(self._on_copy)
        self.open_button.clicked.connect(self._on_open)

    def ask(self, address: str) -> None:
        """Show an address that was judged safe to open."""
        self._address = address
        host = host_of(address) or address.partition(":")[2].partition("?")[0]
        self.title.setFont(Theme.current().font(Size.TEXT, strong=True))
        words = self.tr("Open %1 in your browser?")
        if address.startswith("mailto:"):
            words = self.tr("Write to %1?")
        self.title.show_words(words.replace("%1", host[:120]))
        cut = "…" if len(address) > ADDRESS_SHOWN_MAX else ""
        # A zero-width space behind each separator lets a long address wrap.
        shown = address[:ADDRESS_SHOWN_MAX].replace("/", "/\u200b").replace("&", "&\u200b")
        self.address.show_words(shown + cut)
        self.show()
        self.raise_()
        self.open_button.setFocus(Qt.FocusReason.PopupFocusReason)

    def event(self, event: QEvent) -> bool:
        return is_escape_claimed(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)

    def _on_open(self) -> None:
        self.hide()
        self.opened.emit(self._address)

    def _on_copy(self) -> None:
        self.hide()
        self.copied.emit(self._address)


class Caret(QWidget):
    """The mark behind the last character of an answer that is being written."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAutoFillBackground(True)
        self.hide()

    def dress(self) -> None:
        palette = self.palette()
        palette.setColor(self.backgroundRole(), Theme.current().color("accent"))
        self.setPalette(palette)
