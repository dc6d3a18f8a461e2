"""Whose a message is: our account in our mode, and the purchase that it belongs to."""

from __future__ import annotations

from app.ledger.payments import Event
from app.ledger.steps import Steps
from app.server.payments import repository
from app.server.payments.accounts import buyer
from app.server.payments.notices import Claim, Origin
from app.server.payments.repository import Checkout
from app.server.payments.shelf import STRIPE, Shelf


def not_ours(shelf: Shelf, origin: Origin) -> str:
    """Why a message is not about our account in our mode; empty where it is."""
    setup = shelf.setup(origin.processor)
    if setup is None:
        return f"{origin.processor} is not set up"
    if origin.mode != setup.mode:
        return f"mode is {origin.mode} and not {setup.mode}"
    if origin.seller != setup.seller:
        # Stripe names the account only in events of other accounts.
        if not origin.seller and origin.processor == STRIPE:
            return ""
        return f"account is {origin.seller or 'not named'} and not {setup.seller or 'ours'}"
    return ""


def event_of(origin: Origin, payment: str) -> Event:
    return Event(
        processor=origin.processor,
        mode=origin.mode,
        event_id=origin.event_id,
        kind=origin.kind,
        payment=payment,
        at=origin.at,
        seller=origin.seller,
    )


def claimed_checkout(origin: Origin, claim: Claim) -> Steps[Checkout | str]:
    """The checkout that a message names; words where there is none that fits."""
    checkout = None
    if claim.checkout:
        checkout = yield from repository.checkout_by_id(claim.checkout)
    if checkout is None:
        return "it belongs to no checkout of ours"
    if (checkout.processor, checkout.mode) != (origin.processor, origin.mode):
        return f"its checkout was begun at {checkout.processor} in {checkout.mode} mode"
    if claim.tenant and claim.tenant != checkout.tenant:
        return "its checkout is another account's"
    if (yield from buyer(checkout.tenant)) is None:
        return "the account is not there any more"
    return checkout
