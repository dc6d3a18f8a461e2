"""Files that the user asks for: a chat that is exported, a picture that a model made."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QIODevice, QObject, QSaveFile, Qt

from app.seam import commands, events
from app.seam.views import ImageView

if TYPE_CHECKING:
    from app.ui.window import MainWindow


class WindowFiles(QObject):
    """Asks where, and writes."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def open_export(self, chat_id: str) -> None:
        """Ask where a chat is to be written."""
        from PySide6.QtWidgets import QFileDialog

        dialog = QFileDialog(self._window, self.tr("Export the chat"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("Markdown (*.md)"), self.tr("JSON (*.json)")])
        dialog.setDefaultSuffix("md")
        title = next(
            (row.title for row in self._window.frame.sidebar.chats.rows() if row.id == chat_id),
            "chat",
        )
        dialog.selectFile(file_name(title))
        dialog.fileSelected.connect(lambda path: self._on_export_path(chat_id, path))
        dialog.open()

    def open_save_image(self, image: ImageView) -> None:
        """Ask where a picture that a model made is to be written, and write it."""
        from PySide6.QtWidgets import QFileDialog

        ending = image.media_type.partition("/")[2] or "png"
        dialog = QFileDialog(self._window, self.tr("Save the picture"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(f"picture.{ending}")
        dialog.fileSelected.connect(lambda path: self._on_image_path(image, path))
        dialog.open()

    def _on_image_path(self, image: ImageView, path: str) -> None:
        file = QSaveFile(path)
        written = file.open(QIODevice.OpenModeFlag.WriteOnly) and file.write(image.content) >= 0
        if not (written and file.commit()):
            text = self.tr("The picture could not be written: {0}").format(file.errorString())
            self._window.frame.notices.show_notice(events.Notice("error", text))

    def _on_export_path(self, chat_id: str, path: str) -> None:
        form = "json" if PurePath(path).suffix.lower() == ".json" else "markdown"
        self._window.bridge.submit(commands.ExportChat(chat_id, path, form))


def file_name(title: str) -> str:
    """A file's name that every system takes, made of a chat's title."""
    kept = "".join(letter if letter.isalnum() or letter in " -_" else " " for letter in title)
    return f"{' '.join(kept.split())[:80] or 'chat'}.md"
