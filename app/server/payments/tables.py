"""The tables of payments, in statements that both databases take.

What was paid and given back stands in the ledger's tables; here is what a buyer began, what a
processor says of a subscription, and what each of its payments was for.
"""

from __future__ import annotations

# One purchase that somebody began. `price` is the processor's id of what was offered,
# `amount_minor` what it costs in the currency's smallest coin. `secret_hash` is of the demo's
# checkout alone; `hint` an order that the buyer came back with, which nobody has signed.
CHECKOUTS = """
CREATE TABLE payment_checkouts (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    processor TEXT NOT NULL,
    mode TEXT NOT NULL,
    session TEXT NOT NULL DEFAULT '',
    subscription TEXT NOT NULL DEFAULT '',
    offer TEXT NOT NULL,
    offer_kind TEXT NOT NULL CHECK (offer_kind IN ('pack', 'plan')),
    price TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    email TEXT NOT NULL DEFAULT '',
    hint TEXT NOT NULL DEFAULT '',
    secret_hash TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('pending', 'expired', 'failed', 'paid', 'credited')),
    url TEXT NOT NULL DEFAULT '',
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
)"""

# What a processor says of a subscription, as of `seen`: a text that sorts as the snapshots do.
# `plan` is the one of its price now, whether it is paid or not.
SUBSCRIPTIONS = """
CREATE TABLE subscriptions (
    tenant TEXT NOT NULL,
    processor TEXT NOT NULL,
    mode TEXT NOT NULL,
    id TEXT NOT NULL,
    customer TEXT NOT NULL DEFAULT '',
    item TEXT NOT NULL DEFAULT '',
    plan TEXT NOT NULL,
    price TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'past_due', 'paused', 'ended')),
    cancel_at_end INTEGER NOT NULL,
    period_end_ms INTEGER,
    subscribed_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    seen TEXT NOT NULL,
    PRIMARY KEY (tenant, processor, mode, id),
    UNIQUE (processor, mode, id)
)"""

# One paid invoice of a subscription, and the time that it pays for. `plan` is what it was for; `*`
# is a difference that the processor worked out for a change of plan.
SUBSCRIPTION_PAYMENTS = """
CREATE TABLE subscription_payments (
    tenant TEXT NOT NULL,
    processor TEXT NOT NULL,
    mode TEXT NOT NULL,
    invoice TEXT NOT NULL,
    subscription TEXT NOT NULL,
    plan TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    is_first INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    paid_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, processor, mode, invoice),
    UNIQUE (processor, mode, invoice)
)"""

# Under which names money for an invoice goes back. Either may be known before the other, and before
# the tenant is: so this one is by processor.
PAYMENT_LINKS = """
CREATE TABLE payment_links (
    processor TEXT NOT NULL,
    mode TEXT NOT NULL,
    object TEXT NOT NULL,
    payment TEXT NOT NULL,
    PRIMARY KEY (processor, mode, object, payment)
)"""

# How a processor knows a tenant.
CUSTOMERS = """
CREATE TABLE payment_customers (
    tenant TEXT NOT NULL,
    processor TEXT NOT NULL,
    mode TEXT NOT NULL,
    customer TEXT NOT NULL,
    PRIMARY KEY (tenant, processor, mode)
)"""

# Events as they came, for whoever has to look at one; forgotten after 90 days.
EVENT_BODIES = """
CREATE TABLE payment_events (
    processor TEXT NOT NULL,
    mode TEXT NOT NULL,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    body TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (processor, mode, event_id)
)"""

# Until when a processor's own list of what happened has been read.
POLLS = """
CREATE TABLE payment_polls (
    processor TEXT NOT NULL,
    mode TEXT NOT NULL,
    read_until_ms INTEGER NOT NULL,
    PRIMARY KEY (processor, mode)
)"""

# Since the third step: one that is expired because its buyer gave it up.
CANCELED = "ALTER TABLE payment_checkouts ADD COLUMN canceled INTEGER NOT NULL DEFAULT 0"

STATEMENTS: tuple[str, ...] = (
    CHECKOUTS,
    SUBSCRIPTIONS,
    SUBSCRIPTION_PAYMENTS,
    PAYMENT_LINKS,
    CUSTOMERS,
    EVENT_BODIES,
    POLLS,
    (
        "CREATE INDEX payment_checkouts_open ON payment_checkouts (processor, created_ms)"
        " WHERE state = 'pending'"
    ),
    (
        "CREATE INDEX subscription_payments_of ON subscription_payments"
        " (processor, mode, subscription)"
    ),
    "CREATE INDEX payment_links_by_payment ON payment_links (processor, mode, payment)",
    "CREATE INDEX payment_events_by_time ON payment_events (at_ms)",
)
