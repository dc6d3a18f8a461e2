"""The subscription that runs: until when it is paid, and the ways to end, resume and pay it."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from app.seam.hosted_views import SubscriptionView
from app.ui import words
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.hosted import shop_wording as wording
from app.ui.hosted.shop_question import ShopQuestion
from app.ui.hosted.shop_wording import tr
from app.ui.theme import set_look


class SubscriptionCard(QFrame):
    """`change_asked(action)` is cancel or resume; `portal_asked` is for invoices and cards."""

    change_asked = Signal(str)
    portal_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._subscription: SubscriptionView | None = None
        set_look(self, look="option")
        self._name = plain_label(strong=True, wrap=True)
        self._line = plain_label(size="note", wrap=True)
        self._line.setObjectName("subscription-line")
        self._end = push_button(tr("Cancel"), self._on_end, look="quiet")
        self._end.setObjectName("subscription-cancel")
        self._resume = push_button(tr("Resume"), lambda: self.change_asked.emit("resume"))
        self._resume.setObjectName("subscription-resume")
        self._portal = push_button(tr("Invoices and cards"), self.portal_asked.emit, look="quiet")
        self._portal.setObjectName("shop-portal")
        self._question = ShopQuestion("subscription-cancel")
        said = column(spacing=2)
        said.addWidget(self._name)
        said.addWidget(self._line)
        top = row(spacing=8)
        top.addLayout(said, 1)
        for button in (self._portal, self._end, self._resume):
            top.addWidget(button)
        box = column(self, margin=14, spacing=10)
        box.addLayout(top)
        box.addWidget(self._question)
        self.hide()

    def show_subscription(self, subscription: SubscriptionView | None) -> None:
        """As the server says it; None: there is none."""
        self._subscription = subscription
        self.setVisible(subscription is not None)
        if subscription is None:
            return
        now = datetime.now(UTC)
        self._name.setText(subscription.name or subscription.plan)
        self._line.setText(wording.subscription_line(subscription, now))
        tone = "danger" if subscription.past_due else "2"
        set_look(self._line, tone="warn" if subscription.cancels_at_end else tone)
        self._end.setVisible(not subscription.cancels_at_end)
        self._resume.setVisible(subscription.cancels_at_end)
        if subscription.cancels_at_end:
            self._question.hide()
        self.setAccessibleName(f"{self._name.text()}: {self._line.text()}")

    def _on_end(self) -> None:
        if self._subscription is None:
            return
        day = words.short_date(self._subscription.paid_until)
        text = tr("The plan stays until {0} and is not renewed. Packs keep their tokens.")
        self._question.ask(
            text.format(day), tr("Cancel the subscription"),
            lambda: self.change_asked.emit("cancel"),
        )  # fmt: skip
