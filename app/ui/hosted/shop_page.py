"""What can be bought: packs, plans, the subscription that runs, and a passphrase."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.seam.hosted_views import ShopView, WalletView
from app.ui.dialog_pieces import clear_layout, column, plain_label, plain_tooltip, row
from app.ui.hosted import shop_wording as wording
from app.ui.hosted.shop_offers import OfferTiles, PlanLine
from app.ui.hosted.shop_passphrase import PassphraseForm
from app.ui.hosted.shop_question import ShopQuestion
from app.ui.hosted.shop_subscription import SubscriptionCard
from app.ui.hosted.shop_wording import tr
from app.ui.theme import Theme


class ShopPage(QWidget):
    """`plan_asked(offer)` begins a subscription; `change_asked(action, offer)` changes it;
    `group_asked` leads to a new organization."""

    chosen = Signal()
    plan_asked = Signal(str)
    change_asked = Signal(str, str)
    portal_asked = Signal()
    group_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._plans_shown: tuple[object, ...] = ()
        self._build()
        self._connect()

    def show_shop(
        self, shop: ShopView | None, wallet: WalletView | None, waiting: Sequence[str] = ()
    ) -> None:
        """What is for sale; `waiting` are the offers whose payment is waited for."""
        self.setVisible(shop is not None)
        if shop is None:
            return
        packs = [offer for offer in shop.packs if offer.available]
        self.tiles.show_offers(packs, shop.per_message)
        self._packs_note.setText(wording.packs_note(shop))
        for part in (self._packs_title, self._packs_note, self.tiles):
            part.setVisible(bool(packs))
        weights = wording.weights_line(shop.weights)
        self._weights.setText(weights)
        self._weights.setToolTip(plain_tooltip(wording.all_weights(shop.weights)))
        self._weights.setVisible(bool(weights and packs))
        self.subscription.show_subscription(shop.subscription)
        self.passphrase.setVisible(shop.passphrases)
        self._show_plans(shop, wallet, waiting)

    def _build(self) -> None:
        self._packs_title = plain_label(tr("Packs"), tone="2", size="small", strong=True)
        self._packs_note = plain_label(tone="2", size="small", wrap=True)
        self.tiles = OfferTiles()
        self._weights = plain_label(tone="3", size="small", wrap=True)
        self._weights.setObjectName("shop-weights")
        self._plans_title = plain_label(tr("Plans"), tone="2", size="small", strong=True)
        self.subscription = SubscriptionCard()
        self.question = ShopQuestion("plan-change")
        self._plans = column(spacing=8)
        self.passphrase = PassphraseForm()
        box: QVBoxLayout = column(self, spacing=8)
        head = row(spacing=8)
        head.addWidget(self._packs_title)
        head.addWidget(self._packs_note, 1)
        box.addLayout(head)
        box.addWidget(self.tiles)
        box.addWidget(self._weights)
        box.addSpacing(Theme.current().px(10))
        box.addWidget(self._plans_title)
        box.addWidget(self.subscription)
        box.addLayout(self._plans)
        box.addWidget(self.passphrase)
        box.addStretch(1)

    def _connect(self) -> None:
        self.tiles.chosen.connect(self.chosen)
        self.subscription.portal_asked.connect(self.portal_asked)
        self.subscription.change_asked.connect(lambda action: self.change_asked.emit(action, ""))

    def _show_plans(
        self, shop: ShopView, wallet: WalletView | None, waiting: Sequence[str]
    ) -> None:
        running = shop.subscription
        mine = running.plan if running is not None else wallet.plan if wallet is not None else ""
        offers = [
            offer
            for offer in (*shop.plans, *shop.add_ons)
            if offer.kind == "plan" or offer.available
        ]
        if running is not None:
            offers = [offer for offer in offers if offer.id != running.plan]
        # Nobody buys the plan that everybody begins with.
        offers = [
            offer
            for offer in offers
            if offer.available or offer.price_cents != 0 or offer.id == mine
        ]
        kind = "person" if wallet is None else wallet.kind
        self._plans_title.setVisible(bool(offers) or running is not None)
        begun = [offer for offer in offers if offer.id in waiting]
        if (shown := (tuple(offers), mine, running, kind, tuple(begun))) == self._plans_shown:
            return
        self._plans_shown = shown
        had_focus = self.isAncestorOf(QApplication.focusWidget() or self)
        self.question.hide()
        self._plans.removeWidget(self.question)
        clear_layout(self._plans)
        for offer in offers:
            line = PlanLine(
                offer, running=running is not None and offer.kind == "plan",
                why_not=tr("Your plan") if offer.id == mine else wording.why_not(offer, kind),
                tone="ok" if offer.id == mine else "3",
                wants_group=offer.id != mine and wording.wants_group(offer, kind),
            )  # fmt: skip
            line.asked.connect(self._on_plan)
            line.group_asked.connect(self.group_asked)
            if begun:
                line.show_waiting(begun[-1])
            self._plans.addWidget(line)
            line.show()
        first = self.tiles.first()
        if had_focus and first is not None:
            first.setFocus()  # what had the keyboard may be gone

    def _on_plan(self, line: PlanLine) -> None:
        offer = line.offer
        if self._plans_shown[2] is None or offer.kind != "plan":
            self.plan_asked.emit(offer.id)
            return
        self._plans.removeWidget(self.question)
        self._plans.insertWidget(self._plans.indexOf(line) + 1, self.question)
        text = tr("Change to {0} for {1}? The difference is billed now.")
        self.question.ask(
            text.format(offer.name, wording.price_of(offer)), tr("Change the plan"),
            lambda: self.change_asked.emit("change", offer.id),
        )  # fmt: skip
