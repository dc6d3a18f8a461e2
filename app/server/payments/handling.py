"""From what a processor said to what it does: one transaction for each message, once.

Nothing is credited that the catalog does not sell for this price, amount and currency, in this
mode, at our account; the rest is set aside for a person. What is decided here depends on the
notice and on rows that were there before the money moved, never on the order of messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from app.ledger import payments as ledger
from app.ledger.payments import DisputeState, Event, Paid, PaymentAnswer, PaymentEnd, Sold
from app.ledger.steps import Steps
from app.server.events import Kind, announce
from app.server.payments import repository
from app.server.payments.accounts import add_bought_pack, follow
from app.server.payments.claims import claimed_checkout, event_of, not_ours
from app.server.payments.notices import (
    CheckoutEnded,
    CheckoutPaid,
    Disputed,
    Nothing,
    Notice,
    Origin,
    PaymentLinked,
    Refunded,
    SubscriptionPaid,
    SubscriptionSeen,
)
from app.server.payments.repository import Checkout
from app.server.payments.shelf import OnSale, Shelf, wallet_of
from app.server.payments.subscribing import handle_invoice, handle_subscription
from app.server.payments.subscription_rows import (
    adopt_spans,
    link,
    subscription_by_id,
    tenants_of_invoice,
    tenants_of_payment,
)


def handle(
    shelf: Shelf, origin: Origin, notices: Sequence[Notice], body: str, now: datetime
) -> Steps[tuple[PaymentAnswer, ...]]:
    """Take a message's notices, all of them or none; how each ended.

    Raises what the database and the ledger raise: then nothing is kept, and the same message can
    come again.
    """
    answers = []
    for number, notice in enumerate(notices):
        part = replace(origin, event_id=f"{origin.event_id}#{number}") if number else origin
        answer = yield from _handle_one(shelf, part, notice, now)
        answers.append(answer)
        if answer.end is not PaymentEnd.REPEATED:
            yield from repository.keep_body(part, str(answer.end), answer.reason, body)
    return tuple(answers)


def catch_up(shelf: Shelf, origin: Origin, notices: Sequence[Notice], now: datetime) -> Steps[None]:
    """Bring the accounts that a message concerned to their subscriptions once more, in a later
    transaction: two messages that were handled at the same moment did not see each other."""
    tenants: set[str] = set()
    for notice in notices:
        match notice:
            case Refunded() | Disputed():
                tenants.update((yield from tenants_of_payment(origin, notice.payment)))
            case PaymentLinked():
                tenants.update((yield from tenants_of_invoice(origin, notice.invoice)))
            case SubscriptionPaid() | SubscriptionSeen():
                place = (origin.processor, origin.mode, notice.subscription)
                row = yield from subscription_by_id(*place)
                if row is not None:
                    yield from adopt_spans(row.tenant, *place)
                    tenants.add(row.tenant)
    for tenant in sorted(tenants):
        yield from follow(shelf.catalog, tenant, now)


def _handle_one(
    shelf: Shelf, origin: Origin, notice: Notice, now: datetime
) -> Steps[PaymentAnswer]:
    reason = not_ours(shelf, origin)
    if reason:
        return (yield from ledger.set_aside(event_of(origin, "unknown"), reason))
    match notice:
        case CheckoutPaid():
            return (yield from _checkout_paid(shelf, origin, notice, now))
        case CheckoutEnded():
            return (yield from _checkout_ended(origin, notice))
        case Refunded():
            return (yield from _refunded(shelf, origin, notice, now))
        case Disputed():
            return (yield from _disputed(shelf, origin, notice, now))
        case SubscriptionSeen():
            return (yield from handle_subscription(shelf, origin, notice, now))
        case SubscriptionPaid():
            return (yield from handle_invoice(shelf, origin, notice, now))
        case PaymentLinked():
            return (yield from _linked(shelf, origin, notice, now))
        case Nothing():
            return (yield from ledger.record(event_of(origin, notice.about), _no_effect))
    assert_never(notice)


def _checkout_paid(
    shelf: Shelf, origin: Origin, notice: CheckoutPaid, now: datetime
) -> Steps[PaymentAnswer]:
    event = event_of(origin, notice.payment)
    checkout = yield from claimed_checkout(origin, notice.claim)
    if isinstance(checkout, str):
        return (yield from ledger.set_aside(event, checkout))
    if notice.session and checkout.session and notice.session != checkout.session:
        return (yield from ledger.set_aside(event, "its checkout has another session"))
    if checkout.offer_kind == "plan" and notice.price in ("", checkout.price):
        return (yield from _plan_bought(event, origin, checkout, notice))
    sold = _sold(shelf, origin, checkout, notice)
    paid = Paid(notice.price or checkout.price, notice.amount_minor, notice.currency)
    answer = yield from ledger.credit(event, paid, sold)
    if answer.end is PaymentEnd.SET_ASIDE:
        yield from repository.advance(checkout, "paid")
    elif answer.end is not PaymentEnd.REPEATED:
        yield from repository.advance(checkout, "credited")
        yield from repository.save_customer(checkout.tenant, origin, notice.customer)
    if answer.end is PaymentEnd.CREDITED and sold is not None:
        on_sale = shelf.at_price(origin.processor, checkout.price)
        pack = shelf.pack(on_sale) if on_sale is not None else None
        if pack is not None:
            yield from add_bought_pack(sold.wallet, pack, event.at, origin.processor)
        facts = {"offer": checkout.offer, "checkout": checkout.id}
        yield from announce(checkout.tenant, Kind.PURCHASE_LANDED, now, facts)
    return answer


def _sold(shelf: Shelf, origin: Origin, checkout: Checkout, notice: CheckoutPaid) -> Sold | None:
    """What the catalog sells at the price of a checkout, as the ledger wants it."""
    on_sale: OnSale | None = shelf.at_price(origin.processor, checkout.price)
    setup = shelf.setup(origin.processor)
    pack = shelf.pack(on_sale) if on_sale is not None else None
    if on_sale is None or pack is None or setup is None or on_sale.offer.id != checkout.offer:
        return None
    return Sold(
        price=on_sale.price,
        amount_minor=on_sale.amount_minor * checkout.quantity,
        currency=checkout.currency,
        mode=setup.mode,
        wallet=wallet_of(checkout.tenant, origin.processor, notice.payment, pack),
        granted=pack.amount * checkout.quantity,
        # `not_ours` has looked at it: an event of our own account may leave it out.
        seller=origin.seller,
    )


def _plan_bought(
    event: Event, origin: Origin, checkout: Checkout, notice: CheckoutPaid
) -> Steps[PaymentAnswer]:
    """The first payment of a plan: its invoice says what was paid, this only that it was."""

    def effect() -> Steps[None]:
        yield from repository.advance(checkout, "paid", notice.subscription)
        yield from link(origin, PaymentLinked(f"checkout/{checkout.id}", notice.payment))
        yield from repository.save_customer(checkout.tenant, origin, notice.customer)

    return (yield from ledger.record(event, effect))


def _checkout_ended(origin: Origin, notice: CheckoutEnded) -> Steps[PaymentAnswer]:
    event = event_of(origin, notice.session)
    checkout = yield from claimed_checkout(origin, notice.claim)
    if isinstance(checkout, str):
        return (yield from ledger.set_aside(event, checkout))
    found = checkout

    def effect() -> Steps[None]:
        yield from repository.advance(found, str(notice.end))

    return (yield from ledger.record(event, effect))


def _refunded(
    shelf: Shelf, origin: Origin, notice: Refunded, now: datetime
) -> Steps[PaymentAnswer]:
    event = event_of(origin, notice.payment)
    answer = yield from ledger.refund(
        event, total_minor=notice.total_minor, currency=notice.currency
    )
    yield from _follow_payment(shelf, origin, notice.payment, answer, now)
    return answer


def _disputed(
    shelf: Shelf, origin: Origin, notice: Disputed, now: datetime
) -> Steps[PaymentAnswer]:
    event = event_of(origin, notice.payment)
    answer = yield from ledger.dispute(
        event,
        dispute_id=notice.dispute,
        amount_minor=notice.amount_minor,
        currency=notice.currency,
        state=DisputeState(notice.state),
    )
    yield from _follow_payment(shelf, origin, notice.payment, answer, now)
    return answer


def _follow_payment(
    shelf: Shelf, origin: Origin, payment: str, answer: PaymentAnswer, now: datetime
) -> Steps[None]:
    if answer.end is PaymentEnd.RECORDED:
        for tenant in (yield from tenants_of_payment(origin, payment)):
            yield from follow(shelf.catalog, tenant, now)


def _linked(
    shelf: Shelf, origin: Origin, notice: PaymentLinked, now: datetime
) -> Steps[PaymentAnswer]:
    def effect() -> Steps[None]:
        yield from link(origin, notice)
        for tenant in (yield from tenants_of_invoice(origin, notice.invoice)):
            yield from follow(shelf.catalog, tenant, now)

    return (yield from ledger.record(event_of(origin, notice.payment), effect))


def _no_effect() -> Steps[None]:
    yield from ()
