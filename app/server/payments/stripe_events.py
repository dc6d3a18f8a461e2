"""Stripe's events and objects as notices. Pure: JSON in, plain values out.

Source: docs.stripe.com/api (version 2026-10-28.endive), read on 21 November 2026. Webhooks of an
older version, in which an invoice names its subscription and payment itself, are read as well.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from app.server.payments.notices import (
    CheckoutEnd,
    CheckoutEnded,
    CheckoutPaid,
    Claim,
    Disputed,
    InvoiceLine,
    Nothing,
    Notice,
    Origin,
    PaymentLinked,
    Reason,
    Refunded,
    SubscriptionPaid,
    SubscriptionSeen,
    SubscriptionState,
)
from app.server.payments.shelf import LIVE, STRIPE, TEST

Json = dict[str, Any]

_STATES = {
    "active": SubscriptionState.ACTIVE,
    "trialing": SubscriptionState.ACTIVE,
    "past_due": SubscriptionState.PAST_DUE,
    "unpaid": SubscriptionState.PAST_DUE,
    "incomplete": SubscriptionState.PAST_DUE,
    "paused": SubscriptionState.PAUSED,
    "canceled": SubscriptionState.ENDED,
    "incomplete_expired": SubscriptionState.ENDED,
}
_REASONS = {
    "subscription_create": Reason.FIRST,
    "subscription_cycle": Reason.RENEWAL,
    "subscription_update": Reason.CHANGE,
}
# An inquiry (`warning_...`) takes no money; one that was prevented neither.
_DISPUTES = {"needs_response": "open", "under_review": "open", "won": "won", "lost": "lost"}


class EventUnreadable(Exception):
    """A signed event that does not have the fields that it should."""


def origin_of(event: Json) -> Origin:
    """Where an event came from; raises EventUnreadable."""
    try:
        return Origin(
            processor=STRIPE,
            mode=LIVE if event["livemode"] is True else TEST,
            event_id=str(event["id"]),
            kind=str(event["type"]),
            at=_at(event["created"]),
            seller=str(event.get("account") or ""),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise EventUnreadable(f"The event lacks a field: {error}") from error


def notices_of(event: Json) -> tuple[Notice, ...]:
    """What an event says; raises EventUnreadable."""
    try:
        object_: Json = event["data"]["object"]
        read = _READERS.get(event["type"])
        if read is None:
            return (Nothing(str(object_.get("id") or event["id"])),)
        return read(object_, event)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
        raise EventUnreadable(f"The event lacks a field: {error!r}") from error


def session_notices(session: Json) -> tuple[Notice, ...]:
    """What a checkout session says as it stands."""
    claim = _claim(session)
    if session["payment_status"] == "paid":
        paid = CheckoutPaid(
            claim=claim,
            session=session["id"],
            payment=session.get("payment_intent") or session["id"],
            price=(session.get("metadata") or {}).get("price", ""),
            amount_minor=session["amount_total"],
            currency=session["currency"].lower(),
            customer=session.get("customer") or "",
            subscription=session.get("subscription") or "",
        )
        return (paid,)
    if session.get("status") == "expired":
        return (CheckoutEnded(claim, session["id"], CheckoutEnd.EXPIRED),)
    return (Nothing(session["id"]),)


def subscription_notices(subscription: Json, seen_at: datetime, seen_by: str) -> tuple[Notice, ...]:
    """What a subscription says as it stood at a moment."""
    item = subscription["items"]["data"][0]
    period_end = item.get("current_period_end") or subscription.get("current_period_end")
    state = _STATES.get(subscription["status"], SubscriptionState.PAST_DUE)
    # Stripe's times are whole seconds: of two snapshots in one second the final one counts.
    final = int(state is SubscriptionState.ENDED)
    notice = SubscriptionSeen(
        claim=_claim(subscription),
        subscription=subscription["id"],
        customer=subscription["customer"],
        price=(item.get("price") or item["plan"])["id"],
        quantity=int(item.get("quantity") or 1),
        state=state,
        cancel_at_end=bool(
            subscription.get("cancel_at_period_end") or subscription.get("cancel_at")
        ),
        period_end=_at(period_end) if period_end else None,
        subscribed_at=_at(subscription.get("start_date") or subscription["created"]),
        ended_at=_at(subscription["ended_at"]) if subscription.get("ended_at") else None,
        seen=f"{final}/{int(seen_at.timestamp()):012d}/{seen_by}",
        item=item["id"],
    )
    return (notice,)


def invoice_notices(invoice: Json) -> tuple[Notice, ...]:
    """What a paid invoice of a subscription says."""
    parent = (invoice.get("parent") or {}).get("subscription_details") or {}
    subscription = parent.get("subscription") or invoice.get("subscription")
    if not subscription or invoice["status"] != "paid":
        return (Nothing(invoice["id"]),)
    older = invoice.get("subscription_details") or {}
    metadata = parent.get("metadata") or older.get("metadata") or {}
    transitions = invoice.get("status_transitions") or {}
    lines = tuple(_line(line) for line in invoice["lines"]["data"])
    off = [*(invoice.get("total_discount_amounts") or ())]
    paid = SubscriptionPaid(
        claim=Claim(metadata.get("tenant", ""), metadata.get("checkout", "")),
        subscription=subscription,
        invoice=invoice["id"],
        reason=_REASONS.get(invoice.get("billing_reason") or "", Reason.OTHER),
        total_minor=invoice["total"] - _tax(invoice),
        currency=invoice["currency"].lower(),
        paid_at=_at(transitions.get("paid_at") or invoice["created"]),
        lines=lines,
        discounted=any(each["amount"] for each in off) or bool(invoice["lines"].get("has_more")),
        payment=str(invoice.get("payment_intent") or ""),
    )
    return (paid,)


def link_notices(payment: Json) -> tuple[Notice, ...]:
    """Which payment paid an invoice."""
    intent = (payment.get("payment") or {}).get("payment_intent")
    if payment.get("status") == "paid" and intent:
        return (PaymentLinked(payment["invoice"], intent),)
    return (Nothing(payment["id"]),)


def _line(line: Json) -> InvoiceLine:
    price = ((line.get("pricing") or {}).get("price_details") or {}).get("price")
    if price is None:
        price = (line.get("price") or line.get("plan") or {}).get("id") or ""
    details = (line.get("parent") or {}).get("subscription_item_details") or {}
    return InvoiceLine(
        price=price,
        quantity=int(line.get("quantity") or 1),
        amount_minor=line["amount"],
        prorated=bool(details.get("proration", line.get("proration", False))),
        start=_at(line["period"]["start"]),
        end=_at(line["period"]["end"]),
    )


def _tax(invoice: Json) -> int:
    """Tax on top of the lines; what is inside of them is part of the price."""
    taxes = invoice.get("total_taxes") or ()
    return sum(each["amount"] for each in taxes if each.get("tax_behavior") != "inclusive")


def _claim(object_: Json) -> Claim:
    metadata = object_.get("metadata") or {}
    checkout = metadata.get("checkout") or object_.get("client_reference_id") or ""
    return Claim(metadata.get("tenant", ""), checkout)


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _session(session: Json, event: Json) -> tuple[Notice, ...]:
    return session_notices(session)


def _session_failed(session: Json, event: Json) -> tuple[Notice, ...]:
    return (CheckoutEnded(_claim(session), session["id"], CheckoutEnd.FAILED),)


def _subscription(subscription: Json, event: Json) -> tuple[Notice, ...]:
    return subscription_notices(subscription, _at(event["created"]), event["id"])


def _invoice(invoice: Json, event: Json) -> tuple[Notice, ...]:
    return invoice_notices(invoice)


def _link(payment: Json, event: Json) -> tuple[Notice, ...]:
    return link_notices(payment)


def _refund(charge: Json, event: Json) -> tuple[Notice, ...]:
    payment = charge.get("payment_intent") or charge["id"]
    return (Refunded(payment, charge["amount_refunded"], charge["currency"].lower()),)


def _dispute(dispute: Json, event: Json) -> tuple[Notice, ...]:
    state = _DISPUTES.get(dispute["status"])
    if state is None:
        return (Nothing(dispute["id"]),)
    payment = dispute.get("payment_intent") or dispute["charge"]
    currency = dispute["currency"].lower()
    return (Disputed(payment, dispute["id"], dispute["amount"], currency, state),)


_READERS: dict[str, Callable[[Json, Json], tuple[Notice, ...]]] = {
    "checkout.session.completed": _session,
    "checkout.session.async_payment_succeeded": _session,
    "checkout.session.async_payment_failed": _session_failed,
    "checkout.session.expired": _session,
    "customer.subscription.created": _subscription,
    "customer.subscription.updated": _subscription,
    "customer.subscription.paused": _subscription,
    "customer.subscription.resumed": _subscription,
    "customer.subscription.deleted": _subscription,
    "invoice.paid": _invoice,
    "invoice.payment_succeeded": _invoice,
    "invoice_payment.paid": _link,
    "charge.refunded": _refund,
    "charge.dispute.created": _dispute,
    "charge.dispute.updated": _dispute,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.funds_reinstated": _dispute,
    "charge.dispute.closed": _dispute,
}
EVENT_KINDS = tuple(_READERS)
