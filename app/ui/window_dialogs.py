"""What opens over the window or in its middle: made when it is first wanted, never before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from app.seam import commands, events
from app.seam.events import Event
from app.seam.views import SearchHit

if TYPE_CHECKING:
    from app.ui.billing.panel import BillingPanel
    from app.ui.first_run import FirstRun
    from app.ui.palette.palette import Palette
    from app.ui.window import MainWindow


class Dialogs(QObject):
    """Opens and feeds dialogs, pages and panels; keeps at most one of each."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._billing: BillingPanel | None = None
        self._first_run: FirstRun | None = None
        self._palette: Palette | None = None

    def forward(self, event: Event) -> None:
        """Bring a fact to what is open and shows it."""

    def make_billing(self) -> None:
        """Fill the billing panel's place."""

    def show_first_run(self) -> None:
        """The ways to a working chat, in the middle of the window."""
        from app.ui.first_run import FirstRun

        if self._first_run is None:
            page = self._first_run = FirstRun()
            page.key_asked.connect(self.open_keys)
            page.local_asked.connect(self._on_local_chosen)
            page.look_again_asked.connect(self._on_look_again)
            page.demo_asked.connect(self._on_demo_chosen)
        self._window.frame.show_page(self._first_run)
        self._on_look_again()

    def show_local(self, event: events.LocalModelsFound) -> None:
        """What serves models on this computer."""
        if self._first_run is not None:
            self._first_run.show_local(event.hosts)
        self.forward(event)

    def leave_first_run(self) -> None:
        """A way was taken: back to the panes."""
        if self._first_run is not None:
            self._window.frame.show_page(None)
            self._first_run.deleteLater()
            self._first_run = None

    def show_failure(self, message: str, advice: str) -> None:
        """The core cannot open."""
        from app.ui.window_failed import FailedPage

        window = self._window
        page = FailedPage(window.config_folder)
        page.retry_asked.connect(window.retry_requested)
        page.quit_asked.connect(window.close)
        page.show_failure(message, advice, can_retry=window.can_retry())
        window.frame.show_page(page)

    def open_palette(self) -> None:
        """Commands, chats and models in one list."""
        from app.ui.palette.entries import collect_entries
        from app.ui.palette.palette import Palette

        window = self._window
        palette = self._palette = Palette(window)
        palette.show_entries(
            collect_entries(window.shortcuts, window.frame.sidebar.chats.rows(),
                            window.shown.models.values())
        )  # fmt: skip
        palette.chosen.connect(self._on_entry_chosen)
        palette.hit_chosen.connect(window.orders.open_chat)
        palette.search_asked.connect(
            lambda serial, text: window.bridge.submit(commands.SearchChats(serial, text, 8))
        )
        palette.finished.connect(self._on_palette_finished)
        palette.open()

    def show_hits(self, serial: int, hits: Sequence[SearchHit]) -> None:
        """What a search of the palette found."""
        if self._palette is not None:
            self._palette.show_hits(serial, hits)

    def open_picker(self, pane: int) -> None:
        """Choose the model of a pane."""

    def open_settings(self) -> None:
        """All settings."""

    def open_keys(self) -> None:
        """The keys, and a field for one more."""

    def open_receipt(self, message_id: str) -> None:
        """What an answer cost, item by item."""

    def open_link(self, address: str) -> None:
        """Show where a link leads, and open it only then."""
        from app.ui.window_links import LinkDialog

        LinkDialog(address, self._window).open()

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

    def _on_export_path(self, chat_id: str, path: str) -> None:
        form = "json" if PurePath(path).suffix.lower() == ".json" else "markdown"
        self._window.bridge.submit(commands.ExportChat(chat_id, path, form))

    def _on_local_chosen(self, model_ref: str) -> None:
        self._window.orders.choose_model(0, model_ref)
        self._leave_to_chat()

    def _on_demo_chosen(self) -> None:
        self._window.bridge.submit(commands.StartDemo())
        self._leave_to_chat()

    def _leave_to_chat(self) -> None:
        self.leave_first_run()
        self._window.bridge.submit(commands.ListModels())
        self._window.orders.focus_composer()

    def _on_look_again(self) -> None:
        self._window.bridge.submit(commands.FindLocalModels())

    def _on_entry_chosen(self, kind: str, value: str) -> None:
        orders = self._window.orders
        match kind:
            case "action":
                orders.run(value)
            case "chat":
                orders.open_chat(value)
            case "model":
                orders.choose_model(self._window.frame.panes.current, value)
            case _:
                raise ValueError(f"not an entry of the palette: {kind}")

    def _on_palette_finished(self) -> None:
        self._palette = None


def file_name(title: str) -> str:
    """A file's name that every system takes, made of a chat's title."""
    kept = "".join(letter if letter.isalnum() or letter in " -_" else " " for letter in title)
    return f"{' '.join(kept.split())[:80] or 'chat'}.md"
