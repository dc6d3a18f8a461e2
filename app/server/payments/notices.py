"""What a processor said, in words that both processors share. Plain values; nothing is decided.

Times are aware, amounts in the currency's smallest coin, currencies in lower case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message came from: `event_id` is unique at its processor in its `mode` (live or
    test), `seller` is whose account it is about, empty where it is the one that was asked."""

    processor: str
    mode: str
    event_id: str
    kind: str
    at: datetime
    seller: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose it says it is: what we gave the processor when the purchase began, handed back."""

    tenant: str = ""
    checkout: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutPaid:
    """A checkout whose money is there. `payment` is the name under which it would go back."""

    claim: Claim
    session: str
    payment: str
    price: str
    amount_minor: int
    currency: str
    customer: str = ""
    subscription: str = ""


class CheckoutEnd(StrEnum):
    EXPIRED = "expired"
    CANCELED = "canceled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CheckoutEnded:
    """A checkout that nobody paid."""

    claim: Claim
    session: str
    end: CheckoutEnd


@dataclass(frozen=True, slots=True)
class Refunded:
    """What was given back of a payment in all so far."""

    payment: str
    total_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Disputed:
    """A chargeback; `state` is open, won or lost."""

    payment: str
    dispute: str
    amount_minor: int
    currency: str
    state: str


class SubscriptionState(StrEnum):
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class SubscriptionSeen:
    """A subscription as it stood at `seen`, a text that sorts as the snapshots do. `item` is what
    a change of its price has to name."""

    claim: Claim
    subscription: str
    customer: str
    price: str
    quantity: int
    state: SubscriptionState
    cancel_at_end: bool
    period_end: datetime | None
    subscribed_at: datetime
    ended_at: datetime | None
    seen: str
    item: str = ""
    first_payment: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A part of an invoice. `prorated` is a share that the processor worked out for a change."""

    price: str
    quantity: int
    amount_minor: int
    prorated: bool
    start: datetime
    end: datetime


class Reason(StrEnum):
    """Why a subscription was billed."""

    FIRST = "first"
    RENEWAL = "renewal"
    CHANGE = "change"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SubscriptionPaid:
    """A paid invoice. Without `lines` the processor does not say for which price it was;
    `total_minor` is without tax on top. `discounted` is what was taken off beside the lines."""

    claim: Claim
    subscription: str
    invoice: str
    reason: Reason
    total_minor: int
    currency: str
    paid_at: datetime
    lines: tuple[InvoiceLine, ...] = ()
    discounted: bool = False
    payment: str = ""


@dataclass(frozen=True, slots=True)
class PaymentLinked:
    """The payment by which an invoice was paid."""

    invoice: str
    payment: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """An event without an effect here; `about` names its object."""

    about: str


Notice = (
    CheckoutPaid
    | CheckoutEnded
    | Refunded
    | Disputed
    | SubscriptionSeen
    | SubscriptionPaid
    | PaymentLinked
    | Nothing
)
