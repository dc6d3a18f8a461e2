"""What a processor is asked for when somebody buys, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckoutOrder:
    """A purchase to be opened at a processor. `price` is the processor's id, never an amount;
    `customer` its id of the buyer, empty where it does not know them yet."""

    checkout: str
    tenant: str
    price: str
    quantity: int
    monthly: bool
    success_url: str
    cancel_url: str
    email: str = ""
    customer: str = ""


@dataclass(frozen=True, slots=True)
class OpenedCheckout:
    """The processor's id of the checkout, and the page where it is paid."""

    session: str
    url: str
