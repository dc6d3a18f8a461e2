"""What the shop says: offers, purchases with their receipts, weights, and how old all of it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from app.seam import hosted
from app.seam.hosted_views import ShopView
from app.store.hosted_calls import CallPlace, DrawRecord, HostedCall
from tests.account.desktop import Desktop, desktop_at
from tests.account.test_buying import became, begun, pay
from tests.server.proxy.conftest import open_place
from tests.server.upstreams.upstream import Upstream, upstream


@pytest.fixture
def provider() -> Iterator[Upstream]:
    with upstream() as running:
        yield running


@pytest.fixture
async def desktop(provider: Upstream, tmp_path: Path) -> AsyncIterator[Desktop]:
    async with open_place(tmp_path / "server", provider, DEMO="true") as place:
        one = await desktop_at(place, tmp_path / "home")
        try:
            yield one
        finally:
            await one.driver.close()


async def shop(desktop: Desktop) -> ShopView:
    """The shop as it is now."""
    done = await desktop.driver.ask(hosted.AskShop(refresh=True, serial=40), hosted.HostedDone)
    assert done.fault is None, done.fault
    return desktop.driver.all(hosted.ShopShown)[-1].shop


async def bought(desktop: Desktop, offer: str) -> None:
    await pay(desktop, await begun(desktop, offer))
    await became(desktop, "credited")


async def test_offers_have_their_price_amount_and_seats(desktop: Desktop) -> None:
    shown = await shop(desktop)
    pro = next(offer for offer in shown.packs if offer.id == "pro-pack")
    assert (pro.price_cents, pro.unit, pro.amount) == (1_500, "plan_tokens", 1_000_000)
    assert {plan.id for plan in shown.plans if plan.available} >= {"premium"}
    assert shown.as_of is not None


async def test_weights_are_told_the_lightest_first(desktop: Desktop) -> None:
    shown = await shop(desktop)
    weights = [each.weight for each in shown.weights]
    assert weights == sorted(weights)
    assert any("GPT-4o" in each.models for each in shown.weights)


async def test_a_server_out_of_reach_leaves_the_offers_with_their_age(
    provider: Upstream, tmp_path: Path
) -> None:
    async with open_place(tmp_path / "server", provider, DEMO="true") as place:
        one = await desktop_at(place, tmp_path / "home")
        before = await shop(one)
    done = await one.driver.ask(hosted.AskShop(refresh=True, serial=41), hosted.HostedDone)
    assert done.fault is not None
    shown = one.driver.all(hosted.ShopShown)[-1].shop
    assert (shown.packs, shown.as_of) == (before.packs, before.as_of)
    await one.driver.close()


async def test_what_a_message_usually_draws_is_this_computers_own_average(
    desktop: Desktop,
) -> None:
    assert (await shop(desktop)).per_message is None
    calls, server = desktop.driver.core.shelves.hosted_calls, desktop.server_id
    holder = desktop.driver.core.shelves.servers.rows()[0].holder
    now = desktop.place.server.time.at
    days = (1, 2, 3, 4, 5, 45)  # the last is too long ago
    for number, day in enumerate(days):
        call = HostedCall(
            f"h{number}", f"m{number}", server, holder, "openai/gpt-4o",
            now - timedelta(days=day), 0, 0, None,
        )  # fmt: skip
        calls.begin(call)
        draws = [
            DrawRecord("g1", "Free", "plan_tokens", 100),
            DrawRecord("g2", "Pack", "plan_tokens", 50 * day),
            DrawRecord("g3", "Free model", "requests", 1),
        ]
        calls.end(call, "{}", draws, CallPlace("c1", "openai", call.at))
    assert (await shop(desktop)).per_message == 250


async def test_a_purchase_has_its_receipt_in_the_browser(desktop: Desktop) -> None:
    await bought(desktop, "pro-pack")
    [pack] = (await shop(desktop)).purchases
    seen = len(desktop.driver.heard)
    order = hosted.OpenAccountPage(41, receipt=pack.id)
    done = await desktop.driver.ask(order, hosted.HostedDone)
    assert done.fault is None
    url = (await desktop.driver.wait_for(hosted.OpenPage, since=seen)).url
    path = url.removeprefix(desktop.place.server.services.settings.address)
    async with httpx2.AsyncClient(base_url=desktop.place.url, follow_redirects=True) as browser:
        page = await browser.get(path)
        again = await browser.get(path, headers={"cookie": ""})
    assert page.status_code == 200
    assert pack.id in page.text
    assert "1,000,000 tokens" in page.text
    assert "token=" not in str(page.url)
    assert again.status_code == 401  # the link works once


async def test_the_account_page_opens_without_a_receipt(desktop: Desktop) -> None:
    seen = len(desktop.driver.heard)
    await desktop.driver.ask(hosted.OpenAccountPage(42), hosted.HostedDone)
    url = (await desktop.driver.wait_for(hosted.OpenPage, since=seen)).url
    assert "receipt" not in url


async def test_a_paid_month_bears_the_plans_name_and_its_end(desktop: Desktop) -> None:
    await bought(desktop, "premium")
    shown = await shop(desktop)
    assert shown.subscription is not None
    plan = next(offer.name for offer in shown.plans if offer.id == "premium")
    assert (shown.subscription.name, shown.purchases[0].name) == (plan, plan)
    assert shown.purchases[0].until == shown.subscription.paid_until
