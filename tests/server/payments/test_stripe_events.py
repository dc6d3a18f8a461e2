"""Events in the shapes of older API versions, odd ones, and what is not an event."""

from __future__ import annotations

import copy
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
import stripe

from app.catalog.plan_file import load_catalog
from app.config import resources_folder
from app.server.payments.stripe_events import (
    EVENT_KINDS,
    EventUnreadable,
    notices_of,
    origin_of,
)
from tests.server.payments.doubles.stripe_account import signed
from tests.server.payments.shop import STRIPE_SECRET, Shop, open_shop

Json = dict[str, Any]


def older(event: Json) -> Json:
    """The event as API versions before 2025 sent it: the invoice names subscription and payment
    itself, the period stands on the subscription, and nothing is handed back with an invoice."""
    made = copy.deepcopy(event)
    object_ = made["data"]["object"]
    if object_["object"] == "invoice":
        object_["subscription"] = object_.pop("parent")["subscription_details"]["subscription"]
        object_["payment_intent"] = "pi_older"
        for line in object_["lines"]["data"]:
            line["price"] = {"id": line.pop("pricing")["price_details"]["price"]}
            line["proration"] = line.pop("parent")["subscription_item_details"]["proration"]
    if object_["object"] == "subscription":
        item = object_["items"]["data"][0]
        for name in ("current_period_start", "current_period_end"):
            object_[name] = item.pop(name)
    return made


async def test_older_webhooks_bring_a_subscription_in_any_order(tmp_path: Path) -> None:
    kinds = ("checkout.session.completed", "customer.subscription.created", "invoice.paid")
    for number, order in enumerate(itertools.permutations(range(4))):
        async with open_shop(tmp_path / str(number)) as shop:
            ann = await shop.someone()
            await shop.bought(ann, "premium", deliver=False)
            events = [older(event) for event in shop.stripe.events if event["type"] in kinds]
            shop.stripe._charged(1000, "usd", "pi_older")
            shop.stripe.refund("pi_older", 500)
            events.append(shop.stripe.events[-1])
            for place in order:
                body, headers = signed(events[place], STRIPE_SECRET, shop.stripe.ticking.seconds)
                assert (await shop.post(body, headers))[0] == 200
            account = await shop.account(ann)
            assert account["plan"] == "premium", order
            assert account["paid_until_ms"] == account["subscribed_ms"] + 15 * 86_400_000
            await shop.sound()


async def test_every_event_of_the_double_reads_in_the_library_too(stripe_shop: Shop) -> None:
    ann = await stripe_shop.someone()
    await stripe_shop.bought(ann, "premium", deliver=False)
    for event in stripe_shop.stripe.events:
        body, headers = signed(event, STRIPE_SECRET, 2_000_000_000)
        made = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], STRIPE_SECRET)
        assert made.type == event["type"]


async def test_an_event_that_is_none_of_ours_is_recorded_and_does_nothing(
    stripe_shop: Shop,
) -> None:
    shop = stripe_shop
    event = shop.stripe.say("payout.paid", {"id": "po_1", "object": "payout"})
    body, headers = signed(event, STRIPE_SECRET, shop.stripe.ticking.seconds)
    assert await shop.post(body, headers) == (200, {"received": True, "outcomes": ["recorded"]})
    assert await shop.post(body, headers) == (200, {"received": True, "outcomes": ["repeated"]})


BROKEN: list[Any] = [
    {}, [], None, 5, "text", {"object": "event"}, {"object": "list", "id": "evt"},
    {"object": "event", "id": "evt_1", "type": "invoice.paid", "livemode": True, "created": 1},
    {"object": "event", "id": "evt_1", "type": "invoice.paid", "livemode": True, "created": 1,
     "data": {"object": {"id": "in_1", "status": "paid", "subscription": "sub"}}},
    {"object": "event", "id": "evt_1", "type": "charge.refunded", "livemode": True,
     "created": 10**30, "data": {"object": {}}},
    {"object": "event", "id": "evt_1", "type": "charge.dispute.closed", "livemode": True,
     "created": 1, "data": {"object": {"status": "won"}}},
    {"object": "event", "id": "evt_1", "type": "customer.subscription.updated", "livemode": True,
     "created": 1, "data": {"object": {"items": {"data": []}}}},
]  # fmt: skip


@pytest.mark.parametrize("said", BROKEN, ids=range(len(BROKEN)))
async def test_a_signed_body_that_is_no_event_is_answered_400(stripe_shop: Shop, said: Any) -> None:
    text = json.dumps(said)
    header = stripe.WebhookSignature.generate_signature_header(
        text, STRIPE_SECRET, stripe_shop.stripe.ticking.seconds
    )
    status, _ = await stripe_shop.post(text.encode(), {"Stripe-Signature": header})
    assert status == 400
    assert await stripe_shop.server.run("SELECT count(*) FROM ledger_events") == [(0,)]


def test_an_event_without_its_fields_is_unreadable() -> None:
    with pytest.raises(EventUnreadable):
        origin_of({"id": "evt"})
    with pytest.raises(EventUnreadable):
        notices_of({"id": "evt", "type": "charge.refunded", "data": {"object": None}})


def test_the_shipped_catalog_asks_stripe_for_events_that_are_read() -> None:
    catalog = load_catalog(resources_folder() / "catalogs" / "tuppence.toml")
    asked = {each.id: set(each.webhook_events) for each in catalog.processors}
    assert asked["stripe"] <= set(EVENT_KINDS)
    # Each of these carries something that no other one does.
    assert {"invoice.paid", "invoice_payment.paid", "charge.dispute.closed"} <= asked["stripe"]
    assert {"order_created", "order_refunded", "subscription_payment_success"} <= (
        asked["lemon_squeezy"]
    )
