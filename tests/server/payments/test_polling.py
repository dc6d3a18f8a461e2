"""Payments whose messages never came are found by reading the processors' own lists."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.ledger.rows import ms_from
from tests.server.payments.shop import Shop, open_shop


async def test_a_paid_checkout_whose_webhook_was_lost_is_credited_by_the_poller(
    stripe_shop: Shop,
) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    await shop.bought(ann, "power-pack", deliver=False)
    shop.pass_by(minutes=10)
    await shop.poll()
    assert await shop.free(ann) == 500_000
    await shop.sound()


async def test_the_poller_and_a_late_webhook_credit_once(stripe_shop: Shop) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    await shop.bought(ann, "power-pack", deliver=False)
    shop.pass_by(minutes=10)
    await shop.poll()
    assert await shop.deliver() == ["repeated"]
    await shop.poll()
    assert await shop.free(ann) == 500_000


async def test_ten_copies_poll_at_once_and_credit_once(any_shop: Shop) -> None:
    shop, ann = any_shop, await any_shop.someone()
    await shop.bought(ann, "power-pack", deliver=False)
    await shop.bought(ann, "premium", deliver=False)
    shop.pass_by(minutes=10)
    await asyncio.gather(*(shop.poll() for _ in range(10)), shop.deliver())
    assert await shop.free(ann) == 500_000
    assert (await shop.account(ann))["plan"] == "premium"
    await shop.sound()


async def test_without_any_list_of_events_the_sessions_themselves_tell(stripe_shop: Shop) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    await shop.bought(ann, "power-pack", deliver=False)
    subscription = await shop.bought(ann, "premium", deliver=False)
    shop.stripe.events.clear()
    shop.pass_by(minutes=10)
    await shop.poll()
    assert await shop.free(ann) == 500_000
    assert (await shop.account(ann))["plan"] == "premium"
    # The payment behind the month was looked up as well: a refund finds it.
    invoice = shop.stripe.objects[subscription]["latest_invoice"]
    shop.stripe.refund(shop.stripe.intent_of(invoice))
    await shop.poll()
    assert (await shop.account(ann))["plan"] == "free"


async def test_lost_refunds_renewals_and_endings_are_found(stripe_shop: Shop) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    payment = await shop.bought(ann, "power-pack")
    subscription = await shop.bought(ann, "premium")
    await shop.poll()
    shop.stripe.refund(payment, 500)
    shop.pass_by(days=30)
    shop.stripe.renew(subscription)
    before = await shop.account(ann)
    await shop.poll()
    after = await shop.account(ann)
    assert after["paid_until_ms"] > before["paid_until_ms"]
    assert await shop.free(ann) == 250_000
    shop.stripe.end(subscription)
    await shop.poll()
    assert (await shop.account(ann))["plan"] == "free"


async def test_more_events_than_one_page_are_all_read(stripe_shop: Shop) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    payment = await shop.bought(ann, "power-pack", deliver=False)
    for _ in range(250):
        shop.stripe.refund(payment, 1)
    shop.pass_by(minutes=10)
    await shop.poll()
    assert await shop.free(ann) == 375_000


async def test_a_processor_that_is_down_keeps_nobody_else_from_being_read(tmp_path: Path) -> None:
    async with open_shop(tmp_path / "server", "lemon_squeezy") as shop:
        ann = await shop.someone(email="ann@example.org")
        await shop.bought(ann, "power-pack", deliver=False)
        both = (shop.lemon, shop.now)
    async with open_shop(tmp_path / "server", "both") as later:
        later.stripe_api.down = True
        later.lemon_api.store = both[0]
        later.server.time.at = both[1]
        later.pass_by(minutes=10)
        await later.poll()
        assert await later.free(ann) == 500_000


async def test_after_an_outage_the_poller_reads_from_where_it_was(stripe_shop: Shop) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    await shop.poll()
    shop.stripe_api.down = True
    shop.pass_by(days=6)
    payment = "pi_none"
    shop.stripe_api.down = False
    payment = await shop.bought(ann, "power-pack", deliver=False)
    shop.stripe.refund(payment, 500)
    shop.stripe_api.down = True
    shop.pass_by(days=6)
    assert await shop.poll() == 0
    shop.stripe_api.down = False
    await shop.poll()
    assert await shop.free(ann) == 250_000


async def test_an_event_that_makes_no_sense_keeps_no_other_from_being_read(
    stripe_shop: Shop,
) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    shop.stripe.say("charge.refunded", {"id": "ch_1", "object": "charge"})
    negative = {"id": "ch_2", "object": "charge", "amount_refunded": -5, "currency": "usd"}
    shop.stripe.say("charge.refunded", negative)
    await shop.bought(ann, "power-pack", deliver=False)
    shop.pass_by(minutes=10)
    await shop.poll()
    assert await shop.free(ann) == 500_000
    until = await shop.server.run("SELECT read_until_ms FROM payment_polls")
    assert until == [(ms_from(shop.now),)]


async def test_a_session_that_is_gone_keeps_no_other_from_being_looked_at(
    stripe_shop: Shop,
) -> None:
    shop, ann, bob = stripe_shop, await stripe_shop.someone(), await stripe_shop.someone()
    gone = await shop.session(await shop.begin(bob, "power-pack"))
    shop.pass_by(seconds=1)
    await shop.bought(ann, "power-pack", deliver=False)
    del shop.stripe.objects[gone]
    shop.stripe.events.clear()
    shop.pass_by(minutes=10)
    await shop.poll()
    assert await shop.free(ann) == 500_000


async def test_invoices_without_a_payment_do_not_hide_those_with_one(stripe_shop: Shop) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    subscription = await shop.bought(ann, "premium")
    await shop.server.run("DELETE FROM payment_links")
    for number in range(150):
        await shop.server.run(
            "INSERT INTO subscription_payments SELECT tenant, processor, mode, ?, 'sub_other',"
            " plan, quantity, 0, amount_minor, currency, start_ms, end_ms, paid_ms - 1000"
            " FROM subscription_payments WHERE subscription = ?", f"in_{number}", subscription,
        )  # fmt: skip
    shop.stripe.events.clear()
    await shop.poll()
    invoice = shop.stripe.objects[subscription]["latest_invoice"]
    linked = await shop.server.run("SELECT payment FROM payment_links WHERE object = ?", invoice)
    assert linked == [(shop.stripe.intent_of(invoice),)]


async def test_a_snapshot_counts_by_stripes_clock_and_not_by_ours(stripe_shop: Shop) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    subscription = await shop.bought(ann, "premium")
    shop.server.time.pass_by(minutes=4)  # this server's clock is fast
    await shop.ask("POST", "/api/subscription/subscribe", ann, {"action": "cancel"})
    shop.stripe.ticking.pass_(minutes=1)
    shop.stripe.change(subscription, {"cancel_at_period_end": False})
    await shop.deliver()
    shown = (await shop.ask("GET", "/api/purchases", ann))[1]["subscription"]
    assert shown["cancels_at_end"] is False


# --- Lemon Squeezy, whose lists do not say for whom something was bought ---


async def test_an_order_is_matched_by_the_address_that_it_was_begun_with(
    lemon_shop: Shop,
) -> None:
    shop = lemon_shop
    ann = await shop.someone(email="ann@example.org")
    bob = await shop.someone(email="bob@example.org")
    await shop.begin(bob, "power-pack")
    await shop.bought(ann, "power-pack", deliver=False)
    shop.pass_by(minutes=10)
    await shop.poll()
    assert (await shop.free(ann), await shop.free(bob)) == (500_000, 0)
    await shop.deliver()
    assert await shop.free(ann) == 500_000
    await shop.sound()


async def test_an_order_is_matched_by_the_page_that_its_buyer_came_back_to(
    lemon_shop: Shop,
) -> None:
    from app.server.payments.service import came_back

    shop, ann = lemon_shop, await lemon_shop.someone()
    await shop.begin(await shop.someone(), "power-pack")
    checkout = await shop.begin(ann, "power-pack")
    order = shop.lemon.pay(await shop.session(checkout), email="other@example.org")
    await came_back(shop.till, checkout["id"], order["attributes"]["identifier"])
    shop.pass_by(minutes=10)
    await shop.poll()
    assert await shop.free(ann) == 500_000


async def test_an_order_that_nobody_can_match_waits_for_a_person(lemon_shop: Shop) -> None:
    shop = lemon_shop
    ann, bob = await shop.someone(), await shop.someone()
    await shop.begin(bob, "power-pack")
    await shop.bought(ann, "power-pack", deliver=False)
    shop.pass_by(minutes=10)
    await shop.poll()
    await shop.poll()
    assert (await shop.free(ann), await shop.free(bob)) == (0, 0)
    assert await shop.reasons() == ["it belongs to no checkout of ours"]
    # Its webhook still knows better.
    assert "credited" in await shop.deliver()
    assert await shop.free(ann) == 500_000


async def test_a_fresh_order_is_left_to_its_webhook(lemon_shop: Shop) -> None:
    shop = lemon_shop
    ann = await shop.someone(email="ann@example.org")
    await shop.bought(ann, "power-pack", deliver=False)
    shop.pass_by(minutes=2)
    await shop.poll()
    assert await shop.free(ann) == 0


async def test_a_lost_subscription_is_found_with_its_month_and_its_renewal(
    lemon_shop: Shop,
) -> None:
    shop = lemon_shop
    ann = await shop.someone(email="ann@example.org")
    subscription = await shop.bought(ann, "premium", deliver=False)
    shop.pass_by(minutes=10)
    await shop.poll()
    before = await shop.account(ann)
    assert before["plan"] == "premium"
    shop.pass_by(days=30)
    shop.lemon.renew(subscription)
    shop.pass_by(minutes=10)
    await shop.poll()
    after = await shop.account(ann)
    assert after["paid_until_ms"] - before["paid_until_ms"] == pytest.approx(
        31 * 86_400_000, abs=86_400_000
    )
    await shop.deliver()
    assert await shop.account(ann) == after
    await shop.sound()


async def test_a_lost_refund_of_a_credited_order_is_found(lemon_shop: Shop) -> None:
    shop, ann = lemon_shop, await lemon_shop.someone()
    order = await shop.bought(ann, "power-pack")
    shop.lemon.refund_order(order, 500)
    shop.pass_by(minutes=10)
    await shop.poll()
    assert await shop.free(ann) == 250_000
    assert await shop.reasons() == []


async def test_a_lost_refund_of_an_order_of_last_month_is_found_within_a_day(
    lemon_shop: Shop,
) -> None:
    shop, ann = lemon_shop, await lemon_shop.someone()
    order = await shop.bought(ann, "power-pack")
    await shop.poll()
    shop.pass_by(days=30)
    shop.lemon.refund_order(order, 500)
    shop.pass_by(days=1)
    await shop.poll()
    assert await shop.free(ann) == 250_000
    await shop.sound()


async def test_what_the_store_sells_beside_is_not_looked_at_for_months(lemon_shop: Shop) -> None:
    shop, ann = lemon_shop, await lemon_shop.someone()
    await shop.bought(ann, "power-pack", deliver=False)
    shop.pass_by(days=30)
    await shop.poll()
    assert await shop.reasons() == []


async def test_an_order_that_makes_no_sense_keeps_no_other_from_being_read(
    lemon_shop: Shop,
) -> None:
    shop = lemon_shop
    ann, bob = await shop.someone(email="a@example.org"), await shop.someone(email="b@example.org")
    odd = await shop.bought(bob, "starter-pack", deliver=False)
    shop.lemon.get("orders", odd)["attributes"]["first_order_item"] = None
    await shop.bought(ann, "power-pack", deliver=False)
    shop.pass_by(minutes=10)
    await shop.poll()
    assert await shop.free(ann) == 500_000


async def test_a_subscription_that_is_gone_keeps_no_invoice_from_being_read(
    lemon_shop: Shop,
) -> None:
    shop, ann, bob = lemon_shop, await lemon_shop.someone(), await lemon_shop.someone()
    gone = await shop.bought(bob, "premium")
    kept = await shop.bought(ann, "premium")
    shop.pass_by(days=30, hours=1)
    before = await shop.account(ann)
    shop.lemon.renew(kept)
    del shop.lemon.objects["subscriptions", gone]
    await shop.poll()
    assert (await shop.account(ann))["paid_until_ms"] > before["paid_until_ms"]
