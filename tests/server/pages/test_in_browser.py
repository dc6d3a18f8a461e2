"""What a buyer sees in a real browser, from the checkout to the receipt: light and dark, wide and
on a phone, with scripts and without."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.fixtures.credit_server import CreditServer, Person, running_server
from tests.server.credits.given import whole_call
from tests.server.operator.chrome import Chrome, chrome
from tests.server.pages.test_pages import _session as session_of
from tests.server.proxy.conftest import serving

DESK, PHONE = 1280, 390


@dataclass
class Shop:
    """The demo on a real socket, and somebody with a session."""

    server: CreditServer
    url: str
    ann: Person
    headers: dict[str, str]

    async def post(self, path: str, **body: object) -> str:
        """Ask as the program does; the address of the page that it opens."""
        answer = await self.server.client.post(path, json=body, headers=self.headers)
        assert answer.status_code == 201, answer.text
        return self.url + "/" + str(answer.json()["url"]).split("/", 3)[3]


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with running_server(tmp_path / "server", DEMO="true") as server:
        ann = await server.person(name="Ann")
        await whole_call(server, ann.caller)
        headers = await session_of(server, ann)
        async with serving(server) as url:
            yield Shop(server, url, ann, headers)


@pytest.mark.parametrize(
    ("scheme", "width", "scripts"),
    [("light", DESK, True), ("dark", PHONE, False)],
    ids=["light, wide, with scripts", "dark, on a phone, without"],
)
async def test_a_pack_is_bought_and_found_on_the_account(
    shop: Shop, chromium: str, tmp_path: Path, scheme: str, width: int, scripts: bool
) -> None:
    async with chrome(chromium, tmp_path / "profile", scheme, width, scripts=scripts) as window:
        looked = Looked(window, tmp_path, scheme, width)
        for path, words in (("/", "credit server"), ("/email", "six digits"), ("/docs", "/v1")):
            await window.open(shop.url + path)
            await looked.at(path, words)
        await window.open(await shop.post("/api/checkout", offer="starter-pack"))
        await looked.at("cancel", "Starter Pack", "Nothing is paid")
        await window.click("button[value=no]")
        await looked.at("canceled", "nothing was charged")
        await window.open(await shop.post("/api/checkout", offer="power-pack"))
        await window.click("button[value=yes]")
        await looked.at("confirmed", "it is there")
        await window.open(await shop.post("/api/account/link"))
        await looked.at("account", "Ann", "Power Pack", "$10.00")
        await window.click("td a")
        await looked.at("receipt", "Power Pack", "$10.00")
        await window.open(f"{shop.url}/account/statement")
        await looked.at("statement", "openai/gpt-4o", "Power Pack")
        await window.open(f"{shop.url}/account")
        await window.click("form[action$=leave] button")
        await window.open(f"{shop.url}/account")
        await looked.at("left", "Open your account from Tuppence")
    rows = await shop.server.run("SELECT name FROM packs WHERE tenant = ?", shop.ann.caller.tenant)
    assert rows == [("Power Pack",)]


@dataclass
class Looked:
    """Each page that was seen: its words, its colors, and that nothing stands out of the window."""

    window: Chrome
    folder: Path
    scheme: str
    width: int

    async def at(self, name: str, *words: str) -> None:
        text = await self.window.text()
        for each in (*words, "Demo: models are scripted and no money moves"):
            assert each in text, text
        assert await self.window.width() <= self.width, f"{name} has to be moved sideways"
        path = self.folder / f"{self.scheme}-{name.strip('/')}.png"
        picture = QImage.fromData(await self.window.picture(path))
        assert (picture.pixelColor(3, 3).lightness() > 128) == (self.scheme == "light"), name
