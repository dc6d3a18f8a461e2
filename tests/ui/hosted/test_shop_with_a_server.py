"""The shop on a real core beside a real credit server whose payments are simulated."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from app.store.keychain import Keychain
from app.ui.hosted.shop_dialog import ShopDialog
from app.ui.hosted.shop_purchase import PurchaseCard
from app.ui.theme import Theme
from tests.account.desktop import FREE_MODEL, opened
from tests.server.proxy.conftest import Place, open_place
from tests.server.upstreams.scripts import Script
from tests.server.upstreams.upstream import Upstream, upstream
from tests.ui.hosted.test_with_a_server import Screen
from tests.ui.shell.recording import ready


@pytest.fixture
def provider() -> Iterator[Upstream]:
    with upstream() as running:
        running.scripts[FREE_MODEL] = Script(tokens=20)
        yield running


@pytest.fixture
async def place(provider: Upstream, tmp_path: Path) -> AsyncIterator[Place]:
    async with open_place(tmp_path / "server", provider, DEMO="true") as running:
        yield running


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the system's browser is told to open."""
    told: list[str] = []

    def open_url(url: QUrl) -> bool:
        told.append(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", staticmethod(open_url))
    return told


class Shopper:
    """A person with a free account; the program can be closed and started again."""

    def __init__(self, place: Place, home: Path) -> None:
        self.place, self.home = place, home
        self.keychain = Keychain(home, backends=())
        self.screen: Screen

    async def start(self, *, first_run: bool = False) -> None:
        self.driver = await opened(self.place, self.home, self.keychain)
        self.screen = Screen(self.driver, self.home)
        self.driver.heard.append(ready(first_run=first_run))
        self.screen.window.complete()
        self.screen.window.dialogs.make_billing()

    async def close(self) -> None:
        self.screen.window.stopped = True
        self.screen.window.close()
        self.screen.window.deleteLater()
        QApplication.processEvents()
        await self.driver.close()

    async def begin(self) -> None:
        await self.screen.click("start-free")
        await self.screen.click("choose-session")
        await self.until_left("10,000 tokens left")

    async def until_left(self, words: str) -> None:
        chip = self.screen.window.frame.sidebar.chip
        await self.screen.until(lambda: chip.accessibleName().endswith(words))

    async def state(self, state: str) -> PurchaseCard:
        """The purchase on the card, once it stands so."""
        window = self.screen.window

        def cards() -> list[PurchaseCard]:
            found = window.findChildren(PurchaseCard)
            return [one for one in found if one.isVisible() and one.state() == state]

        await self.screen.until(lambda: bool(cards()))
        return cards()[-1]

    async def pay(self, url: str, *, pays: bool = True) -> None:
        """What the page does when its button is pressed."""
        asked = parse_qs(urlsplit(url).query)
        async with httpx2.AsyncClient(base_url=self.place.url) as browser:
            answer = await browser.post(
                f"/api/checkout/{asked['checkout'][0]}/simulate",
                json={"secret": asked["secret"][0], "pay": pays},
            )
        assert answer.status_code == 200, answer.text


@pytest.fixture
async def shopper(place: Place, tmp_path: Path, qapp: QApplication) -> AsyncIterator[Shopper]:
    Theme.current().start(qapp, "light", 100)
    home = tmp_path / "home"
    home.mkdir()
    one = Shopper(place, home)
    await one.start(first_run=True)
    await one.begin()
    yield one
    await one.close()


async def test_a_pack_is_paid_in_the_browser_and_its_tokens_are_there(
    shopper: Shopper, pages: list[str]
) -> None:
    screen = shopper.screen
    await screen.click("buy-tokens")
    await screen.click("offer-pro-pack")
    await screen.click("shop-pay")
    card = await shopper.state("pending")
    await screen.until(lambda: bool(pages))
    await screen.click("shop-pay")  # "Open the page again"
    await screen.until(lambda: len(pages) == 2)
    assert pages[0] == pages[1]
    await shopper.pay(pages[0])
    credited = await shopper.state("credited")
    assert credited is card
    await shopper.until_left("1.01M tokens left")
    [shop] = screen.window.findChildren(ShopDialog)
    assert screen.says("1.01M tokens left now.", shop)
    assert screen.says("This is a demo: the payment is simulated and no money moves.", shop)


async def test_a_purchase_goes_on_after_the_program_was_closed(
    shopper: Shopper, pages: list[str]
) -> None:
    await shopper.screen.click("buy-tokens")
    await shopper.screen.click("offer-starter-pack")
    await shopper.screen.click("shop-pay")
    await shopper.state("pending")
    await shopper.screen.until(lambda: bool(pages))
    await shopper.close()
    await shopper.start()
    screen = shopper.screen
    await screen.until(lambda: screen.says("Starter Pack, $5.00: Waiting for the payment."))
    await screen.click("purchase-waiting")
    await shopper.state("pending")
    await shopper.pay(pages[0])
    await shopper.state("credited")
    await shopper.until_left("210k tokens left")
