"""A Lemon Squeezy store that remembers: orders, subscriptions, their invoices, refunds.

Each play changes the objects as Lemon Squeezy would and appends the webhooks that it would send.
Shapes: docs.lemonsqueezy.com/api and /help/webhooks, read on 21 November 2026.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
import itertools
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.server.payments.doubles.ticking import Ticking, month_later

Json = dict[str, Any]


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(slots=True)
class LemonStore:
    """`variants` is by id: what one costs and whether it is paid each month. `tax_percent` comes
    on top of a price. `webhooks` are (event name, body) in the order in which they happened."""

    ticking: Ticking
    store_id: int = 7
    test_mode: bool = False
    tax_percent: int = 0
    variants: dict[str, Json] = field(default_factory=dict)
    objects: dict[tuple[str, str], Json] = field(default_factory=dict)
    webhooks: list[tuple[str, Json]] = field(default_factory=list)
    custom: dict[tuple[str, str], Json] = field(default_factory=dict)
    declines: bool = False
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(101))

    def add_variant(self, id_: str, amount: int, *, monthly: bool = False) -> None:
        self.variants[id_] = {"amount": amount, "monthly": monthly, "product": int(id_) + 1000}

    def keep(self, type_: str, attributes: Json, id_: str = "") -> Json:
        made = {
            "type": type_, "id": id_ or str(next(self._numbers)),
            "attributes": {**attributes, "test_mode": self.test_mode},
        }  # fmt: skip
        self.objects[type_, made["id"]] = made
        return made

    def get(self, type_: str, id_: str | int) -> Json:
        return self.objects[type_, str(id_)]

    def of(self, type_: str) -> list[Json]:
        """All objects of a type, the newest first."""
        return [each for (kind, _), each in reversed(self.objects.items()) if kind == type_]

    def say(self, name: str, object_: Json) -> None:
        meta: Json = {"event_name": name, "test_mode": self.test_mode}
        custom = self.custom.get((object_["type"], object_["id"]))
        if custom:
            meta["custom_data"] = custom
        self.webhooks.append((name, {"meta": meta, "data": copy.deepcopy(object_)}))

    @property
    def now(self) -> str:
        return stamp(self.ticking.at)

    # --- what the buyer does ---

    def open_checkout(self, variant: str, asked: Json) -> Json:
        id_ = str(uuid.uuid5(uuid.NAMESPACE_URL, str(next(self._numbers))))
        return self.keep(
            "checkouts",
            {
                "store_id": self.store_id, "variant_id": int(variant), "custom_price": None,
                "product_options": asked.get("product_options", {}),
                "checkout_options": asked.get("checkout_options", {}),
                "checkout_data": asked.get("checkout_data", {}),
                "expires_at": asked.get("expires_at"), "created_at": self.now,
                "updated_at": self.now, "url": f"https://store.lemonsqueezy.com/checkout/custom/{id_}",
            },
            id_,
        )  # fmt: skip

    def pay(self, checkout_id: str, *, email: str = "") -> Json:
        """Buy what a checkout offers; the order. A plan's first payment sends three webhooks."""
        checkout = self.get("checkouts", checkout_id)["attributes"]
        wanted = checkout["checkout_data"]
        variant = str(checkout["variant_id"])
        quantity = sum(each["quantity"] for each in wanted.get("variant_quantities", ())) or 1
        email = email or wanted.get("email") or "buyer@example.org"
        order = self._order(variant, quantity, email)
        self._remember(order, wanted.get("custom"))
        self.say("order_created", order)
        if self.variants[variant]["monthly"]:
            self._subscribe(order, variant, quantity, wanted.get("custom"))
        return order

    def renew(self, subscription_id: str) -> Json:
        """The next month's payment, where the card is good."""
        subscription = self.get("subscriptions", subscription_id)
        there = subscription["attributes"]
        invoice = self._invoice(subscription, "renewal")
        if self.declines:
            there["status"] = "past_due"
            self.say("subscription_payment_failed", invoice)
        else:
            self._paid(subscription, invoice, "subscription_payment_success")
        self._updated(subscription)
        return invoice

    def recover(self, subscription_id: str) -> None:
        """A payment that failed is made after all."""
        self.declines = False
        subscription = self.get("subscriptions", subscription_id)
        invoice = next(
            each
            for each in self.of("subscription-invoices")
            if str(each["attributes"]["subscription_id"]) == subscription_id
        )
        invoice["attributes"]["created_at"] = self.now
        self._paid(subscription, invoice, "subscription_payment_success")
        self.say("subscription_payment_recovered", invoice)
        self._updated(subscription)

    def cancel(self, subscription_id: str) -> Json:
        """It runs to the end of what is paid."""
        subscription = self.get("subscriptions", subscription_id)
        there = subscription["attributes"]
        there.update(status="cancelled", cancelled=True, ends_at=there["renews_at"])
        self._updated(subscription, "subscription_cancelled")
        return subscription

    def resume(self, subscription_id: str) -> Json:
        subscription = self.get("subscriptions", subscription_id)
        subscription["attributes"].update(status="active", cancelled=False, ends_at=None)
        self._updated(subscription, "subscription_resumed")
        return subscription

    def expire(self, subscription_id: str) -> None:
        subscription = self.get("subscriptions", subscription_id)
        there = subscription["attributes"]
        there.update(status="expired", ends_at=there["ends_at"] or self.now)
        self._updated(subscription, "subscription_expired")

    def change(self, subscription_id: str, variant: str) -> Json:
        """Another variant at once, its difference invoiced at once, whether it is paid or not."""
        subscription = self.get("subscriptions", subscription_id)
        there = subscription["attributes"]
        before = self.variants[str(there["variant_id"])]["amount"]
        after = self.variants[variant]
        there.update(variant_id=int(variant), product_id=after["product"])
        invoice = self._invoice(subscription, "updated", max(after["amount"] - before, 0))
        if self.declines:
            there["status"] = "past_due"
            self.say("subscription_payment_failed", invoice)
        else:
            self._paid(subscription, invoice, "subscription_payment_success", moves=False)
        self._updated(subscription, "subscription_updated")
        return subscription

    def refund_order(self, order_id: str, amount: int | None = None) -> None:
        order = self.get("orders", order_id)
        self._refund(order["attributes"], amount)
        self.say("order_refunded", order)

    def refund_invoice(self, invoice_id: str, amount: int | None = None) -> None:
        invoice = self.get("subscription-invoices", invoice_id)
        self._refund(invoice["attributes"], amount)
        self.say("subscription_payment_refunded", invoice)

    def charge_back(self, order_id: str) -> None:
        """The bank took it back: Lemon Squeezy deals with disputes itself and refunds the order."""
        self.get("orders", order_id)["attributes"]["status"] = "fraudulent"
        self.refund_order(order_id)

    # --- the inside ---

    def _remember(self, object_: Json, custom: Json | None) -> None:
        if custom:
            # Whatever was given comes back as text.
            texts = {name: str(value) for name, value in custom.items()}
            self.custom[object_["type"], object_["id"]] = texts

    def _amounts(self, amount: int) -> Json:
        tax = amount * self.tax_percent // 100
        return {
            "currency": "USD", "currency_rate": "1.0000", "subtotal": amount,
            "discount_total": 0, "tax": tax, "tax_inclusive": False, "total": amount + tax,
            "refunded_amount": 0, "refunded": False, "refunded_at": None,
        }  # fmt: skip

    def _order(self, variant: str, quantity: int, email: str) -> Json:
        known = self.variants[variant]
        number = next(self._numbers)
        return self.keep(
            "orders",
            {
                "store_id": self.store_id, "customer_id": 5000 + sum(email.encode()),
                "identifier": str(uuid.uuid5(uuid.NAMESPACE_DNS, str(number))),
                "order_number": number, "user_name": "A Buyer", "user_email": email,
                "status": "paid", **self._amounts(known["amount"] * quantity),
                "first_order_item": {
                    "id": next(self._numbers), "order_id": 0, "product_id": known["product"],
                    "variant_id": int(variant), "price_id": int(variant) + 5000,
                    "product_name": "A product", "variant_name": "Default",
                    "quantity": quantity, "price": known["amount"], "created_at": self.now,
                    "updated_at": self.now, "test_mode": self.test_mode,
                },
                "created_at": self.now, "updated_at": self.now,
            },
        )  # fmt: skip

    def _subscribe(self, order: Json, variant: str, quantity: int, custom: Json | None) -> None:
        there = order["attributes"]
        id_ = str(next(self._numbers))
        renews = datetime.fromtimestamp(month_later(self.ticking.seconds), UTC)
        subscription = self.keep(
            "subscriptions",
            {
                "store_id": self.store_id, "customer_id": there["customer_id"],
                "order_id": int(order["id"]), "product_id": self.variants[variant]["product"],
                "variant_id": int(variant), "user_email": there["user_email"],
                "user_name": there["user_name"], "status": "active", "cancelled": False,
                "pause": None, "trial_ends_at": None, "billing_anchor": self.ticking.at.day,
                "first_subscription_item": {
                    "id": next(self._numbers), "subscription_id": int(id_),
                    "price_id": int(variant) + 5000, "quantity": quantity,
                },
                "urls": {
                    "customer_portal": f"https://store.lemonsqueezy.com/billing?sub={id_}",
                    "update_payment_method": f"https://store.lemonsqueezy.com/subscription/{id_}",
                },
                "renews_at": stamp(renews), "ends_at": None, "created_at": self.now,
                "updated_at": self.now,
            },
            id_,
        )  # fmt: skip
        self._remember(subscription, custom)
        self.say("subscription_created", subscription)
        invoice = self._invoice(subscription, "initial")
        self._paid(subscription, invoice, "subscription_payment_success", moves=False)

    def _invoice(self, subscription: Json, reason: str, amount: int | None = None) -> Json:
        there = subscription["attributes"]
        whole = (
            self.variants[str(there["variant_id"])]["amount"]
            * there["first_subscription_item"]["quantity"]
        )
        invoice = self.keep(
            "subscription-invoices",
            {
                "store_id": self.store_id, "subscription_id": int(subscription["id"]),
                "customer_id": there["customer_id"], "user_email": there["user_email"],
                "billing_reason": reason, "status": "pending",
                **self._amounts(whole if amount is None else amount),
                "created_at": self.now, "updated_at": self.now,
            },
        )  # fmt: skip
        self._remember(invoice, self.custom.get(("subscriptions", subscription["id"])))
        return invoice

    def _paid(self, subscription: Json, invoice: Json, name: str, *, moves: bool = True) -> None:
        invoice["attributes"].update(status="paid", updated_at=self.now)
        there = subscription["attributes"]
        there["status"] = "active"
        if moves:
            before = datetime.fromisoformat(there["renews_at"])
            there["renews_at"] = stamp(
                datetime.fromtimestamp(month_later(int(before.timestamp())), UTC)
            )
        self.say(name, invoice)

    def _updated(self, subscription: Json, *names: str) -> None:
        subscription["attributes"]["updated_at"] = self.now
        for name in (*names, "subscription_updated"):
            self.say(name, subscription)

    def _refund(self, there: Json, amount: int | None) -> None:
        left = there["total"] - there["refunded_amount"]
        there["refunded_amount"] += left if amount is None else amount
        whole = there["refunded_amount"] >= there["total"]
        there.update(refunded=whole, refunded_at=self.now, updated_at=self.now)
        if there["status"] != "fraudulent":
            there["status"] = "refunded" if whole else "partial_refund"


def signed(name: str, said: Json, secret: str) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a webhook."""
    body = json.dumps(said, separators=(",", ":")).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Event-Name": name, "X-Signature": signature}
    return body, headers
