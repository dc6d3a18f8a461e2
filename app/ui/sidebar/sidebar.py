"""The sidebar as a whole: new chat, search, the list or the hits, the account."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from app.seam.views import ChatRow, SearchHit
from app.ui.icons import icon
from app.ui.sidebar.account_chip import AccountChip
from app.ui.sidebar.chat_list import ChatList
from app.ui.sidebar.chat_model import Index
from app.ui.sidebar.hits import HIT_ROLE, HitDelegate, HitModel
from app.ui.theme import Theme, set_look

WIDTH = 256
SEARCH_PAUSE_MS = 30


class Sidebar(QFrame):
    """`search_asked(serial, text)` as one types; late answers to older serials are dropped."""

    new_chat_asked = Signal()
    search_asked = Signal(int, str)
    hit_chosen = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._serial = 0
        self._pause = QTimer(self, singleShot=True, interval=SEARCH_PAUSE_MS)
        self._build()
        self._lay_out()
        self._connect()

    def show_rows(self, rows: Sequence[ChatRow]) -> None:
        """All chats, pinned first, newest first."""
        self.chats.show_rows(rows)
        self._show_page()

    def change_row(self, row: ChatRow) -> None:
        """One chat as it is now."""
        self.chats.change_row(row)
        self._show_page()

    def show_hits(self, serial: int, hits: Sequence[SearchHit]) -> None:
        """What the search of this number found."""
        if serial != self._serial or not self.search.text().strip():
            return
        self._hits.show(hits)
        self._no_hits.setVisible(not hits)
        self._hit_view.setVisible(bool(hits))
        self._show_page()

    def clear_search(self) -> bool:
        """Back to the list; False where nothing was searched for."""
        searching = bool(self.search.text())
        self.search.clear()
        return searching

    def focus_search(self) -> None:
        """Type into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def show_keys(self, new_chat: str, search: str) -> None:
        """The keys that stand beside New chat and the search field."""
        self._new_keys.setText(new_chat.replace("+", " "))
        self._search_keys.setText(search.replace("+", " "))

    def _build(self) -> None:
        set_look(self, look="sidebar")
        self.setAccessibleName(self.tr("Sidebar"))
        self.new_button = QPushButton(icon("plus", "ink"), self.tr("New chat"))
        self._new_keys = QLabel()
        self.search = QLineEdit(placeholderText=self.tr("Search all chats"))
        self.search.setAccessibleName(self.tr("Search all chats"))
        self.search.setClearButtonEnabled(False)
        self._search_keys = QLabel()
        self.chats = ChatList()
        self._hits = HitModel()
        self._hit_view = QListView()
        self._hit_view.setModel(self._hits)
        self._hit_view.setItemDelegate(HitDelegate(self._hit_view))
        self._hit_view.setMouseTracking(True)
        self._hit_view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._hit_view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._hit_view.setAccessibleName(self.tr("Search results"))
        self._no_hits = _quiet_label(self.tr("Nothing found."))
        self._empty = _quiet_label(self.tr("Your chats will be listed here."))
        self.chip = AccountChip()

    def _lay_out(self) -> None:
        theme = Theme.current()
        self.setFixedWidth(theme.px(WIDTH))
        set_look(self.new_button, look="new-chat")
        _put_inside(self.new_button, self._new_keys)
        _put_inside(self.search, self._search_keys)
        self._pages = QStackedLayout()
        for widgets in ((self._empty,), (self.chats,), (self._hit_view, self._no_hits)):
            page = QWidget()
            column = QVBoxLayout(page)
            column.setContentsMargins(0, 0, 0, 0)
            for widget in widgets:
                column.addWidget(widget)
            if self.chats not in widgets:
                column.addStretch(0)
            self._pages.addWidget(page)
        self._pages.setCurrentIndex(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(12),) * 4)
        column.setSpacing(theme.px(8))
        column.addWidget(self.new_button)
        column.addWidget(self.search)
        column.addLayout(self._pages, 1)
        column.addWidget(self.chip)

    def _connect(self) -> None:
        self.new_button.clicked.connect(self.new_chat_asked)
        self.search.textChanged.connect(self._on_search_changed)
        self.search.returnPressed.connect(self._on_search_entered)
        self._pause.timeout.connect(self._on_pause_over)
        self._hit_view.activated.connect(self._on_hit_activated)
        self._hit_view.clicked.connect(self._on_hit_activated)
        Theme.current().changed.connect(self._on_theme_changed)

    def _show_page(self) -> None:
        if self.search.text().strip():
            self._pages.setCurrentIndex(2)
        else:
            self._pages.setCurrentIndex(1 if self.chats.rows() else 0)

    def _on_search_changed(self, text: str) -> None:
        self._search_keys.setVisible(not text)
        self._serial += 1
        if text.strip():
            self._pause.start()
        else:
            self._pause.stop()
            self._show_page()

    def _on_pause_over(self) -> None:
        self.search_asked.emit(self._serial, self.search.text())

    def _on_search_entered(self) -> None:
        first = self._hits.index(0)
        if first.isValid() and self.search.text().strip():
            self._on_hit_activated(first)

    def _on_hit_activated(self, index: Index) -> None:
        hit = index.data(HIT_ROLE)
        if isinstance(hit, SearchHit):
            self.hit_chosen.emit(hit.chat_id, hit.message_id)

    def _on_theme_changed(self) -> None:
        self.setFixedWidth(Theme.current().px(WIDTH))
        self.chats.scheduleDelayedItemsLayout()
        self._hit_view.scheduleDelayedItemsLayout()


def _quiet_label(text: str) -> QLabel:
    label = QLabel(text, wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
    label.setContentsMargins(8, 24, 8, 24)
    set_look(label, tone="3", size="note")
    return label


def _put_inside(widget: QWidget, label: QLabel) -> None:
    """Lay a small label over the right end of a control; clicks go through it."""
    set_look(label, tone="3", size="small")
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, Theme.current().px(12), 0)
    row.addStretch(1)
    row.addWidget(label)
