"""The shop's place in the window: what is known of it, its card, and word of purchases that end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QPushButton

from app.seam import hosted
from app.seam.events import Notice
from app.seam.hosted_views import CheckoutView, ServerView, ShopView, WalletView
from app.seam.views import FaultView
from app.ui.dialog_pieces import plain_tooltip, push_button
from app.ui.hosted import shop_wording as wording
from app.ui.hosted import wording as amounts
from app.ui.hosted.shop_wording import tr
from app.ui.theme import set_look

if TYPE_CHECKING:
    from app.ui.hosted.shop_dialog import ShopDialog
    from app.ui.hosted.window_hosted import WindowHosted
    from app.ui.window import MainWindow


class WindowShop(QObject):
    """At most one card. `changed` when anything of what is known here did.

    `waiting` is a line for the billing panel: the purchase that is waited for, and the way to it.
    """

    changed = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.hosted: WindowHosted = window.hosted
        self.view: ShopView | None = None
        self.trouble: FaultView | None = None
        self.asking = False
        self._holder: tuple[str, str] = ("", "")
        self._card: ShopDialog | None = None
        self._news: dict[str, CheckoutView] = {}  # whose end was heard, and not seen yet
        self._told: set[str] = set()
        self.waiting: QPushButton = push_button("", self.open, look="link")
        self.waiting.setObjectName("purchase-waiting")
        set_look(self.waiting, flush="true")
        self.waiting.hide()
        self.hosted.heard.connect(self._on_heard)
        self._follow()

    @property
    def server(self) -> ServerView | None:
        """Where tokens are bought."""
        accounts = self.hosted.accounts
        if accounts is None:
            return None
        return next((row for row in accounts.servers if row.id == accounts.chosen), None)

    @property
    def wallet(self) -> WalletView | None:
        return self.hosted.wallet

    def open(self, page: str = "buy", offer: str = "") -> None:
        """Show the card, at a page, with a pack marked where one is named."""
        from app.ui.hosted.shop_dialog import PAGES, ShopDialog

        if self._card is None:
            self.ask()
            self._card = ShopDialog(self._window, self, page if page in PAGES else PAGES[0])
            self._card.finished.connect(self._on_finished)
            self._card.open()
        self._card.choose(offer)

    def ask(self) -> None:
        """Ask for offers and purchases anew; what is kept comes at once."""
        server = self.server
        if self.asking or server is None or server.state != "signed_in":
            return
        self.asking = True
        self.hosted.order(lambda serial: hosted.AskShop(True, serial), self._on_asked)
        self.changed.emit()

    def under_way(self) -> list[CheckoutView]:
        """What is waited for, and what ended while nobody looked; the oldest first."""
        kept = self.view.checkouts if self.view is not None else ()
        found = {one.id: one for one in reversed(kept) if one.state in wording.WAITING}
        return list({**found, **self._news}.values())

    def state_of(self, offer_id: str) -> str:
        """How the purchase of an offer stands that is waited for; empty where there is none."""
        states = [one.state for one in self.under_way() if one.offer == offer_id]
        return next((state for state in states if state in wording.WAITING), "")

    def balance(self) -> str:
        """What is left in all, after something was credited."""
        wallet = self.wallet
        left = "" if wallet is None else amounts.left_in_all(wallet)
        return tr("{0} now.").format(left) if left else ""

    def give_up(self, checkout_id: str) -> None:
        """Wait no more for a purchase; a payment that lands is credited all the same."""
        self._window.bridge.submit(hosted.GiveUpPurchase(checkout_id))

    def dismiss(self, checkout_id: str) -> None:
        """The end of a purchase was seen."""
        self._news.pop(checkout_id, None)
        self.changed.emit()

    def show_ways(self) -> None:
        """The ways to a chat, of which one is a free account."""
        self._window.dialogs.show_first_run()

    def _follow(self) -> None:
        """Another account has other purchases: what is kept of them is asked for."""
        server, accounts = self.server, self.hosted.accounts
        signed_in = server is not None and server.state == "signed_in"
        holder = (
            (server.id, server.acts_for or server.account) if server and signed_in else ("", "")
        )
        if accounts is None or holder == self._holder:
            return
        self._holder, self.view, self.trouble = holder, None, None
        self._news.clear()
        if server is not None and signed_in:
            self._window.bridge.submit(hosted.AskShop())
            if self._card is not None:
                self.ask()

    def _on_heard(self, event: hosted.HostedEvent) -> None:
        match event:
            case hosted.AccountsShown():
                self._follow()
            case hosted.ShopShown() if event.shop.server_id == self._holder[0]:
                self._take(event.shop)
            case hosted.CheckoutChanged():
                self._on_checkout(event.checkout)
            case _:
                return
        self._show_waiting()
        self.changed.emit()

    def _take(self, shop: ShopView) -> None:
        first = self.view is None
        self.view = shop
        for checkout in shop.checkouts:
            if first and checkout.state in wording.WAITING and checkout.id not in self._told:
                self._tell_waiting(checkout)
            self._told.add(checkout.id)

    def _on_checkout(self, checkout: CheckoutView) -> None:
        before = self._news.get(checkout.id)
        self._told.add(checkout.id)
        self._news[checkout.id] = checkout
        if before is not None and before.state == checkout.state:
            return
        if checkout.state == "credited":
            bring_forward(self._window)
        if self._card is None and checkout.state in ("credited", "failed"):
            self._tell_end(checkout)

    def _tell_waiting(self, checkout: CheckoutView) -> None:
        """After a start: what was under way when the program was closed still is."""
        state = wording.state_words(checkout.state)
        text = f"{checkout.name}, {checkout.price}: {state}. {checkout.message}"
        self._window.frame.notices.show_notice(Notice("info", text))

    def _tell_end(self, checkout: CheckoutView) -> None:
        if checkout.state == "credited":
            text = tr("{0} is credited: {1}").format(checkout.name, self.balance()).rstrip(": ")
            self._window.frame.notices.show_notice(Notice("info", text))
        else:
            text = f"{checkout.name}: {checkout.message}"
            self._window.frame.notices.show_notice(Notice("warning", text))

    def _show_waiting(self) -> None:
        waits = [one for one in self.under_way() if one.state in wording.WAITING]
        self.waiting.setVisible(bool(waits))
        if waits:
            last = waits[-1]
            self.waiting.setText(wording.state_words(last.state))
            what = f"{last.name}, {last.price}"
            self.waiting.setToolTip(plain_tooltip(what))
            self.waiting.setAccessibleName(f"{wording.state_words(last.state)}: {what}")

    def _on_asked(self, event: hosted.HostedDone) -> None:
        self.asking = False
        self.trouble = event.fault
        self.changed.emit()

    def _on_finished(self) -> None:
        self._card = None
        self._news = {
            id_: one for id_, one in self._news.items() if one.state in wording.WAITING
        }  # the ends were on the card


def bring_forward(window: MainWindow) -> None:
    """To the front, where the system lets a program do that; else it is asked to mark it."""
    if window.isMinimized():
        window.showNormal()
    elif window.isActiveWindow():
        return
    window.raise_()
    window.activateWindow()
    QApplication.alert(window)
