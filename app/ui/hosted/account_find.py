"""Find an account again by its e-mail address: on a new computer, or after one was removed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from app.seam.views import FaultView, KeychainView
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.hosted.account_code_form import CodeForm, say
from app.ui.hosted.account_orders import host_of
from app.ui.hosted.account_servers import ADDRESS_LENGTH_MAX
from app.ui.settings.place_card import PlaceCard
from app.ui.theme import Theme, set_look


class FindAccount(QWidget):
    """Folded until wanted. `code_wanted(address, email)` and `code_given(request, code, where)`;
    without a keyring the place for the key is asked for in between."""

    code_wanted = Signal(str, str)
    code_given = Signal(str, str, str)
    keychain_asked = Signal()
    passphrase_given = Signal(str)
    aside_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._address = ""
        self._given = ("", "")
        self._build()
        self._connect()

    def open(self) -> None:
        """Unfold, and begin to type."""
        self._card.show()
        self._fold.hide()
        (self.form if self._address else self._field).setFocus()
        if self._address:
            self.form.start()

    def close_form(self) -> None:
        """It was found, or is not looked for any more."""
        self.form.show_done()
        self._place.hide()
        self._card.hide()
        self._fold.show()

    def show_server(self, address: str, *, replaces: bool) -> None:
        """Where it is looked for; empty: the user says so. `replaces`: another account is here."""
        self._address = address
        self._field.setVisible(not address)
        self._fold.setText(
            self.tr("I have another account") if replaces else self.tr("I have an account already")
        )
        where = self.tr("At {0}. ").format(host_of(address)) if address else ""
        self._words.setText(
            where
            + self.tr("A code goes to the e-mail address of your account; with it this computer "
                      "is added to the account.")
        )  # fmt: skip
        say(
            self._warning,
            self.tr(
                "This computer leaves the account that it has now. Without an e-mail address or "
                "another computer nobody finds that one and its tokens again."
            )
            if replaces
            else "",
            "warn",
        )

    def show_sent(self, request: str) -> None:
        """A mail is on its way, whatever it says."""
        self.form.show_sent(
            request,
            self.tr(
                "A mail is on its way to {0}: with a code of six digits for ten minutes, or saying "
                "that no account has this address. Look into the spam folder too."
            ).format(self.form.email),
        )

    def show_fault(self, fault: FaultView) -> None:
        """Why there is no account yet; without a keyring, the choice of another place."""
        if fault.kind == "KeyringAbsent":
            self.form.rest()
            self._place.show()
            self.keychain_asked.emit()
            return
        self._place.hide()
        self.form.show_fault(fault)

    def show_keychain(self, keychain: KeychainView) -> None:
        """What the core found; a place that is open now is used at once."""
        if not self._place.isHidden():
            self._place.show_keychain(keychain)
            self._use_place()

    def _build(self) -> None:
        self._fold = push_button(self.tr("I have an account already"), self.open, "link")
        self._fold.setObjectName("find-account")
        set_look(self._fold, flush="true")
        self._card = QFrame()
        set_look(self._card, look="option")
        title = plain_label(self.tr("Find your account by its e-mail address"), strong=True)
        self._words = plain_label(tone="2", size="note", wrap=True)
        self._warning = plain_label(tone="warn", size="note", wrap=True)
        self._warning.hide()
        self._field = QLineEdit(placeholderText="https://credits.example.org")
        self._field.setObjectName("find-address")
        self._field.setAccessibleName(self.tr("Address of the server that has your account"))
        self._field.setMaxLength(ADDRESS_LENGTH_MAX)
        self.form = CodeForm(self.tr("Find my account"), "find")
        self._place = PlaceCard()
        self._place.hide()
        theme = Theme.current()
        inner = column(self._card, spacing=8)
        inner.setContentsMargins(theme.px(16), theme.px(14), theme.px(16), theme.px(14))
        for part in (title, self._words, self._warning, self._field, self.form, self._place):
            inner.addWidget(part)
        box = column(self, spacing=8)
        link = row()
        link.addWidget(self._fold)
        link.addStretch(1)
        box.addLayout(link)
        box.addWidget(self._card)
        self._card.hide()

    def _connect(self) -> None:
        self.form.email_given.connect(self._on_email)
        self.form.code_given.connect(self._on_code)
        self._place.retry_asked.connect(self.keychain_asked)
        self._place.passphrase_given.connect(self.passphrase_given)
        self._place.aside_asked.connect(self.aside_asked)
        self._place.place_chosen.connect(self._use_place)

    def _use_place(self) -> None:
        where = self._place.where()
        if where:
            self._place.hide()
            self.code_given.emit(*self._given, where)

    def _on_email(self, email: str) -> None:
        self.code_wanted.emit(self._address or self._field.text().strip(), email)

    def _on_code(self, request: str, code: str) -> None:
        self._given = (request, code)
        self.code_given.emit(request, code, "")
