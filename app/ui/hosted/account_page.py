"""Account: whose tokens are spent, the way back to them, the computers, and the servers."""

from __future__ import annotations

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.seam import commands, events, hosted
from app.seam.hosted_views import ServerView, WalletView
from app.ui.bridge import Bridge
from app.ui.dialog_pieces import column, plain_label
from app.ui.hosted.account_card import AccountCard
from app.ui.hosted.account_devices import DeviceList
from app.ui.hosted.account_email import AccountEmail
from app.ui.hosted.account_find import FindAccount
from app.ui.hosted.account_orders import order_for
from app.ui.hosted.account_servers import ServerList
from app.ui.hosted.account_steps import AccountSteps
from app.ui.hosted.account_trouble import LOST, AccountTrouble
from app.ui.hosted.start_free import StartFree
from app.ui.hosted.window_hosted import WindowHosted


class AccountPage(QWidget):
    """Shows the chosen server's account, or one that the user begins at from the list."""

    def __init__(self, bridge: Bridge, window_hosted: WindowHosted) -> None:
        super().__init__()
        self._bridge = bridge
        self._hosted = window_hosted
        self._wanted = ""  # a server of the list that was clicked, before there is an account
        self._key: tuple[str, str, str] | None = None  # the server, its state, the account
        self._devices_serial = 0
        self._key_lost = False
        self._build()
        self._steps = AccountSteps(self, bridge, window_hosted)
        self._connect()

    def server(self) -> ServerView | None:
        """The server that the page is about."""
        accounts = self._hosted.accounts
        if accounts is None:
            return None
        rows = {row.id: row for row in accounts.servers}
        first = next(iter(accounts.servers), None)
        return rows.get(self._wanted) or rows.get(accounts.chosen) or first

    def start_address(self) -> str:
        """Where an account would be made; empty where there is no such place."""
        server, accounts = self.server(), self._hosted.accounts
        if server is not None:
            return server.url
        return accounts.default_address if accounts is not None else ""

    def begin_at(self, server_id: str) -> bool:
        """Be about this server from now on; whether it has an account that can be used."""
        self._wanted = server_id
        self._show_accounts()
        server = self.server()
        return server is not None and bool(server.account)

    def show_begun(self) -> None:
        """There is an account now: its server is the chosen one."""
        self._wanted = ""
        if not self.trouble.isHidden():
            self._key = None  # the key was replaced: all is asked anew
        self.start.show_ready()
        self._show_accounts()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._key is None:
            self._bridge.submit(hosted.AskAccounts())
        self._show_accounts()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._key = None  # what is shown again is asked anew

    def _build(self) -> None:
        self._nobody = plain_label(
            self.tr(
                "Tokens come from a credit server: a free allowance, and more where you buy some. "
                "With keys of your own you need none of this."
            ),
            tone="2", size="note", wrap=True,
        )  # fmt: skip
        self.card = AccountCard()
        self.trouble = AccountTrouble()
        self.start = StartFree()
        self.finder = FindAccount()
        self.email = AccountEmail()
        self.devices = DeviceList()
        self.servers = ServerList()
        box = column(self, spacing=16)
        for part in (
            self._nobody, self.card, self.trouble, self.start, self.finder, self.email,
            self.devices, self.servers,
        ):  # fmt: skip
            box.addWidget(part)
        box.addStretch(1)

    def _connect(self) -> None:
        self._hosted.heard.connect(self._on_hosted)
        self._bridge.event.connect(self._on_event)
        self.card.buy_asked.connect(self._hosted.open_shop)
        self.card.groups_asked.connect(self._hosted.groups.open)
        self.devices.again_asked.connect(self._ask_devices)
        self.trouble.again_asked.connect(self._ask_devices)
        for part in (self.start, self.finder, self.trouble):
            part.keychain_asked.connect(lambda: self._bridge.submit(commands.AskKeychain()))
            part.aside_asked.connect(lambda: self._bridge.submit(commands.SetVaultAside()))
            part.passphrase_given.connect(
                lambda text: self._bridge.submit(commands.OpenVault(text))
            )

    def _wallet(self, server: ServerView) -> WalletView | None:
        wallet = self._hosted.wallet
        return wallet if wallet is not None and wallet.server_id == server.id else None

    def _show_accounts(self) -> None:
        accounts, server = self._hosted.accounts, self.server()
        key = ("", "", "") if server is None else (server.id, server.state, server.account)
        is_new, self._key = key != self._key, key
        if is_new:
            self._key_lost = False
            self.trouble.hide()
        self._nobody.setVisible(server is None)
        self.card.setVisible(server is not None)
        if server is not None:
            self.card.show_server(server, self._wallet(server))
        self._show_ways(server)
        self._show_email(server)
        if accounts is not None:
            self.servers.show_servers(accounts.servers, accounts.chosen, key[0])
        if is_new:
            self.devices.setVisible(key[1] == "signed_in")
            self._ask_devices()

    def _show_ways(self, server: ServerView | None) -> None:
        """The ways to an account, where there is none, or none that can be used."""
        address, state = self.start_address(), "" if server is None else server.state
        has_account = state in ("signed_in", "signed_out") and not self._key_lost
        self.start.setVisible(bool(address) and not has_account)
        if address:
            self.start.show_address(address)
        self.finder.show_server(address, replaces=has_account)

    def _show_email(self, server: ServerView | None) -> None:
        wallet = None if server is None else self._wallet(server)
        # An organization's address is not this person's to change here.
        personal = wallet is not None and wallet.kind == "person"
        signed_in = server is not None and server.state == "signed_in"
        shown = personal and signed_in and self.trouble.isHidden()
        self.email.setVisible(shown)
        if shown and wallet is not None:
            self.email.show_address(wallet.email)

    def _ask_devices(self) -> None:
        server = self.server()
        if server is None or server.state != "signed_in":
            return
        self.devices.show_asking()
        self._devices_serial = order_for(
            self,
            self._hosted,
            lambda serial: hosted.AskDevices(serial, server.id),
            self._on_devices_done,
        )

    def _on_devices_done(self, done: hosted.HostedDone) -> None:
        if done.fault is None or done.serial != self._devices_serial:
            return
        self.devices.show_fault(done.fault)
        if AccountTrouble.is_of(done.fault):
            self._key_lost = done.fault.kind == LOST
            self.devices.hide()
            self.trouble.show_fault(done.fault)
            self._show_accounts()

    def _on_hosted(self, event: hosted.HostedEvent) -> None:
        match event:
            case hosted.AccountsShown():
                self._show_accounts()
            case hosted.DevicesShown(server_id=server_id, devices=devices):
                if self._key is not None and server_id == self._key[0]:
                    self.devices.show()
                    self.devices.show_devices(devices)
            case hosted.CodeSent():
                self._steps.on_code_sent(event)
            case _:
                return

    def _on_event(self, event: events.Event) -> None:
        if isinstance(event, events.KeychainReady):
            for part in (self.start, self.finder, self.trouble):
                part.show_keychain(event.keychain)
