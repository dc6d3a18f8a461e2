"""The end depends on the set of messages, not on their order, their number or when they come."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.ledger.audit import audit
from app.ledger.sqlite import run as run_steps
from app.server.payments import lemon_squeezy_events, stripe_events
from app.server.payments.handling import handle
from app.server.payments.notices import Notice, Origin
from app.server.payments.till import Till
from tests.server.payments.doubles import lemon_store
from tests.server.payments.shop import LEMON_SECRET, Shop, end_state, open_shop

Message = tuple[Origin, tuple[Notice, ...]]


async def debit_with_refunds_and_a_dispute(shop: Shop) -> None:
    ann = await shop.someone()
    session = await shop.session(await shop.begin(ann, "power-pack"))
    shop.stripe.pay_later(session)
    shop.pass_by(days=1)
    shop.stripe.succeed(session)
    intent = shop.stripe.objects[session]["payment_intent"]
    shop.stripe.refund(intent, 200)
    shop.stripe.refund(intent, 100)
    dispute = shop.stripe.dispute(intent, 400)
    shop.stripe.close_dispute(dispute["id"], "won")


async def refund_before_a_lost_dispute(shop: Shop) -> None:
    ann = await shop.someone()
    first = await shop.bought(ann, "starter-pack", deliver=False)
    second = await shop.bought(ann, "power-pack", deliver=False)
    shop.stripe.refund(first)
    shop.stripe.refund(second, 300)
    dispute = shop.stripe.dispute(second, 700)
    shop.stripe.close_dispute(dispute["id"], "lost")


async def month_canceled_and_half_refunded(shop: Shop) -> None:
    ann = await shop.someone()
    subscription = await shop.bought(ann, "premium", deliver=False)
    shop.pass_by(hours=1)
    shop.stripe.change(subscription, {"cancel_at_period_end": True})
    invoice = shop.stripe.objects[subscription]["latest_invoice"]
    shop.stripe.refund(shop.stripe.intent_of(invoice), 500)


async def month_renewed_past_due_and_over(shop: Shop) -> None:
    ann = await shop.someone()
    subscription = await shop.bought(ann, "premium", deliver=False)
    shop.stripe.events = [e for e in shop.stripe.events if e["type"] != "invoice_payment.paid"]
    shop.pass_by(days=30)
    shop.stripe.declines = True
    shop.stripe.renew(subscription)
    shop.stripe.events = [e for e in shop.stripe.events if e["type"] != "invoice.payment_failed"]
    shop.pass_by(days=9)
    shop.stripe.end(subscription)


async def lemon_month_refunded_twice_named(shop: Shop) -> None:
    ann = await shop.someone()
    subscription = await shop.bought(ann, "premium", deliver=False)
    shop.pass_by(hours=1)
    shop.lemon.cancel(subscription)
    shop.lemon.webhooks.pop()
    there = shop.lemon.get("subscriptions", subscription)["attributes"]
    shop.lemon.refund_order(str(there["order_id"]), 400)
    shop.lemon.refund_invoice(shop.lemon.of("subscription-invoices")[0]["id"], 400)


async def lemon_month_renewed_and_changed(shop: Shop) -> None:
    ann = await shop.someone()
    subscription = await shop.bought(ann, "premium", deliver=False)
    shop.pass_by(days=30)
    shop.lemon.renew(subscription)
    shop.pass_by(days=30)
    shop.lemon.renew(subscription)
    shop.lemon.webhooks.pop()


@pytest.mark.parametrize(
    ("processor", "play"),
    [
        ("stripe", debit_with_refunds_and_a_dispute),
        ("stripe", refund_before_a_lost_dispute),
        ("stripe", month_canceled_and_half_refunded),
        ("stripe", month_renewed_past_due_and_over),
        ("lemon_squeezy", lemon_month_refunded_twice_named),
        ("lemon_squeezy", lemon_month_renewed_and_changed),
    ],
)
async def test_six_messages_end_the_same_in_all_720_orders(
    tmp_path: Path, processor: str, play: Callable[[Shop], Awaitable[None]]
) -> None:
    async with open_shop(tmp_path / "server", processor) as shop:
        await play(shop)
        six = messages(shop)
        now, till = shop.now + timedelta(minutes=1), shop.till
    assert len(six) == 6
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        with closing(sqlite3.connect(tmp_path / "server" / "server.db")) as begun:
            begun.backup(copy)
        ends = Counter(ends_of(copy, till, six, now))
    assert list(ends.values()) == [720]


def messages(shop: Shop) -> list[Message]:
    found: list[Message] = []
    for event in shop.stripe.events:
        found.append((stripe_events.origin_of(event), stripe_events.notices_of(event)))
    for name, said in shop.lemon.webhooks:
        body, _ = lemon_store.signed(name, said, LEMON_SECRET)
        origin = lemon_squeezy_events.origin_of(said, body)
        found.append((origin, lemon_squeezy_events.notices_of(said)))
    return found


def ends_of(
    copy: sqlite3.Connection, till: Till, left: list[Message], now: datetime
) -> Iterator[tuple[object, ...]]:
    """What the database is like after each order of the messages; it is left as it was."""
    if not left:
        assert run_steps(copy, audit()) == ()
        yield run_steps(copy, end_state())
    for number, (origin, notices) in enumerate(left):
        copy.execute(f"SAVEPOINT before_{len(left)}")
        run_steps(copy, handle(till.shelf, origin, notices, "", now))
        yield from ends_of(copy, till, left[:number] + left[number + 1 :], now)
        copy.execute(f"ROLLBACK TO before_{len(left)}")
        copy.execute(f"RELEASE before_{len(left)}")
