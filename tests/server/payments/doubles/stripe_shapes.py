"""What Stripe's objects look like on the wire, in the API version that the library is made for.

Only fields that the library's own classes know; a test holds them against it.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def listed(url: str, objects: list[Json], *, has_more: bool = False) -> Json:
    return {"object": "list", "url": url, "has_more": has_more, "data": objects}


def price(
    id_: str, amount: int, currency: str, product: str, *, recurring: bool, at: int, live: bool
) -> Json:
    return {
        "id": id_, "object": "price", "active": True, "billing_scheme": "per_unit", "created": at,
        "currency": currency, "livemode": live, "metadata": {}, "product": product,
        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"}
        if recurring else None,
        "tax_behavior": "unspecified", "type": "recurring" if recurring else "one_time",
        "unit_amount": amount, "unit_amount_decimal": str(amount),
    }  # fmt: skip


def product(id_: str, name: str, *, at: int, live: bool) -> Json:
    return {
        "id": id_, "object": "product", "active": True, "created": at, "livemode": live,
        "metadata": {}, "name": name, "type": "service", "updated": at,
    }  # fmt: skip


def customer(id_: str, email: str | None, metadata: Json, *, at: int, live: bool) -> Json:
    return {
        "id": id_, "object": "customer", "balance": 0, "created": at, "email": email,
        "livemode": live, "metadata": metadata, "delinquent": False,
    }  # fmt: skip


def session(id_: str, asked: Json, price_: Json, *, at: int, live: bool) -> Json:
    """A checkout session as it is created from a request with one line."""
    total = price_["unit_amount"] * asked["line_items"][0].get("quantity", 1)
    return {
        "id": id_, "object": "checkout.session", "amount_subtotal": total, "amount_total": total,
        "cancel_url": asked.get("cancel_url"),
        "client_reference_id": asked.get("client_reference_id"),
        "created": at, "currency": price_["currency"], "customer": asked.get("customer"),
        "customer_email": asked.get("customer_email"), "customer_details": None,
        "expires_at": asked.get("expires_at", at + 86_400), "invoice": None, "livemode": live,
        "metadata": asked.get("metadata", {}), "mode": asked["mode"], "payment_intent": None,
        "payment_status": "unpaid", "status": "open", "subscription": None,
        "success_url": asked.get("success_url"), "ui_mode": "hosted_page",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "url": f"https://checkout.stripe.com/c/pay/{id_}",
    }  # fmt: skip


def charge(id_: str, intent: str, amount: int, currency: str, *, at: int, live: bool) -> Json:
    return {
        "id": id_, "object": "charge", "amount": amount, "amount_captured": amount,
        "amount_refunded": 0, "captured": True, "created": at, "currency": currency,
        "disputed": False, "livemode": live, "metadata": {}, "paid": True,
        "payment_intent": intent, "refunded": False, "status": "succeeded",
    }  # fmt: skip


def refund(id_: str, charge_: Json, amount: int, *, at: int) -> Json:
    return {
        "id": id_, "object": "refund", "amount": amount, "charge": charge_["id"], "created": at,
        "currency": charge_["currency"], "metadata": {}, "reason": None, "status": "succeeded",
        "payment_intent": charge_["payment_intent"],
    }  # fmt: skip


def dispute(id_: str, charge_: Json, amount: int, *, at: int) -> Json:
    return {
        "id": id_, "object": "dispute", "amount": amount, "charge": charge_["id"], "created": at,
        "currency": charge_["currency"], "is_charge_refundable": False, "metadata": {},
        "livemode": charge_["livemode"], "payment_intent": charge_["payment_intent"],
        "reason": "fraudulent", "status": "needs_response",
    }  # fmt: skip


def item(id_: str, subscription: str, price_: Json, quantity: int, start: int, end: int) -> Json:
    return {
        "id": id_, "object": "subscription_item", "created": start, "current_period_start": start,
        "current_period_end": end, "discounts": [], "metadata": {}, "price": price_,
        "quantity": quantity, "subscription": subscription, "tax_rates": [],
    }  # fmt: skip


def subscription(id_: str, customer_: str, metadata: Json, item_: Json, *, live: bool) -> Json:
    start = item_["current_period_start"]
    return {
        "id": id_, "object": "subscription", "billing_cycle_anchor": start, "cancel_at": None,
        "cancel_at_period_end": False, "canceled_at": None, "collection_method":
        "charge_automatically", "created": start, "currency": item_["price"]["currency"],
        "customer": customer_, "discounts": [], "ended_at": None,
        "items": listed(f"/v1/subscription_items?subscription={id_}", [item_]),
        "latest_invoice": None, "livemode": live, "metadata": metadata, "pause_collection": None,
        "pending_update": None, "start_date": start, "status": "active",
    }  # fmt: skip


def line(
    id_: str, invoice_: str, item_: Json, amount: int, span: tuple[int, int], *, prorated: bool,
    live: bool,
) -> Json:  # fmt: skip
    price_ = item_["price"]
    return {
        "id": id_, "object": "line_item", "amount": amount, "currency": price_["currency"],
        "description": None, "discount_amounts": [], "discountable": not prorated,
        "discounts": [], "invoice": invoice_, "livemode": live, "metadata": {},
        "parent": {
            "type": "subscription_item_details", "invoice_item_details": None,
            "subscription_item_details": {
                "subscription": item_["subscription"], "subscription_item": item_["id"],
                "proration": prorated, "invoice_item": None,
            },
        },
        "period": {"start": span[0], "end": span[1]},
        "pricing": {
            "type": "price_details", "unit_amount_decimal": price_["unit_amount_decimal"],
            "price_details": {"price": price_["id"], "product": price_["product"]},
        },
        "quantity": item_["quantity"], "taxes": [],
    }  # fmt: skip


def invoice(
    id_: str, subscription_: Json, lines: list[Json], reason: str, *, at: int, live: bool
) -> Json:
    total = sum(each["amount"] for each in lines)
    due = max(total, 0)
    return {
        "id": id_, "object": "invoice", "amount_due": due, "amount_paid": 0,
        "amount_remaining": due, "attempt_count": 0, "attempted": False,
        "billing_reason": reason, "collection_method": "charge_automatically", "created": at,
        "currency": subscription_["currency"], "customer": subscription_["customer"],
        "lines": listed(f"/v1/invoices/{id_}/lines", lines), "livemode": live, "metadata": {},
        "parent": {
            "type": "subscription_details", "quote_details": None,
            "subscription_details": {
                "subscription": subscription_["id"], "metadata": subscription_["metadata"],
            },
        },
        "period_start": at, "period_end": at, "starting_balance": 0, "status": "open",
        "subtotal": total, "total": total, "total_discount_amounts": [], "total_taxes": [],
    }  # fmt: skip


def invoice_payment(id_: str, invoice_: Json, intent: str, *, at: int) -> Json:
    return {
        "id": id_, "object": "invoice_payment", "amount_paid": invoice_["amount_paid"],
        "amount_requested": invoice_["amount_paid"], "created": at,
        "currency": invoice_["currency"], "invoice": invoice_["id"], "is_default": True,
        "livemode": invoice_["livemode"], "status": "paid",
        "payment": {"type": "payment_intent", "payment_intent": intent},
        "status_transitions": {"paid_at": at, "canceled_at": None},
    }  # fmt: skip


def event(id_: str, kind: str, object_: Json, *, at: int, live: bool, version: str) -> Json:
    return {
        "id": id_, "object": "event", "api_version": version, "created": at,
        "data": {"object": object_}, "livemode": live, "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None}, "type": kind,
    }  # fmt: skip
