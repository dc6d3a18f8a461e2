"""Webhooks: the signature over the raw bytes first, then one transaction. Whatever fails there is
answered with an error, so that the processor sends it again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from app.ledger.payments import PaymentAnswer, PaymentEnd
from app.server.errors import Refused, bad_request, not_found
from app.server.operator.counting import counts_of
from app.server.payments import lemon_squeezy, lemon_squeezy_events, stripe_events
from app.server.payments.handling import catch_up, handle
from app.server.payments.notices import Notice, Origin
from app.server.payments.shelf import LEMON_SQUEEZY, STRIPE, Setup
from app.server.payments.signatures import SignatureRefused
from app.server.payments.stripe_events import EventUnreadable
from app.server.payments.till import Till

_log = logging.getLogger(__name__)


async def take_stripe(till: Till, body: bytes, signature: str) -> tuple[PaymentAnswer, ...]:
    """A webhook of Stripe's. Raises Refused: 404 where no secret is set, 400 for a signature that
    does not fit or is not from now, or an event that cannot be read."""
    from app.server.payments import stripe_door

    setup = _listening(till, STRIPE)
    now = till.services.clock.now()
    try:
        event = stripe_door.verified(body, signature, setup.webhook_secret, now)
        origin = stripe_events.origin_of(event)
        notices = stripe_events.notices_of(event)
    except (SignatureRefused, EventUnreadable) as error:
        raise _refused(STRIPE, error) from error
    return await take(till, origin, notices, body.decode(), now)


async def take_lemon_squeezy(till: Till, body: bytes, signature: str) -> tuple[PaymentAnswer, ...]:
    """A webhook of Lemon Squeezy's. Raises Refused as `take_stripe` does."""
    setup = _listening(till, LEMON_SQUEEZY)
    try:
        said = lemon_squeezy.verified(body, signature, setup.webhook_secret)
        origin = lemon_squeezy_events.origin_of(said, body)
        notices = lemon_squeezy_events.notices_of(said)
    except (SignatureRefused, EventUnreadable) as error:
        raise _refused(LEMON_SQUEEZY, error) from error
    return await take(till, origin, notices, body.decode(), till.services.clock.now())


async def take(
    till: Till, origin: Origin, notices: Sequence[Notice], body: str, now: datetime
) -> tuple[PaymentAnswer, ...]:
    """Handle a message whose sender is known, and say in the log what was set aside."""
    database = till.services.database
    answers = await database.run(handle, till.shelf, origin, notices, body, now)
    await database.run(catch_up, till.shelf, origin, notices, now)
    for answer in answers:
        if answer.end is PaymentEnd.CREDITED:
            counts_of(till.services).credited[origin.processor] += 1
        if answer.end is PaymentEnd.SET_ASIDE:
            _log.warning(
                "%s event %s (%s) was set aside: %s",
                origin.processor,
                origin.event_id,
                origin.kind,
                answer.reason,
            )
    return answers


def _listening(till: Till, processor: str) -> Setup:
    setup = till.shelf.setup(processor)
    if setup is None or not setup.webhook_secret:
        raise not_found("address")
    return setup


def _refused(processor: str, error: Exception) -> Refused:
    _log.warning("a webhook for %s was refused: %s", processor, error)
    return bad_request(str(error), code="signature_refused")
