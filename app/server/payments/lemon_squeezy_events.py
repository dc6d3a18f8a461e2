"""Lemon Squeezy's webhooks and objects as notices. Pure: JSON in, plain values out.

It sends no event id: an event is told by its name, its object and the hash of its body. Source:
docs.lemonsqueezy.com/help/webhooks and /api, read on 21 November 2026.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from app.server.payments.notices import (
    CheckoutPaid,
    Claim,
    Nothing,
    Notice,
    Origin,
    Reason,
    Refunded,
    SubscriptionPaid,
    SubscriptionSeen,
    SubscriptionState,
)
from app.server.payments.shelf import LEMON_SQUEEZY, LIVE, TEST
from app.server.payments.stripe_events import EventUnreadable

Json = dict[str, Any]

_STATES = {
    "active": SubscriptionState.ACTIVE,
    "on_trial": SubscriptionState.ACTIVE,
    "cancelled": SubscriptionState.ACTIVE,  # until its end: `ends_at`
    "past_due": SubscriptionState.PAST_DUE,
    "unpaid": SubscriptionState.PAST_DUE,
    "paused": SubscriptionState.PAUSED,
    "expired": SubscriptionState.ENDED,
}
_REASONS = {"initial": Reason.FIRST, "renewal": Reason.RENEWAL, "updated": Reason.CHANGE}
_PAID = ("paid", "refunded", "partial_refund", "fraudulent")
_UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError)


def origin_of(said: Json, body: bytes) -> Origin:
    """Where a webhook came from; raises EventUnreadable."""
    try:
        object_, name = said["data"], str(said["meta"]["event_name"])
        digest = hashlib.sha256(body).hexdigest()
        return _origin(object_, name, f"{name}/{object_['type']}/{object_['id']}/{digest}")
    except _UNREADABLE as error:
        raise EventUnreadable(f"The event lacks a field: {error!r}") from error


def polled_origin(object_: Json, claimed: str = "") -> Origin:
    """As `origin_of`, for an object that was read from the API as it stands. `claimed` is the
    checkout that it was matched to: once it is, it is another message."""
    body = json.dumps(object_["attributes"], sort_keys=True).encode()
    digest = hashlib.sha256(body).hexdigest()
    name = f"poll/{object_['type']}"
    return _origin(object_, name, f"{name}/{object_['id']}/{digest}/{claimed}")


def notices_of(said: Json) -> tuple[Notice, ...]:
    """What a webhook says; raises EventUnreadable."""
    try:
        custom = said["meta"].get("custom_data") or {}
        claim = Claim(str(custom.get("tenant", "")), str(custom.get("checkout", "")))
        return object_notices(said["data"], claim)
    except _UNREADABLE as error:
        raise EventUnreadable(f"The event lacks a field: {error!r}") from error


def object_notices(object_: Json, claim: Claim, *, polled: bool = False) -> tuple[Notice, ...]:
    """What an object says as it stands, whichever event it came with. `polled` was asked for: of
    two snapshots with one time that one counts. Raises EventUnreadable."""
    try:
        return _object_notices(object_, claim, polled)
    except _UNREADABLE as error:
        raise EventUnreadable(f"The object lacks a field: {error!r}") from error


def _object_notices(object_: Json, claim: Claim, polled: bool) -> tuple[Notice, ...]:
    match object_["type"]:
        case "orders":
            return _order(object_, claim)
        case "subscriptions":
            return (_subscription(object_, claim, polled),)
        case "subscription-invoices":
            return _invoice(object_, claim)
    return (Nothing(f"{object_['type']}/{object_['id']}"),)


def _origin(object_: Json, name: str, event_id: str) -> Origin:
    there = object_["attributes"]
    return Origin(
        processor=LEMON_SQUEEZY,
        mode=TEST if there.get("test_mode") is not False else LIVE,
        event_id=event_id,
        kind=name,
        at=_at(there.get("updated_at") or there["created_at"]),
        seller=str(there["store_id"]),
    )


def _order(order: Json, claim: Claim) -> tuple[Notice, ...]:
    there, payment = order["attributes"], f"order/{order['id']}"
    if there["status"] not in _PAID:
        return (Nothing(payment),)
    item = there["first_order_item"]
    paid = CheckoutPaid(
        claim=claim,
        session="",  # the webhook names the order alone
        payment=payment,
        price=str(item["variant_id"]),
        amount_minor=_without_tax(there, there["total"]),
        currency=there["currency"].lower(),
        customer=str(there["customer_id"]),
    )
    return (paid, *_refunds(there, payment))


def _subscription(subscription: Json, claim: Claim, polled: bool) -> Notice:
    there = subscription["attributes"]
    item = there.get("first_subscription_item") or {}
    ends = there.get("ends_at")
    state = _STATES.get(there["status"], SubscriptionState.PAST_DUE)
    is_over = state is SubscriptionState.ENDED
    return SubscriptionSeen(
        claim=claim,
        subscription=subscription["id"],
        customer=str(there["customer_id"]),
        price=str(there["variant_id"]),
        quantity=int(item.get("quantity") or 1),
        state=state,
        cancel_at_end=bool(there.get("cancelled")) or there["status"] == "cancelled",
        period_end=_at(ends or there["renews_at"]) if ends or there.get("renews_at") else None,
        subscribed_at=_at(there["created_at"]),
        ended_at=_at(ends or there["updated_at"]) if is_over else None,
        seen=_seen(there, is_over, polled),
        item=str(item.get("id", "")),
        first_payment=f"order/{there['order_id']}" if there.get("order_id") else "",
    )


def _seen(there: Json, is_over: bool, polled: bool) -> str:
    """Snapshots in order: by when they were changed, then by what they say."""
    digest = hashlib.sha256(json.dumps(there, sort_keys=True).encode()).hexdigest()
    return f"{int(is_over)}/{_at(there['updated_at']).isoformat()}/{int(polled)}/{digest}"


def _invoice(invoice: Json, claim: Claim) -> tuple[Notice, ...]:
    there, payment = invoice["attributes"], f"invoice/{invoice['id']}"
    if there["status"] not in _PAID:
        return (Nothing(payment),)
    paid = SubscriptionPaid(
        claim=claim,
        subscription=str(there["subscription_id"]),
        invoice=invoice["id"],
        reason=_REASONS.get(there["billing_reason"], Reason.OTHER),
        total_minor=_without_tax(there, there["total"]),
        currency=there["currency"].lower(),
        paid_at=_at(there["created_at"]),
        payment=payment,
    )
    return (paid, *_refunds(there, payment))


def _refunds(there: Json, payment: str) -> tuple[Notice, ...]:
    total = int(there.get("refunded_amount") or 0)
    if not total and (there.get("refunded") or there["status"] in ("refunded", "fraudulent")):
        total = there["total"]
    if not total:
        return ()
    return (Refunded(payment, _without_tax(there, total), there["currency"].lower()),)


def _without_tax(there: Json, amount: int) -> int:
    """The part of an amount that is not tax on top of the price."""
    total, tax = there["total"], there.get("tax") or 0
    if there.get("tax_inclusive") or not tax or not total:
        return int(amount)
    # A refund in parts gives tax back as well, in the same share.
    return -(-int(amount) * (total - tax) // total)


def _at(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def month_after(at: datetime) -> datetime:
    """The same time a month later, or on that month's last day."""
    first = (at.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(at.day, last.day))
