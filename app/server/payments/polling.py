"""What a processor knows and never told: its own lists are read every ten minutes.

Everything found goes the way of the webhooks, under keys that stay the same, so that it may run in
every copy of the server at once and never credits twice.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.errors import TuppenceError
from app.ledger.steps import Steps
from app.server.errors import Refused
from app.server.payments import repository, stripe_events
from app.server.payments.accounts import follow
from app.server.payments.notices import Origin
from app.server.payments.polling_lemon_squeezy import QUIET_FOR, poll_lemon_squeezy
from app.server.payments.repository import Checkout
from app.server.payments.shelf import LEMON_SQUEEZY, STRIPE, Setup, Shelf
from app.server.payments.sparing import spared
from app.server.payments.stripe_events import EventUnreadable
from app.server.payments.subscription_rows import adopt_spans, running_subscriptions, unlinked_spans
from app.server.payments.till import Till
from app.server.payments.webhooks import take

if TYPE_CHECKING:
    from app.server.payments.stripe_door import StripeDoor

_log = logging.getLogger(__name__)

EVERY_S = 600.0
# An event may reach a list a little late; a debit takes days until it is through or not.
_OVERLAP = timedelta(hours=1)
_FIRST_LOOK_BACK = timedelta(days=3)
_CHECKOUTS_OPEN = timedelta(days=21)
# An invoice that a balance paid never has a payment.
_LINKS_AWAITED = timedelta(days=30)

Json = dict[str, Any]


async def poll(till: Till, now: datetime) -> int:
    """Read both processors once; how many messages were taken in. One that cannot be reached does
    not keep the other from being read."""
    taken = 0
    for setup in till.shelf.setups:
        try:
            if setup.key and setup.id == STRIPE:
                taken += await _poll_stripe(till, setup, now)
            elif setup.key and setup.id == LEMON_SQUEEZY:
                taken += await poll_lemon_squeezy(till, setup, now)
        except (Refused, TuppenceError, EventUnreadable) as error:
            _log.warning("%s could not be read: %s", setup.id, error)
            continue
        await till.services.database.run(_follow_running, till.shelf, setup, now)
    await till.services.database.run(repository.forget_bodies, now)
    return taken


def _follow_running(shelf: Shelf, setup: Setup, now: datetime) -> Steps[None]:
    """Accounts to their subscriptions once more: two messages that landed at the same moment may
    not have seen each other."""
    rows = yield from running_subscriptions(setup.id, setup.mode)
    for row in rows:
        yield from adopt_spans(row.tenant, row.processor, row.mode, row.id)
    for tenant in sorted({row.tenant for row in rows}):
        yield from follow(shelf.catalog, tenant, now)


async def _poll_stripe(till: Till, setup: Setup, now: datetime) -> int:
    database = till.services.database
    until = await database.read(repository.read_until, setup.id, setup.mode)
    since = now - _FIRST_LOOK_BACK if until is None else until - _OVERLAP
    taken = 0
    async with till.stripe() as stripe:
        found = [event async for event in stripe.events_since(since, stripe_events.EVENT_KINDS)]
        for event in reversed(found):
            taken += await spared(_take_event(till, event, now))
        await database.run(repository.save_read_until, setup.id, setup.mode, now)
        since = now - _CHECKOUTS_OPEN
        for checkout in await database.read(repository.open_checkouts, setup.id, setup.mode, since):
            if checkout.session and checkout.created_at <= now - QUIET_FOR:
                taken += await spared(_look_at_session(till, stripe, checkout, now))
        since = now - _LINKS_AWAITED
        for invoice in await database.read(unlinked_spans, setup.id, setup.mode, since):
            taken += await spared(_look_for_payment(till, stripe, invoice, now))
    return taken


async def _take_event(till: Till, event: Json, now: datetime) -> int:
    origin = stripe_events.origin_of(event)
    await take(till, origin, stripe_events.notices_of(event), "", now)
    return 1


async def _look_at_session(
    till: Till, stripe: StripeDoor, checkout: Checkout, now: datetime
) -> int:
    """A checkout that nothing was heard of: its session as it stands, and what came of it."""
    session = await stripe.session(checkout.session)
    status = f"{session.get('status')}/{session['payment_status']}"
    if status in ("open/unpaid", "complete/unpaid"):
        return 0
    objects = [("session", session, stripe_events.session_notices(session))]
    if session.get("subscription"):
        subscription = await stripe.subscription(session["subscription"])
        said_at = stripe.answered_at or now
        seen = stripe_events.subscription_notices(subscription, said_at, "polled")
        objects.append(("subscription", subscription, seen))
        if session.get("invoice"):
            invoice = await stripe.invoice(session["invoice"])
            objects.append(("invoice", invoice, stripe_events.invoice_notices(invoice)))
    for name, object_, notices in objects:
        origin = _read_origin(till, object_, f"poll/{name}/{object_['id']}/{status}", now)
        await take(till, origin, notices, "", now)
    return len(objects)


async def _look_for_payment(till: Till, stripe: StripeDoor, invoice: str, now: datetime) -> int:
    """Which payment paid an invoice: without it a refund would not be known as its own."""
    found = await stripe.invoice_payments(invoice)
    for payment in found:
        origin = _read_origin(till, payment, f"poll/invoice_payment/{payment['id']}", now)
        await take(till, origin, stripe_events.link_notices(payment), "", now)
    return len(found)


def _read_origin(till: Till, object_: Json, event_id: str, now: datetime) -> Origin:
    setup = till.shelf.setup(STRIPE)
    assert setup is not None
    mode = "live" if object_["livemode"] else "test"
    return Origin(STRIPE, mode, event_id, "poll", now, setup.seller)
