"""What the core tells of tools and assistants, brought to the parts of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import QObject, Signal

from app.seam import assistants as seam

if TYPE_CHECKING:
    from app.ui.window import MainWindow


class WindowAssistants(QObject):
    """`heard` tells every event of assistants to the dialogs that are open."""

    heard = Signal(object)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.setup: seam.SetupShown | None = None

    def on_event(self, event: seam.AssistantEvent) -> None:
        """Show a fact; one about a chat that is not shown any more changes nothing."""
        match event:
            case seam.SetupShown():
                chat = self._window.shown.chat
                if chat is not None and chat.id == event.chat_id:
                    self.setup = event
            case (
                seam.ToolAsked()
                | seam.ToolAskEnded()
                | seam.AssistantsListed()
                | seam.AssistantSaved()
            ):
                pass
            case _:
                assert_never(event)
        self.heard.emit(event)
