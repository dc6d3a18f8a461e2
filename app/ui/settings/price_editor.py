"""The price of one kept key, to change it: it stays open with the reason until it was kept."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.seam.views import OwnPriceView
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.settings.price_fields import PriceFields


class PriceEditor(QWidget):
    """`saved` carries the three texts; `closed` says that the keyboard may go back."""

    saved = Signal(object)
    closed = Signal()

    def __init__(self, price: OwnPriceView | None) -> None:
        super().__init__()
        self._price = price
        self._build()

    def open(self) -> None:
        """Show the fields as the price is kept."""
        self._fields.show_price(self._price)
        self._said.hide()
        self.show()
        self._fields.take_focus()

    def show_refusal(self, message: str) -> None:
        """Say why it was not kept; what was typed stays."""
        self._said.setText(message)
        self._said.show()

    def _build(self) -> None:
        self._fields = PriceFields()
        self._fields.return_pressed.connect(self._on_save)
        self._said = plain_label(tone="danger", size="note", wrap=True)
        self._said.hide()
        note = plain_label(
            self.tr("It holds from the next message on; receipts keep theirs."),
            tone="2", size="note", wrap=True,
        )  # fmt: skip
        ways = row()
        self._save = push_button(self.tr("Keep this price"), self._on_save)
        self._save.setObjectName("keep-price")
        ways.addWidget(self._save)
        ways.addWidget(push_button(self.tr("Cancel"), self._on_cancel))
        ways.addWidget(note, 1)
        box = column(self, spacing=8)
        box.addWidget(self._fields)
        box.addWidget(self._said)
        box.addLayout(ways)
        box.addSpacing(4)

    def _on_save(self) -> None:
        self.saved.emit(self._fields.texts())

    def _on_cancel(self) -> None:
        self.hide()
        self.closed.emit()
