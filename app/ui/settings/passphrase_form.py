"""Change the vault's passphrase: the old one, the new one twice, and how strong it is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.seam.views import KeychainView
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.settings.recognize import passphrase_strength
from app.ui.settings.secret_field import SecretField
from app.ui.settings.strength_words import strength_words
from app.ui.theme import set_look


class PassphraseForm(QWidget):
    """`given(old, new)` once, then `show_outcome` says how it went; `left` on Cancel or success."""

    given = Signal(str, str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._waiting = False
        self._old = SecretField(self.tr("The passphrase until now"))
        self._old.setObjectName("old-passphrase")
        self._first = SecretField(self.tr("New passphrase"))
        self._first.setObjectName("new-passphrase")
        self._second = SecretField(self.tr("The new one again"))
        self._second.setObjectName("new-passphrase-again")
        self._words = plain_label(tone="2", size="note", wrap=True)
        self._cancel = push_button(self.tr("Cancel"), self.leave)
        self._button = push_button(self.tr("Change it"), self._on_button, "primary")
        self._button.setObjectName("change-passphrase")
        foot = row()
        foot.addWidget(self._words, 1)
        foot.addWidget(self._cancel)
        foot.addWidget(self._button)
        box = column(self, spacing=8)
        for field in (self._old, self._first, self._second):
            field.textChanged.connect(self._on_typed)
            field.returnPressed.connect(self._on_button)
            box.addWidget(field)
        box.addLayout(foot)
        self._on_typed()

    def start(self) -> None:
        """Begin to type."""
        self._old.setFocus()

    def leave(self) -> None:
        """Forget what was typed."""
        for field in (self._old, self._first, self._second):
            field.forget()
        self._waiting = False
        self.left.emit()

    def show_outcome(self, keychain: KeychainView) -> None:
        """The core's answer; a wrong passphrase keeps what was typed."""
        if not self._waiting:
            return
        self._waiting = False
        if keychain.news:
            self.leave()
            return
        self._on_typed()
        self._say(keychain.trouble, "danger")

    def _on_typed(self) -> None:
        if self._waiting:
            return
        first, second = self._first.text(), self._second.text()
        good = bool(self._old.text()) and passphrase_strength(first) > 0 and first == second
        self._button.setEnabled(good)
        if not first:
            self._say("")
        elif second and not first.startswith(second):
            self._say(self.tr("The two are not the same."), "danger")
        else:
            self._say(*strength_words(first))

    def _say(self, text: str, tone: str = "2") -> None:
        self._words.setText(text)
        set_look(self._words, tone=tone)

    def _on_button(self) -> None:
        if not self._button.isEnabled():
            return
        self._waiting = True
        self._button.setEnabled(False)
        self._say(self.tr("Sealing …"))
        self.given.emit(self._old.text(), self._first.text())
