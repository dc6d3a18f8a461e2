"""The card for a message that hosted tokens do not cover: what is short, and every way on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QPushButton

from app.seam.events import MessageAdded, MessageChanged
from app.seam.hosted import SendOutOfTokens
from app.seam.hosted_views import (
    CheckoutView,
    InsteadView,
    OfferView,
    OutOfTokensView,
    ShortView,
    WalletView,
)
from app.seam.views import FaultView, MessageState
from app.ui.composer.flow_row import FlowRow
from app.ui.dialog_pieces import column, plain_label, push_button, row, tool_button
from app.ui.hosted import shop_wording, wording
from app.ui.theme import Theme, set_look

_ANSWERED = (MessageState.STREAMING, MessageState.COMPLETE)
OFFERED_MAX = 3  # of each kind: the picker has all models, and the shop all packs


class OutOfTokensCard(QFrame):
    """`model_asked(event, ref)` takes another model, `buy_asked(offer)` begins a purchase,
    `shop_asked` shows all that is for sale. `again_asked(event)` answers what is in the chat."""

    again_asked = Signal(object)
    model_asked = Signal(object, str)
    buy_asked = Signal(str)
    shop_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._event: SendOutOfTokens | None = None
        self._in_chat: dict[tuple[str, int], SendOutOfTokens] = {}  # by chat and pane
        self._left: dict[tuple[str, str], int] = {}
        self._is_buying = False
        self._url = ""
        self._offers: dict[str, QPushButton] = {}
        self._buttons: list[QPushButton] = []
        self._build()

    def show_event(
        self, event: SendOutOfTokens, *, kept: bool, wallet: WalletView | None = None
    ) -> None:
        """Say what is short; `kept` where the message stands in the composer."""
        self._event, self._left = event, _left_in(wallet)
        if event.message_id:
            self._in_chat[event.chat_id, event.pane] = event
        self._is_buying = False
        view = event.view
        self._message.setText(self._reason(view))
        self._short.setText("\n".join(map(self._short_words, view.short)))
        self._short.setVisible(bool(view.short))
        self._stays.setText(self._stays_words(kept=kept))
        self._stays.setVisible(bool(self._stays.text()))
        self._said.hide()
        self._copy.hide()
        self._again.hide()
        self._show_ways(view)
        self.setAccessibleName(f"{self._message.text()} {self._short.text()}")
        self.show()

    def show_wallet(self, wallet: WalletView) -> None:
        """Go where what is left covers by now what was short; a purchase says so itself."""
        short = [] if self._event is None else self._event.view.short
        if self.isHidden() or self._is_buying or not short:
            return
        left = _left_in(wallet)
        gained = [left.get(_limit(each), 0) - self._left.get(_limit(each), 0) for each in short]
        if all(more >= each.amount for more, each in zip(gained, short, strict=True)):
            self.leave()

    def show_answer(self, told: MessageAdded | MessageChanged) -> None:
        """Go where the message is answered after all, or another one follows it."""
        event = self._event
        if event is None or (told.chat_id, told.pane) != (event.chat_id, event.pane):
            return
        message = told.message
        is_again = message.id == event.message_id and message.state in _ANSWERED
        if is_again or isinstance(told, MessageAdded):
            self.leave()

    def show_checkout(self, checkout: CheckoutView) -> None:
        """How a purchase that was begun here goes on."""
        if self.isHidden() or checkout.offer not in self._offers:
            return
        self._say(f"{checkout.name}: {checkout.message}", "2")
        self._url = checkout.url
        self._copy.setText(self.tr("No page came up? Copy its address"))
        self._copy.setVisible(bool(checkout.url) and checkout.state in ("pending", "slow"))
        self._offers[checkout.offer].setEnabled(checkout.state not in ("paid", "credited"))
        if checkout.state == "credited":
            self._message.setText(self.tr("{0} is credited.").format(checkout.name))
            self._short.hide()
            in_chat = self._event is not None and bool(self._event.message_id)
            stands = self.tr("Your message is in the chat and can be answered now.")
            self._stays.setText(stands if in_chat else self.tr("Send your message again."))
            self._stays.show()
            self._said.hide()
            self._again.setVisible(in_chat)

    def show_fault(self, fault: FaultView) -> None:
        """Why a purchase did not begin."""
        self._is_buying = False
        for button in self._offers.values():
            button.setEnabled(True)
        self._say(f"{fault.message} {fault.advice}".strip(), "danger")

    def leave(self) -> None:
        """Gone until there is something to say again."""
        self._in_chat.clear()
        self.hide()

    def _build(self) -> None:
        set_look(self, look="note")
        self._message = plain_label(strong=True, wrap=True)
        self._short = plain_label(size="note", wrap=True, figures=True)
        self._stays = plain_label(tone="2", size="note", wrap=True)
        self._said = plain_label(tone="2", size="note", wrap=True)
        self._copy = push_button("", self._on_copy, "link")
        self._copy.setObjectName("copy-address")
        set_look(self._copy, flush="true")
        self._again = push_button(self.tr("Answer it now"), self._on_again, "primary")
        self._again.setObjectName("answer-now")
        self._close = tool_button("x", self.tr("Close"), self.leave)
        top = row()
        top.addWidget(self._message, 1)
        top.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self._ways = FlowRow()
        box = column(self, margin=14, spacing=6)
        box.addLayout(top)
        box.addWidget(self._short)
        box.addWidget(self._stays)
        box.addWidget(self._again, 0, Qt.AlignmentFlag.AlignLeft)
        box.addSpacing(Theme.current().px(4))
        box.addWidget(self._ways)
        box.addWidget(self._said)
        box.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def _show_ways(self, view: OutOfTokensView) -> None:
        for old in self._buttons:
            self._ways.drop(old)
        self._buttons, self._offers = [], {}
        for offer in [offer for offer in view.offers if offer.available][:OFFERED_MAX]:
            self._add_offer(offer)
        for instead in view.own_keys[:OFFERED_MAX]:
            pattern = self.tr("Use {0} with {1}")
            self._add_model(instead, pattern.format(instead.name, instead.payer))
        for instead in view.free_models[:OFFERED_MAX]:
            self._add_model(instead, self.tr("Use {0}, free").format(instead.name))
        if view.for_groups:
            groups = push_button(self.tr("Plans for organizations"), self.shop_asked.emit)
            groups.setObjectName("group-plans")
            self._add(groups)
        if view.offers:
            more = push_button(self.tr("More packs"), self.shop_asked.emit, "quiet")
            more.setObjectName("more-packs")
            self._add(more)
        self._ways.setVisible(bool(self._buttons))

    def _add_offer(self, offer: OfferView) -> None:
        text = self.tr("Buy {0}, {1}").format(offer.name, shop_wording.price_of(offer))
        look = "" if self._buttons else "primary"
        button = push_button(text, lambda: self._on_buy(offer.id), look)
        gives = "" if offer.amount is None else wording.amount_of(offer.unit, offer.amount)
        button.setToolTip(" · ".join(filter(None, (gives, self.tr("Opens in the browser.")))))
        self._offers[offer.id] = button
        self._add(button)

    def _add_model(self, instead: InsteadView, text: str) -> None:
        button = push_button(text, lambda: self._on_model(instead.ref))
        if instead.price:
            button.setToolTip(instead.price)
        self._add(button)

    def _add(self, button: QPushButton) -> None:
        self._ways.add(button)
        self._buttons.append(button)

    def _reason(self, view: OutOfTokensView) -> str:
        match view.reason:
            case "used_up":
                return self.tr("What is left does not cover this message.")
            case "capped":
                return self.tr("Your cap on the shared tokens does not cover this message.")
            case "past_due":
                return self.tr("The last payment for the subscription did not go through.")
            case "in_debt":
                return self.tr("This account has a payment outstanding.")
            case _:
                return view.message

    def _short_words(self, short: ShortView) -> str:
        """`Free: 1,746 tokens short · resets in 10 d 4 h`."""
        amount = wording.amount_of(short.unit, short.amount)
        text = self.tr("{0}: {1} short").format(short.name, amount)
        resets = "" if short.resets is None else wording.resets_in(short.resets)
        return " · ".join(filter(None, (text, resets)))

    def _stays_words(self, *, kept: bool) -> str:
        if self._event is not None and self._event.message_id:
            return self.tr("Your message is in the chat; another model can answer it now.")
        return self.tr("Your message is kept in the box.") if kept else ""

    def _say(self, text: str, tone: str) -> None:
        self._said.setText(text)
        set_look(self._said, tone=tone)
        self._said.show()

    def _on_buy(self, offer_id: str) -> None:
        self._is_buying = True
        self._offers[offer_id].setEnabled(False)
        self._say(self.tr("Opening the payment page in your browser …"), "2")
        self.buy_asked.emit(offer_id)

    def _on_again(self) -> None:
        """Every pane that was refused is answered, not only the one that was told last."""
        for event in list(self._in_chat.values()):
            self.again_asked.emit(event)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._url)
        self._copy.setText(self.tr("Copied"))

    def _on_model(self, ref: str) -> None:
        if self._event is not None:
            self.model_asked.emit(self._event, ref)


def _limit(short: ShortView) -> tuple[str, str]:
    return short.name, short.unit


def _left_in(wallet: WalletView | None) -> dict[tuple[str, str], int]:
    """What is left by the name and the unit of a grant."""
    grants = () if wallet is None else wallet.grants
    return {(grant.name, grant.unit): grant.left for grant in grants}
