"""Three fields for what a server of the user's own charges; what is typed is read by the core."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.seam.views import OwnPriceView
from app.ui.dialog_pieces import column, plain_label, row

LENGTH_MAX = 40
Texts = tuple[str, str, str]


class PriceFields(QWidget):
    """Dollars per million tokens of input, output and cached input; empty: not known."""

    return_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._build()

    def texts(self) -> Texts:
        """What stands in the fields, as it was typed."""
        fields = (self._input, self._output, self._cached)
        input_usd, output_usd, cached_usd = (field.text().strip() for field in fields)
        return (input_usd, output_usd, cached_usd)

    def show_price(self, price: OwnPriceView | None) -> None:
        """Fill the fields with a kept price, or empty them."""
        self._input.setText(price.input_usd if price else "")
        self._output.setText(price.output_usd if price else "")
        self._cached.setText(price.cached_usd if price else "")

    def take_focus(self) -> None:
        self._input.setFocus()

    def _build(self) -> None:
        title = plain_label(
            self.tr("Price in dollars per million tokens. Leave it empty if you do not know it."),
            tone="2", size="note", wrap=True,
        )  # fmt: skip
        self._input = self._field("price-input")
        self._output = self._field("price-output")
        self._cached = self._field("price-cached")
        line = row()
        line.addLayout(self._named(self.tr("Input"), self._input), 1)
        line.addLayout(self._named(self.tr("Output"), self._output), 1)
        line.addLayout(self._named(self.tr("Cached input, if it differs"), self._cached), 1)
        box = column(self, spacing=6)
        box.addWidget(title)
        box.addLayout(line)

    def _named(self, name: str, field: QLineEdit) -> QVBoxLayout:
        field.setAccessibleName(self.tr("{0}: dollars per million tokens").format(name))
        box = column(spacing=3)
        box.addWidget(plain_label(name, tone="2", size="small"))
        box.addWidget(field)
        return box

    def _field(self, object_name: str) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName(object_name)
        field.setMaxLength(LENGTH_MAX)
        field.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)
        field.returnPressed.connect(self.return_pressed)
        return field
