"""What can be bought: packs, plans, the subscription that runs, and a passphrase."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.seam.hosted_views import OfferView, ShopView, WalletView
from app.ui.dialog_pieces import clear_layout, column, plain_label, plain_tooltip
from app.ui.hosted import shop_wording as wording
from app.ui.hosted.shop_offers import OfferTiles, PlanLine
from app.ui.hosted.shop_passphrase import PassphraseForm
from app.ui.hosted.shop_question import ShopQuestion
from app.ui.hosted.shop_subscription import SubscriptionCard
from app.ui.hosted.shop_wording import tr


class ShopPage(QWidget):
    """`plan_asked(offer)` begins a subscription; `change_asked(action, offer)` changes it."""

    chosen = Signal()
    plan_asked = Signal(str)
    change_asked = Signal(str, str)
    portal_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._plans_shown: tuple[object, ...] = ()
        self._build()
        self._connect()

    def show_shop(self, shop: ShopView | None, wallet: WalletView | None, *, busy: bool) -> None:
        """What is for sale; `busy` while an order is under way."""
        self.setVisible(shop is not None)
        if shop is None:
            return
        packs = [offer for offer in shop.packs if offer.available]
        self.tiles.show_offers(packs, shop.per_message)
        for part in (self._packs_title, self._packs_note, self.tiles):
            part.setVisible(bool(packs))
        weights = wording.weights_line(shop.weights)
        self._weights.setText(weights)
        self._weights.setToolTip(plain_tooltip(wording.all_weights(shop.weights)))
        self._weights.setVisible(bool(weights and packs))
        self.subscription.show_subscription(shop.subscription, busy=busy)
        self._show_plans(shop, wallet, busy=busy)

    def _build(self) -> None:
        self._packs_title = plain_label(tr("Packs"), tone="2", size="small", strong=True)
        self._packs_note = plain_label(tr("Packs never expire."), tone="2", size="note")
        self.tiles = OfferTiles()
        self._weights = plain_label(tone="3", size="small", wrap=True)
        self._weights.setObjectName("shop-weights")
        self._plans_title = plain_label(tr("Plans"), tone="2", size="small", strong=True)
        self.subscription = SubscriptionCard()
        self.question = ShopQuestion()
        self._plans = column(spacing=8)
        self.passphrase = PassphraseForm()
        box: QVBoxLayout = column(self, spacing=8)
        for part in (self._packs_title, self._packs_note, self.tiles, self._weights):
            box.addWidget(part)
        box.addSpacing(6)
        box.addWidget(self._plans_title)
        box.addWidget(self.subscription)
        box.addWidget(self.question)
        box.addLayout(self._plans)
        box.addWidget(self.passphrase)
        box.addStretch(1)

    def _connect(self) -> None:
        self.tiles.chosen.connect(self.chosen)
        self.subscription.portal_asked.connect(self.portal_asked)
        self.subscription.change_asked.connect(lambda action: self.change_asked.emit(action, ""))

    def _show_plans(self, shop: ShopView, wallet: WalletView | None, *, busy: bool) -> None:
        running = shop.subscription
        mine = running.plan if running is not None else wallet.plan if wallet is not None else ""
        offers = [
            offer
            for offer in (*shop.plans, *shop.add_ons)
            if offer.kind == "plan" or offer.available
        ]
        if running is not None:
            offers = [offer for offer in offers if offer.id != running.plan]
        self._plans_title.setVisible(bool(offers) or running is not None)
        if (shown := (tuple(offers), mine, running, busy)) == self._plans_shown:
            return
        self._plans_shown = shown
        clear_layout(self._plans)
        for offer in offers:
            line = PlanLine(
                offer, running=running is not None and offer.kind == "plan",
                is_yours=offer.id == mine, busy=busy,
            )  # fmt: skip
            line.asked.connect(self._on_plan)
            self._plans.addWidget(line)
            line.show()
        if running is None:
            self.question.hide()

    def _on_plan(self, offer: OfferView) -> None:
        if self._plans_shown[2] is None or offer.kind != "plan":
            self.plan_asked.emit(offer.id)
            return
        text = tr("Change to {0} for {1}? The difference is billed now.")
        self.question.ask(
            text.format(offer.name, wording.price_of(offer)), tr("Change the plan"),
            lambda: self.change_asked.emit("change", offer.id),
        )  # fmt: skip
