"""The usage card over the window: opened once, and what it asks for done by the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.seam import events
from app.seam.events import Event, Notice

if TYPE_CHECKING:
    from app.ui.usage.dialog import UsageDialog
    from app.ui.window import MainWindow


class WindowUsage(QObject):
    """At most one card; an export goes on when it is closed."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._card: UsageDialog | None = None

    def open(self) -> None:
        """What was spent, on what, by which key, call by call."""
        from app.ui.usage.dialog import UsageDialog

        if self._card is not None:
            return
        card = self._card = UsageDialog(self._window, self._window.bridge)
        card.message_asked.connect(self._window.orders.open_chat)
        card.receipt_asked.connect(self._window.dialogs.open_receipt)
        card.finished.connect(self._on_finished)
        card.open()

    def forward(self, event: Event) -> None:
        """What came of an export whose card was closed meanwhile; the card hears the rest."""
        if self._card is not None or not isinstance(event, events.UsageExportEnded):
            return
        notices = self._window.frame.notices
        if event.outcome == "written":
            text = self.tr("Usage was written to {0}.").format(event.path)
            notices.show_notice(Notice("info", text))
        elif event.outcome == "failed":
            notices.show_notice(Notice("error", event.message, event.advice))

    def _on_finished(self) -> None:
        self._card = None
