"""The rows of subscriptions, of what was paid for them and of what went back; each function is
steps for the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.ledger.rows import at_from, ms_from
from app.ledger.steps import Row, Sql, Steps
from app.server.payments.notices import (
    Origin,
    PaymentLinked,
    SubscriptionSeen,
    SubscriptionState,
)


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A row of `subscriptions`."""

    tenant: str
    processor: str
    mode: str
    id: str
    customer: str
    item: str
    plan: str
    price: str
    quantity: int
    state: SubscriptionState
    cancel_at_end: bool
    period_end: datetime | None
    subscribed_at: datetime
    ended_at: datetime | None
    seen: str


@dataclass(frozen=True, slots=True)
class PaidSpan:
    """A row of `subscription_payments`, with what was given back of it and is disputed."""

    tenant: str
    processor: str
    mode: str
    invoice: str
    subscription: str
    plan: str
    quantity: int
    is_first: bool
    amount_minor: int
    currency: str
    start: datetime
    end: datetime
    paid_at: datetime
    back_minor: int = 0


_SUBSCRIPTION = (
    "tenant, processor, mode, id, customer, item, plan, price, quantity, state, cancel_at_end,"
    " period_end_ms, subscribed_ms, ended_ms, seen"
)
_SPAN = (
    "tenant, processor, mode, invoice, subscription, plan, quantity, is_first, amount_minor,"
    " currency, start_ms, end_ms, paid_ms"
)
# What went back of an invoice by one kind of link.
_BACK = (
    "SELECT CAST(coalesce(sum(r.amount_minor), 0) AS BIGINT) FROM ledger_refunds AS r"
    " WHERE r.processor = p.processor AND r.mode = p.mode AND r.currency = p.currency"
    " AND r.state <> 'won' AND r.payment IN (SELECT l.payment FROM payment_links AS l"
    " WHERE l.processor = p.processor AND l.mode = p.mode"
)


def save_subscription(
    tenant: str, plan: str, origin: Origin, seen: SubscriptionSeen
) -> Steps[None]:
    """Keep the newest snapshot of a subscription."""
    values = (
        tenant,
        origin.processor,
        origin.mode,
        seen.subscription,
        seen.customer,
        seen.item,
        plan,
        seen.price,
        seen.quantity,
        str(seen.state),
        int(seen.cancel_at_end),
        None if seen.period_end is None else ms_from(seen.period_end),
        ms_from(seen.subscribed_at),
        None if seen.ended_at is None else ms_from(seen.ended_at),
        seen.seen,
    )
    changed = _SUBSCRIPTION.replace(" ", "").split(",")[4:]
    yield Sql(
        f"INSERT INTO subscriptions ({_SUBSCRIPTION})"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (processor, mode, id) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in changed)
        + " WHERE excluded.seen > subscriptions.seen",
        values,
    )


def subscription_by_id(processor: str, mode: str, id_: str) -> Steps[SubscriptionRow | None]:
    rows = yield Sql(
        f"SELECT {_SUBSCRIPTION} FROM subscriptions WHERE processor = ? AND mode = ? AND id = ?",
        (processor, mode, id_),
    )
    return _subscription(rows[0]) if rows else None


def subscriptions_of(tenant: str) -> Steps[tuple[SubscriptionRow, ...]]:
    rows = yield Sql(
        f"SELECT {_SUBSCRIPTION} FROM subscriptions WHERE tenant = ?"
        " ORDER BY subscribed_ms, processor, mode, id",
        (tenant,),
    )
    return tuple(_subscription(row) for row in rows)


def running_subscriptions(processor: str, mode: str) -> Steps[tuple[SubscriptionRow, ...]]:
    """All of a processor that have not ended."""
    rows = yield Sql(
        f"SELECT {_SUBSCRIPTION} FROM subscriptions WHERE processor = ? AND mode = ?"
        " AND state <> 'ended' ORDER BY tenant, id",
        (processor, mode),
    )
    return tuple(_subscription(row) for row in rows)


def add_span(span: PaidSpan) -> Steps[bool]:
    """Keep a paid invoice, once; False where it was there. One that was nobody's so far gives way
    to the one whose tenant is known."""
    names = _SPAN.replace(" ", "").split(",")
    rows = yield Sql(
        f"INSERT INTO subscription_payments ({_SPAN})"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (processor, mode, invoice) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in names)
        + " WHERE subscription_payments.tenant = '' AND excluded.tenant <> '' RETURNING invoice",
        (
            span.tenant,
            span.processor,
            span.mode,
            span.invoice,
            span.subscription,
            span.plan,
            span.quantity,
            int(span.is_first),
            span.amount_minor,
            span.currency,
            ms_from(span.start),
            ms_from(span.end),
            ms_from(span.paid_at),
        ),
    )
    return bool(rows)


def adopt_spans(tenant: str, processor: str, mode: str, subscription: str) -> Steps[None]:
    """Invoices that came before anybody knew whose their subscription is."""
    yield Sql(
        "UPDATE subscription_payments SET tenant = ? WHERE processor = ? AND mode = ?"
        " AND subscription = ? AND tenant = ''",
        (tenant, processor, mode, subscription),
    )


def spans_of(tenant: str) -> Steps[tuple[PaidSpan, ...]]:
    """The paid invoices of a tenant, each with what went back of it."""
    names = _SPAN.replace(" ", "").split(",")
    rows = yield Sql(
        f"SELECT {', '.join(f'p.{name}' for name in names)}, ({_BACK} AND l.object = p.invoice)),"
        f" ({_BACK} AND p.is_first = 1 AND l.object = 'first/' || p.subscription))"
        " FROM subscription_payments AS p WHERE p.tenant = ? ORDER BY p.start_ms, p.invoice",
        (tenant,),
    )
    return tuple(_span(row) for row in rows)


def link(origin: Origin, linked: PaymentLinked) -> Steps[None]:
    yield Sql(
        "INSERT INTO payment_links (processor, mode, object, payment) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (origin.processor, origin.mode, linked.invoice, linked.payment),
    )


def objects_of_payment(processor: str, mode: str, payment: str) -> Steps[Sequence[str]]:
    """What is known to have been paid by a payment: invoices, checkouts of plans."""
    rows = yield Sql(
        "SELECT object FROM payment_links WHERE processor = ? AND mode = ? AND payment = ?"
        " ORDER BY object",
        (processor, mode, payment),
    )
    return [str(row[0]) for row in rows]


def tenants_of_payment(origin: Origin, payment: str) -> Steps[Sequence[str]]:
    """Whose subscriptions were paid by a payment."""
    rows = yield Sql(
        "SELECT DISTINCT p.tenant FROM payment_links AS l JOIN subscription_payments AS p"
        " ON p.processor = l.processor AND p.mode = l.mode AND (p.invoice = l.object"
        " OR p.is_first = 1 AND l.object = 'first/' || p.subscription)"
        " WHERE l.processor = ? AND l.mode = ? AND l.payment = ? ORDER BY p.tenant",
        (origin.processor, origin.mode, payment),
    )
    return [str(row[0]) for row in rows]


def tenants_of_invoice(origin: Origin, invoice: str) -> Steps[Sequence[str]]:
    rows = yield Sql(
        "SELECT tenant FROM subscription_payments WHERE processor = ? AND mode = ?"
        " AND (invoice = ? OR is_first = 1 AND 'first/' || subscription = ?) ORDER BY tenant",
        (origin.processor, origin.mode, invoice, invoice),
    )
    return [str(row[0]) for row in rows]


def unlinked_spans(processor: str, mode: str, since: datetime) -> Steps[Sequence[str]]:
    """Invoices paid since, whose payment is not known yet, by id, the newest first."""
    rows = yield Sql(
        "SELECT p.invoice FROM subscription_payments AS p WHERE p.processor = ? AND p.mode = ?"
        " AND p.amount_minor > 0 AND p.paid_ms >= ?"
        " AND NOT EXISTS (SELECT 1 FROM payment_links AS l"
        " WHERE l.processor = p.processor AND l.mode = p.mode AND l.object = p.invoice)"
        " ORDER BY p.paid_ms DESC, p.invoice LIMIT 100",
        (processor, mode, ms_from(since)),
    )
    return [str(row[0]) for row in rows]


def _subscription(row: Row) -> SubscriptionRow:
    values = [
        *row[:9],
        SubscriptionState(row[9]),
        bool(row[10]),
        None if row[11] is None else at_from(row[11]),
        at_from(row[12]),
        None if row[13] is None else at_from(row[13]),
        row[14],
    ]
    return SubscriptionRow(*values)


def _span(row: Row) -> PaidSpan:
    values = [
        *row[:7],
        bool(row[7]),
        row[8],
        row[9],
        at_from(row[10]),
        at_from(row[11]),
        at_from(row[12]),
        # A first payment may go back under its order's name, its invoice's, or both: once.
        max(row[13], row[14]),
    ]
    return PaidSpan(*values)
