"""The first way to a chat: a free account, one click away where a server's address is set."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal
from PySide6.QtWidgets import QFrame

from app.seam.views import FaultView, KeychainView
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.settings.place_card import PlaceCard
from app.ui.theme import Theme, set_look


class StartFree(QFrame):
    """`asked(where)` begins; `where` is empty, or where the user wants the key to be kept."""

    asked = Signal(str)
    keychain_asked = Signal()
    passphrase_given = Signal(str)
    passphrase_changed = Signal(str, str)
    aside_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._waiting = False
        self._build()
        self._connect()

    def show_address(self, address: str, *, demo: bool = False) -> None:
        """Where the account is made; the demo's is on this computer."""
        if demo:
            self._line.setText(
                self.tr("A credit server on this computer, for trying out: models are scripted, "
                        "payment is simulated.")
            )  # fmt: skip
            return
        host = QUrl(address).host() or address
        self._line.setText(
            self.tr("Tokens and free models from {0}. No card, no e-mail, no key.").format(host)
        )

    def show_waiting(self) -> None:
        """The server was asked."""
        self._waiting = True
        self._button.setEnabled(False)
        self._button.setText(self.tr("Starting …"))
        self._fault.hide()
        self._place.hide()

    def show_ready(self) -> None:
        """Nothing is under way, and nothing went wrong."""
        self._rest()
        self._fault.hide()
        self._place.hide()

    def show_fault(self, fault: FaultView) -> None:
        """Why there is no account yet; without a keyring, the choice of another place."""
        self._rest()
        self._fault.setText(f"{fault.message} {fault.advice}".strip())
        without_keyring = fault.kind == "KeyringAbsent"
        self._fault.setVisible(not without_keyring)
        if without_keyring:
            self._place.show()
            self.keychain_asked.emit()
        else:
            self._button.setFocus()

    def show_keychain(self, keychain: KeychainView) -> None:
        """What the core found; a place that is open now is used at once."""
        if self._place.isHidden():
            return
        self._place.show_keychain(keychain)
        self._use_place()

    def _build(self) -> None:
        set_look(self, look="option")
        name = plain_label(self.tr("Start free"), strong=True)
        self._line = plain_label(tone="2", size="note", wrap=True)
        self._fault = plain_label(tone="danger", size="note", wrap=True)
        self._fault.hide()
        self._place = PlaceCard()
        self._place.hide()
        self._button = push_button(self.tr("Start free"), self._on_button, look="primary")
        self._button.setObjectName("start-free")
        said = column(spacing=2)
        for label in (name, self._line, self._fault):
            said.addWidget(label)
        top = row(spacing=14)
        top.addLayout(said, 1)
        top.addWidget(self._button)
        box = column(self, spacing=8)
        theme = Theme.current()
        box.setContentsMargins(theme.px(16), theme.px(14), theme.px(16), theme.px(14))
        box.addLayout(top)
        box.addWidget(self._place)

    def _connect(self) -> None:
        self._place.retry_asked.connect(self.keychain_asked)
        self._place.passphrase_given.connect(self.passphrase_given)
        self._place.passphrase_changed.connect(self.passphrase_changed)
        self._place.aside_asked.connect(self.aside_asked)
        self._place.place_chosen.connect(self._use_place)

    def _rest(self) -> None:
        self._waiting = False
        self._button.setEnabled(True)
        self._button.setText(self.tr("Start free"))

    def _use_place(self) -> None:
        where = self._place.where()
        if where and not self._waiting:
            self.asked.emit(where)

    def _on_button(self) -> None:
        if not self._waiting:
            self.asked.emit("")
