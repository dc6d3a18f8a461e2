"""Data: where everything lies on this computer, and the way out of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from app.config import Paths
from app.ui.dialog_pieces import column, plain_label, push_button, row, rule
from app.ui.theme import Theme


class DataPage(QWidget):
    """`folder_asked(path)` wants a folder shown in the system's file browser."""

    folder_asked = Signal(str)
    export_asked = Signal()

    def __init__(self, paths: Paths | None, *, can_export: bool) -> None:
        super().__init__()
        self._build(paths, can_export=can_export)

    def _build(self, paths: Paths | None, *, can_export: bool) -> None:
        box = column(self, spacing=10)
        words = self.tr(
            "Chats, files and receipts stay on this computer. A message goes to the provider of "
            "the model that you chose, to nobody else."
        )
        box.addWidget(plain_label(words, tone="2", size="note", wrap=True))
        for name, what, folder in self._folders(paths):
            box.addWidget(self._build_folder(name, what, folder))
        words = self.tr("Keys are in none of these folders in plain text: see “Your keys”.")
        box.addWidget(plain_label(words, tone="2", size="note", wrap=True))
        if can_export:
            button = push_button(self.tr("Export the open chat …"), self.export_asked.emit)
            button.setObjectName("export-chat")
            line = row()
            line.addWidget(button)
            line.addStretch(1)
            box.addLayout(line)
        box.addStretch(1)

    def _folders(self, paths: Paths | None) -> list[tuple[str, str, Path]]:
        if paths is None:
            return []
        return [
            (self.tr("Chats and files"), self.tr("the database, attachments, backups"), paths.data),
            (self.tr("Settings file"), self.tr("config.toml, where you made one"), paths.config),
            (self.tr("Cache"), self.tr("can be deleted; it is made again"), paths.cache),
            (self.tr("Logs"), self.tr("what the program did, without texts and keys"), paths.logs),
        ]

    def _build_folder(self, name: str, what: str, folder: Path) -> QWidget:
        part = QFrame()
        path = plain_label(str(folder), tone="2", size="small", wrap=True)
        path.setFont(Theme.current().font(mono=True))
        path.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        path.setAccessibleName(f"{name}: {folder}")
        button = push_button(self.tr("Open"), partial(self._ask, str(folder)))
        button.setAccessibleName(self.tr("Open the folder: {0}").format(name))
        words = column(spacing=2)
        title = row(spacing=6)
        title.addWidget(plain_label(name, strong=True))
        title.addWidget(plain_label(what, tone="2", size="note", wrap=True), 1)
        words.addLayout(title)
        words.addWidget(path)
        line = row(spacing=12)
        line.addLayout(words, 1)
        line.addWidget(button)
        box = column(part, spacing=8)
        box.addLayout(line)
        box.addWidget(rule())
        return part

    def _ask(self, folder: str, _checked: bool = False) -> None:
        self.folder_asked.emit(folder)
