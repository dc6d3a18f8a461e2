"""A desktop's core beside a real credit server with loopback providers; kills and starts of it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.account.client import Asking
from app.chat.hosted_routes import hosted_ref
from app.config import Config
from app.seam import events, hosted
from app.seam.views import MessageView
from app.store.keychain import Keychain
from tests.fixtures.core import CoreDriver
from tests.server.proxy.conftest import Place

MODEL = "openai/gpt-4o"
FREE_MODEL = "qwen-turbo"


@dataclass
class Desktop:
    """One person's folder and keychain, through kills and starts."""

    place: Place
    folder: Path
    keychain: Keychain
    driver: CoreDriver

    @property
    def server_id(self) -> str:
        return self.driver.core.shelves.servers.rows()[0].id

    @property
    def ref(self) -> str:
        return hosted_ref(self.server_id, MODEL)

    async def begin(self) -> None:
        """A free account, and the models in the picker."""
        done = await self.driver.ask(hosted.StartFree(1, where="session"), hosted.HostedDone)
        assert done.fault is None, done.fault
        await self.driver.wait_for(
            events.ModelsListed, lambda listed: any(row.hosted for row in listed.rows)
        )
        await self.driver.wait_for(
            hosted.AccountsShown, lambda shown: shown.accounts.wallet is not None
        )

    async def chat(self, model: str = MODEL) -> str:
        opened = await self.driver.new_chat(hosted_ref(self.server_id, model))
        return opened.id

    async def asked(self, path: str) -> dict[str, Any]:
        """What the server says to this account."""
        session = self.driver.core.hosted.desk.session(self.server_id)
        fields = await session.server.ask("GET", path, None, Asking(await session.token()))
        return dict(fields.value)

    async def resolved(self, message_id: str) -> MessageView:
        """The message once its cost is known."""
        seen = [
            event.message for event in self.driver.all(events.MessageChanged)
            if event.message.id == message_id
        ]  # fmt: skip
        if seen and seen[-1].cost is not None and seen[-1].cost.certainty != "pending":
            return seen[-1]
        changed = await self.driver.wait_for(
            events.MessageChanged,
            lambda event: (
                event.message.id == message_id
                and event.message.cost is not None
                and event.message.cost.certainty != "pending"
            ),
            since=0,
        )
        return changed.message

    async def start_after_a_kill(self) -> None:
        """A core on what a kill at this moment leaves behind; the killed one is silenced."""
        folder = shutil.copytree(self.folder, self.folder.with_name(self.folder.name + "+"))
        killed = self.driver
        self.folder = folder
        self.driver = await opened(self.place, folder, self.keychain)
        await killed.close()

    async def agrees(self) -> None:
        """Every row here equals the server's receipt, and the server's books are sound."""
        await self.place.quiet()
        shelves = self.driver.core.shelves
        rows = shelves.database.rows(
            "SELECT hold_id, receipt FROM hosted_calls WHERE receipt IS NOT NULL"
        )
        drawn = 0
        for hold_id, receipt in rows:
            said = await self.asked(f"/api/requests/{hold_id}")
            assert said["receipt"]["receipt"] == receipt
            here = shelves.database.rows(
                "SELECT grant_id, unit, amount FROM hosted_draws WHERE hold_id = ? ORDER BY seq",
                (hold_id,),
            )
            amounts = json.loads(receipt).get("amounts", [])
            assert [tuple(row) for row in here] == [
                (payer[2], unit, amount) for payer, amount, unit in amounts
            ]
            drawn += sum(amount for _, unit, amount in here if unit == "plan_tokens")
        assert await self.drawn_there() == drawn
        assert await self.place.troubles() == []
        assert await self.place.open_holds() == 0
        assert shelves.holds.open_holds() == []

    async def drawn_there(self) -> int:
        """Plan tokens that the server has charged this account."""
        rows = await self.place.rows("plan_tokens")
        return sum(int(str(row[0])) for row in rows)


async def opened(place: Place, folder: Path, keychain: Keychain) -> CoreDriver:
    folder.mkdir(exist_ok=True)
    driver = CoreDriver(
        folder, Config(credit_server=place.url), place.server.time.clock, keychain=keychain
    )
    await driver.open()
    return driver


async def desktop_at(place: Place, folder: Path) -> Desktop:
    """A desktop with a free account."""
    folder.mkdir(exist_ok=True)
    keychain = Keychain(folder, backends=())
    desktop = Desktop(place, folder, keychain, await opened(place, folder, keychain))
    await desktop.begin()
    return desktop
