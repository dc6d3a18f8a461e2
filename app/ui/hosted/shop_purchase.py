"""How a purchase goes on: waited for, slow, paid, credited, or why nothing came of it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel

from app.seam.hosted_views import CheckoutView
from app.ui.composer.flow_row import FlowRow
from app.ui.dialog_pieces import column, plain_label, push_button, row, tool_button
from app.ui.hosted import shop_wording as wording
from app.ui.hosted.shop_wording import tr
from app.ui.icons import icon
from app.ui.theme import Theme, set_look

_ICONS = {
    "pending": "hourglass", "slow": "hourglass", "paid": "check", "credited": "circle-check",
    "canceled": "circle-x", "expired": "circle-x", "failed": "circle-alert", "given_up": "circle-x",
}  # fmt: skip
_INKS = {"ok": "ok", "danger": "danger", "warn": "warn"}
ICON_SIDE = 18


class PurchaseCard(QFrame):
    """`page_asked` opens the payment page again, `cancel_asked` has it closed, `stop_asked` waits
    no more, `gone` is seen."""

    page_asked = Signal(str)  # the offer
    cancel_asked = Signal(str)  # the checkout
    stop_asked = Signal(str)  # the checkout
    gone = Signal(str)  # the checkout

    def __init__(self, checkout: CheckoutView) -> None:
        super().__init__()
        self._checkout = checkout
        self.setObjectName(f"purchase-{checkout.id}")
        self._build()
        self.show_checkout(checkout, "")

    @property
    def checkout(self) -> CheckoutView:
        return self._checkout

    def show_checkout(self, checkout: CheckoutView, balance: str) -> None:
        """The state it has now; `balance` is what is left in all, said with what was credited."""
        self._checkout = checkout
        state = checkout.state
        tone = wording.TONES.get(state, "2")
        side = Theme.current().px(ICON_SIDE)
        picture = icon(_ICONS.get(state, "info"), _INKS.get(tone, "ink2"))
        self._icon.setPixmap(picture.pixmap(side, side))
        self._what.setText(f"{checkout.name}, {checkout.price}")
        self._state.setText(wording.state_words(state))
        set_look(self._state, tone=tone)
        message = balance if state == "credited" and balance else checkout.message
        self._message.setText(message)
        look = {"danger": "danger", "warn": ""}.get(tone, "plain")
        set_look(self, look="note", tone=look)
        waits = state in ("pending", "slow")
        self._ways.setVisible(waits)
        self._page.setVisible(waits and bool(checkout.url))
        self._copy.setVisible(waits and bool(checkout.url))
        self._copy.setText(tr("Copy the address"))
        self._cancel.setVisible(waits)
        self._stop.setVisible(waits)
        self._close.setVisible(state not in wording.WAITING)
        self.setAccessibleName(f"{self._what.text()}: {self._state.text()}. {message}")

    def state(self) -> str:
        """As the core names it."""
        return self._checkout.state

    def _build(self) -> None:
        self._icon = QLabel()
        self._what = plain_label(strong=True)
        self._state = plain_label(size="note")
        self._state.setObjectName("purchase-state")
        self._message = plain_label(tone="2", size="note", wrap=True)
        self._message.setObjectName("purchase-message")
        self._page = push_button(tr("Open the page again"), self._on_page)
        self._page.setObjectName("purchase-page")
        self._copy = push_button(tr("Copy the address"), self._on_copy, look="quiet")
        self._copy.setObjectName("purchase-copy")
        self._copy.setToolTip(tr("If no page came up: open its address in any browser yourself."))
        self._cancel = push_button(tr("Cancel this payment"), self._on_cancel, look="quiet")
        self._cancel.setObjectName("purchase-cancel")
        self._cancel.setToolTip(tr("Closes its page, so that nobody can pay it any more."))
        self._stop = push_button(tr("Stop waiting"), self._on_stop, look="quiet")
        self._stop.setObjectName("purchase-stop")
        self._close = tool_button("x", tr("Close"), self._on_close)
        self._close.setObjectName("purchase-close")
        top = row(spacing=8)
        top.addWidget(self._icon)
        top.addWidget(self._what)
        top.addWidget(self._state, 1)
        top.addWidget(self._close)
        ways = FlowRow()
        for way in (self._page, self._copy, self._cancel, self._stop):
            ways.add(way)
        box = column(self, margin=14, spacing=6)
        box.addLayout(top)
        box.addWidget(self._message)
        box.addWidget(ways)
        self._ways = ways

    def _on_page(self) -> None:
        self.page_asked.emit(self._checkout.offer)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._checkout.url)
        self._copy.setText(tr("Copied"))

    def _on_cancel(self) -> None:
        self.cancel_asked.emit(self._checkout.id)

    def _on_stop(self) -> None:
        self.stop_asked.emit(self._checkout.id)

    def _on_close(self) -> None:
        self.gone.emit(self._checkout.id)
