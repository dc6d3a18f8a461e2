"""Events as they came, for the operator: to look at one, and to handle one again after what was
wrong has been put right."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime

from app.ledger.payments import PaymentAnswer
from app.ledger.rows import at_from
from app.ledger.steps import Row, Sql, Steps
from app.server.errors import conflict, not_found
from app.server.payments import lemon_squeezy_events, stripe_events
from app.server.payments.shelf import LEMON_SQUEEZY, STRIPE
from app.server.payments.till import Till
from app.server.payments.webhooks import take

_COLUMNS = "processor, mode, event_id, kind, outcome, reason, body, at_ms"


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event and how it ended. `body` is empty for what the poller found."""

    processor: str
    mode: str
    event_id: str
    kind: str
    outcome: str
    reason: str
    body: str
    at: datetime


def kept_event(processor: str, event_id: str) -> Steps[KeptEvent | None]:
    """An event by its id, in whichever mode."""
    rows = yield Sql(
        f"SELECT {_COLUMNS} FROM payment_events WHERE processor = ? AND event_id = ?"
        " ORDER BY mode LIMIT 1",
        (processor, event_id),
    )
    return _kept(rows[0]) if rows else None


def kept_events(outcome: str = "set_aside", at_most: int = 200) -> Steps[tuple[KeptEvent, ...]]:
    """The newest events that ended so: `set_aside`, `credited`, `credited_before`, `recorded`."""
    rows = yield Sql(
        f"SELECT {_COLUMNS} FROM payment_events WHERE outcome = ? ORDER BY at_ms DESC LIMIT ?",
        (outcome, at_most),
    )
    return tuple(_kept(row) for row in rows)


async def take_again(till: Till, processor: str, event_id: str) -> tuple[PaymentAnswer, ...]:
    """Handle a kept event once more, under a name of its own. What it credited before it does not
    credit again: that is told by the payment. Raises Refused: 404 for an event that is not kept,
    409 for one without its body."""
    kept = await till.services.database.read(kept_event, processor, event_id)
    if kept is None or processor not in (STRIPE, LEMON_SQUEEZY):
        raise not_found("event")
    if not kept.body:
        raise conflict("no_body", "The poller found this; it is found again by itself.")
    said = json.loads(kept.body)
    if processor == STRIPE:
        origin, notices = stripe_events.origin_of(said), stripe_events.notices_of(said)
    else:
        origin = lemon_squeezy_events.origin_of(said, kept.body.encode())
        notices = lemon_squeezy_events.notices_of(said)
    again = replace(origin, event_id=f"{origin.event_id}/again/{till.services.clock.new_id()}")
    return await take(till, again, notices, kept.body, till.services.clock.now())


def _kept(row: Row) -> KeptEvent:
    values = [*row[:7], at_from(row[7])]
    return KeptEvent(*values)
