"""Your keys: the kept ones, the form for another, and where they are kept."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.seam import commands, events
from app.seam.views import KeyRow
from app.ui.bridge import Bridge
from app.ui.dialog_pieces import clear_layout, column, plain_label
from app.ui.settings.key_form import KeyForm
from app.ui.settings.key_line import KeyLine
from app.ui.settings.place_card import PlaceCard
from app.ui.settings.price_fields import Texts


class KeysPage(QWidget):
    """Asks for what it shows whenever it is shown; listens to the bridge by itself."""

    link_asked = Signal(str)
    budget_asked = Signal(str)

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._rows: tuple[KeyRow, ...] = ()
        self._build()
        self._connect()

    def first_focus(self) -> QWidget:
        """Where pasting works at once."""
        return self.form.findChild(QWidget, "secret") or self.form

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._bridge.submit(commands.ListKeys())
        self._bridge.submit(commands.AskKeychain())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.form.forget()

    def _build(self) -> None:
        self._lines = column(spacing=4)
        self._none = plain_label(
            self.tr(
                "No key yet. A key lets Tuppence ask a provider in your name; "
                "the provider bills you, nobody else earns from it."
            ),
            tone="2", size="note", wrap=True,
        )  # fmt: skip
        self.form = KeyForm()
        self.place = PlaceCard()
        box = column(self, spacing=14)
        box.addWidget(self._none)
        box.addLayout(self._lines)
        box.addWidget(self.place)
        box.addWidget(self.form)
        box.addStretch(1)

    def _connect(self) -> None:
        self._bridge.event.connect(self._on_event)
        self.form.asked.connect(self._bridge.submit)
        self.form.page_asked.connect(self.link_asked)
        self.place.retry_asked.connect(self._on_retry)
        self.place.passphrase_given.connect(self._on_passphrase)
        self.place.passphrase_changed.connect(self._on_passphrase_changed)
        self.place.aside_asked.connect(self._on_aside)
        self.place.place_chosen.connect(self._on_place_chosen)

    def _show_rows(self, rows: Sequence[KeyRow]) -> None:
        if tuple(rows) == self._rows and self._lines.count():
            return
        self._rows = tuple(rows)
        before = self._focused_key()
        clear_layout(self._lines)
        for row in rows:
            line = KeyLine(row)
            line.check_asked.connect(self._on_check)
            line.remove_asked.connect(self._on_remove)
            line.price_given.connect(self._on_price_given)
            line.budget_asked.connect(self.budget_asked)
            self._lines.addWidget(line)
            if row.id == before:
                line.show()
                line.take_focus()
        if before and before not in {row.id for row in rows}:
            self.first_focus().setFocus()
        self._none.setVisible(not rows)

    def _focused_key(self) -> str:
        """The key whose line has the keyboard; empty where none has."""
        focused = QApplication.focusWidget()
        lines = self.findChildren(KeyLine)
        holders = (line.key.id for line in lines if focused and line.isAncestorOf(focused))
        return next(holders, "")

    def _on_event(self, event: events.Event) -> None:
        match event:
            case events.KeysListed(rows=rows, providers=providers):
                self._show_rows(rows)
                self.form.show_providers(providers)
            case events.KeyChecked():
                self.form.show_outcome(event)
            case events.KeyPriceSet(key_id=key_id, kept=False, message=message):
                for line in self.findChildren(KeyLine):
                    if line.key.id == key_id:
                        line.show_price_refusal(message)
            case events.KeychainReady(keychain=keychain):
                self.place.show_keychain(keychain)
                self.form.set_where(self.place.where(), undecided=self.place.is_undecided())
            case _:
                return

    def _on_check(self, key_id: str) -> None:
        self._bridge.submit(commands.CheckKey(key_id))

    def _on_remove(self, key_id: str) -> None:
        self._bridge.submit(commands.RemoveKey(key_id))

    def _on_price_given(self, key_id: str, texts: Texts) -> None:
        self._bridge.submit(commands.SetKeyPrice(key_id, texts))

    def _on_retry(self) -> None:
        self.form.set_where("")
        self._bridge.submit(commands.AskKeychain())

    def _on_passphrase(self, passphrase: str) -> None:
        self._bridge.submit(commands.OpenVault(passphrase))

    def _on_passphrase_changed(self, old: str, new: str) -> None:
        self._bridge.submit(commands.ChangeVaultPassphrase(old, new))

    def _on_aside(self) -> None:
        self._bridge.submit(commands.SetVaultAside())

    def _on_place_chosen(self) -> None:
        self.form.set_where(self.place.where(), undecided=self.place.is_undecided())
