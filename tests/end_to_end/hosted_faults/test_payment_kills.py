"""The desktop is killed between payment and credit, again and again: every payment is credited,
once, and the next start shows the tokens."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from app.account.device import key_entry
from app.seam import hosted
from tests.account.desktop import Desktop, desktop_at, opened
from tests.end_to_end.hosted_faults import programs
from tests.end_to_end.hosted_faults.books import Auditor, until
from tests.end_to_end.hosted_faults.programs import Home
from tests.fixtures.killable import Killable
from tests.server.proxy.conftest import open_place
from tests.server.upstreams.upstream import upstream

PACK, PACK_TOKENS = "pro-pack", 1_000_000
KILLS, SOAK_KILLS = 5, 50
LONGEST_S = 0.4


@dataclass
class Buyer:
    """One person's folder, the pages they were shown, and what they paid."""

    desktop: Desktop
    auditor: Auditor
    chance: random.Random
    pages: dict[str, str] = field(default_factory=dict)  # checkout -> page, not paid yet
    paid: set[str] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)  # what windows had heard of before they died

    def __post_init__(self) -> None:
        self._server_id = self.desktop.server_id

    async def buy_and_die(self) -> None:
        """One life, killed around the payment; the payment lands before, after, or while nobody
        is there."""
        await self.desktop.driver.close()
        desktop = self.desktop
        desktop.place.server.time.pass_by(seconds=61)  # sign-ins are counted by the minute
        pem = desktop.keychain.read(key_entry(self._server_id), "session")
        assert pem is not None
        home = Home(
            desktop.folder, desktop.place.url, self._server_id, pem, desktop.place.server.time.at
        )
        child = Killable(programs.buy, home, PACK)
        told = await asyncio.to_thread(self._until_killed, child)
        self._note(told)
        if self.chance.random() < 0.5:
            await self._pay_all()
        desktop.driver = await opened(desktop.place, desktop.folder, desktop.keychain)
        await self._pay_all()
        await self.check()

    def _until_killed(self, child: Killable) -> list[list[str]]:
        """Until the page is there, or at times only until it is asked for; then to the end."""
        told: list[list[str]] = []
        last = self.chance.choice(["buying", "page", "page", "page"])
        while not told or told[-1][0] != last:
            told.append(json.loads(child.said.readline()))
        pays = None
        if last == "page" and self.chance.random() < 0.7:
            self._note(told)
            pays = threading.Timer(self.chance.uniform(0, LONGEST_S), self._pay_here)
            pays.start()
        lines = child.kill_after(self.chance.uniform(0, LONGEST_S))
        if pays is not None:
            pays.join()
        return told + [json.loads(line) for line in lines]

    def _note(self, told: list[list[str]]) -> None:
        for what, *words in told:
            if what == "page":
                checkout = parse_qs(urlsplit(words[0]).query)["checkout"][0]
                if checkout not in self.paid:
                    self.pages[checkout] = words[0]
            elif what == "checkout":
                self.heard.add(words[1])

    async def _pay_all(self) -> None:
        await asyncio.to_thread(self._pay_here)

    def _pay_here(self) -> None:
        """The button of every open page is pressed, twice."""
        while self.pages:
            checkout, url = self.pages.popitem()
            secret = parse_qs(urlsplit(url).query)["secret"][0]
            for _ in range(2):
                answer = httpx2.post(
                    f"{self.desktop.place.url}/api/checkout/{checkout}/simulate",
                    json={"secret": secret},
                )
                assert answer.status_code == 200, answer.text
            self.paid.add(checkout)

    async def check(self) -> None:
        """Each payment is one purchase, one credit, one line of the list, and in the figure."""
        desktop, core = self.desktop, self.desktop.driver.core
        granted = 10_000 + PACK_TOKENS * len(self.paid)
        record = core.hosted.desk.chosen()
        assert record is not None
        await until(lambda: self._available() == granted)
        for checkout in self.paid:
            await until(lambda checkout=checkout: self._state(checkout) in ("credited", None))
        wallet = await self.auditor.shown()
        assert wallet.available == granted
        await core.hosted.wallets.refresh(record, "purchases")
        core.hosted.show_shop()
        shop = desktop.driver.all(hosted.ShopShown)[-1].shop
        assert len(shop.purchases) == len(self.paid)
        assert {one.granted for one in shop.purchases} <= {PACK_TOKENS}
        waiting = {one.id for one in core.shelves.checkouts.waiting()}
        assert not waiting & self.paid

    def _available(self) -> int | None:
        core = self.desktop.driver.core
        record = core.hosted.desk.chosen()
        wallet = None if record is None else core.hosted.wallets.wallet(record)
        return None if wallet is None else wallet.available

    def _state(self, checkout: str) -> str | None:
        found = self.desktop.driver.core.shelves.checkouts.get(checkout)
        return None if found is None else found.state


async def kill_again_and_again(folder: Path, kills: int) -> None:
    with upstream() as provider:
        async with open_place(folder / "server", provider, DEMO="true") as place:
            desktop = await desktop_at(place, folder / "home")
            buyer = Buyer(desktop, Auditor(desktop), random.Random(kills))
            try:
                for _ in range(kills):
                    await buyer.buy_and_die()
                assert buyer.paid
                assert await place.troubles() == []
            finally:
                await desktop.driver.close()


async def test_every_payment_is_credited_once_however_often_the_desktop_dies(
    tmp_path: Path,
) -> None:
    await kill_again_and_again(tmp_path, KILLS)


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_fifty_kills_between_payment_and_credit(tmp_path: Path) -> None:
    await kill_again_and_again(tmp_path, SOAK_KILLS)
