"""Giving a payment up before it is paid: its page is closed at the processor, so that nobody pays
it later by going back in the browser."""

from __future__ import annotations

from app.server.accounts.identify import Caller
from app.server.errors import conflict
from app.server.payments import service
from app.server.payments.notices import CheckoutEnd, CheckoutEnded, Claim, Origin
from app.server.payments.repository import Checkout
from app.server.payments.shelf import LEMON_SQUEEZY, STRIPE
from app.server.payments.till import Till
from app.server.payments.webhooks import take


async def cancel_checkout(till: Till, caller: Caller, checkout_id: str) -> Checkout:
    """The checkout as it is then: one that is over, or was paid meanwhile, stays as it is.

    Raises Refused: 403, 404, 409 where the processor keeps its page open, 502 and 503 where it
    does not do what it was asked.
    """
    service.require_billing(till, caller)
    checkout = await service.checkout_of(till, caller, checkout_id)
    if checkout.state != "pending":
        return checkout
    if checkout.processor == LEMON_SQUEEZY:
        raise conflict(
            "not_cancelable",
            "This page of payment cannot be closed from here. Leave it unpaid: nothing is charged.",
        )
    if checkout.processor == STRIPE and not await _close_at_stripe(till, checkout):
        return checkout  # something was paid there: word of it comes
    now, kind = till.services.clock.now(), "canceled"
    setup = till.shelf.setup(checkout.processor)
    seller = "" if setup is None else setup.seller
    origin = Origin(checkout.processor, checkout.mode, f"{kind}/{checkout.id}", kind, now, seller)
    claim = Claim(checkout.tenant, checkout.id)
    ended = CheckoutEnded(claim, checkout.session, CheckoutEnd.CANCELED)
    await take(till, origin, (ended,), "", now)
    return await service.checkout_of(till, caller, checkout_id)


async def _close_at_stripe(till: Till, checkout: Checkout) -> bool:
    """Whether the session is closed now, and unpaid."""
    if not checkout.session:
        return True
    async with till.stripe() as stripe:
        session = await stripe.session(checkout.session)
        if session["status"] == "open":
            session = await stripe.expire(checkout.session)
    return bool(session["status"] == "expired")
