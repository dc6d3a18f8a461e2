"""The palette's dialog: a field, and a list that follows it; all by keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from app.seam.views import SearchHit
from app.ui.dialog import Dialog
from app.ui.icons import icon
from app.ui.palette.entries import Entry, rank
from app.ui.palette.entry_delegate import EntryDelegate
from app.ui.sidebar.hits import split_marks
from app.ui.theme import set_look

WIDTH, HEIGHT = 620, 420
SEARCH_PAUSE_MS = 30
SERIAL_BASE = 1_000_000  # apart from the sidebar's numbers
ICONS = {
    "action": "command", "chat": "message-square", "model": "sparkles", "hit": "search",
    "spend": "wallet",
}  # fmt: skip


class Palette(Dialog):
    """`chosen(kind, value)` for a command, chat or model; `hit_chosen` for a message."""

    chosen = Signal(str, str)
    hit_chosen = Signal(str, str)
    search_asked = Signal(int, str)
    _serial = SERIAL_BASE
    closes_on_outside_click = True

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, width=WIDTH)
        self._entries: Sequence[Entry] = ()
        self._hits: list[Entry] = []
        self._pause = QTimer(self, singleShot=True, interval=SEARCH_PAUSE_MS)
        self._build()
        self._connect()

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Take what can be chosen."""
        self._entries = entries
        self._refresh()

    def show_hits(self, serial: int, hits: Sequence[SearchHit]) -> None:
        """Messages that were found; they stand below what matches by name."""
        if serial != Palette._serial:
            return
        self._hits = [
            Entry("hit", hit.chat_id, split_marks(hit.snippet)[0], hit.chat_title, hit.message_id)
            for hit in hits
        ]
        self._refresh()

    def first_focus(self) -> QWidget:
        return self._field

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
            step = steps.get(Qt.Key(event.key()))
            if step is not None and self._list.count():
                row = (self._list.currentRow() + step) % self._list.count()
                self._list.setCurrentRow(row)
                return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        self.setAccessibleName(self.tr("Search and commands"))
        self.set_card_height(HEIGHT)
        self._field = QLineEdit(placeholderText=self.tr("Search chats, models and commands"))
        self._field.setAccessibleName(self.tr("Search and commands"))
        self._list = QListWidget()
        self._list.setUniformItemSizes(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setAccessibleName(self.tr("Matches"))
        self._list.setItemDelegate(EntryDelegate(self._list))
        self._none = QLabel(self.tr("Nothing found."))
        set_look(self._none, tone="3")
        self.body.addWidget(self._field)
        self.body.addWidget(self._none)
        self.body.addWidget(self._list, 1)

    def _connect(self) -> None:
        self._field.installEventFilter(self)
        self._field.textChanged.connect(self._on_text_changed)
        self._field.returnPressed.connect(self._on_return_pressed)
        self._list.itemClicked.connect(self._on_item_clicked)
        self._pause.timeout.connect(self._on_pause_over)

    def _refresh(self) -> None:
        shown = rank(self._entries, self._field.text()) + self._hits
        self._list.clear()
        for entry in shown:
            self._list.addItem(_make_item(entry))
        self._list.setCurrentRow(0)
        self._none.setVisible(not shown)

    def _on_text_changed(self, text: str) -> None:
        Palette._serial += 1
        self._hits = []
        self._refresh()
        if len(text.strip()) > 1:
            self._pause.start()

    def _on_pause_over(self) -> None:
        self.search_asked.emit(Palette._serial, self._field.text())

    def _on_return_pressed(self) -> None:
        self._choose(self._list.currentItem())

    def _on_item_clicked(self, item: QListWidgetItem) -> None:
        self._choose(item)

    def _choose(self, item: QListWidgetItem | None) -> None:
        entry = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        if not isinstance(entry, Entry):
            return
        self.accept()
        if entry.kind == "hit":
            self.hit_chosen.emit(entry.value, entry.extra)
        else:
            self.chosen.emit(entry.kind, entry.value)


def _make_item(entry: Entry) -> QListWidgetItem:
    item = QListWidgetItem(icon(ICONS[entry.kind]), entry.text)
    item.setData(Qt.ItemDataRole.UserRole, entry)
    said = f"{entry.text}, {entry.note}" if entry.note else entry.text
    item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
    return item
