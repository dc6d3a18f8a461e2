"""The key of an account cannot be had: a vault to open, a keyring that fails or lost it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from app.seam.views import FaultView, KeychainView
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.hosted.account_orders import fault_text
from app.ui.settings.vault_form import VaultForm
from app.ui.theme import Theme, set_look

KEYCHAIN = frozenset({"KeyringAbsent", "KeyringLocked", "KeyringDenied", "KeyringFailed",
                      "VaultLocked"})  # fmt: skip
LOST = "SignedOut"


class AccountTrouble(QFrame):
    """Hidden until a fault is shown; where the key is gone for good, the ways to another account
    stand under it."""

    again_asked = Signal()
    keychain_asked = Signal()
    passphrase_given = Signal(str)
    aside_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._build()
        self.hide()

    @staticmethod
    def is_of(fault: FaultView) -> bool:
        """Whether a fault is one of the key, not of the server."""
        return fault.kind in KEYCHAIN or fault.kind == LOST

    def show_fault(self, fault: FaultView) -> None:
        """What became of the key, and the way on."""
        self._said.setText(fault_text(fault))
        locked = fault.kind == "VaultLocked"
        self._vault.setVisible(locked)
        self._foot.setVisible(not locked)
        self.show()
        if locked:
            self.keychain_asked.emit()

    def show_keychain(self, keychain: KeychainView) -> None:
        """What the core found; a vault that is open now has the key."""
        if self.isHidden() or self._vault.isHidden():
            return
        self._vault.show_outcome(keychain)
        if keychain.vault_open:
            self._on_again()

    def _build(self) -> None:
        set_look(self, look="note")
        title = plain_label(self.tr("The key of this account cannot be read"), strong=True)
        self._said = plain_label(tone="2", size="note", wrap=True)
        self._foot = QFrame()
        line = row(self._foot)
        again = push_button(self.tr("Try again"), self._on_again)
        again.setObjectName("key-again")
        line.addWidget(again)
        line.addStretch(1)
        self._vault = VaultForm()
        self._vault.passphrase_given.connect(self.passphrase_given)
        self._vault.aside_asked.connect(self.aside_asked)
        theme = Theme.current()
        box = column(self, spacing=8)
        box.setContentsMargins(theme.px(16), theme.px(14), theme.px(16), theme.px(14))
        for part in (title, self._said, self._vault, self._foot):
            box.addWidget(part)

    def _on_again(self) -> None:
        self.hide()
        self.again_asked.emit()
