"""Buying at a real server in its demo: begun once, waited for, credited once, through restarts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from app.account.shop_views import money_text
from app.seam import hosted
from tests.account.desktop import Desktop, desktop_at
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


async def begun(desktop: Desktop, offer: str = "pro-pack", serial: int = 5) -> str:
    """Begin to buy; the page that the window is to open."""
    seen = len(desktop.driver.heard)
    done = await desktop.driver.ask(hosted.Buy(serial, offer), hosted.HostedDone)
    assert done.fault is None, done.fault
    return (await desktop.driver.wait_for(hosted.OpenPage, since=seen)).url


async def pay(desktop: Desktop, url: str, *, pays: bool = True) -> None:
    """What the page does when its button is pressed."""
    asked = parse_qs(urlsplit(url).query)
    checkout = desktop.driver.core.shelves.checkouts.waiting()[0].id
    async with httpx2.AsyncClient(base_url=desktop.place.url) as browser:
        answer = await browser.post(
            f"/api/checkout/{checkout}/simulate", json={"secret": asked["secret"][0], "pay": pays}
        )
    assert answer.status_code == 200, answer.text


async def became(desktop: Desktop, state: str) -> hosted.CheckoutChanged:
    return await desktop.driver.wait_for(
        hosted.CheckoutChanged, lambda event: event.checkout.state == state
    )


def available(desktop: Desktop) -> int | None:
    core = desktop.driver.core
    record = core.hosted.desk.chosen()
    wallet = core.hosted.wallets.wallet(record) if record is not None else None
    return None if wallet is None else wallet.available


async def test_a_pack_is_in_the_wallet_when_the_window_hears_of_it(desktop: Desktop) -> None:
    url = await begun(desktop)
    assert url.startswith("http://127.0.0.1:")
    await became(desktop, "pending")
    await pay(desktop, url)
    credited = await became(desktop, "credited")
    assert credited.checkout.price == "$15.00"
    assert available(desktop) == 1_010_000
    shop = await desktop.driver.wait_for(hosted.ShopShown, lambda event: bool(event.shop.purchases))
    assert [(one.name, one.granted) for one in shop.shop.purchases] == [("Pro Pack", 1_000_000)]
    assert "no money moves" in shop.shop.demo


async def test_two_clicks_are_one_purchase(desktop: Desktop) -> None:
    orders = [hosted.Buy(serial, "pro-pack") for serial in range(1, 5)]
    for order in orders:
        desktop.driver.dispatcher.take(order)
    async with asyncio.timeout(60):
        while len(desktop.driver.all(hosted.OpenPage)) < 4:
            await asyncio.sleep(0.01)
    pages = {event.url for event in desktop.driver.all(hosted.OpenPage)}
    assert len(pages) == 1
    rows = await desktop.place.server.run("SELECT count(*) FROM payment_checkouts")
    assert rows[0][0] == 1
    await pay(desktop, pages.pop())
    await became(desktop, "credited")
    assert available(desktop) == 1_010_000


async def test_a_payment_lands_while_the_program_is_closed(desktop: Desktop) -> None:
    url = await begun(desktop)
    await pay(desktop, url)
    before = desktop.driver.core
    before.hosted.close()
    await desktop.start_after_a_kill()
    await became(desktop, "credited")
    async with asyncio.timeout(60):
        while available(desktop) != 1_010_000:
            await asyncio.sleep(0.02)
    assert desktop.driver.core.shelves.checkouts.waiting() == []


async def test_a_purchase_that_is_given_up_in_the_browser_says_that_nothing_was_charged(
    desktop: Desktop,
) -> None:
    await pay(desktop, await begun(desktop), pays=False)
    over = await became(desktop, "canceled")
    assert over.checkout.message == "You canceled this purchase, and nothing was charged."
    again = await begun(desktop, serial=6)  # a new one, not the dead page
    await pay(desktop, again)
    await became(desktop, "credited")


async def test_a_page_of_payment_that_expired_is_no_cancelation(desktop: Desktop) -> None:
    """Also told so by an older server, which does not tell the two apart."""
    await begun(desktop)
    [waiting] = desktop.driver.core.shelves.checkouts.waiting()
    await desktop.place.server.run(
        "UPDATE payment_checkouts SET state = 'expired' WHERE id = ?", waiting.id
    )
    over = await became(desktop, "expired")
    assert over.checkout.message.startswith("The page of payment expired, and nothing was charged.")
    assert desktop.driver.core.shelves.checkouts.waiting() == []


async def test_a_payment_that_is_canceled_here_cannot_be_paid_any_more(desktop: Desktop) -> None:
    url = await begun(desktop)
    [waiting] = desktop.driver.core.shelves.checkouts.waiting()
    order = hosted.CancelPurchase(9, waiting.id)
    done = await desktop.driver.ask(order, hosted.HostedDone)
    assert done.fault is None, done.fault
    over = await became(desktop, "canceled")
    assert over.checkout.message == "You canceled this purchase, and nothing was charged."
    assert desktop.driver.core.shelves.checkouts.waiting() == []
    secret = parse_qs(urlsplit(url).query)["secret"][0]
    async with httpx2.AsyncClient(base_url=desktop.place.url) as browser:
        paid = await browser.post(f"/api/checkout/{waiting.id}/simulate", json={"secret": secret})
    assert paid.json()["error"]["code"] == "checkout_over"


async def test_who_waits_no_more_gets_the_tokens_all_the_same(desktop: Desktop) -> None:
    url = await begun(desktop)
    [waiting] = desktop.driver.core.shelves.checkouts.waiting()
    desktop.driver.dispatcher.take(hosted.GiveUpPurchase(waiting.id))
    await became(desktop, "given_up")
    asked = parse_qs(urlsplit(url).query)
    async with httpx2.AsyncClient(base_url=desktop.place.url) as browser:
        await browser.post(
            f"/api/checkout/{waiting.id}/simulate", json={"secret": asked["secret"][0]}
        )
    async with asyncio.timeout(15):
        while available(desktop) != 1_010_000:
            await asyncio.sleep(0.02)


async def test_a_payment_that_takes_minutes_is_said_to(desktop: Desktop) -> None:
    await begun(desktop)
    [waiting] = desktop.driver.core.shelves.checkouts.waiting()
    desktop.place.server.time.at += timedelta(minutes=3)
    desktop.driver.core.hosted.purchases.poke()
    slow = await became(desktop, "slow")
    assert "Nothing is lost" in slow.checkout.message
    assert slow.checkout.id == waiting.id


async def test_an_offer_that_is_gone_is_refused_in_words_and_the_list_is_read_anew(
    desktop: Desktop,
) -> None:
    seen = len(desktop.driver.heard)
    done = await desktop.driver.ask(hosted.Buy(3, "golden-pack"), hosted.HostedDone)
    assert done.fault is not None
    assert "offer" in done.fault.message
    await desktop.driver.wait_for(hosted.ShopShown, since=seen)
    assert desktop.driver.core.shelves.checkouts.waiting() == []


async def test_an_offer_withdrawn_between_list_and_click_is_gone_from_the_list(
    desktop: Desktop,
) -> None:
    """The list that is shown has it, the server sells it no more, and no money changes hands."""
    core = desktop.driver.core
    record = core.hosted.desk.chosen()
    assert record is not None
    await core.hosted.wallets.refresh(record, "offers")
    catalog = desktop.place.server.services.catalog
    left = tuple(pack for pack in catalog.packs if pack.id != "pro-pack")
    object.__setattr__(catalog, "packs", left)
    seen = len(desktop.driver.heard)
    done = await desktop.driver.ask(hosted.Buy(3, "pro-pack"), hosted.HostedDone)
    assert done.fault is not None
    assert desktop.driver.all(hosted.OpenPage) == []
    shown = await desktop.driver.wait_for(
        hosted.ShopShown,
        lambda event: "pro-pack" not in {pack.id for pack in event.shop.packs},
        since=seen,
    )
    assert {pack.id for pack in shown.shop.packs} == {pack.id for pack in left}
    assert core.shelves.checkouts.waiting() == []


async def test_a_subscription_is_begun_canceled_and_resumed(desktop: Desktop) -> None:
    await pay(desktop, await begun(desktop, "premium"))
    await became(desktop, "credited")
    for action, cancels in (("cancel", True), ("resume", False)):
        desktop.place.server.time.pass_by(minutes=1)
        done = await desktop.driver.ask(hosted.ChangeSubscription(8, action), hosted.HostedDone)
        assert done.fault is None, done.fault
        desktop.driver.core.hosted.show_shop()
        shown = desktop.driver.all(hosted.ShopShown)[-1].shop.subscription
        assert shown is not None
        assert (shown.plan, shown.cancels_at_end) == ("premium", cancels)
    seen = len(desktop.driver.heard)
    desktop.driver.dispatcher.take(hosted.AskLicense(renew=True))
    licensed = await desktop.driver.wait_for(hosted.LicenseShown, since=seen)
    assert (licensed.license.status, licensed.license.plan) == ("valid", "premium")


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://checkout.example/pay", True),
        ("http://checkout.example/pay", False),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        ("https://user:pw@checkout.example/", False),
        ("tuppence://x", False),
        ("https://", False),
    ],
)
async def test_only_a_page_that_can_be_trusted_is_handed_to_the_browser(
    desktop: Desktop, url: str, good: bool
) -> None:
    from app.account.purchases import _page
    from app.account.shapes import Fields
    from app.errors import AnswerImpossible

    record = desktop.driver.core.hosted.desk.chosen()
    assert record is not None
    fields = Fields({"url": url}, "server")
    if good:
        assert _page(record, fields) == url
        return
    with pytest.raises(AnswerImpossible, match="cannot be trusted"):
        _page(record, fields)


@pytest.mark.parametrize(
    ("cents", "currency", "text"),
    [(1500, "usd", "$15.00"), (5, "USD", "$0.05"), (123_456, "eur", "1,234.56 EUR")],
)
def test_prices_are_read_as_people_write_them(cents: int, currency: str, text: str) -> None:
    assert money_text(cents, currency) == text
