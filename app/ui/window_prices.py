"""Prices of what can be done again with a message: asked by the parts of a pane that show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.seam import commands, events

if TYPE_CHECKING:
    from app.ui.window import MainWindow


class WindowPrices(QObject):
    """Of each kind the newest question of a pane counts; late answers are dropped."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._serial = 0
        self._newest: dict[tuple[int, str], int] = {}

    def ask(self, pane: int, kind: str, message_id: str, text: str) -> None:
        """What an edit, another answer, or going on would cost in a pane."""
        chat = self._window.shown.chat
        if chat is None:
            return
        self._serial += 1
        self._newest[pane, kind] = self._serial
        order = commands.AskQuoteAgain(self._serial, chat.id, pane, message_id, kind, text)
        self._window.bridge.submit(order)

    def show(self, event: events.QuotedAgain) -> None:
        """Bring an answer to the message that it is about."""
        there = self._window.frame.panes.at(event.pane)
        is_newest = self._newest.get((event.pane, event.kind)) == event.serial
        if is_newest and there is not None and there.transcript is not None:
            there.transcript.show_price(event.message_id, event.kind, event.quote)
