"""The rows of purchases, customers, events and polls; each function is steps for the caller's
transaction. Subscriptions have `subscription_rows`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.ledger.rows import at_from, ms_from
from app.ledger.steps import Row, Sql, Steps
from app.server.payments.notices import Origin

BODIES_KEPT = timedelta(days=90)
# A later state replaces an earlier one, whatever comes first.
_RANKS = ("pending", "expired", "failed", "paid", "credited")
_RANK = "CASE {} " + " ".join(f"WHEN '{word}' THEN {n}" for n, word in enumerate(_RANKS)) + " END"


@dataclass(frozen=True, slots=True)
class Checkout:
    """A row of `payment_checkouts`: a purchase that somebody began."""

    tenant: str
    id: str
    processor: str
    mode: str
    session: str
    subscription: str
    offer: str
    offer_kind: str
    price: str
    quantity: int
    amount_minor: int
    currency: str
    email: str
    hint: str
    secret_hash: str
    state: str
    url: str
    created_at: datetime
    canceled: bool = False  # it is expired because its buyer gave it up


CANCELED = "canceled"
_CHECKOUT = (
    "tenant, id, processor, mode, session, subscription, offer, offer_kind, price, quantity,"
    " amount_minor, currency, email, hint, secret_hash, state, url, created_ms"
)


def add_checkout(row: Checkout) -> Steps[None]:
    yield Sql(
        f"INSERT INTO payment_checkouts ({_CHECKOUT})"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row.tenant,
            row.id,
            row.processor,
            row.mode,
            row.session,
            row.subscription,
            row.offer,
            row.offer_kind,
            row.price,
            row.quantity,
            row.amount_minor,
            row.currency,
            row.email,
            row.hint,
            row.secret_hash,
            row.state,
            row.url,
            ms_from(row.created_at),
        ),
    )


def opened(tenant: str, checkout_id: str, session: str, url: str) -> Steps[None]:
    """The processor made a page for it."""
    yield Sql(
        "UPDATE payment_checkouts SET session = ?, url = ? WHERE tenant = ? AND id = ?",
        (session, url, tenant, checkout_id),
    )


def checkout_by_id(checkout_id: str, tenant: str = "") -> Steps[Checkout | None]:
    """A checkout; with `tenant` only where it is theirs."""
    rows = yield Sql(
        f"SELECT {_CHECKOUT}, canceled FROM payment_checkouts WHERE id = ?"
        + (" AND tenant = ?" if tenant else ""),
        (checkout_id, tenant) if tenant else (checkout_id,),
    )
    return _checkout(rows[0]) if rows else None


def open_checkouts(processor: str, mode: str, since: datetime) -> Steps[tuple[Checkout, ...]]:
    """Those that were not heard of, the oldest first."""
    rows = yield Sql(
        f"SELECT {_CHECKOUT}, canceled FROM payment_checkouts WHERE state = 'pending'"
        " AND processor = ? AND mode = ? AND created_ms >= ? ORDER BY created_ms LIMIT 1000",
        (processor, mode, ms_from(since)),
    )
    return tuple(_checkout(row) for row in rows)


def advance(checkout: Checkout, state: str, subscription: str = "") -> Steps[None]:
    """Bring a checkout on; never back. One that was canceled is expired, and told apart."""
    new, old = _RANK.format("?"), _RANK.format("state")
    canceled = int(state == CANCELED)
    state = "expired" if canceled else state
    yield Sql(
        "UPDATE payment_checkouts SET"
        f" canceled = CASE WHEN {new} > {old} THEN CAST(? AS BIGINT) ELSE canceled END,"
        f" state = CASE WHEN {new} > {old} THEN ? ELSE state END,"
        " subscription = CASE WHEN subscription = '' THEN ? ELSE subscription END"
        " WHERE tenant = ? AND id = ?",
        (state, canceled, state, state, subscription, checkout.tenant, checkout.id),
    )


def remember_hint(checkout_id: str, hint: str) -> Steps[None]:
    """The order that a buyer came back with, the first one: only where to look for the payment."""
    yield Sql(
        "UPDATE payment_checkouts SET hint = ? WHERE id = ? AND hint = '' AND state = 'pending'",
        (hint, checkout_id),
    )


def purchases_of(tenant: str) -> Steps[tuple[Checkout, ...]]:
    """What a tenant began to buy, the newest first."""
    rows = yield Sql(
        f"SELECT {_CHECKOUT}, canceled FROM payment_checkouts WHERE tenant = ?"
        " ORDER BY created_ms DESC, id LIMIT 500",
        (tenant,),
    )
    return tuple(_checkout(row) for row in rows)


def save_customer(tenant: str, origin: Origin, customer: str) -> Steps[None]:
    if customer:
        yield Sql(
            "INSERT INTO payment_customers (tenant, processor, mode, customer)"
            " VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (tenant, origin.processor, origin.mode, customer),
        )


def customer_of(tenant: str, processor: str, mode: str) -> Steps[str]:
    """The processor's id of a tenant, empty where it has none."""
    rows = yield Sql(
        "SELECT customer FROM payment_customers WHERE tenant = ? AND processor = ? AND mode = ?",
        (tenant, processor, mode),
    )
    return str(rows[0][0]) if rows else ""


def keep_body(origin: Origin, outcome: str, reason: str, body: str) -> Steps[None]:
    """Keep an event as it came, with how it ended."""
    yield Sql(
        "INSERT INTO payment_events (processor, mode, event_id, kind, outcome, reason, body, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            origin.processor,
            origin.mode,
            origin.event_id,
            origin.kind,
            outcome,
            reason,
            body,
            ms_from(origin.at),
        ),
    )


def forget_bodies(now: datetime) -> Steps[None]:
    yield Sql("DELETE FROM payment_events WHERE at_ms < ?", (ms_from(now - BODIES_KEPT),))


def is_credited(processor: str, payment: str) -> Steps[bool]:
    """Whether a payment was credited."""
    rows = yield Sql(
        "SELECT 1 FROM ledger_credits WHERE processor = ? AND payment = ? LIMIT 1",
        (processor, payment),
    )
    return bool(rows)


def read_until(processor: str, mode: str) -> Steps[datetime | None]:
    """Until when what happened at a processor has been read; None where it never was."""
    rows = yield Sql(
        "SELECT read_until_ms FROM payment_polls WHERE processor = ? AND mode = ?",
        (processor, mode),
    )
    return at_from(rows[0][0]) if rows else None


def save_read_until(processor: str, mode: str, until: datetime) -> Steps[None]:
    yield Sql(
        "INSERT INTO payment_polls (processor, mode, read_until_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (processor, mode) DO UPDATE SET read_until_ms = excluded.read_until_ms"
        " WHERE excluded.read_until_ms > payment_polls.read_until_ms",
        (processor, mode, ms_from(until)),
    )


def _checkout(row: Row) -> Checkout:
    values = [*row[:17], at_from(row[17]), bool(row[18])]
    return Checkout(*values)
