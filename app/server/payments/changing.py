"""Changing a subscription that runs: another plan, cancel at the end, resume. The processor does
it; what it answers is taken in at once, as the snapshot that it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.ledger.steps import Steps
from app.server.accounts.identify import Caller
from app.server.errors import conflict
from app.server.payments import lemon_squeezy_events, simulated, stripe_events
from app.server.payments.accounts import standing_now
from app.server.payments.handling import handle
from app.server.payments.notices import Claim, Origin
from app.server.payments.service import find_sold, require_billing, require_session
from app.server.payments.shelf import SIMULATED, STRIPE
from app.server.payments.standing import Standing
from app.server.payments.till import Till

Json = dict[str, Any]


async def running(till: Till, caller: Caller) -> Standing | None:
    """The subscription that a caller's account has in force."""
    return await till.services.database.read(_standing, till, caller.tenant)


async def change_plan(till: Till, caller: Caller, offer_id: str) -> Standing | None:
    """Go over to another plan now; the difference is billed now. Raises Refused."""
    row = (await _to_change(till, caller)).subscription
    sold = find_sold(till, offer_id)
    at_this = till.shelf.to_buy(offer_id, row.processor)
    plan = till.shelf.plan(at_this) if at_this is not None else None
    if at_this is None or plan is None:
        raise conflict("not_for_sale", f"{sold.offer.name} cannot replace this subscription.")
    before = till.services.catalog.plan(row.plan)
    if before is not None and before.holder is not plan.holder:
        raise conflict("wrong_holder", f"{plan.name} is for another kind of account.")
    if row.price == at_this.price:
        raise conflict("same_plan", f"This account is on {plan.name} already.")
    if row.processor == SIMULATED:
        await simulated.change(till, row, price=at_this.price)
    elif row.processor == STRIPE:
        async with till.stripe() as stripe:
            changed = await stripe.change_plan(row.id, row.item, at_this.price)
            await take_stripe(till, changed, stripe.answered_at)
    else:
        async with till.lemon_squeezy() as lemon:
            await take_lemon(till, await lemon.change_plan(row.id, at_this.price))
    return await running(till, caller)


async def cancel(till: Till, caller: Caller, *, resume: bool = False) -> Standing | None:
    """Let the subscription run out at the end of what is paid; with `resume`, take that back.
    Raises Refused."""
    standing = await _to_change(till, caller)
    row = standing.subscription
    if row.cancel_at_end is not resume:
        word = "is not canceled" if resume else "is canceled already"
        raise conflict("nothing_to_change", f"This subscription {word}.")
    if row.processor == SIMULATED:
        await simulated.change(till, row, cancel=not resume)
    elif row.processor == STRIPE:
        async with till.stripe() as stripe:
            changed = await stripe.cancel_at_end(row.id, not resume)
            await take_stripe(till, changed, stripe.answered_at)
    else:
        async with till.lemon_squeezy() as lemon:
            await take_lemon(till, await lemon.cancel_at_end(row.id, not resume))
    return await running(till, caller)


async def take_stripe(till: Till, subscription: Json, said_at: datetime | None) -> None:
    """Take in a subscription as Stripe's API gave it at `said_at`: by Stripe's clock, since its
    events are told apart by that one."""
    now = till.services.clock.now()
    notices = stripe_events.subscription_notices(subscription, said_at or now, "polled")
    setup = till.shelf.setup(STRIPE)
    assert setup is not None
    event_id = f"read/{subscription['id']}/{till.services.clock.new_id()}"
    mode = "live" if subscription["livemode"] else "test"
    origin = Origin(STRIPE, mode, event_id, "subscription.read", now, setup.seller)
    await till.services.database.run(handle, till.shelf, origin, notices, "", now)


async def take_lemon(till: Till, subscription: Json) -> None:
    """Take in a subscription as Lemon Squeezy's API just gave it."""
    notices = lemon_squeezy_events.object_notices(subscription, Claim(), polled=True)
    origin = lemon_squeezy_events.polled_origin(subscription)
    now = till.services.clock.now()
    await till.services.database.run(handle, till.shelf, origin, notices, "", now)


async def _to_change(till: Till, caller: Caller) -> Standing:
    require_billing(till, caller)
    require_session(caller)
    standing = await running(till, caller)
    if standing is None:
        raise conflict("not_subscribed", "This account has no subscription to change.")
    return standing


def _standing(till: Till, tenant: str) -> Steps[Standing | None]:
    return (yield from standing_now(till.services.catalog, tenant))
