"""The shop on a real core beside a real credit server whose payments are simulated."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton

from app.account.wallet import OFFERS
from app.server.accounts.passphrase_checks import issue_passphrase
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


async def test_a_payment_that_is_called_off_in_the_browser_is_said_and_can_be_begun_anew(
    shopper: Shopper, pages: list[str]
) -> None:
    screen = shopper.screen
    await screen.click("buy-tokens")
    await screen.click("offer-pro-pack")
    await screen.click("shop-pay")
    await screen.until(lambda: bool(pages))
    await shopper.pay(pages[0], pays=False)
    card = await shopper.state("canceled")
    assert screen.says("You canceled this purchase, and nothing was charged.", card)
    await screen.click("shop-pay")
    await screen.until(lambda: len(pages) == 2)
    assert pages[0] != pages[1]
    await shopper.pay(pages[1])
    await shopper.state("credited")
    await shopper.until_left("1.01M tokens left")


async def test_a_pack_that_is_withdrawn_between_list_and_click_is_said(
    shopper: Shopper, pages: list[str]
) -> None:
    screen = shopper.screen
    await screen.click("buy-tokens")
    await screen.click("offer-pro-pack")
    await screen.until(lambda: not screen.window.dialogs.shop.asking)
    # The list is one that the server has changed since.
    core = shopper.driver.core
    [server] = core.shelves.servers.rows()
    kept = core.shelves.servers.kept(server.id, "", OFFERS)
    assert kept is not None
    listed = kept.content.replace('"pro-pack"', '"golden-pack"')

    def is_listed() -> bool:
        # Again and again: the window may be asking the server for its list beside it.
        core.shelves.servers.keep(server.id, "", OFFERS, listed, kept.at)
        core.hosted.show_shop()
        return screen.window.findChild(QPushButton, "offer-golden-pack") is not None

    await screen.until(is_listed)
    await screen.click("offer-golden-pack")
    await screen.click("shop-pay")
    await screen.until(lambda: screen.says("There is no such offer."))
    await screen.until(lambda: screen.window.findChild(QPushButton, "offer-pro-pack") is not None)
    [shop] = screen.window.findChildren(ShopDialog)
    assert shop.page.tiles.offer is None
    assert pages == []


async def test_a_subscription_is_begun_canceled_resumed_and_has_its_receipt(
    shopper: Shopper, pages: list[str]
) -> None:
    screen = shopper.screen
    window = screen.window
    await screen.click("buy-tokens")
    await screen.click("choose-premium")
    await screen.until(lambda: bool(pages))
    await shopper.pay(pages[0])
    await screen.until(lambda: screen.says("Paid until "))
    for button, words in (("cancel", "Ends "), ("resume", "Paid until ")):
        shopper.place.server.time.pass_by(minutes=1)
        await screen.click(f"subscription-{button}")
        if button == "cancel":
            await screen.click("subscription-cancel-yes")
        await screen.until(lambda words=words: screen.says(words))  # type: ignore[misc]
    await screen.click("shop-portal")
    await screen.until(lambda: screen.says("This is the demo: nothing was paid"))
    [shop] = window.findChildren(ShopDialog)
    shop.tabs.setCurrentIndex(1)
    view = window.dialogs.shop.view
    assert view is not None
    [month] = view.purchases
    await screen.click(f"receipt-{month.id}")
    await screen.until(lambda: len(pages) == 2)
    address = shopper.place.server.services.settings.address
    async with httpx2.AsyncClient(base_url=shopper.place.url, follow_redirects=True) as browser:
        page = await browser.get(pages[1].removeprefix(address))
    assert page.status_code == 200
    assert month.id in page.text


async def test_a_server_that_is_gone_leaves_the_list_with_its_age_and_says_why_nothing_begins(
    provider: Upstream, tmp_path: Path, qapp: QApplication, pages: list[str]
) -> None:
    Theme.current().start(qapp, "light", 100)
    home = tmp_path / "home"
    home.mkdir()
    async with open_place(tmp_path / "server", provider, DEMO="true") as place:
        one = Shopper(place, home)
        await one.start(first_run=True)
        await one.begin()
        await one.screen.click("buy-tokens")
        await one.screen.click("offer-pro-pack")
    screen = one.screen
    await screen.until(lambda: screen.says("Offline, prices as of "))
    await screen.click("shop-pay")
    [shop] = screen.window.findChildren(ShopDialog)

    def refused() -> bool:
        said = shop.findChild(QLabel, "shop-said")
        return said is not None and "Opening" not in said.text() and bool(said.text())

    await screen.until(refused)
    assert pages == []
    assert shop.page.tiles.offer is not None
    await one.close()


WORDS = "a shared passphrase of four words"


async def test_a_passphrase_opens_lifetime_access(
    provider: Upstream, tmp_path: Path, qapp: QApplication
) -> None:
    Theme.current().start(qapp, "light", 100)
    home = tmp_path / "home"
    home.mkdir()
    async with open_place(tmp_path / "server", provider, catalog="daily-budgets") as place:
        await issue_passphrase(place.server.services, words=WORDS)
        one = Shopper(place, home)
        await one.start(first_run=True)
        screen = one.screen
        await screen.click("start-free")
        await screen.click("choose-session")
        await screen.until(lambda: screen.window.hosted.wallet is not None)
        await screen.click("buy-tokens")
        await screen.click("passphrase-link")
        field = screen.window.findChild(QLineEdit, "passphrase-field")
        assert field is not None
        field.setText("not the right words at all")
        await screen.click("passphrase-open")
        await screen.until(lambda: screen.says("This passphrase opens nothing here."))
        field.setText(WORDS)
        await screen.click("passphrase-open")
        await screen.until(lambda: screen.says("Done. Your plan is Global Lifetime Access now."))
        assert screen.says("Your plan")
        assert field.text() == ""
        await one.close()
