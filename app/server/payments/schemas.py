"""What the endpoints of payments take and give. Nobody names a price or an amount: a field that is
not here is refused."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from app.catalog.offers import Offer
from app.catalog.rights import buyer_of
from app.server.credits.schemas import amount_of
from app.server.payments.purchases import Purchase
from app.server.payments.repository import Checkout
from app.server.payments.shelf import SIMULATED, Shelf
from app.server.payments.simulated import LABEL
from app.server.payments.standing import Standing

_OfferId = Field(min_length=1, max_length=100, description="The id of an offer of the catalog.")
_Return = Field(default="", alias="return", max_length=500, description="Where to go back to.")


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=False)


class CheckoutWish(_Asked):
    """An offer to be bought."""

    offer: str = _OfferId
    back: str = _Return


class SubscriptionAction(StrEnum):
    NEW = "new"
    CHANGE = "change"
    CANCEL = "cancel"
    RESUME = "resume"


class SubscriptionWish(_Asked):
    """What shall happen to a subscription. `offer` is needed for new and change."""

    action: SubscriptionAction = SubscriptionAction.NEW
    offer: str = Field(default="", max_length=100)
    seats: int | None = Field(default=None, ge=1, le=100_000)
    back: str = _Return


class PortalWish(_Asked):
    back: str = _Return


class SimulatedWish(_Asked):
    """The answer of the demo's own payment page."""

    secret: str = Field(min_length=1, max_length=200)
    pay: bool = True


class GrantedShown(BaseModel):
    """What a plan gives in each window, to any model that draws on it."""

    unit: str
    amount: int | str
    window: str


class OfferShown(BaseModel):
    """`price_cents` is null where the catalog names no price; `available` where it can be bought
    here now. `amount` is what a pack gives, in `unit`; `holder` for whom a plan is, empty for what
    anybody can buy."""

    id: str
    kind: str
    name: str
    price: str
    price_cents: int | None
    currency: str = "usd"
    monthly: bool
    available: bool
    unit: str | None = None
    amount: int | None = None
    seats: int | None = None
    holder: str = ""
    benefits: list[str] = Field(default_factory=list)
    grants: list[GrantedShown] = Field(default_factory=list)


class OffersShown(BaseModel):
    """`passphrases`: whether there is a plan that a passphrase opens."""

    catalog: str
    passphrases: bool
    packs: list[OfferShown]
    plans: list[OfferShown]
    add_ons: list[OfferShown]
    demo: str | None = None


class CheckoutShown(BaseModel):
    """`state` is pending, paid (not credited yet, or set aside), credited, expired or failed.
    `canceled`: it is expired because its buyer gave it up. `url` is the page where it is paid."""

    id: str
    offer: str
    state: str
    canceled: bool
    url: str
    processor: str
    amount_cents: int
    currency: str
    demo: str | None = None


class SubscriptionShown(BaseModel):
    plan: str
    processor: str
    seats: int
    past_due: bool
    cancels_at_end: bool
    subscribed_at: datetime
    paid_until: datetime
    demo: str | None = None


class SubscriptionAnswer(BaseModel):
    """A new subscription has a checkout to be paid; a change shows what is in force."""

    checkout: CheckoutShown | None = None
    subscription: SubscriptionShown | None = None


class PortalShown(BaseModel):
    url: str


class PurchaseShown(BaseModel):
    id: str
    kind: str
    name: str
    processor: str
    at: datetime
    paid_cents: int
    refunded_cents: int
    currency: str
    unit: str | None
    granted: int
    taken_back: int
    until: datetime | None


class PurchasesShown(BaseModel):
    purchases: list[PurchaseShown]
    subscription: SubscriptionShown | None


class WebhookTaken(BaseModel):
    received: bool = True
    outcomes: list[str]


def offer_shown(shelf: Shelf, offer: Offer) -> OfferShown:
    sold = shelf.to_buy(offer.id)
    pack, plan = shelf.catalog.pack(offer.id), shelf.catalog.plan(offer.id)
    cents = None if offer.price_pusd is None else offer.price_pusd // 10**10
    return OfferShown(
        id=offer.id,
        kind=str(offer.kind),
        name=offer.name,
        price=offer.price_text,
        price_cents=cents,
        monthly=offer.monthly,
        available=offer.for_sale and sold is not None,
        unit=str(pack.unit) if pack is not None else None,
        amount=pack.amount if pack is not None else None,
        seats=plan.seats.least if plan is not None and plan.seats is not None else None,
        holder=str(buyer_of(plan, shelf.catalog)) if plan is not None else "",
        benefits=list(plan.benefits) if plan is not None else [],
        grants=[
            GrantedShown(
                unit=str(each.unit),
                amount=amount_of(each.unit, each.amount),
                window=str(each.window),
            )
            for each in (shelf.catalog.allowances_of(offer.id) if plan is not None else ())
            if not each.only and each.amount is not None
        ],
    )


def checkout_shown(checkout: Checkout) -> CheckoutShown:
    return CheckoutShown(
        id=checkout.id,
        offer=checkout.offer,
        state=checkout.state,
        canceled=checkout.canceled,
        url=checkout.url if checkout.state == "pending" else "",
        processor=checkout.processor,
        amount_cents=checkout.amount_minor * checkout.quantity,
        currency=checkout.currency,
        demo=_label(checkout.processor),
    )


def subscription_shown(standing: Standing | None) -> SubscriptionShown | None:
    if standing is None:
        return None
    row = standing.subscription
    return SubscriptionShown(
        plan=standing.plan,
        processor=row.processor,
        seats=standing.seats,
        past_due=standing.past_due,
        cancels_at_end=row.cancel_at_end,
        subscribed_at=standing.subscribed_at,
        paid_until=standing.runs_until,
        demo=_label(row.processor),
    )


def purchase_shown(purchase: Purchase) -> PurchaseShown:
    return PurchaseShown(
        id=purchase.id,
        kind=purchase.kind,
        name=purchase.name,
        processor=purchase.processor,
        at=purchase.at,
        paid_cents=purchase.paid_minor,
        refunded_cents=purchase.back_minor,
        currency=purchase.currency,
        unit=purchase.unit or None,
        granted=purchase.granted,
        taken_back=purchase.taken_back,
        until=purchase.until,
    )


def _label(processor: str) -> str | None:
    return LABEL if processor == SIMULATED else None
