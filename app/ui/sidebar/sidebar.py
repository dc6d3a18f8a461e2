"""The sidebar as a whole: new chat, search, the list or the hits, the account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from app.ui.icons import icon
from app.ui.sidebar.account_chip import AccountChip
from app.ui.theme import Theme, set_look

if TYPE_CHECKING:
    from app.seam.views import ChatRow, SearchHit
    from app.ui.sidebar.chat_list import ChatList
    from app.ui.sidebar.hits import HitList

WIDTH = 256
SEARCH_PAUSE_MS = 30


class Sidebar(QFrame):
    """`search_asked(serial, text)` as one types; late answers to older serials are dropped."""

    new_chat_asked = Signal()
    search_asked = Signal(int, str)
    hit_chosen = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._chats: ChatList | None = None
        self._hits: HitList | None = None
        self._serial = 0
        self._pause = QTimer(self, singleShot=True, interval=SEARCH_PAUSE_MS)
        self._build()
        self._lay_out()
        self._connect()

    @property
    def chats(self) -> ChatList:
        """The list, made after the first paint."""
        if self._chats is None:
            from app.ui.sidebar.chat_list import ChatList

            self._chats = ChatList()
            self._pages.addWidget(self._chats)
        return self._chats

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
        if self._hits is None:
            from app.ui.sidebar.hits import HitList

            self._hits = HitList()
            self._hits.hit_chosen.connect(self.hit_chosen)
            self._pages.addWidget(self._hits)
        self._hits.show_hits(hits)
        self._show_page()

    def clear_search(self) -> bool:
        """Back to the list; False where nothing was searched for."""
        searching = bool(self.search.text())
        self.search.clear()
        return searching

    def focus_search(self) -> None:
        """Type into the search field."""
        from PySide6.QtCore import Qt

        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def show_keys(self, new_chat: str, search: str, here: str) -> None:
        """The keys beside New chat and the search field; `here` leads into the field itself."""
        hint = self.tr("Search here: {0}").format(here) if here else ""
        self.search.setToolTip(hint)
        if self._new_keys.parentWidget() is None:
            _put_inside(self.new_button, self._new_keys)
            _put_inside(self.search, self._search_keys)
        self._new_keys.setText(new_chat.replace("+", " "))
        self._search_keys.setText(search.replace("+", " "))

    def put_above_chats(self, widget: QWidget) -> None:
        """Say above the list whose chats these are."""
        self._column.insertWidget(2, widget)

    def _build(self) -> None:
        set_look(self, look="sidebar")
        self.setAccessibleName(self.tr("Sidebar"))
        self.new_button = QPushButton(icon("plus", "ink"), self.tr("New chat"))
        self._new_keys = QLabel()
        self.search = QLineEdit(placeholderText=self.tr("Search all chats"))
        self.search.setAccessibleName(self.tr("Search all chats"))
        self.search.setClearButtonEnabled(False)
        self._search_keys = QLabel()
        self._empty = _quiet_label(self.tr("Your chats will be listed here."))
        self.chip = AccountChip()

    def _lay_out(self) -> None:
        theme = Theme.current()
        self.setFixedWidth(theme.px(WIDTH))
        set_look(self.new_button, look="new-chat")
        self._pages = QStackedLayout()
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(12),) * 4)
        column.setSpacing(theme.px(8))
        column.addWidget(self.new_button)
        column.addWidget(self.search)
        column.addLayout(self._pages, 1)
        column.addWidget(self.chip)
        # Not before: a page of a layout without a widget is shown as a window of its own.
        self._pages.addWidget(QWidget())  # nothing is known before the first rows come
        self._pages.addWidget(self._empty)

    def _connect(self) -> None:
        self.new_button.clicked.connect(self.new_chat_asked)
        self.search.textChanged.connect(self._on_search_changed)
        self.search.returnPressed.connect(self._on_search_entered)
        self._pause.timeout.connect(self._on_pause_over)
        Theme.current().changed.connect(self._on_theme_changed)

    def _show_page(self) -> None:
        page: QWidget = self.chats if self.chats.rows() else self._empty
        if self.search.text().strip():
            page = self._hits or page
        self._pages.setCurrentWidget(page)

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
        if self._hits is not None and self.search.text().strip():
            self._hits.choose_first()

    def _on_theme_changed(self) -> None:
        self.setFixedWidth(Theme.current().px(WIDTH))
        if self._chats is not None:
            self._chats.scheduleDelayedItemsLayout()


def _quiet_label(text: str) -> QLabel:
    label = QLabel(text, wordWrap=True)
    label.setContentsMargins(8, 24, 8, 24)
    set_look(label, tone="3", size="note", align="top")
    return label


def _put_inside(widget: QWidget, label: QLabel) -> None:
    """Lay a small label over the right end of a control; clicks go through it."""
    from PySide6.QtCore import Qt

    set_look(label, tone="3", size="small")
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, Theme.current().px(12), 0)
    row.addStretch(1)
    row.addWidget(label)
