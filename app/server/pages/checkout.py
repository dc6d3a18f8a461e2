"""What stands on the page after a payment: only what is known, and never that something was paid
before it was."""

from __future__ import annotations

from dataclasses import dataclass

from app.server.errors import Refused
from app.server.pages.looks import money
from app.server.payments import repository, service
from app.server.payments.repository import Checkout
from app.server.payments.till import Till


@dataclass(frozen=True, slots=True)
class Told:
    """Title and words; `waiting` where the page should look again by itself."""

    title: str
    words: str
    tone: str = ""
    waiting: bool = False


_CREDITED = Told(
    "Thank you, it is there",
    "Your payment has arrived and what you bought is in your account. "
    "Tuppence shows it already, or will within a moment.",
    "ok",
)
_WAITING = Told(
    "Thank you, the payment is on its way",
    "It is confirmed as soon as your bank has done its part; some ways of paying take days. "
    "Tuppence shows what you bought by itself once it is here. Nothing is lost if you close this.",
    waiting=True,
)
_NOT_PAID = Told(
    "Nothing was paid",
    "This payment was not completed and nothing was charged. You can begin again in Tuppence.",
)
_CANCELED = Told(
    "Canceled",
    "You canceled. Nothing was paid and nothing was charged. What you typed in Tuppence is still"
    " there.",
)
_LEFT = Told(
    "Not paid",
    "You left the page of payment. Nothing was paid and nothing was charged. It can be paid until"
    " it expires: to have it closed, cancel the payment in Tuppence. What you typed there is still"
    " there.",
)
_EXPIRED = Told(
    "The time to pay is over",
    "The page of payment expired, and nothing was charged. You can begin again in Tuppence.",
)
_UNKNOWN = Told(
    "Go back to Tuppence",
    "This page knows no purchase under its address. Tuppence itself shows what you bought.",
)


async def found(till: Till, checkout_id: str) -> Checkout | None:
    if not 0 < len(checkout_id) <= 64:
        return None
    return await till.services.database.read(repository.checkout_by_id, checkout_id)


def told_after(checkout: Checkout | None) -> Told:
    """For whoever comes back from paying."""
    if checkout is None:
        return _UNKNOWN
    match checkout.state:
        case "credited":
            return _CREDITED
        case "expired":
            return _CANCELED if checkout.canceled else _EXPIRED
        case "failed":
            return _NOT_PAID
        case _:
            return _WAITING


def told_cancelled(checkout: Checkout | None) -> Told:
    """For whoever gave up; a payment that came through all the same is said."""
    if checkout is not None and checkout.state in ("paid", "credited"):
        return told_after(checkout)
    if checkout is not None and checkout.state == "pending":
        return _LEFT
    return _CANCELED


def offer_name(till: Till, checkout: Checkout | None) -> str:
    if checkout is None:
        return ""
    offer = till.shelf.offer(checkout.offer)
    return offer.name if offer is not None else checkout.offer


def price_of(checkout: Checkout | None) -> str:
    if checkout is None:
        return ""
    return money(checkout.amount_minor * checkout.quantity, checkout.currency)


def way_back(till: Till, back: str) -> str:
    """The address to go back to, empty where it is none that a page may lead to."""
    try:
        return service.allowed_return(till, back)
    except Refused:
        return ""
