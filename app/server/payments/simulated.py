"""The demo's processor: a page of our own where a click stands for a payment. No money moves, and
every answer says so. It exists only where the settings say that this is a demo.

The books are kept exactly as for a real one: its notices go the same way.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from app.ledger.payments import PaymentAnswer
from app.ledger.steps import Steps
from app.server.errors import Refused, conflict, not_found
from app.server.payments import repository
from app.server.payments.handling import handle
from app.server.payments.lemon_squeezy_events import month_after
from app.server.payments.notices import (
    CheckoutEnd,
    CheckoutEnded,
    CheckoutPaid,
    Claim,
    InvoiceLine,
    Notice,
    Origin,
    Reason,
    SubscriptionPaid,
    SubscriptionSeen,
    SubscriptionState,
)
from app.server.payments.repository import Checkout
from app.server.payments.shelf import SIMULATED, TEST
from app.server.payments.subscription_rows import SubscriptionRow
from app.server.payments.till import Till
from app.server.secret import hash_of, new_token

PAGE = "/checkout/simulated"
LABEL = "This is a demo: the payment is simulated and no money moves."


def with_secret(checkout: Checkout) -> tuple[Checkout, str]:
    """The checkout with the hash of a new secret, and that secret, for its page alone."""
    secret = new_token("sim_")
    return replace(checkout, secret_hash=hash_of(secret)), secret


def page_url(address: str, checkout: Checkout, secret: str, back: str) -> str:
    """Where the buyer confirms."""
    query = f"checkout={checkout.id}&secret={secret}"
    return f"{address}{PAGE}?{query}" + (f"&return={quote(back, safe='')}" if back else "")


async def checkout_to_confirm(till: Till, checkout_id: str, secret: str) -> Checkout:
    """The checkout that a page asks about. Raises Refused (404) without its secret, and wherever
    this is no demo."""
    if not till.services.settings.demo:
        raise not_found("checkout")
    found = await till.services.database.read(repository.checkout_by_id, checkout_id)
    known = found.secret_hash if found is not None else ""
    if found is None or not known or not hmac.compare_digest(known, hash_of(secret)):
        raise not_found("checkout")
    return found


async def confirm(till: Till, checkout_id: str, secret: str, *, pays: bool = True) -> Checkout:
    """Pay or give up a simulated checkout. Once: again it changes nothing. Raises Refused."""
    checkout = await checkout_to_confirm(till, checkout_id, secret)
    now = till.services.clock.now()
    if pays and checkout.state in ("expired", "failed"):
        raise conflict("checkout_over", "This checkout is over. Begin a new one.")
    if checkout.state != "credited":
        answers = await till.services.database.run(_confirm, till, checkout, now, pays)
        for answer in answers:
            if answer.reason:
                raise Refused(409, "set_aside", f"The demo set this aside: {answer.reason}.")
    found = await till.services.database.read(repository.checkout_by_id, checkout_id)
    return found or checkout


def _confirm(
    till: Till, checkout: Checkout, now: datetime, pays: bool
) -> Steps[tuple[PaymentAnswer, ...]]:
    kind = "simulated.paid" if pays else "simulated.expired"
    origin = Origin(SIMULATED, TEST, f"{kind}/{checkout.id}", kind, now)
    claim = Claim(checkout.tenant, checkout.id)
    notices: tuple[Notice, ...]
    if not pays:
        notices = (CheckoutEnded(claim, checkout.session, CheckoutEnd.CANCELED),)
    else:
        notices = _paid(checkout, claim, now)
    body = json.dumps({"simulated": checkout.id})
    return (yield from handle(till.shelf, origin, notices, body, now))


def _paid(checkout: Checkout, claim: Claim, now: datetime) -> tuple[Notice, ...]:
    amount = checkout.amount_minor * checkout.quantity
    subscription = f"sub-{checkout.id}" if checkout.offer_kind == "plan" else ""
    paid = CheckoutPaid(
        claim=claim,
        session=checkout.session,
        payment=f"pay-{checkout.id}",
        price=checkout.price,
        amount_minor=amount,
        currency=checkout.currency,
        customer=f"buyer-{checkout.tenant}",
        subscription=subscription,
    )
    if not subscription:
        return (paid,)
    end = month_after(now)
    seen = SubscriptionSeen(
        claim=claim,
        subscription=subscription,
        customer=paid.customer,
        price=checkout.price,
        quantity=checkout.quantity,
        state=SubscriptionState.ACTIVE,
        cancel_at_end=False,
        period_end=end,
        subscribed_at=now,
        ended_at=None,
        seen=now.isoformat(),
    )
    line = InvoiceLine(checkout.price, checkout.quantity, amount, False, now, end)
    invoice = SubscriptionPaid(
        claim=claim,
        subscription=subscription,
        invoice=f"invoice-{checkout.id}",
        reason=Reason.FIRST,
        total_minor=amount,
        currency=checkout.currency,
        paid_at=now,
        lines=(line,),
        payment=paid.payment,
    )
    return (paid, seen, invoice)


async def change(
    till: Till, row: SubscriptionRow, *, price: str = "", cancel: bool | None = None
) -> None:
    """Change a simulated subscription: another plan, or the end of it."""
    now = till.services.clock.now()
    seen = SubscriptionSeen(
        claim=Claim(),
        subscription=row.id,
        customer=row.customer,
        price=price or row.price,
        quantity=row.quantity,
        state=row.state,
        cancel_at_end=row.cancel_at_end if cancel is None else cancel,
        period_end=row.period_end,
        subscribed_at=row.subscribed_at,
        ended_at=None,
        seen=f"{now.isoformat()}/{till.services.clock.new_id()}",
    )
    notices: list[Notice] = [seen]
    sold = till.shelf.at_price(SIMULATED, price)
    if sold is not None and row.period_end is not None:
        line = InvoiceLine(price, row.quantity, 0, True, now, row.period_end)
        invoice = SubscriptionPaid(
            claim=Claim(),
            subscription=row.id,
            invoice=f"change-{till.services.clock.new_id()}",
            reason=Reason.CHANGE,
            total_minor=0,
            currency="usd",
            paid_at=now,
            lines=(line,),
        )
        notices.append(invoice)
    event_id = f"simulated.change/{till.services.clock.new_id()}"
    origin = Origin(SIMULATED, TEST, event_id, "simulated.change", now)
    await till.services.database.run(handle, till.shelf, origin, notices, "{}", now)
