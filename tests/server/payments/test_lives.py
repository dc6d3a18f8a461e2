"""Each life of a purchase, with real signatures, the real library and the real application."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.ledger.rows import ms_from
from tests.server.payments.doubles.ticking import month_later
from tests.server.payments.shop import GIVES, Shop


async def test_a_pack_is_bought_paid_and_credited(shop: Shop) -> None:
    ann = await shop.someone()
    checkout = await shop.begin(ann, "pro-pack")
    assert checkout["url"].startswith("https://")
    assert await shop.state(ann, checkout) == "pending"
    session = await shop.session(checkout)
    (shop.stripe if shop.processor == "stripe" else shop.lemon).pay(session)
    assert "credited" in await shop.deliver()
    assert await shop.state(ann, checkout) == "credited"
    assert await shop.free(ann) == GIVES["pro-pack"]
    packs = await shop.server.run("SELECT name, amount, unit FROM packs")
    assert packs == [("Pro Pack", 1_000_000, "plan_tokens")]
    await shop.sound()


async def test_windows_are_told_of_a_purchase(shop: Shop) -> None:
    ann = await shop.someone()
    await shop.bought(ann, "pro-pack")
    kinds = await shop.server.run("SELECT tenant, kind FROM announcements")
    assert kinds == [(ann.caller.tenant, "purchase_landed")]


async def test_a_debit_is_credited_when_it_is_through(stripe_shop: Shop) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    checkout = await shop.begin(ann, "starter-pack")
    session = await shop.session(checkout)
    shop.stripe.pay_later(session)
    await shop.deliver()
    assert (await shop.free(ann), await shop.state(ann, checkout)) == (0, "pending")
    shop.pass_by(days=4)
    shop.stripe.succeed(session)
    await shop.deliver()
    assert (await shop.free(ann), await shop.state(ann, checkout)) == (200_000, "credited")


async def test_a_debit_that_fails_gives_nothing(stripe_shop: Shop) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    checkout = await shop.begin(ann, "starter-pack")
    session = await shop.session(checkout)
    shop.stripe.pay_later(session)
    shop.stripe.fail(session)
    await shop.deliver()
    assert (await shop.free(ann), await shop.state(ann, checkout)) == (0, "failed")


async def test_a_checkout_that_nobody_pays_expires(stripe_shop: Shop) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    checkout = await shop.begin(ann, "starter-pack")
    shop.stripe.expire(await shop.session(checkout))
    await shop.deliver()
    _, said = await shop.ask("GET", f"/api/checkout/{checkout['id']}", ann)
    assert (said["state"], said["canceled"]) == ("expired", False)


async def test_a_payment_that_is_given_up_cannot_be_paid_any_more(stripe_shop: Shop) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    checkout = await shop.begin(ann, "starter-pack")
    session = await shop.session(checkout)
    path = f"/api/checkout/{checkout['id']}/cancel"
    assert (await shop.ask("POST", path, await shop.someone()))[0] == 404
    assert shop.stripe.objects[session]["status"] == "open"
    for _ in range(2):
        status, said = await shop.ask("POST", path, ann)
        assert (status, said["state"], said["canceled"], said["url"]) == (200, "expired", True, "")
    assert shop.stripe.objects[session]["status"] == "expired"
    await shop.deliver()  # Stripe's own word of it changes nothing
    _, said = await shop.ask("GET", f"/api/checkout/{checkout['id']}", ann)
    assert (said["state"], said["canceled"]) == ("expired", True)
    await shop.sound()


async def test_what_was_paid_before_it_was_given_up_is_credited(stripe_shop: Shop) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    checkout = await shop.begin(ann, "starter-pack")
    shop.stripe.pay(await shop.session(checkout))
    status, said = await shop.ask("POST", f"/api/checkout/{checkout['id']}/cancel", ann)
    assert (status, said["state"]) == (200, "pending")
    await shop.deliver()
    assert await shop.state(ann, checkout) == "credited"
    await shop.sound()


async def test_a_page_that_its_processor_keeps_open_is_not_called_canceled(shop: Shop) -> None:
    ann = await shop.someone()
    checkout = await shop.begin(ann, "starter-pack")
    status, said = await shop.ask("POST", f"/api/checkout/{checkout['id']}/cancel", ann)
    if shop.processor == "stripe":
        assert status == 200
    else:
        assert (status, said["error"]["code"]) == (409, "not_cancelable")
        assert await shop.state(ann, checkout) == "pending"


async def test_a_subscription_is_in_force_until_it_has_to_be_paid_again(shop: Shop) -> None:
    ann = await shop.someone()
    await shop.bought(ann, "premium")
    month = month_later(shop.stripe.ticking.seconds) * 1000
    account = await shop.account(ann)
    assert (account["plan"], account["flags"]) == ("premium", "")
    assert account["subscribed_ms"] == ms_from(shop.now)
    # Processors bill an hour after a month has begun: six are left for that.
    assert account["paid_until_ms"] == month + 6 * 3600 * 1000
    assert (await shop.ask("GET", "/api/purchases", ann))[1]["subscription"]["plan"] == "premium"
    await shop.sound()


async def test_a_renewal_extends_what_is_paid(shop: Shop) -> None:
    ann = await shop.someone()
    subscription = await shop.bought(ann, "premium")
    before = await shop.account(ann)
    shop.pass_by(days=30)
    (shop.stripe if shop.processor == "stripe" else shop.lemon).renew(subscription)
    await shop.deliver()
    after = await shop.account(ann)
    assert after["paid_until_ms"] - before["paid_until_ms"] == 31 * 86_400_000
    assert after["subscribed_ms"] == before["subscribed_ms"]


async def test_a_renewal_that_fails_is_past_due_until_it_is_paid(shop: Shop) -> None:
    ann = await shop.someone()
    subscription = await shop.bought(ann, "premium")
    shop.pass_by(days=30)
    double = shop.stripe if shop.processor == "stripe" else shop.lemon
    double.declines = True
    double.renew(subscription)
    await shop.deliver()
    account = await shop.account(ann)
    assert (account["plan"], account["flags"]) == ("premium", "past_due")
    assert account["paid_until_ms"] == month_later(shop.stripe.ticking.seconds - 30 * 86_400) * 1000
    shop.pass_by(days=2)
    double.recover(subscription)
    await shop.deliver()
    account = await shop.account(ann)
    assert account["flags"] == ""
    assert account["paid_until_ms"] > ms_from(shop.now + timedelta(days=25))


async def test_a_canceled_subscription_runs_out_and_then_the_plan_is_the_start_plan(
    shop: Shop,
) -> None:
    ann = await shop.someone()
    subscription = await shop.bought(ann, "premium")
    status, said = await shop.ask("POST", "/api/subscription/subscribe", ann, {"action": "cancel"})
    assert (status, said["subscription"]["cancels_at_end"]) == (200, True)
    await shop.deliver()
    month = month_later(shop.stripe.ticking.seconds) * 1000
    account = await shop.account(ann)
    assert (account["plan"], account["paid_until_ms"]) == ("premium", month)
    shop.pass_by(days=30)
    if shop.processor == "stripe":
        shop.stripe.end(subscription)
    else:
        shop.lemon.expire(subscription)
    await shop.deliver()
    account = await shop.account(ann)
    assert (account["plan"], account["paid_until_ms"]) == ("free", None)


async def test_a_cancellation_can_be_taken_back(shop: Shop) -> None:
    ann = await shop.someone()
    await shop.bought(ann, "premium")
    before = await shop.account(ann)
    shop.pass_by(minutes=1)
    await shop.ask("POST", "/api/subscription/subscribe", ann, {"action": "cancel"})
    shop.pass_by(minutes=1)
    status, said = await shop.ask("POST", "/api/subscription/subscribe", ann, {"action": "resume"})
    assert (status, said["subscription"]["cancels_at_end"]) == (200, False)
    await shop.deliver()
    assert await shop.account(ann) == before


async def test_a_refund_in_parts_takes_its_share_of_a_pack(shop: Shop) -> None:
    ann = await shop.someone()
    payment = await shop.bought(ann, "power-pack")
    for amount in (200, 300):
        refund = shop.stripe.refund if shop.processor == "stripe" else shop.lemon.refund_order
        refund(payment, amount)
        await shop.deliver()
    assert await shop.free(ann) == 250_000
    refund(payment)
    await shop.deliver()
    assert await shop.free(ann) == 0
    (purchase,) = (await shop.ask("GET", "/api/purchases", ann))[1]["purchases"]
    assert (purchase["refunded_cents"], purchase["taken_back"]) == (1000, 500_000)
    await shop.sound()


async def test_a_refunded_month_is_over_and_half_of_one_lasts_half_as_long(shop: Shop) -> None:
    ann = await shop.someone()
    subscription = await shop.bought(ann, "premium")
    whole = month_later(shop.stripe.ticking.seconds) * 1000 - ms_from(shop.now)

    def refund(amount: int) -> None:
        if shop.processor == "stripe":
            invoice = shop.stripe.objects[subscription]["latest_invoice"]
            shop.stripe.refund(shop.stripe.intent_of(invoice), amount)
        else:
            # The order's and the invoice's refund are one and the same.
            there = shop.lemon.get("subscriptions", subscription)["attributes"]
            shop.lemon.refund_order(str(there["order_id"]), amount)
            shop.lemon.refund_invoice(shop.lemon.of("subscription-invoices")[0]["id"], amount)

    refund(500)
    await shop.deliver()
    account = await shop.account(ann)
    assert account["paid_until_ms"] == ms_from(shop.now) + whole // 2
    refund(500)
    await shop.deliver()
    account = await shop.account(ann)
    assert (account["plan"], account["paid_until_ms"]) == ("free", None)
    await shop.sound()


@pytest.mark.parametrize(("status", "left"), [("won", 500_000), ("lost", 0)])
async def test_a_dispute_takes_a_pack_back_until_it_is_won(
    stripe_shop: Shop, status: str, left: int
) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    payment = await shop.bought(ann, "power-pack")
    dispute = shop.stripe.dispute(payment)
    await shop.deliver()
    assert await shop.free(ann) == 0
    shop.stripe.close_dispute(dispute["id"], status)
    await shop.deliver()
    assert await shop.free(ann) == left
    await shop.sound()


@pytest.mark.parametrize(("status", "plan"), [("won", "premium"), ("lost", "free")])
async def test_a_disputed_month_counts_again_where_it_is_won(
    stripe_shop: Shop, status: str, plan: str
) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    subscription = await shop.bought(ann, "premium")
    invoice = shop.stripe.objects[subscription]["latest_invoice"]
    dispute = shop.stripe.dispute(shop.stripe.intent_of(invoice))
    await shop.deliver()
    assert (await shop.account(ann))["plan"] == "free"
    shop.stripe.close_dispute(dispute["id"], status)
    await shop.deliver()
    assert (await shop.account(ann))["plan"] == plan


async def test_an_inquiry_of_a_bank_takes_nothing(stripe_shop: Shop) -> None:
    shop, ann = stripe_shop, await stripe_shop.someone()
    payment = await shop.bought(ann, "power-pack")
    dispute = shop.stripe.dispute(payment)
    shop.stripe.events.pop()
    shop.stripe.close_dispute(dispute["id"], "warning_needs_response")
    await shop.deliver()
    assert await shop.free(ann) == 500_000


async def test_a_charge_that_went_back_at_lemon_squeezy_takes_the_pack_back(
    lemon_shop: Shop,
) -> None:
    shop, ann = lemon_shop, await lemon_shop.someone()
    order = await shop.bought(ann, "power-pack")
    shop.lemon.charge_back(order)
    await shop.deliver()
    assert await shop.free(ann) == 0


async def test_tax_on_top_of_a_price_is_not_part_of_what_is_compared(lemon_shop: Shop) -> None:
    shop, ann = lemon_shop, await lemon_shop.someone()
    shop.lemon.tax_percent = 19
    order = await shop.bought(ann, "power-pack")
    assert await shop.free(ann) == 500_000
    shop.lemon.refund_order(order, 595)
    await shop.deliver()
    assert await shop.free(ann) == 250_000


async def test_an_organization_buys_its_plan_with_its_seats(shop: Shop) -> None:
    org = await shop.someone(kind="organization")
    await shop.bought(org, "organization")
    account = await shop.account(org)
    assert (account["plan"], account["seats"]) == ("organization", 5)
