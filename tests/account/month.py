"""A month in front of the program: hosted models and own keys, packs, a subscription, stops, errors
and refunds; each day and each message by chance."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from app.seam import commands, events, hosted
from app.server.payments.handling import handle
from app.server.payments.notices import Origin, Refunded
from app.server.payments.shelf import SIMULATED, TEST
from app.server.payments.till import Till
from tests.account.desktop import Desktop
from tests.end_to_end.long_answers import numbered_words
from tests.fixtures.provider_server import ProviderServer
from tests.server.upstreams.scripts import Script

OWN_WORDS = 8
WORDS_OF_CHAT = 6
BUYS_ON, REFUNDS_ON, SUBSCRIBES_ON = (1, 8, 15), 17, 4
RETRIED = 0.01  # a provider's own trouble, which is waited out for seconds
_SETTLED_S = 20.0


class EveryModel(dict[str, Script]):
    """One script for whichever model is asked; the next message's."""

    script = Script()

    def get(self, name: str, default: Any = None) -> Any:
        return self.script


@dataclass
class Month:
    """What a person does; `asked` messages were taken, `refused` ones were not."""

    desktop: Desktop
    own: ProviderServer
    chance: random.Random
    scripts: EveryModel = field(default_factory=EveryModel)
    own_ref: str = ""
    asked: int = 0
    refused: int = 0
    own_calls: int = 0
    bought: list[str] = field(default_factory=list)
    refunded: list[str] = field(default_factory=list)
    _chat: str = ""
    _in_chat: int = 0

    async def begin(self) -> None:
        """A key of one's own beside the free account."""
        self.desktop.place.provider.scripts = self.scripts
        self.own.replies = [numbered_words(OWN_WORDS, pace_s=0)]
        key_id = await self.desktop.driver.add_key(f"{self.own.url}/v1", provider="openai")
        self.own_ref = f"{key_id}/gpt-4o"

    async def live(self, days: int, messages: int) -> None:
        """So many days, with about so many messages in all."""
        place = self.desktop.place
        for day in range(days):
            await self._errands(day)
            least, extra = divmod(messages, days)
            for _ in range(least + (day < extra)):
                await self._message()
            await place.quiet()
            midnight = place.server.time.at.replace(hour=0, minute=0, second=0, microsecond=0)
            place.server.time.at = midnight
            place.server.time.pass_by(days=1, hours=self.chance.randrange(6, 12))
            await self._look()

    async def _errands(self, day: int) -> None:
        offers = self._offers()
        if day in BUYS_ON and offers.get("pack"):
            await self._buy(self.chance.choice(offers["pack"]))
        if day == SUBSCRIBES_ON and offers.get("plan"):
            await self._buy(offers["plan"][0])
        if day == REFUNDS_ON and self.bought:
            await self._refund(self.bought[0])

    def _offers(self) -> dict[str, list[str]]:
        core = self.desktop.driver.core
        record = core.hosted.desk.chosen()
        assert record is not None
        offers = core.hosted.wallets.offers(record)
        found: dict[str, list[str]] = {}
        for offer in offers.all if offers is not None else ():
            if offer.available and offer.price_cents and (offer.seats or 1) == 1:
                found.setdefault(offer.kind, []).append(offer.id)
        return found

    async def _buy(self, offer: str) -> None:
        driver = self.desktop.driver
        seen = len(driver.heard)
        done = await driver.ask(hosted.Buy(1, offer), hosted.HostedDone)
        if done.fault is not None:
            return  # a plan for organizations alone
        page = await driver.wait_for(hosted.OpenPage, since=seen)
        asked = parse_qs(urlsplit(page.url).query)
        checkout = asked["checkout"][0]
        async with httpx2.AsyncClient(base_url=self.desktop.place.url) as browser:
            answer = await browser.post(
                f"/api/checkout/{checkout}/simulate", json={"secret": asked["secret"][0]}
            )
            assert answer.status_code == 200, answer.text
        await driver.wait_for(
            hosted.CheckoutChanged,
            lambda event: (event.checkout.id, event.checkout.state) == (checkout, "credited"),
            since=seen,
        )
        self.bought.append(checkout)

    async def _refund(self, checkout: str) -> None:
        """Half of what was paid goes back, as a processor tells it."""
        server = self.desktop.place.server
        [[amount]] = await server.run(
            "SELECT amount_minor FROM payment_checkouts WHERE id = ?", checkout
        )
        now, till = server.time.at, Till(server.services)
        origin = Origin(SIMULATED, TEST, f"refund/{checkout}", "simulated.refunded", now)
        notice = Refunded(f"pay-{checkout}", int(str(amount)) // 2, "usd")
        answers = await server.services.database.run(
            handle, till.shelf, origin, (notice,), "{}", now
        )
        assert not any(answer.reason for answer in answers), answers
        self.refunded.append(checkout)

    async def _look(self) -> None:
        """Somebody comes back to the computer: the wallet is asked for."""
        core = self.desktop.driver.core
        record = core.hosted.desk.chosen()
        assert record is not None
        await core.hosted.wallets.refresh(record, "me")

    async def _message(self) -> None:
        chance = self.chance
        own = chance.random() < 0.2
        ref = self.own_ref if own else self._hosted_ref()
        self.scripts.script = chance.choice(
            [Script(tokens=chance.randrange(2, 30)) for _ in range(7)]
            + [Script(refuse=400), Script(error_after=3), Script(cut_after=4)]
        )
        if chance.random() < RETRIED:
            self.scripts.script = Script(refuse=500)
        stops = not own and chance.random() < 0.08
        if stops:
            self.scripts.script = Script(tokens=60, chunk_s=0.01)
        await self._in_a_chat(ref)
        taken = await self._send("question " * chance.randrange(1, WORDS_OF_CHAT), stops=stops)
        self.asked += taken
        self.refused += not taken
        self.own_calls += own and taken

    def _hosted_ref(self) -> str:
        rows = [
            row
            for row in self.desktop.driver.core.model_list.rows()
            if row.hosted and row.available
        ]
        return self.chance.choice(rows[:12]).ref

    async def _in_a_chat(self, ref: str) -> None:
        driver = self.desktop.driver
        if not self._chat or self._in_chat >= WORDS_OF_CHAT:
            opened = await driver.ask(commands.NewChat(), events.ChatOpened)
            self._chat, self._in_chat = opened.chat.id, 0
        self._in_chat += 1
        await driver.ask(commands.ChooseModel(self._chat, 0, ref), events.SettingsChanged)

    async def _send(self, text: str, *, stops: bool) -> bool:
        driver = self.desktop.driver
        seen = len(driver.heard)
        driver.dispatcher.take(commands.SendMessage(self._chat, (0,), text))
        async with asyncio.timeout(_SETTLED_S):
            while True:
                for event in driver.heard[seen:]:
                    if isinstance(event, events.SendRefused):
                        return False
                    if isinstance(event, events.TextArrived) and stops:
                        driver.dispatcher.take(commands.StopTurn(self._chat))
                        stops = False
                    if isinstance(event, events.MessageChanged) and event.settled:
                        return True
                await asyncio.sleep(0.002)
