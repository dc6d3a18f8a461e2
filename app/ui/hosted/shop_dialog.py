"""The shop's card: what is under way on top, below it what can be bought or what was."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSpacerItem, QTabBar, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.seam import hosted
from app.seam.hosted_views import CheckoutView
from app.seam.views import FaultView
from app.ui.dialog import Dialog
from app.ui.dialog_pieces import column, plain_label, push_button, row, scrolled
from app.ui.hosted import shop_wording as wording
from app.ui.hosted.purchases_page import PurchasesPage
from app.ui.hosted.shop_page import ShopPage
from app.ui.hosted.shop_purchase import PurchaseCard
from app.ui.hosted.shop_window import WindowShop
from app.ui.hosted.shop_wording import tr
from app.ui.theme import Theme, set_look

WIDTH, HEIGHT = 760, 660
PAGES = ("buy", "purchases")
BUY, PURCHASES = range(2)
EMPTY_ABOVE = 120


class ShopDialog(Dialog):
    """Draws what `WindowShop` knows, and gives its orders through it."""

    def __init__(self, parent: QWidget, shop: WindowShop, page: str = "buy") -> None:
        self._shop = shop
        self._opening = ""  # the offer whose page is being asked for
        self._asked: set[tuple[str, ...]] = set()  # orders that are not answered yet
        self._fault: FaultView | None = None
        self._cards: dict[str, PurchaseCard] = {}
        super().__init__(parent, tr("Buy tokens"), width=WIDTH)
        self._build()
        self._connect()
        self.set_card_height(HEIGHT)
        self.tabs.setCurrentIndex(PAGES.index(page))
        self._show()

    def first_focus(self) -> QWidget | None:
        at_tiles = self.tabs.currentIndex() == BUY
        return (self.page.tiles.first() if at_tiles else None) or self.tabs

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 (Qt's own name)
        moved = super().focusNextPrevChild(next)
        focused = self.focusWidget()
        if focused is not None and self._area.isAncestorOf(focused):
            self._area.ensureWidgetVisible(focused)
        return moved

    def choose(self, offer_id: str) -> None:
        """Mark a pack, where it is for sale."""
        self.page.tiles.choose(offer_id)

    def _build(self) -> None:
        self.tabs = QTabBar()
        self.tabs.setObjectName("shop-tabs")
        self.tabs.setAccessibleName(tr("Pages of the shop"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for text in (tr("Buy"), tr("Purchases")):
            self.tabs.addTab(text)
        self.body.addWidget(self.tabs)
        self._demo = plain_label(tone="warn", size="note", wrap=True)
        self._demo.setObjectName("shop-demo")
        self.body.addWidget(self._demo)
        self.body.addLayout(self._build_age())
        self._under_way = column(spacing=10)
        self.body.addSpacing(Theme.current().px(4))
        self.page = ShopPage()
        self.purchases = PurchasesPage()
        content = QWidget()
        box: QVBoxLayout = column(content, spacing=14)
        box.setContentsMargins(0, 0, Theme.current().px(10), 0)
        box.addLayout(self._under_way)
        box.addWidget(self._build_empty())
        box.addWidget(self.page)
        box.addWidget(self.purchases)
        box.addStretch(1)
        self._area: QScrollArea = scrolled(content)
        self.body.addWidget(self._area, 1)
        self.body.addLayout(self._build_foot())

    def _build_age(self) -> QHBoxLayout:
        self._age = plain_label(tone="warn", size="note", wrap=True)
        self._age.setObjectName("shop-age")
        self._again = push_button(tr("Try again"), self._shop.ask, look="link")
        self._again.setObjectName("shop-again")
        set_look(self._again, flush="true")
        line = row(spacing=12)
        line.addWidget(self._age, 1)
        line.addWidget(self._again)
        return line

    def _build_empty(self) -> QWidget:
        self._empty = plain_label(tone="2", wrap=True)
        self._empty.setObjectName("shop-empty")
        set_look(self._empty, align="center")
        self._way = push_button("", self._on_way, look="primary")
        self._way.setObjectName("shop-way")
        self._nothing = QWidget()
        box: QVBoxLayout = column(self._nothing, spacing=14)
        self._above = QSpacerItem(0, 0)
        box.addSpacerItem(self._above)
        box.addWidget(self._empty)
        box.addWidget(self._way, 0, Qt.AlignmentFlag.AlignHCenter)
        return self._nothing

    def _build_foot(self) -> QHBoxLayout:
        self._said = plain_label(size="note", wrap=True)
        self._said.setObjectName("shop-said")
        self._pay = push_button("", self._on_pay, look="primary")
        self._pay.setObjectName("shop-pay")
        foot = row(spacing=12)
        foot.addWidget(self._said, 1)
        foot.addWidget(self._pay)
        return foot

    def _connect(self) -> None:
        self._shop.changed.connect(self._show)
        self.tabs.currentChanged.connect(self._on_tab)
        self.page.chosen.connect(self._on_chosen)
        self.page.plan_asked.connect(self._buy)
        self.page.change_asked.connect(self._on_change)
        self.page.portal_asked.connect(self._on_portal)
        self.page.group_asked.connect(self._on_group)
        self.page.passphrase.given.connect(self._on_passphrase)
        self.purchases.receipt_asked.connect(self._on_receipt)

    def _show(self) -> None:
        """Everything as it is known now."""
        shop, at_buy = self._shop, self.tabs.currentIndex() == BUY
        view, trouble = shop.view, shop.trouble
        self._demo.setText("" if view is None else view.demo)
        self._demo.setVisible(bool(self._demo.text()))
        online = shop.server is not None and shop.server.online
        age = "" if view is None else wording.age(view, online=online)
        if view is not None and trouble is not None and not age:
            age = f"{trouble.message} {trouble.advice}".strip()
        self._age.setText(age)
        self._age.setVisible(bool(age))
        self._again.setVisible(bool(age) and not shop.asking)
        self._show_cards()
        empty, way = self._why_empty()
        self._empty.setText(empty)
        may_buy = shop.wallet is None or shop.wallet.may_buy
        alone = view is None or view.as_of is None or not may_buy
        self._above.changeSize(0, Theme.current().px(EMPTY_ABOVE if alone else 4))
        self._nothing.setVisible(bool(empty) and (at_buy or view is None))
        self._way.setText(way)
        self._way.setVisible(bool(way))
        waiting = [one.offer for one in shop.under_way() if one.state in wording.WAITING]
        self.page.show_shop(view, shop.wallet, waiting)
        self.page.setVisible(at_buy and view is not None and view.as_of is not None and may_buy)
        self.purchases.show_shop(view, asking=shop.asking)
        self.purchases.setVisible(not at_buy and view is not None)
        self._show_foot()

    def _why_empty(self) -> tuple[str, str]:
        """What stands where nothing is for sale, and the button to do something about it."""
        shop = self._shop
        server = shop.server
        if server is None or server.state in ("new", "removed"):
            words = tr("Tokens are bought with an account, which is free and needs no card.")
            return words, tr("See the ways to begin")
        if server.state == "signed_out":
            return tr("You are signed out at {0}.").format(server.title), tr("Sign in")
        if shop.view is None or shop.view.as_of is None:
            if shop.asking or shop.trouble is None:
                return tr("Asking {0} what is for sale …").format(server.title), ""
            fault = shop.trouble
            return f"{fault.message} {fault.advice}".strip(), tr("Try again")
        view = shop.view
        if shop.wallet is not None and not shop.wallet.may_buy:
            who = tr("Tokens of {0} are bought by who sees to its payments. Ask an admin there.")
            return who.format(shop.wallet.name), ""
        if view.subscription is None and not any(
            offer.available for offer in (*view.packs, *view.plans, *view.add_ons)
        ):
            return tr("Nothing is for sale at {0} now.").format(server.title), ""
        return "", ""

    def _show_cards(self) -> None:
        """Purchases that are waited for, and those whose end was not seen yet."""
        wanted = {checkout.id: checkout for checkout in self._shop.under_way()}
        for gone in [id_ for id_ in self._cards if id_ not in wanted]:
            card = self._cards.pop(gone)
            self._under_way.removeWidget(card)
            card.hide()
            card.deleteLater()
        for checkout in wanted.values():
            if checkout.id not in self._cards:
                self._cards[checkout.id] = self._make_card(checkout)
            self._cards[checkout.id].show_checkout(checkout, self._shop.balance())

    def _make_card(self, checkout: CheckoutView) -> PurchaseCard:
        card = PurchaseCard(checkout)
        card.page_asked.connect(self._buy)
        card.cancel_asked.connect(self._on_cancel)
        card.stop_asked.connect(self._shop.give_up)
        card.gone.connect(self._shop.dismiss)
        self._under_way.insertWidget(0, card)
        card.show()
        self._area.verticalScrollBar().setValue(0)
        return card

    def _show_foot(self) -> None:
        offer = self.page.tiles.offer
        shown = self.page.isVisibleTo(self) and self.page.tiles.isVisibleTo(self)
        self._pay.setVisible(shown)
        waits = offer is not None and self._shop.state_of(offer.id)
        if offer is None:
            self._pay.setText(tr("Choose a pack"))
        elif waits in ("pending", "slow"):
            self._pay.setText(tr("Open the page again"))
        else:
            text = tr("Pay {0} in the browser").format(wording.price_of(offer))
            self._pay.setText(text)
        can_pay = offer is not None and waits != "paid"
        if self.window().focusWidget() is self._pay and not can_pay:
            self.tabs.setFocus()  # and not on the cross, where Space would close the card
        self._pay.setEnabled(can_pay)
        if self._opening:
            self._say(tr("Opening the payment page in your browser …"), "2")
        elif self._fault is not None:
            self._say(f"{self._fault.message} {self._fault.advice}".strip(), "danger")
        else:
            self._say("" if offer is None else wording.lasts(offer, self._shop.wallet), "2")

    def _say(self, text: str, tone: str) -> None:
        self._said.setText(text)
        set_look(self._said, tone=tone)

    def _buy(self, offer_id: str) -> None:
        self._opening = offer_id
        self._order(("buy", offer_id), lambda serial: hosted.Buy(serial, offer_id))

    def _order(
        self,
        what: tuple[str, ...],
        make: Callable[[int], hosted.HostedCommand],
        done: Callable[[hosted.HostedDone], object] = lambda _: None,
    ) -> None:
        """Each order once until it is answered; `done` hears of its end while the card is there."""
        if what in self._asked:
            return

        def answered(event: hosted.HostedDone) -> None:
            if isValid(self):
                self._asked.discard(what)
                self._opening = "" if what == ("buy", self._opening) else self._opening
                self._fault = event.fault or self._fault  # another order's stays said
                done(event)
                self._show()

        self._asked.add(what)
        self._fault = None
        self._shop.hosted.order(make, answered)
        self._show()

    def _on_pay(self) -> None:
        offer = self.page.tiles.offer
        if offer is not None:
            self._buy(offer.id)

    def _on_chosen(self) -> None:
        self._fault = None
        self._show_foot()

    def _on_change(self, action: str, offer_id: str) -> None:
        what = ("change", action, offer_id)
        self._order(what, lambda serial: hosted.ChangeSubscription(serial, action, offer_id))

    def _on_cancel(self, checkout_id: str) -> None:
        what = ("cancel payment", checkout_id)
        self._order(what, lambda serial: hosted.CancelPurchase(serial, checkout_id))

    def _on_portal(self) -> None:
        self._order(("portal",), hosted.OpenPortal)

    def _on_group(self) -> None:
        self.accept()
        self._shop.hosted.groups.make()

    def _on_receipt(self, purchase_id: str) -> None:
        what = ("receipt", purchase_id)
        self._order(what, lambda serial: hosted.OpenAccountPage(serial, purchase_id))

    def _on_passphrase(self, passphrase: str) -> None:
        form = self.page.passphrase
        form.show_waiting()

        def done(event: hosted.HostedDone) -> None:
            if event.fault is not None:
                self._fault = None  # said beside the field
                form.show_fault(event.fault)
            else:
                wallet = self._shop.wallet
                form.show_opened("" if wallet is None else wallet.plan_name)

        what = ("passphrase",)
        self._order(what, lambda serial: hosted.UsePassphrase(serial, passphrase), done)

    def _on_way(self) -> None:
        server = self._shop.server
        if server is not None and server.state == "signed_out":
            self._order(("sign in",), lambda serial: hosted.SignIn(serial, server.id))
        elif server is not None and server.state == "signed_in":
            self._shop.ask()
        else:
            self.accept()
            self._shop.show_ways()

    def _on_tab(self, place: int) -> None:
        self._fault = None
        self.tabs.setFocus()  # what is hidden now may have had the keyboard
        self._show()
