"""Another plan in the middle of a month, with a catalog that has two for one person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from app.server.app import build_app
from app.server.payments.till import Till
from tests.server.payments.shop import Shop, open_shop

ENV = {
    "STRIPE_BASIC_PRODUCT_ID": "prod_b", "STRIPE_BASIC_PRICE_ID": "price_basic",
    "STRIPE_CREATOR_PRODUCT_ID": "prod_c", "STRIPE_CREATOR_PRICE_ID": "price_creator",
    "LEMONSQUEEZY_BASIC_PRODUCT_ID": "2001", "LEMONSQUEEZY_BASIC_VARIANT_ID": "11",
    "LEMONSQUEEZY_CREATOR_PRODUCT_ID": "2002", "LEMONSQUEEZY_CREATOR_VARIANT_ID": "12",
}  # fmt: skip


@pytest.fixture(params=["stripe", "lemon_squeezy"])
async def two_plans(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    from app.catalog.plan_file import load_catalog
    from app.config import resources_folder

    catalog = load_catalog(resources_folder() / "catalogs" / "daily-budgets.toml")
    async with open_shop(tmp_path / "s", request.param, **ENV) as shop:
        shop.stripe.add_price("price_basic", 900, recurring=True)
        shop.stripe.add_price("price_creator", 1800, recurring=True)
        shop.lemon.add_variant("11", 900, monthly=True)
        shop.lemon.add_variant("12", 1800, monthly=True)
        services = replace(shop.server.services, catalog=catalog)
        transport = httpx2.ASGITransport(build_app(services), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://server") as client:
            shop.server.client, shop.server.services = client, services
            shop.till = Till(services)
            yield shop


async def change(shop: Shop, person: object, offer: str) -> tuple[int, dict[str, object]]:
    body = {"action": "change", "offer": offer}
    return await shop.ask("POST", "/api/subscription/subscribe", person, body)  # type: ignore[arg-type]


async def test_a_dearer_plan_holds_once_its_difference_is_paid(two_plans: Shop) -> None:
    shop, ann = two_plans, await two_plans.someone()
    await shop.bought(ann, "basic")
    assert (await shop.account(ann))["plan"] == "basic"
    shop.pass_by(days=10)
    status, _ = await change(shop, ann, "creator")
    assert status == 200
    await shop.deliver()
    assert (await shop.account(ann))["plan"] == "creator"
    assert await shop.reasons() == []
    await shop.sound()


async def test_the_renewal_after_a_change_costs_the_new_price(two_plans: Shop) -> None:
    shop, ann = two_plans, await two_plans.someone()
    subscription = await shop.bought(ann, "basic")
    shop.pass_by(days=10)
    await change(shop, ann, "creator")
    shop.pass_by(days=20)
    (shop.stripe if shop.processor == "stripe" else shop.lemon).renew(subscription)
    await shop.deliver()
    account = await shop.account(ann)
    assert account["plan"] == "creator"
    assert account["paid_until_ms"] > shop.now.timestamp() * 1000 + 29 * 86_400_000
    assert await shop.reasons() == []


async def test_a_cheaper_plan_counts_at_once_and_costs_less_next_month(two_plans: Shop) -> None:
    shop, ann = two_plans, await two_plans.someone()
    await shop.bought(ann, "creator")
    shop.pass_by(days=10)
    assert (await change(shop, ann, "basic"))[0] == 200
    await shop.deliver()
    assert (await shop.account(ann))["plan"] == "basic"
    assert await shop.reasons() == []


async def test_a_change_whose_card_is_declined_leaves_the_plan(two_plans: Shop) -> None:
    shop, ann = two_plans, await two_plans.someone()
    if shop.processor != "stripe":
        return  # Lemon Squeezy moves first and is past due then
    await shop.bought(ann, "basic")
    shop.pass_by(days=10)
    shop.stripe.declines = True
    await change(shop, ann, "creator")
    await shop.deliver()
    account = await shop.account(ann)
    assert (account["plan"], account["flags"]) == ("basic", "")


async def test_a_plan_that_was_changed_elsewhere_without_paying_does_not_count(
    two_plans: Shop,
) -> None:
    shop, ann = two_plans, await two_plans.someone()
    if shop.processor != "stripe":
        return
    subscription = await shop.bought(ann, "basic")
    shop.pass_by(days=10)
    item = shop.stripe.objects[subscription]["items"]["data"][0]["id"]
    asked = {"items": [{"id": item, "price": "price_creator"}], "proration_behavior": "none"}
    shop.stripe.change(subscription, asked)
    await shop.deliver()
    assert (await shop.account(ann))["plan"] == "basic"


async def test_a_plan_that_was_paid_in_an_earlier_month_does_not_count_again(
    two_plans: Shop,
) -> None:
    shop, ann = two_plans, await two_plans.someone()
    double = shop.stripe if shop.processor == "stripe" else shop.lemon
    subscription = await shop.bought(ann, "creator")
    shop.pass_by(days=10)
    await change(shop, ann, "basic")
    shop.pass_by(days=20, hours=1)
    double.renew(subscription)
    await shop.deliver()
    assert (await shop.account(ann))["plan"] == "basic"
    shop.pass_by(days=5)
    if shop.processor == "stripe":
        item = shop.stripe.objects[subscription]["items"]["data"][0]["id"]
        asked = {"items": [{"id": item, "price": "price_creator"}], "proration_behavior": "none"}
        shop.stripe.change(subscription, asked)
    else:
        shop.lemon.declines = True
        shop.lemon.change(subscription, "12")
    await shop.deliver()
    assert (await shop.account(ann))["plan"] == "basic"
