"""Quotes that open over the window: the card behind the line beside Send, costs in the picker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.seam import commands, events
from app.seam.events import Event

if TYPE_CHECKING:
    from app.ui.picker.popup import PickerPopup
    from app.ui.quote.dialog import QuoteDialog
    from app.ui.window import MainWindow


class WindowQuotes(QObject):
    """Asks about the message in the composer, and brings the answers to who asked."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._card: QuoteDialog | None = None
        self._picker: PickerPopup | None = None
        self._serial = 0

    def open_card(self) -> None:
        """What the message costs and why, over the line that says it."""
        from app.ui.quote.dialog import QuoteDialog

        line = self._window.frame.composer.box.quote
        if not line.quotes or self._card is not None:
            return
        card = self._card = QuoteDialog(self._window, line.quotes)
        card.model_chosen.connect(self._window.orders.choose_model)
        card.cheaper_asked.connect(self._ask_cheaper)
        card.finished.connect(self._on_finished)
        # Over the composer, so that the message can still be read.
        card.open_at(self._window.frame.composer.box, at_end=True)
        card.ask_cheaper()

    def ask_costs(self, picker: PickerPopup, pane: int) -> None:
        """What the message in the composer would cost with each model of the picker."""
        self._picker = picker
        asked = self._about(pane)
        picker.expect_costs(asked is not None)
        if asked is not None:
            self._window.bridge.submit(commands.AskModelCosts(*asked))

    def forward(self, event: Event) -> None:
        """Bring an answer to what is open; late ones are dropped."""
        match event:
            case events.QuoteReady() if self._card is not None:
                self._card.show_quotes(self._window.frame.composer.box.quote.quotes)
            case events.CheaperFound() if self._card is not None and self._is_newest(event.serial):
                self._card.show_cheaper(event.pane, event.models)
            case events.ModelCostsReady() if self._picker is not None:
                if self._is_newest(event.serial):
                    self._picker.show_costs(event.costs)
            case _:
                return

    def _ask_cheaper(self, pane: int) -> None:
        asked = self._about(pane)
        if asked is not None:
            self._window.bridge.submit(commands.AskCheaper(*asked))

    def _about(self, pane: int) -> tuple[int, str, int, str, tuple[str, ...]] | None:
        """A question about what is in the composer; None where nothing is."""
        chat, composer = self._window.shown.chat, self._window.frame.composer
        if chat is None or composer.is_empty():
            return None
        self._serial += 1
        return self._serial, chat.id, pane, composer.text(), composer.attachment_ids()

    def _is_newest(self, serial: int) -> bool:
        return serial == self._serial

    def _on_finished(self) -> None:
        self._card = None
