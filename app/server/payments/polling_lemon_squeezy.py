"""Reading Lemon Squeezy's lists. Its API does not hand back what we gave it with a checkout, only
its webhooks do: an order that none told of is matched to the checkout that it must come from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.ledger.steps import Steps
from app.server.payments import repository
from app.server.payments.lemon_squeezy import LemonSqueezyDoor
from app.server.payments.lemon_squeezy_events import object_notices, polled_origin
from app.server.payments.notices import Claim, Refunded, SubscriptionState
from app.server.payments.repository import Checkout
from app.server.payments.shelf import Setup
from app.server.payments.sparing import spared
from app.server.payments.subscription_rows import (
    objects_of_payment,
    running_subscriptions,
    subscription_by_id,
)
from app.server.payments.till import Till
from app.server.payments.webhooks import take

Json = dict[str, Any]

# Most webhooks are there within seconds, the last try after 155 of them.
QUIET_FOR = timedelta(minutes=5)
_LOOK_BACK = timedelta(days=3)
# Lists are by when something was bought: what went back of it later is looked for once a day.
_DEEP_BACK = timedelta(days=120)
_DEEP_EVERY = timedelta(days=1)
_CHECKOUT = "checkout/"


async def poll_lemon_squeezy(till: Till, setup: Setup, now: datetime) -> int:
    """Orders, subscriptions and invoices of the last days, and every subscription that is due;
    how many were taken in. Raises Refused."""
    database, taken = till.services.database, 0
    deep = f"{setup.mode}/deep"
    before = await database.read(repository.read_until, setup.id, deep)
    is_due_deep = before is None or before <= now - _DEEP_EVERY
    since = now - (_DEEP_BACK if is_due_deep else _LOOK_BACK)
    async with till.lemon_squeezy() as lemon:
        for order in await _oldest_first(lemon, "orders", since):
            if _at(order) <= now - QUIET_FOR:
                taken += await spared(_take_order(till, setup, order, now))
        seen = set()
        for subscription in await _oldest_first(lemon, "subscriptions", since):
            seen.add(subscription["id"])
            if _at(subscription) <= now - QUIET_FOR:
                taken += await spared(_take_subscription(till, setup, subscription, now))
        running = await database.read(running_subscriptions, setup.id, setup.mode)
        for row in running:
            is_due = row.period_end is None or row.period_end <= now
            if row.id not in seen and (is_due or row.state is not SubscriptionState.ACTIVE):
                taken += await spared(_look_at_subscription(till, setup, lemon, row.id, now))
        for invoice in await _oldest_first(lemon, "subscription-invoices", since):
            taken += await spared(_take_invoice(till, setup, invoice, now))
    if is_due_deep:
        await database.run(repository.save_read_until, setup.id, deep, now)
    return taken


async def _oldest_first(lemon: LemonSqueezyDoor, what: str, since: datetime) -> list[Json]:
    return [each async for each in lemon.newest(what, since)][::-1]


async def _take_order(till: Till, setup: Setup, order: Json, now: datetime) -> int:
    payment = f"order/{order['id']}"
    claim = await till.services.database.read(_claim_of_order, setup, order, payment)
    if claim is not None and _at(order) < now - _LOOK_BACK:
        return 0  # it had its days, or the store sells other things as well
    notices = object_notices(order, claim or Claim(), polled=True)
    if claim is None:  # it is booked: only what went back of it may be news
        notices = tuple(each for each in notices if isinstance(each, Refunded))
    marked = claim.checkout if claim is not None else ""
    if notices:
        await take(till, polled_origin(order, marked), notices, "", now)
    return int(bool(notices))


async def _look_at_subscription(
    till: Till, setup: Setup, lemon: LemonSqueezyDoor, subscription: str, now: datetime
) -> int:
    return await _take_subscription(till, setup, await lemon.subscription(subscription), now)


async def _take_subscription(till: Till, setup: Setup, subscription: Json, now: datetime) -> int:
    claim = await till.services.database.read(_claim_of_subscription, setup, subscription)
    if claim is None:
        return 0  # its order could not be matched, and says so
    notices = object_notices(subscription, claim, polled=True)
    await take(till, polled_origin(subscription, claim.checkout), notices, "", now)
    return 1


async def _take_invoice(till: Till, setup: Setup, invoice: Json, now: datetime) -> int:
    of = str(invoice["attributes"]["subscription_id"])
    known = await till.services.database.read(subscription_by_id, setup.id, setup.mode, of)
    if known is None:
        return 0
    notices = object_notices(invoice, Claim(), polled=True)
    await take(till, polled_origin(invoice), notices, "", now)
    return 1


def _claim_of_order(setup: Setup, order: Json, payment: str) -> Steps[Claim | None]:
    """Whose an order is: the checkout to which its buyer came back, else the only one for the same
    thing that was open under the same e-mail address. None where it is booked; an empty claim
    where nobody can say."""
    if (yield from repository.is_credited(setup.id, payment)):
        return None
    if (yield from objects_of_payment(setup.id, setup.mode, payment)):
        return None
    there = order["attributes"]
    made = _at(order)
    begun = yield from repository.open_checkouts(setup.id, setup.mode, made - timedelta(days=1))
    fits = [each for each in begun if _fits(each, there) and each.created_at <= made]
    hinted = [each for each in fits if each.hint and each.hint == there.get("identifier")]
    email = str(there.get("user_email") or "").lower()
    same = [each for each in fits if each.email and each.email.lower() == email]
    for found in (hinted, same):
        if len(found) == 1:
            return Claim(found[0].tenant, found[0].id)
    return Claim()


def _fits(checkout: Checkout, there: Json) -> bool:
    item = there.get("first_order_item") or {}
    return checkout.price == str(item.get("variant_id", ""))


def _claim_of_subscription(setup: Setup, subscription: Json) -> Steps[Claim | None]:
    """Whose a subscription is: as it is known, else the one of the order that it began with."""
    known = yield from subscription_by_id(setup.id, setup.mode, subscription["id"])
    if known is not None:
        return Claim()
    payment = f"order/{subscription['attributes'].get('order_id')}"
    for name in (yield from objects_of_payment(setup.id, setup.mode, payment)):
        if name.startswith(_CHECKOUT):
            return Claim(checkout=name.removeprefix(_CHECKOUT))
    return None


def _at(object_: Json) -> datetime:
    return datetime.fromisoformat(object_["attributes"]["created_at"])
