"""Open the vault with its passphrase, or make one: the passphrase twice, and how strong it is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.seam.views import KeychainView
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.settings.recognize import passphrase_strength
from app.ui.settings.secret_field import SecretField
from app.ui.settings.strength_words import strength_words
from app.ui.theme import set_look


class VaultForm(QWidget):
    """`passphrase_given` once, then `show_outcome` says how it went."""

    passphrase_given = Signal(str)
    aside_asked = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._exists = False
        self._waiting = False
        self._build()
        self._connect()

    def start(self) -> None:
        """Begin to type."""
        self._first.setFocus()

    def show_way_back(self, shown: bool) -> None:
        """Whether another place can be chosen instead."""
        self._back.setVisible(shown)

    def show_outcome(self, keychain: KeychainView) -> None:
        """Whether there is a vault, and whether it is open by now."""
        self._exists = keychain.vault_exists
        if keychain.vault_open:
            self._first.forget()
            self._second.forget()
        failed = self._waiting and not keychain.vault_open
        self._waiting = False
        self._show_ready()
        self._second.setVisible(not self._exists)
        self._aside.setVisible(keychain.vault_damaged)
        self._title.setText(
            self.tr("The vault is locked") if self._exists else self.tr("Make a vault")
        )
        self._button.setText(
            self.tr("Open the vault") if self._exists else self.tr("Make the vault")
        )
        if failed:
            self._say(keychain.trouble or self.tr("The vault could not be opened."), "danger")
        elif not self._exists:
            self._on_typed()

    def _build(self) -> None:
        self._title = plain_label(strong=True)
        self._first = SecretField(self.tr("Passphrase"))
        self._first.setObjectName("passphrase")
        self._second = SecretField(self.tr("The same passphrase again"))
        self._second.setObjectName("passphrase-again")
        self._words = plain_label(tone="2", size="note", wrap=True)
        self._warning = plain_label(
            self.tr("Nobody can recover a forgotten passphrase; the keys must be added anew."),
            tone="2", size="small", wrap=True,
        )  # fmt: skip
        self._button = push_button(self.tr("Open the vault"), self._on_button, "primary")
        self._button.setObjectName("open-vault")
        self._aside = push_button(self.tr("Set it aside, begin anew"), self.aside_asked.emit)
        self._aside.setObjectName("set-vault-aside")
        self._aside.setToolTip(
            self.tr("The damaged file is kept under another name; its keys must be added anew.")
        )
        self._back = push_button(self.tr("Back"), self._on_back, "quiet")
        self._back.setObjectName("leave-vault")
        self._back.hide()
        foot = row()
        foot.addWidget(self._words, 1)
        foot.addWidget(self._back)
        foot.addWidget(self._aside)
        foot.addWidget(self._button)
        box = column(self, spacing=8)
        for part in (self._title, self._first, self._second, self._warning):
            box.addWidget(part)
        box.addLayout(foot)

    def _connect(self) -> None:
        for field in (self._first, self._second):
            field.textChanged.connect(self._on_typed)
            field.returnPressed.connect(self._on_button)

    def _on_typed(self) -> None:
        if self._waiting:
            return
        self._show_ready()
        first, second = self._first.text(), self._second.text()
        if self._exists or not first:
            self._say("")
        elif second and not first.startswith(second):
            self._say(self.tr("The two are not the same."), "danger")
        else:
            self._say(*strength_words(first))

    def _show_ready(self) -> None:
        first, second = self._first.text(), self._second.text()
        new_one = passphrase_strength(first) > 0 and first == second
        self._button.setEnabled(bool(first) if self._exists else new_one)

    def _say(self, text: str, tone: str = "2") -> None:
        self._words.setText(text)
        set_look(self._words, tone=tone)

    def _on_back(self) -> None:
        self._first.forget()
        self._second.forget()
        self.left.emit()

    def _on_button(self) -> None:
        if not self._button.isEnabled():
            return
        self._waiting = True
        self._button.setEnabled(False)
        self._say(self.tr("Opening …") if self._exists else self.tr("Sealing …"))
        self.passphrase_given.emit(self._first.text())
