"""The endpoints of payments: what is for sale, buying it, and what processors tell us."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request

from app.catalog.offers import OfferKind
from app.server.caller import TheCaller, TheServices
from app.server.errors import bad_request
from app.server.payments import changing, service, simulated, webhooks
from app.server.payments.canceling import cancel_checkout
from app.server.payments.purchases import purchases_of
from app.server.payments.schemas import (
    CheckoutShown,
    CheckoutWish,
    OffersShown,
    PortalShown,
    PortalWish,
    PurchasesShown,
    SimulatedWish,
    SubscriptionAction,
    SubscriptionAnswer,
    SubscriptionWish,
    WebhookTaken,
    checkout_shown,
    offer_shown,
    purchase_shown,
    subscription_shown,
)
from app.server.payments.till import Till

router = APIRouter(tags=["payments"])


def _till(services: TheServices) -> Till:
    return Till(services)


TheTill = Annotated[Till, Depends(_till)]


def _errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    words = {
        400: "Malformed, or a field that nobody may send",
        401: "Not signed in",
        402: "The card was declined",
        403: "The caller may not buy or change here",
        404: "There is no such thing here",
        409: "Not for sale, or nothing to change",
        429: "Too many purchases were begun",
        502: "The processor did not accept it",
        503: "The processor cannot be reached",
    }
    return {status: {"description": words[status]} for status in statuses}


@router.get("/api/tokens/packages", summary="Everything that is sold, with its price")
async def packages(till: TheTill) -> OffersShown:
    shown = [offer_shown(till.shelf, offer) for offer in till.shelf.catalog.offers()]
    return OffersShown(
        catalog=till.shelf.catalog.name,
        passphrases=till.shelf.catalog.passphrases is not None,
        packs=[each for each in shown if each.kind == OfferKind.PACK],
        plans=[each for each in shown if each.kind == OfferKind.PLAN],
        add_ons=[each for each in shown if each.kind == OfferKind.ADD_ON],
        demo=simulated.LABEL if till.services.settings.demo else None,
    )


@router.post(
    "/api/checkout",
    summary="Begin to buy an offer",
    status_code=201,
    responses=_errors(400, 401, 402, 403, 404, 409, 429, 502, 503),
)
async def begin_checkout(till: TheTill, caller: TheCaller, wish: CheckoutWish) -> CheckoutShown:
    return checkout_shown(await service.begin(till, caller, wish.offer, back=wish.back))


@router.get(
    "/api/checkout/{checkout_id}", summary="What became of a checkout", responses=_errors(401, 404)
)
async def see_checkout(till: TheTill, caller: TheCaller, checkout_id: str) -> CheckoutShown:
    return checkout_shown(await service.checkout_of(till, caller, checkout_id))


@router.post(
    "/api/checkout/{checkout_id}/cancel",
    summary="Give a payment up, so that its page cannot be paid any more",
    responses=_errors(401, 403, 404, 409, 502, 503),
)
async def give_up_checkout(till: TheTill, caller: TheCaller, checkout_id: str) -> CheckoutShown:
    return checkout_shown(await cancel_checkout(till, caller, checkout_id))


@router.post(
    "/api/checkout/{checkout_id}/simulate",
    summary="Pay or give up a simulated checkout, in the demo alone",
    responses=_errors(400, 404, 409),
)
async def simulate(till: TheTill, checkout_id: str, wish: SimulatedWish) -> CheckoutShown:
    return checkout_shown(await simulated.confirm(till, checkout_id, wish.secret, pays=wish.pay))


@router.post(
    "/api/subscription/subscribe",
    summary="Begin, change, cancel or resume a subscription",
    responses=_errors(400, 401, 402, 403, 404, 409, 429, 502, 503),
)
async def subscribe(till: TheTill, caller: TheCaller, wish: SubscriptionWish) -> SubscriptionAnswer:
    needs_offer = wish.action in (SubscriptionAction.NEW, SubscriptionAction.CHANGE)
    if needs_offer is not bool(wish.offer):
        words = "Name the plan." if needs_offer else "Leave the offer out."
        raise bad_request(words, "offer")
    match wish.action:
        case SubscriptionAction.NEW:
            if till.shelf.catalog.pack(wish.offer) is not None:
                raise bad_request("A pack is bought once: use /api/checkout.", "offer")
            begun = await service.begin(till, caller, wish.offer, seats=wish.seats, back=wish.back)
            return SubscriptionAnswer(checkout=checkout_shown(begun))
        case SubscriptionAction.CHANGE:
            standing = await changing.change_plan(till, caller, wish.offer)
        case SubscriptionAction.CANCEL:
            standing = await changing.cancel(till, caller)
        case SubscriptionAction.RESUME:
            standing = await changing.cancel(till, caller, resume=True)
    return SubscriptionAnswer(subscription=subscription_shown(standing))


@router.post(
    "/api/billing/portal",
    summary="The processor's page for invoices and cards",
    responses=_errors(400, 401, 403, 404, 409, 502, 503),
)
async def portal(till: TheTill, caller: TheCaller, wish: PortalWish) -> PortalShown:
    return PortalShown(url=await service.portal_url(till, caller, wish.back))


@router.get("/api/purchases", summary="What this account bought", responses=_errors(401, 403))
async def purchases(till: TheTill, caller: TheCaller) -> PurchasesShown:
    service.require_billing(till, caller)
    found = await till.services.database.read(purchases_of, caller.tenant)
    standing = await changing.running(till, caller)
    return PurchasesShown(
        purchases=[purchase_shown(each) for each in found],
        subscription=subscription_shown(standing),
    )


@router.post(
    "/api/billing/webhook",
    summary="For payment processors: what happened to a payment",
    responses=_errors(400, 404, 503),
)
async def webhook(
    till: TheTill,
    request: Request,
    stripe_signature: Annotated[str, Header(alias="Stripe-Signature")] = "",
    lemon_signature: Annotated[str, Header(alias="X-Signature")] = "",
) -> WebhookTaken:
    body = await request.body()
    if lemon_signature and not stripe_signature:
        answers = await webhooks.take_lemon_squeezy(till, body, lemon_signature)
    else:
        answers = await webhooks.take_stripe(till, body, stripe_signature)
    return WebhookTaken(outcomes=[str(answer.end) for answer in answers])
