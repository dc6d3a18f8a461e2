"""A Stripe account that remembers: what is bought in it, renewed, refunded and disputed.

Each play changes the objects as Stripe would and appends the events that Stripe would send.
"""

from __future__ import annotations

import copy
import itertools
import json
from dataclasses import dataclass, field

import stripe

from tests.server.payments.doubles import stripe_shapes as shapes
from tests.server.payments.doubles.stripe_shapes import Json
from tests.server.payments.doubles.ticking import Ticking, month_later

VERSION: str = stripe.api_version


@dataclass(slots=True)
class StripeAccount:
    """`objects` is by id, `asked` what each session was made from. With `declines` no charge
    goes through."""

    ticking: Ticking
    live: bool = True
    objects: dict[str, Json] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    asked: dict[str, Json] = field(default_factory=dict)
    declines: bool = False
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers):06d}"

    def keep(self, made: Json) -> Json:
        self.objects[made["id"]] = made
        return made

    def say(self, kind: str, object_: Json) -> Json:
        event = shapes.event(
            self.new_id("evt"), kind, copy.deepcopy(object_), at=self.ticking.seconds,
            live=self.live, version=VERSION,
        )  # fmt: skip
        self.events.append(event)
        return event

    def of(self, kind: str) -> list[Json]:
        """All objects of a kind, the newest first."""
        return [each for each in reversed(self.objects.values()) if each["object"] == kind]

    # --- what the operator does in the dashboard ---

    def add_price(
        self, id_: str, amount: int, currency: str = "usd", *, recurring: bool = False
    ) -> Json:
        at = self.ticking.seconds
        made = self.keep(shapes.product(self.new_id("prod"), id_, at=at, live=self.live))
        return self.keep(
            shapes.price(
                id_, amount, currency, made["id"], recurring=recurring, at=at, live=self.live
            )
        )

    # --- what the buyer does ---

    def pay(self, session_id: str) -> None:
        """Pay a checkout with a card: all of it happens at once."""
        session = self._completed(session_id, "paid")
        if session["mode"] == "payment":
            session["payment_intent"] = self._charged(session["amount_total"], session["currency"])
        else:
            self._subscribe(session)
        self.say("checkout.session.completed", session)

    def pay_later(self, session_id: str) -> None:
        """Complete a checkout with a debit that takes days."""
        session = self._completed(session_id, "unpaid")
        session["payment_intent"] = self.new_id("pi")
        self.say("checkout.session.completed", session)

    def succeed(self, session_id: str) -> None:
        """The debit went through."""
        session = self.objects[session_id]
        session["payment_status"] = "paid"
        self._charged(session["amount_total"], session["currency"], session["payment_intent"])
        self.say("checkout.session.async_payment_succeeded", session)

    def fail(self, session_id: str) -> None:
        self.say("checkout.session.async_payment_failed", self.objects[session_id])

    def expire(self, session_id: str) -> None:
        session = self.objects[session_id]
        session.update(status="expired", url=None)
        self.say("checkout.session.expired", session)

    # --- subscriptions ---

    def renew(self, subscription_id: str) -> Json:
        """The next month begins: a new period, an invoice, its payment where the card is good."""
        subscription = self.objects[subscription_id]
        item = self._item(subscription)
        start = item["current_period_end"]
        item.update(current_period_start=start, current_period_end=month_later(start))
        invoice = self._invoice(subscription, "subscription_cycle")
        self.say("customer.subscription.updated", subscription)
        self._collect(subscription, invoice)
        return invoice

    def recover(self, subscription_id: str) -> None:
        """The open invoice of a subscription that was past due is paid after all."""
        subscription = self.objects[subscription_id]
        self.declines = False
        self._collect(subscription, self.objects[subscription["latest_invoice"]])

    def end(self, subscription_id: str) -> None:
        """It is over: at the end of its period, or at once."""
        subscription = self.objects[subscription_id]
        now = self.ticking.seconds
        subscription.update(
            status="canceled", ended_at=now, canceled_at=subscription["canceled_at"] or now
        )
        self.say("customer.subscription.deleted", subscription)

    def change(self, subscription_id: str, asked: Json) -> Json:
        """Apply an update as the API got it."""
        subscription = self.objects[subscription_id]
        if "cancel_at_period_end" in asked:
            subscription["cancel_at_period_end"] = asked["cancel_at_period_end"]
            subscription["canceled_at"] = (
                self.ticking.seconds if asked["cancel_at_period_end"] else None
            )
        subscription["metadata"].update(asked.get("metadata", {}))
        for wanted in asked.get("items", ()):
            if not self._moved(subscription, wanted, asked):
                return subscription
        self.say("customer.subscription.updated", subscription)
        return subscription

    def _moved(self, subscription: Json, wanted: Json, asked: Json) -> bool:
        """Another price or quantity, with the difference invoiced at once."""
        item = self._item(subscription)
        before = copy.deepcopy(item)
        price = self.objects[wanted.get("price", item["price"]["id"])]
        if self.declines and asked.get("payment_behavior") == "pending_if_incomplete":
            subscription["pending_update"] = {
                "expires_at": self.ticking.seconds + 82_800, "billing_cycle_anchor": None,
                "subscription_items": [{**item, "price": price}], "trial_end": None,
                "trial_from_plan": None,
            }  # fmt: skip
            return False
        item.update(price=price, quantity=wanted.get("quantity", item["quantity"]))
        if asked.get("proration_behavior") == "always_invoice":
            self._collect(subscription, self._difference(subscription, before, item))
        return True

    def _difference(self, subscription: Json, before: Json, after: Json) -> Json:
        now, end = self.ticking.seconds, before["current_period_end"]
        whole = end - before["current_period_start"]
        id_ = self.new_id("in")
        lines = [
            shapes.line(
                self.new_id("il"), id_, each,
                sign * each["price"]["unit_amount"] * each["quantity"] * (end - now) // whole,
                (now, end), prorated=True, live=self.live,
            )
            for sign, each in ((-1, before), (1, after))
        ]  # fmt: skip
        invoice = shapes.invoice(
            id_, subscription, lines, "subscription_update", at=now, live=self.live
        )
        subscription["latest_invoice"] = id_
        return self.keep(invoice)

    # --- money that goes back ---

    def refund(self, intent: str, amount: int | None = None) -> Json:
        charge = self.charge_of(intent)
        left = charge["amount"] - charge["amount_refunded"]
        refund = shapes.refund(
            self.new_id("re"), charge, left if amount is None else amount, at=self.ticking.seconds
        )
        charge["amount_refunded"] += refund["amount"]
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self.keep(refund)
        self.say("charge.refunded", charge)
        return refund

    def dispute(self, intent: str, amount: int | None = None) -> Json:
        charge = self.charge_of(intent)
        charge["disputed"] = True
        made = shapes.dispute(
            self.new_id("du"), charge, amount or charge["amount"], at=self.ticking.seconds
        )
        self.say("charge.dispute.created", self.keep(made))
        return made

    def close_dispute(self, dispute_id: str, status: str) -> None:
        """`status` is won or lost."""
        dispute = self.objects[dispute_id]
        dispute["status"] = status
        self.say("charge.dispute.closed", dispute)

    def charge_of(self, intent: str) -> Json:
        return next(each for each in self.of("charge") if each["payment_intent"] == intent)

    def intent_of(self, invoice_id: str) -> str:
        """The payment behind an invoice."""
        found = next(p for p in self.of("invoice_payment") if p["invoice"] == invoice_id)
        intent: str = found["payment"]["payment_intent"]
        return intent

    # --- the inside ---

    def _completed(self, session_id: str, payment_status: str) -> Json:
        session = self.objects[session_id]
        assert session["status"] == "open", session["status"]
        session.update(status="complete", payment_status=payment_status, url=None)
        if session["customer"] is None:
            email = session["customer_email"] or "buyer@example.org"
            made = shapes.customer(
                self.new_id("cus"), email, {}, at=self.ticking.seconds, live=self.live
            )
            session["customer"] = self.keep(made)["id"]
        return session

    def _charged(self, amount: int, currency: str, intent: str = "") -> str:
        intent = intent or self.new_id("pi")
        at = self.ticking.seconds
        self.keep(shapes.charge(self.new_id("ch"), intent, amount, currency, at=at, live=self.live))
        return intent

    def _subscribe(self, session: Json) -> None:
        asked = self.asked[session["id"]]
        line = asked["line_items"][0]
        now, id_ = self.ticking.seconds, self.new_id("sub")
        item = shapes.item(
            self.new_id("si"), id_, self.objects[line["price"]], line.get("quantity", 1), now,
            month_later(now),
        )  # fmt: skip
        metadata = asked.get("subscription_data", {}).get("metadata", {})
        subscription = shapes.subscription(
            id_, session["customer"], dict(metadata), item, live=self.live
        )
        self.keep(subscription)
        session["subscription"] = id_
        invoice = self._invoice(subscription, "subscription_create")
        session["invoice"] = invoice["id"]
        self.say("customer.subscription.created", subscription)
        self._collect(subscription, invoice)

    def _invoice(self, subscription: Json, reason: str) -> Json:
        item, id_ = self._item(subscription), self.new_id("in")
        span = (item["current_period_start"], item["current_period_end"])
        amount = item["price"]["unit_amount"] * item["quantity"]
        lines = [
            shapes.line(self.new_id("il"), id_, item, amount, span, prorated=False, live=self.live)
        ]
        invoice = shapes.invoice(
            id_, subscription, lines, reason, at=self.ticking.seconds, live=self.live
        )
        subscription["latest_invoice"] = id_
        return self.keep(invoice)

    def _collect(self, subscription: Json, invoice: Json) -> None:
        was = subscription["status"]
        invoice.update(attempted=True, attempt_count=invoice["attempt_count"] + 1)
        if self.declines:
            subscription["status"] = "past_due"
            self.say("invoice.payment_failed", invoice)
        else:
            due = invoice["amount_due"]
            invoice.update(status="paid", amount_paid=due, amount_remaining=0)
            subscription["status"] = "active"
            if due:
                intent = self._charged(due, invoice["currency"])
                at = self.ticking.seconds
                paid = shapes.invoice_payment(self.new_id("inpay"), invoice, intent, at=at)
                self.say("invoice_payment.paid", self.keep(paid))
            self.say("invoice.paid", invoice)
        if subscription["status"] != was:
            self.say("customer.subscription.updated", subscription)

    @staticmethod
    def _item(subscription: Json) -> Json:
        item: Json = subscription["items"]["data"][0]
        return item


def payload(event: Json) -> str:
    """The event as Stripe sends it: pretty-printed JSON."""
    return json.dumps(event, indent=2)


def signed(event: Json, secret: str, at_s: int) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a webhook, signed by the library itself."""
    text = payload(event)
    header = stripe.WebhookSignature.generate_signature_header(text, secret, at_s)
    headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": header}
    return text.encode(), headers
