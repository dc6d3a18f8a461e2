"""The billing panel in the window: how the license stands comes to it, and its page opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.seam import hosted

if TYPE_CHECKING:
    from app.ui.billing.panel import BillingPanel
    from app.ui.window import MainWindow


class WindowBilling(QObject):
    """Asks once for each account how its license stands; later changes are told unasked."""

    def __init__(self, window: MainWindow, panel: BillingPanel) -> None:
        super().__init__(panel)
        self._window = window
        self._panel = panel
        self._asked_for = ""
        panel.license_asked.connect(window.dialogs.open_license)
        window.hosted.heard.connect(self._on_heard)
        self._ask()

    def _on_heard(self, event: hosted.HostedEvent) -> None:
        match event:
            case hosted.LicenseShown():
                self._panel.show_license(event.license)
            case hosted.AccountsShown():
                self._ask()
            case _:
                return

    def _ask(self) -> None:
        wallet = self._window.hosted.wallet
        if wallet is not None and wallet.server_id != self._asked_for:
            self._asked_for = wallet.server_id
            self._window.bridge.submit(hosted.AskLicense())
