"""The e-mail address of an account: the way back to it from any computer."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.seam.views import FaultView
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.hosted.account_code_form import CodeForm, say
from app.ui.theme import set_look


class AccountEmail(QWidget):
    """The address with a way to change it, or the form for the first one."""

    def __init__(self) -> None:
        super().__init__()
        self._email = ""
        self._changing = False
        self._build()
        self._show()

    def show_address(self, email: str) -> None:
        """The account's address as the server has it; empty: it has none."""
        if email != self._email:
            self._email = email
            self._changing = False
        self._show()

    def show_sent(self, request: str) -> None:
        """A code is on its way to the new address."""
        words = self.tr(
            "A code of six digits is on its way to {0}. It holds for ten minutes; look into the "
            "spam folder too."
        )
        self.form.show_sent(request, words.format(self.form.email))

    def show_fault(self, fault: FaultView) -> None:
        """Why that did not work."""
        self.form.show_fault(fault)

    def show_confirmed(self) -> None:
        """The typed address is the account's from now on."""
        self._email, self._changing = self.form.email or self._email, False
        self.form.show_done()
        self._show()
        say(self._said, self.tr("This is your account's address now."), "ok")

    def _build(self) -> None:
        self._address = plain_label(size="note", strong=True)
        self._why = plain_label(tone="2", size="note", wrap=True)
        self._change = push_button(self.tr("Change"), self._on_change, "link")
        self._change.setObjectName("email-change")
        self._said = plain_label(tone="ok", size="note", wrap=True)
        self._said.hide()
        self.form = CodeForm(self.tr("Confirm"), "add")
        line = row()
        line.addWidget(self._address)
        line.addWidget(self._change)
        line.addStretch(1)
        title = plain_label(self.tr("E-mail"), strong=True)
        set_look(title, weight="strong")
        box = column(self, spacing=6)
        box.addWidget(title)
        box.addLayout(line)
        for part in (self._why, self._said, self.form):
            box.addWidget(part)

    def _show(self) -> None:
        has = bool(self._email)
        self._address.setText(self._email)
        self._address.setVisible(has)
        self._change.setVisible(has and not self._changing)
        self._why.setText(
            self.tr("With it you find your account and its tokens again on any computer.")
            if has
            else self.tr(
                "There is none yet. This computer alone opens your account: should it be lost, "
                "so are the tokens."
            )
        )
        self.form.setVisible(self._changing or not has)

    def _on_change(self) -> None:
        self._changing = True
        say(self._said, "")
        self._show()
        self.form.start()
