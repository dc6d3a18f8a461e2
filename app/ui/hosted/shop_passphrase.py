"""A shared passphrase that opens a plan: asked for where somebody says that they have one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.seam.views import FaultView
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.hosted.shop_wording import tr
from app.ui.settings.secret_field import SecretField
from app.ui.theme import set_look


class PassphraseForm(QWidget):
    """`given(passphrase)`; what was typed stays until it opened something."""

    given = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._link = push_button(tr("I have a passphrase"), self._on_link, look="link")
        self._link.setObjectName("passphrase-link")
        set_look(self._link, flush="true")
        self.field = SecretField(tr("Passphrase for lifetime access"), tr("Passphrase"))
        self.field.setObjectName("passphrase-field")
        self._button = push_button(tr("Open"), self._on_given)
        self._button.setObjectName("passphrase-open")
        self._said = plain_label(size="note", wrap=True)
        self._said.setObjectName("passphrase-said")
        self._line = QWidget()
        line = row(self._line, spacing=8)
        line.addWidget(self.field, 1)
        line.addWidget(self._button)
        top = row()
        top.addWidget(self._link)
        top.addStretch(1)
        box = column(self, spacing=6)
        box.addLayout(top)
        box.addWidget(self._line)
        box.addWidget(self._said)
        self._line.hide()
        self._said.hide()
        self.field.returnPressed.connect(self._on_given)

    def show_waiting(self) -> None:
        """The server was asked."""
        self._button.setEnabled(False)
        self.field.setReadOnly(True)
        self._say(tr("Asking …"), "2")

    def show_fault(self, fault: FaultView) -> None:
        """Why it opens nothing."""
        self._rest()
        self._say(f"{fault.message} {fault.advice}".strip(), "danger")
        self.field.setFocus()

    def show_opened(self, plan: str) -> None:
        """It opened a plan."""
        self._rest()
        self.field.forget()
        self._line.hide()
        self._link.show()
        self._say(tr("Done. Your plan is {0} now.").format(plan) if plan else tr("Done."), "ok")

    def _rest(self) -> None:
        self._button.setEnabled(True)
        self.field.setReadOnly(False)

    def _say(self, text: str, tone: str) -> None:
        self._said.setText(text)
        set_look(self._said, tone=tone)
        self._said.show()

    def _on_link(self) -> None:
        self._link.hide()
        self._said.hide()
        self._line.show()
        self.field.setFocus()

    def _on_given(self) -> None:
        text = self.field.text().strip()
        if text and self._button.isEnabled():
            self.given.emit(text)
