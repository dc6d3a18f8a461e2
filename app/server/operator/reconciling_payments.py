"""What processors know against what is in the books: their lists are read once more, and whatever
is still not settled between the two sides is named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.errors import TuppenceError
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.server.errors import Refused
from app.server.operator.operator import Operator
from app.server.payments import repository, stripe_events
from app.server.payments.polling import poll
from app.server.payments.shelf import STRIPE, Setup
from app.server.payments.till import Till

_STALE = timedelta(hours=1)
_AGAIN = "/again/"


class Trouble(StrEnum):
    """Why a payment is not settled between both sides."""

    NOT_READ = "not_read"  # the processor's own list could not be read
    EVENT_MISSING = "event_missing"  # it tells of an event that the books do not have
    SET_ASIDE = "set_aside"  # an event wants a person's eye
    PAID_NOT_CREDITED = "paid_not_credited"  # a checkout that was paid for gave nothing
    REFUND_OF_NOTHING = "refund_of_nothing"  # of a payment that the books do not have


@dataclass(frozen=True, slots=True)
class OpenPayment:
    """One thing that is not settled, by the processor's own id of it."""

    trouble: Trouble
    processor: str
    id: str
    words: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Money of one processor, mode and currency, in the smallest coin."""

    processor: str
    mode: str
    currency: str
    credited_minor: int
    subscribed_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class PaymentsResult:
    """`taken_in` is how many messages the processors' lists held that were looked at."""

    sums: tuple[Taken, ...]
    open: tuple[OpenPayment, ...]
    taken_in: int

    @property
    def agrees(self) -> bool:
        return not self.open


async def reconcile_payments(operator: Operator, since: datetime) -> PaymentsResult:
    """Read every processor's list, take in what no webhook told of, and name what is left open."""
    services = operator.act("reconcile payments", "payments")
    till, now = Till(services), services.clock.now()
    taken_in = await poll(till, now)
    found: list[OpenPayment] = []
    for setup in till.shelf.setups:
        if setup.key:
            found += await _unread(till, setup, since, now)
    found += await operator.looks.database.read(_open_rows)
    sums = await operator.looks.database.read(_sums, since)
    return PaymentsResult(sums, tuple(found), taken_in)


async def _unread(till: Till, setup: Setup, since: datetime, now: datetime) -> list[OpenPayment]:
    if setup.id != STRIPE:
        return []
    until = await till.services.database.read(repository.read_until, setup.id, setup.mode)
    if until is None or until < now - _STALE:
        words = "its own list of events could not be read; the log says why"
        return [OpenPayment(Trouble.NOT_READ, setup.id, setup.mode, words)]
    try:
        async with till.stripe() as stripe:
            ids = [e["id"] async for e in stripe.events_since(since, stripe_events.EVENT_KINDS)]
    except (Refused, TuppenceError) as error:
        return [OpenPayment(Trouble.NOT_READ, setup.id, setup.mode, str(error))]
    missing = await till.services.database.read(_missing, setup, ids)
    words = "it is in the processor's list and not in the books"
    return [OpenPayment(Trouble.EVENT_MISSING, setup.id, each, words) for each in missing]


def _missing(setup: Setup, ids: Iterable[str]) -> Steps[list[str]]:
    found = []
    for event_id in ids:
        rows = yield Sql(
            "SELECT 1 FROM ledger_events WHERE processor = ? AND mode = ? AND event_id = ?",
            (setup.id, setup.mode, event_id),
        )
        if not rows:
            found.append(event_id)
    return found


def _open_rows() -> Steps[list[OpenPayment]]:
    found = []
    rows = yield Sql(
        "SELECT e.processor, e.event_id, e.reason FROM ledger_events e"
        " WHERE e.outcome = 'set_aside' AND NOT EXISTS (SELECT 1 FROM ledger_events a"
        " WHERE a.processor = e.processor AND a.mode = e.mode AND a.outcome <> 'set_aside'"
        f" AND substr(a.event_id, 1, length(e.event_id) + {len(_AGAIN)})"
        f" = e.event_id || '{_AGAIN}') ORDER BY e.at_ms, e.event_id"
    )
    found += [
        OpenPayment(Trouble.SET_ASIDE, row[0], row[1], row[2])
        for row in rows
        if _AGAIN not in row[1]
    ]
    rows = yield Sql(
        "SELECT processor, id, offer, tenant FROM payment_checkouts"
        " WHERE state = 'paid' AND offer_kind = 'pack' ORDER BY created_ms, id"
    )
    found += [
        OpenPayment(Trouble.PAID_NOT_CREDITED, row[0], row[1], f"{row[2]} for {row[3]}")
        for row in rows
    ]
    rows = yield Sql(
        "SELECT r.processor, r.payment, r.amount_minor, r.currency FROM ledger_refunds r"
        " WHERE r.amount_minor > 0 AND r.state <> 'won' AND NOT EXISTS"
        " (SELECT 1 FROM ledger_credits c WHERE c.processor = r.processor AND c.mode = r.mode"
        " AND c.payment = r.payment) AND NOT EXISTS (SELECT 1 FROM payment_links l"
        " WHERE l.processor = r.processor AND l.mode = r.mode AND l.payment = r.payment)"
        " AND NOT EXISTS (SELECT 1 FROM subscription_payments s WHERE s.processor = r.processor"
        " AND s.mode = r.mode AND s.invoice = r.payment) ORDER BY r.at_ms, r.payment"
    )
    found += [
        OpenPayment(Trouble.REFUND_OF_NOTHING, row[0], row[1], f"{row[2]} {row[3]} given back")
        for row in rows
    ]
    return found


def _sums(since: datetime) -> Steps[tuple[Taken, ...]]:
    since_ms = ms_from(since)
    credited = yield Sql(
        "SELECT processor, mode, currency, CAST(sum(amount_minor) AS BIGINT) FROM ledger_credits"
        " WHERE at_ms >= ? GROUP BY processor, mode, currency",
        (since_ms,),
    )
    subscribed = yield Sql(
        "SELECT processor, mode, currency, CAST(sum(amount_minor) AS BIGINT)"
        " FROM subscription_payments WHERE paid_ms >= ? GROUP BY processor, mode, currency",
        (since_ms,),
    )
    refunded = yield Sql(
        "SELECT processor, mode, currency, CAST(sum(amount_minor) AS BIGINT) FROM ledger_refunds"
        " WHERE at_ms >= ? AND state <> 'won' GROUP BY processor, mode, currency",
        (since_ms,),
    )
    by_place: dict[tuple[str, str, str], list[int]] = {}
    for column, rows in enumerate((credited, subscribed, refunded)):
        for processor, mode, currency, amount in rows:
            by_place.setdefault((processor, mode, currency), [0, 0, 0])[column] = int(amount)
    return tuple(Taken(*place, *amounts) for place, amounts in sorted(by_place.items()))
