"""What the account page orders, and to which of its parts each answer goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.seam import hosted
from app.ui.hosted.account_orders import order_for

if TYPE_CHECKING:
    from app.seam.commands import Command
    from app.seam.views import FaultView
    from app.ui.bridge import Bridge
    from app.ui.hosted.account_page import AccountPage
    from app.ui.hosted.window_hosted import WindowHosted


class AccountSteps(QObject):
    """Connected to the page's parts for as long as the page lives."""

    def __init__(self, page: AccountPage, bridge: Bridge, window_hosted: WindowHosted) -> None:
        super().__init__(page)
        self._page = page
        self._bridge = bridge
        self._hosted = window_hosted
        self._find_serial = self._email_serial = 0
        self._find_server = ""
        self._connect()

    def on_code_sent(self, event: hosted.CodeSent) -> None:
        """A mail is on its way: the next step of the form that asked for it."""
        if event.serial == self._find_serial:
            self._find_server = event.server_id
            self._page.finder.show_sent(event.request)
        elif event.serial == self._email_serial:
            self._page.email.show_sent(event.request)

    def _connect(self) -> None:
        page = self._page
        page.card.sign_in_asked.connect(self._on_sign_in)
        page.card.sign_out_asked.connect(self._on_sign_out)
        page.start.asked.connect(self._on_start)
        page.finder.code_wanted.connect(self._on_find)
        page.finder.code_given.connect(self._on_found_code)
        page.email.form.email_given.connect(self._on_email)
        page.email.form.code_given.connect(self._on_email_code)
        page.devices.remove_asked.connect(self._on_remove)
        page.servers.chosen.connect(self._on_chosen)
        page.servers.forget_asked.connect(self._on_forget)
        page.servers.add.address_given.connect(self._on_address)

    def _order(
        self,
        make: Callable[[int], Command],
        refused: Callable[[FaultView], object],
        done: Callable[[hosted.HostedDone], object] = lambda _: None,
    ) -> int:
        def answer(event: hosted.HostedDone) -> None:
            if event.fault is None:
                done(event)
            else:
                refused(event.fault)

        return order_for(self._page, self._hosted, make, answer)

    def _server_id(self) -> str:
        server = self._page.server()
        return "" if server is None else server.id

    def _on_sign_in(self) -> None:
        server_id = self._server_id()
        self._order(lambda serial: hosted.SignIn(serial, server_id), self._page.card.show_fault)

    def _on_sign_out(self) -> None:
        server_id = self._server_id()
        self._order(lambda serial: hosted.SignOut(serial, server_id), self._page.card.show_fault)

    def _on_start(self, where: str) -> None:
        page, address = self._page, self._page.start_address()
        page.start.show_waiting()
        self._order(
            lambda serial: hosted.StartFree(serial, address, where),
            page.start.show_fault,
            self._on_begun,
        )

    def _on_begun(self, _: hosted.HostedDone) -> None:
        self._page.show_begun()
        self._hosted.leave_first_run()

    def _on_find(self, address: str, email: str) -> None:
        self._find_serial = self._order(
            lambda serial: hosted.FindAccount(serial, address, email), self._page.finder.show_fault
        )

    def _on_found_code(self, request: str, code: str, where: str) -> None:
        page, server_id = self._page, self._find_server

        def found(event: hosted.HostedDone) -> None:
            page.finder.close_form()
            self._on_begun(event)

        self._order(
            lambda serial: hosted.FinishFindAccount(serial, server_id, request, code, where),
            page.finder.show_fault,
            found,
        )

    def _on_email(self, email: str) -> None:
        server_id = self._server_id()
        self._email_serial = self._order(
            lambda serial: hosted.AddEmail(serial, server_id, email), self._page.email.show_fault
        )

    def _on_email_code(self, request: str, code: str) -> None:
        page, server_id = self._page, self._server_id()
        self._order(
            lambda serial: hosted.ConfirmEmail(serial, server_id, request, code),
            page.email.show_fault,
            lambda _: page.email.show_confirmed(),
        )

    def _on_remove(self, device_id: str) -> None:
        page, server_id = self._page, self._server_id()
        self._order(
            lambda serial: hosted.RemoveDevice(serial, server_id, device_id),
            lambda fault: page.devices.show_kept(device_id, fault),
        )

    def _on_chosen(self, server_id: str) -> None:
        if self._page.begin_at(server_id):
            self._bridge.submit(hosted.ChooseServer(server_id))

    def _on_forget(self, server_id: str, with_server: bool) -> None:
        servers = self._page.servers

        def forget(_: object = None) -> None:
            self._order(
                lambda serial: hosted.ForgetServer(serial, server_id),
                lambda fault: servers.show_kept(server_id, fault),
            )

        if with_server:
            forget()
            return
        # Who is signed out needs nobody's word to be forgotten.
        self._order(
            lambda serial: hosted.SignOut(serial, server_id),
            lambda fault: servers.show_kept(server_id, fault),
            forget,
        )

    def _on_address(self, address: str) -> None:
        self._order(
            lambda serial: hosted.CheckServer(serial, address),
            self._page.servers.add.show_fault,
            self._on_added,
        )

    def _on_added(self, event: hosted.HostedDone) -> None:
        accounts = self._hosted.accounts
        rows = accounts.servers if accounts is not None else ()
        found = next((row for row in rows if row.id == event.server_id), None)
        if found is not None:
            self._page.servers.add.show_found(found)
            if not any(row.account for row in rows):
                self._page.begin_at(found.id)
