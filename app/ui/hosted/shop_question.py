"""A question in place: what a step means, a button that takes it, and one that does not."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame

from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.hosted.shop_wording import tr
from app.ui.theme import set_look


class ShopQuestion(QFrame):
    """Hidden until something is asked. Its buttons are `<name>-yes` and `<name>-no`."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._yes: Callable[[], object] | None = None
        set_look(self, look="note")
        self._text = plain_label(wrap=True)
        self._do = push_button("", self._on_yes, look="primary")
        self._do.setObjectName(f"{name}-yes")
        self._keep = push_button(tr("Leave it as it is"), self.hide)
        self._keep.setObjectName(f"{name}-no")
        ways = row(spacing=8)
        ways.addWidget(self._do)
        ways.addWidget(self._keep)
        ways.addStretch(1)
        box = column(self, margin=14, spacing=8)
        box.addWidget(self._text)
        box.addLayout(ways)
        self.hide()

    def ask(self, text: str, button: str, yes: Callable[[], object]) -> None:
        """Ask; `yes` is called where the answer is the first button."""
        self._yes = yes
        self._text.setText(text)
        self._do.setText(button)
        self.show()
        self._keep.setFocus()

    def _on_yes(self) -> None:
        self.hide()
        if self._yes is not None:
            self._yes()
