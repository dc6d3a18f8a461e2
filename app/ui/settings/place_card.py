"""Where keys are kept on this machine; without a keyring, the choice that the user has.

Nothing is chosen for anybody: without a keyring, no key is kept before a place was picked here.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from app.seam.views import KeychainView
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.settings.passphrase_form import PassphraseForm
from app.ui.settings.vault_form import VaultForm
from app.ui.theme import Theme, set_look


class PlaceCard(QFrame):
    """One quiet line while all is well, a card with a choice where it is not."""

    retry_asked = Signal()
    passphrase_given = Signal(str)
    passphrase_changed = Signal(str, str)
    aside_asked = Signal()
    place_chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._keychain: KeychainView | None = None
        self._chosen = ""
        self._changing = False
        self._build()
        self._vault.passphrase_given.connect(self.passphrase_given)
        self._vault.aside_asked.connect(self.aside_asked)
        self._vault.left.connect(self._on_choice_left)
        self._change.given.connect(self.passphrase_changed)
        self._change.left.connect(self._on_change_left)

    def where(self) -> str:
        """keyring, vault or session; empty while there is no place for a key."""
        keychain = self._keychain
        if keychain is None:
            return ""
        if self._chosen == "session" or keychain.place == "session":
            return "session"
        if keychain.vault_open and (keychain.place == "vault" or self._chosen == "vault"):
            return "vault"
        return "keyring" if keychain.place == "keyring" and not self._chosen else ""

    def is_undecided(self) -> bool:
        """Whether somebody has to choose a place here, or open it, before a key can be kept."""
        return self._keychain is not None and not self.where()

    def show_keychain(self, keychain: KeychainView) -> None:
        """What the core found; a choice that was made here stays."""
        self._keychain = keychain
        if keychain.place == "keyring":
            self._chosen = ""
        self._vault.show_outcome(keychain)
        self._news.setText(keychain.news)
        self._news.setVisible(bool(keychain.news))
        self._change.show_outcome(keychain)
        self._show_state()

    def _build(self) -> None:
        self._line = plain_label(tone="2", size="note", wrap=True)
        self._trouble = plain_label(strong=True, wrap=True)
        self._choice_words = plain_label(tone="2", size="note", wrap=True)
        self._session = push_button(self.tr("This session only"), self._on_session)
        self._session.setObjectName("choose-session")
        self._choose_vault = push_button(self.tr("A vault with a passphrase"), self._on_vault)
        self._choose_vault.setObjectName("choose-vault")
        self._retry = push_button(self.tr("Try again"), self._on_retry)
        self._retry.setObjectName("retry-keychain")
        self._buttons = QWidget()
        ways = row(self._buttons)
        for button in (self._choose_vault, self._session, self._retry):
            ways.addWidget(button)
        ways.addStretch(1)
        self._vault = VaultForm()
        self._news = plain_label(tone="ok", size="note", wrap=True)
        self._news.hide()
        self._change = PassphraseForm()
        self._change.hide()
        self._other = push_button(self.tr("Change the passphrase"), self._on_change, "link")
        self._other.setObjectName("other-passphrase")
        self._again = push_button(self.tr("Choose another place"), self._on_choice_left, "link")
        self._again.setObjectName("choose-again")
        box = column(self, spacing=8)
        for part in (self._trouble, self._choice_words, self._buttons, self._vault, self._news):
            box.addWidget(part)
        foot = row()
        foot.addWidget(self._line, 1)
        foot.addWidget(self._again)
        foot.addWidget(self._other)
        box.addLayout(foot)
        box.addWidget(self._change)
        self._show_state()

    def _show_state(self) -> None:
        keychain, where = self._keychain, self.where()
        opening = self._is_vault_wanted()
        undecided = keychain is not None and not where and not opening
        if keychain is not None:
            self._trouble.setText(
                keychain.trouble or self.tr("There is no keyring to keep keys in.")
            )
        self._trouble.setVisible(undecided)
        self._choice_words.setText(
            self.tr(
                "You choose: a vault is a file on this computer, sealed with a passphrase that "
                "you type at each start. This session only: the key is gone when Tuppence closes. "
                "Keys are never written in plain text."
            )
        )
        self._choice_words.setVisible(undecided)
        self._buttons.setVisible(undecided)
        self._vault.setVisible(opening and not where)
        self._line.setText(self._place_words(where))
        self._line.setVisible(bool(where) or keychain is None)
        in_keychain = "" if keychain is None else keychain.place
        self._vault.show_way_back(in_keychain != "vault")
        self._again.setVisible(where == "session" and in_keychain != "session")
        self._other.setVisible(where == "vault" and not self._changing)
        self._change.setVisible(where == "vault" and self._changing)
        as_card = undecided or (opening and not where)
        set_look(self, look="note" if as_card else "bare")
        edge = Theme.current().px(14) if as_card else 0
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(edge, edge, edge, edge)

    def _is_vault_wanted(self) -> bool:
        keychain = self._keychain
        if keychain is None or self._chosen == "session":
            return False
        return keychain.place == "vault" or self._chosen == "vault"

    def _place_words(self, where: str) -> str:
        name = self._keychain.name if self._keychain else ""
        match where:
            case "keyring":
                return self.tr(
                    "Kept in this computer's keyring ({0}); sent to the provider, to nobody else."
                ).format(name)
            case "vault":
                return self.tr("Kept in the vault, sealed with your passphrase.")
            case "session":
                return self.tr("Kept for this session only; gone when Tuppence closes.")
            case _:
                return self.tr("Asking the keyring of this computer …")

    def _on_session(self) -> None:
        self._chosen = "session"
        self._show_state()
        self.place_chosen.emit()

    def _on_vault(self) -> None:
        self._chosen = "vault"
        self._show_state()
        self._vault.start()
        self.place_chosen.emit()

    def _on_choice_left(self) -> None:
        self._chosen = ""
        self._show_state()
        self._choose_vault.setFocus()
        self.place_chosen.emit()

    def _on_change(self) -> None:
        self._changing = True
        self._news.hide()
        self._show_state()
        self._change.start()

    def _on_change_left(self) -> None:
        self._changing = False
        self._show_state()
        self._other.setFocus()

    def _on_retry(self) -> None:
        self._keychain = None
        self._chosen = ""
        self._show_state()
        self.retry_asked.emit()
