"""What subscriptions' messages do: the newest snapshot is kept, each paid invoice once, and the
account follows.

The tenant is the checkout's that the message names, else the one of the subscription that is known
already; where both are unknown it is set aside.
"""

from __future__ import annotations

from datetime import datetime

from app.ledger import payments as ledger
from app.ledger.payments import PaymentAnswer, PaymentEnd
from app.ledger.steps import Steps
from app.server.events import Kind, announce
from app.server.payments import repository
from app.server.payments.accounts import buyer, follow
from app.server.payments.claims import claimed_checkout, event_of
from app.server.payments.lemon_squeezy_events import month_after
from app.server.payments.notices import (
    Claim,
    InvoiceLine,
    Origin,
    PaymentLinked,
    Reason,
    SubscriptionPaid,
    SubscriptionSeen,
)
from app.server.payments.repository import Checkout
from app.server.payments.shelf import CURRENCY, OnSale, Shelf
from app.server.payments.standing import ANY_PLAN
from app.server.payments.subscription_rows import (
    PaidSpan,
    add_span,
    adopt_spans,
    link,
    save_subscription,
    subscription_by_id,
)


def handle_subscription(
    shelf: Shelf, origin: Origin, seen: SubscriptionSeen, now: datetime
) -> Steps[PaymentAnswer]:
    """Keep a snapshot of a subscription, where it is newer than the one that is there."""
    event = event_of(origin, seen.subscription)
    tenant = yield from _tenant(origin, seen.claim, seen.subscription)
    if isinstance(tenant, _Unknown):
        return (yield from ledger.set_aside(event, tenant.reason))
    plan = _plan_at(shelf, origin, seen.price)
    if plan is None:
        return (yield from ledger.set_aside(event, f"no plan is sold at {seen.price}"))
    owner, sold = tenant, plan

    def effect() -> Steps[None]:
        yield from buyer(owner, lock=True)
        yield from save_subscription(owner, sold.offer.id, origin, seen)
        yield from adopt_spans(owner, origin.processor, origin.mode, seen.subscription)
        yield from repository.save_customer(owner, origin, seen.customer)
        if seen.first_payment:
            first = PaymentLinked(f"first/{seen.subscription}", seen.first_payment)
            yield from link(origin, first)
        yield from follow(shelf.catalog, owner, now)

    return (yield from ledger.record(event, effect))


def handle_invoice(
    shelf: Shelf, origin: Origin, paid: SubscriptionPaid, now: datetime
) -> Steps[PaymentAnswer]:
    """Keep a paid invoice: it extends what is paid for, once."""
    event = event_of(origin, paid.invoice)
    tenant = yield from _tenant(origin, paid.claim, paid.subscription)
    if isinstance(tenant, _Unknown):
        return (yield from _nobodys_yet(shelf, origin, paid, tenant.reason))
    checkout = yield from claimed_checkout(origin, paid.claim)
    begun = checkout if isinstance(checkout, Checkout) else None
    span = _span(shelf, origin, paid, tenant, begun)
    if isinstance(span, str):
        return (yield from ledger.set_aside(event, span))
    owner, kept = tenant, span

    def effect() -> Steps[None]:
        yield from buyer(owner, lock=True)
        is_new = yield from add_span(kept)
        if paid.payment:
            yield from link(origin, PaymentLinked(paid.invoice, paid.payment))
        if begun is not None:
            yield from repository.advance(begun, "credited", paid.subscription)
        yield from follow(shelf.catalog, owner, now)
        if is_new and kept.is_first:
            facts = {"offer": kept.plan, "checkout": begun.id if begun else ""}
            yield from announce(owner, Kind.PURCHASE_LANDED, now, facts)

    return (yield from ledger.record(event, effect))


def _nobodys_yet(
    shelf: Shelf, origin: Origin, paid: SubscriptionPaid, reason: str
) -> Steps[PaymentAnswer]:
    """Set an invoice aside. Older webhooks do not hand back the checkout: then it is kept until
    its subscription says whose it is, so that either may come first."""
    event = event_of(origin, paid.invoice)
    span = reason if paid.claim.checkout else _span(shelf, origin, paid, "", None)
    answer = yield from ledger.set_aside(event, span if isinstance(span, str) else reason)
    if isinstance(span, PaidSpan) and answer.end is PaymentEnd.SET_ASIDE:
        yield from add_span(span)
        if paid.payment:
            yield from link(origin, PaymentLinked(paid.invoice, paid.payment))
    return answer


class _Unknown:
    """Nobody of ours, and why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def _tenant(origin: Origin, claim: Claim, subscription: str) -> Steps[str | _Unknown]:
    known = yield from subscription_by_id(origin.processor, origin.mode, subscription)
    if not claim.checkout and known is not None:
        return known.tenant
    checkout = yield from claimed_checkout(origin, claim)
    if isinstance(checkout, str):
        return _Unknown(checkout)
    if known is not None and known.tenant != checkout.tenant:
        return _Unknown("the subscription is another account's")
    return checkout.tenant


def _plan_at(shelf: Shelf, origin: Origin, price: str) -> OnSale | None:
    sold = shelf.at_price(origin.processor, price)
    return sold if sold is not None and shelf.plan(sold) is not None else None


def _span(
    shelf: Shelf, origin: Origin, paid: SubscriptionPaid, tenant: str, begun: Checkout | None
) -> PaidSpan | str:
    """The time that an invoice pays for; words where it is not what the catalog sells."""
    if paid.currency != CURRENCY:
        return f"currency is {paid.currency} and not {CURRENCY}"
    if paid.discounted:
        return "something was taken off its price"
    found = _by_lines(shelf, origin, paid) if paid.lines else _by_amount(shelf, origin, paid, begun)
    if isinstance(found, str):
        return found
    plan, quantity, start, end = found
    return PaidSpan(
        tenant=tenant,
        processor=origin.processor,
        mode=origin.mode,
        invoice=paid.invoice,
        subscription=paid.subscription,
        plan=plan,
        quantity=quantity,
        is_first=paid.reason is Reason.FIRST,
        amount_minor=max(paid.total_minor, 0),
        currency=paid.currency,
        start=start,
        end=end,
        paid_at=paid.paid_at,
    )


_Bought = tuple[str, int, datetime, datetime]


def _by_lines(shelf: Shelf, origin: Origin, paid: SubscriptionPaid) -> _Bought | str:
    """What an invoice with lines is for. A whole month costs what the catalog says; a share of
    one is the processor's sum, of prices that are the catalog's."""
    if sum(line.amount_minor for line in paid.lines) != paid.total_minor:
        return f"amount is {paid.total_minor} and not what its lines add up to"
    for line in paid.lines:
        wrong = _wrong_line(shelf, origin, line)
        if wrong:
            return wrong
    whole = [line for line in paid.lines if not line.prorated]
    charged = [line for line in paid.lines if line.prorated and line.amount_minor >= 0]
    if len(whole) > 1:
        return "it is for more than one month"
    if not whole and not charged:
        return "it is for nothing"
    last = whole[0] if whole else max(charged, key=lambda line: (line.end, line.amount_minor))
    sold = shelf.at_price(origin.processor, last.price)
    if sold is None:
        return f"no plan is sold at {last.price}"
    return sold.offer.id, last.quantity, last.start, last.end


def _wrong_line(shelf: Shelf, origin: Origin, line: InvoiceLine) -> str:
    sold = _plan_at(shelf, origin, line.price)
    if sold is None:
        return f"no plan is sold at {line.price}"
    due = sold.amount_minor * line.quantity
    if not line.prorated and line.amount_minor != due:
        return f"amount is {line.amount_minor} and not {due}"
    return ""


def _by_amount(
    shelf: Shelf, origin: Origin, paid: SubscriptionPaid, begun: Checkout | None
) -> _Bought | str:
    """What an invoice without lines is for: the plan that costs exactly this. The first one has to
    be what was begun."""
    if paid.reason is Reason.CHANGE:
        return ANY_PLAN, 1, paid.paid_at, paid.paid_at
    at_start = begun if paid.reason is Reason.FIRST else None
    if at_start is not None:
        due = at_start.amount_minor * at_start.quantity
        sold = _plan_at(shelf, origin, at_start.price)
        if sold is None:
            return f"no plan is sold at {at_start.price}"
        if paid.total_minor != due or sold.amount_minor != at_start.amount_minor:
            return f"amount is {paid.total_minor} and not {sold.amount_minor}"
        return sold.offer.id, at_start.quantity, paid.paid_at, month_after(paid.paid_at)
    plans = shelf.plans_for(origin.processor, paid.total_minor)
    if len(plans) != 1:
        return f"amount is {paid.total_minor}, and {len(plans)} plans cost that"
    return plans[0].offer.id, 1, paid.paid_at, month_after(paid.paid_at)
