"""The list of chats: opens, renames in place, pins, exports and deletes, by mouse and by keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu

from app.ui.icons import icon
from app.ui.sidebar.chat_delegate import ChatDelegate
from app.ui.sidebar.chat_model import ROW_ROLE, ChatModel, Index

if TYPE_CHECKING:
    from app.seam.views import ChatRow

_KEEPS_PLACE = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
_COMMANDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class ChatList(QListView):
    """Rows in, orders out; what is selected is what is open."""

    chat_chosen = Signal(str)
    rename_asked = Signal(str, str)
    pin_asked = Signal(str, bool)
    export_asked = Signal(str)
    budget_asked = Signal(str, str)  # the chat's id and title
    delete_asked = Signal(str)
    undo_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._open_id = ""
        self._model = ChatModel()
        self._delegate = ChatDelegate(self)
        self._build()
        self._connect()

    def show_rows(self, rows: Sequence[ChatRow]) -> None:
        """All chats, pinned first, newest first; scroll place and selection stay."""
        place = self.verticalScrollBar().value()
        self._model.show(rows, datetime.now().astimezone().date())
        self.verticalScrollBar().setValue(place)
        self._select_open()

    def change_row(self, row: ChatRow) -> None:
        """One chat as it is now."""
        self._model.change(row, datetime.now().astimezone().date())
        self._select_open()

    def show_open(self, chat_id: str) -> None:
        """Mark the chat that the panes show."""
        self._open_id = chat_id
        self._select_open()

    def rows(self) -> list[ChatRow]:
        """The chats as listed."""
        return self._model.rows()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self._row_at(self.currentIndex())
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_asked.emit()
        elif event.text().isprintable() and event.text() and not event.modifiers() & _COMMANDING:
            event.ignore()  # a letter is for the composer, not for the first chat that has it
        elif row is None:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chat_chosen.emit(row.id)
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_asked.emit(row.id)
        elif event.key() == Qt.Key.Key_Menu:
            self._open_menu(self.visualRect(self.currentIndex()).center(), row)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # The right button asks about a chat and does not choose it.
        if event.button() == Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self.indexAt(event.position().toPoint()) != self.currentIndex():
            self._select_open(by_force=True)  # pressed, and let go elsewhere

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        renames = self.state() == QAbstractItemView.State.EditingState
        if not renames and event.reason() not in _KEEPS_PLACE:
            self._select_open()

    def _build(self) -> None:
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(self.tr("Chats"))

    def _connect(self) -> None:
        self._model.renamed.connect(self.rename_asked)
        self.clicked.connect(self._on_clicked)
        self.customContextMenuRequested.connect(self._on_menu_requested)

    def _row_at(self, index: Index) -> ChatRow | None:
        row: ChatRow | None = index.data(ROW_ROLE)
        return row

    def _select_open(self, *, by_force: bool = False) -> None:
        """Mark what is open; a row that the keyboard has reached stays, unless `by_force`."""
        place = self._model.place_of(self._open_id)
        selection = self.selectionModel()
        if place is None:
            selection.clear()
            return
        index = self._model.index(place)
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        if by_force or not self.hasFocus() or not self.currentIndex().isValid():
            selection.setCurrentIndex(index, flag)
        else:
            selection.select(index, flag)

    def _on_clicked(self, index: Index) -> None:
        row = self._row_at(index)
        if row is not None:
            self.chat_chosen.emit(row.id)

    def _on_menu_requested(self, place: QPoint) -> None:
        row = self._row_at(self.indexAt(place))
        if row is not None:
            self._open_menu(place, row)

    def _open_menu(self, place: QPoint, row: ChatRow) -> None:
        index = self._model.index(self._model.place_of(row.id) or 0)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        pin = self.tr("Unpin") if row.pinned else self.tr("Pin")
        menu.addAction(icon("pencil"), self.tr("Rename"), "F2", lambda: self.edit(index))
        menu.addAction(
            icon("pin-off" if row.pinned else "pin"), pin,
            lambda: self.pin_asked.emit(row.id, not row.pinned),
        )  # fmt: skip
        menu.addAction(icon("download"), self.tr("Export…"), lambda: self.export_asked.emit(row.id))
        menu.addAction(
            icon("gauge"), self.tr("Budget for this chat…"),
            lambda: self.budget_asked.emit(row.id, row.title),
        )  # fmt: skip
        menu.addSeparator()
        menu.addAction(
            icon("trash-2", "danger"), self.tr("Delete"), "Del",
            lambda: self.delete_asked.emit(row.id),
        )  # fmt: skip
        menu.popup(self.viewport().mapToGlobal(place))
