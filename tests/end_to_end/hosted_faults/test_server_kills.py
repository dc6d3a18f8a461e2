"""The server is killed under a waiting desktop, again and again: what it charged is what the
desktop has, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
import uvicorn

from app.chat.hosted_routes import hosted_ref
from app.clock import Clock
from app.config import Config
from app.ledger.holds import RESOLVE_WITHIN
from app.seam import commands, events, hosted
from app.server.proxy.desk import desk_of
from app.server.proxy.resolving import resolve_all, sweep_all
from app.store.keychain import Keychain
from tests.account.desktop import FREE_MODEL, Desktop
from tests.end_to_end.hosted_faults import programs
from tests.end_to_end.hosted_faults.books import Auditor, until
from tests.fixtures.core import CoreDriver
from tests.fixtures.credit_server import running_server
from tests.fixtures.killable import Killable
from tests.server.proxy.conftest import Place, variables
from tests.server.upstreams.scripts import Script
from tests.server.upstreams.upstream import Upstream, upstream

WORDS, PACE_S = 20, 0.01
LONGEST_LIFE_S = 0.6
KILLS, SOAK_KILLS = 5, 50
LATER = RESOLVE_WITHIN + timedelta(minutes=10)


@dataclass
class Waiting:
    """A desktop that sends to a server which comes and goes at one address."""

    driver: CoreDriver
    data: Path
    port: int
    given: Mapping[str, str]
    chance: random.Random
    server: Killable | None = None
    sent: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start_server(self) -> None:
        self.server = Killable(programs.server, self.data, self.port, dict(self.given))
        async with httpx2.AsyncClient() as client, asyncio.timeout(60):
            while True:
                try:
                    answer = await client.get(f"{self.url}/healthz")
                    assert answer.status_code == 200
                    return
                except httpx2.TransportError:
                    await asyncio.sleep(0.02)

    async def kill_server(self, after_s: float) -> None:
        assert self.server is not None
        await asyncio.to_thread(self.server.kill_after, after_s)
        self.server = None

    async def live_and_die(self, server_id: str) -> None:
        """The server comes, a message is sent, the server is killed; one more is sent to nobody."""
        await self.start_server()
        await self._send(server_id)
        if self.chance.random() < 0.3:
            await until(lambda: not self.driver.core.turns.running_chats())
        await self.kill_server(self.chance.uniform(0, LONGEST_LIFE_S))
        if self.chance.random() < 0.3:
            await self._send(server_id)
        await until(lambda: not self.driver.core.turns.running_chats())

    async def _send(self, server_id: str) -> None:
        chat = await self.driver.new_chat(hosted_ref(server_id, FREE_MODEL))
        id_ = self.chance.getrandbits(128).to_bytes(16, "big").hex()
        self.sent.append(id_)
        seen = len(self.driver.heard)
        self.driver.dispatcher.take(
            commands.SendMessage(chat.id, (0,), f"question {id_}", request_id=id_)
        )
        await until(
            lambda: any(
                isinstance(event, events.SendAccepted | events.SendRefused)
                for event in self.driver.heard[seen:]
            )
        )


@asynccontextmanager
async def revived(waiting: Waiting, provider: Upstream, at: datetime) -> AsyncIterator[Place]:
    """The same server at the same address, in this process, so much later."""
    async with running_server(waiting.data, **waiting.given) as credit:
        credit.time.at = at
        config = uvicorn.Config(
            credit.app,
            host="127.0.0.1",
            port=waiting.port,
            lifespan="off",
            log_level="critical",
            timeout_graceful_shutdown=1,
        )
        running = uvicorn.Server(config)
        running.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        serving = asyncio.create_task(running._serve())
        await until(lambda: running.started)
        try:
            yield Place(credit, provider, waiting.url)
        finally:
            running.should_exit = True
            await serving


@dataclass
class Later:
    """The desktop's clock: the real one, set forward by the test."""

    by: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


async def settle_all(
    waiting: Waiting, provider: Upstream, later: Later, keychain: Keychain
) -> None:
    """The server is there again, half an hour later: every call ends, on both sides alike."""
    later.by = LATER
    home, config = waiting.driver.folder, waiting.driver.config
    async with revived(waiting, provider, later.now()) as place:
        desk = desk_of(place.server.services)
        await sweep_all(desk)
        place.server.time.pass_by(seconds=LATER.total_seconds())
        while await resolve_all(desk):
            continue
        later.by += LATER
        waiting.driver.core.hosted.resolver.begin()
        await Auditor(Desktop(place, home, keychain, waiting.driver)).check()
        assert await place.troubles() == []
        await waiting.driver.close()
        waiting.driver = CoreDriver(home, config, Clock(now=later.now), keychain=keychain)
        await waiting.driver.open()
        await Auditor(Desktop(place, home, keychain, waiting.driver)).check_panel()


async def kill_again_and_again(folder: Path, kills: int) -> None:
    home, later = folder / "desk", Later()
    home.mkdir()
    keychain = Keychain(home, backends=())
    with upstream() as provider:
        provider.scripts[FREE_MODEL] = Script(tokens=WORDS, chunk_s=PACE_S)
        port = free_port()
        config = Config(credit_server=f"http://127.0.0.1:{port}")
        driver = CoreDriver(home, config, Clock(now=later.now), keychain=keychain)
        await driver.open()
        waiting = Waiting(
            driver, folder / "server", port, variables(provider), random.Random(kills)
        )
        try:
            await waiting.start_server()
            done = await driver.ask(hosted.StartFree(1, where="session"), hosted.HostedDone)
            assert done.fault is None, done.fault
            await driver.wait_for(
                events.ModelsListed, lambda listed: any(row.hosted for row in listed.rows)
            )
            await waiting.kill_server(0)
            for _ in range(kills):
                await waiting.live_and_die(driver.core.shelves.servers.rows()[0].id)
            await settle_all(waiting, provider, later, keychain)
            assert any(call.ended == "done" for call in provider.calls), "nothing was answered"
        finally:
            if waiting.server is not None:
                await waiting.kill_server(0)
            await waiting.driver.close()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


async def test_a_desktop_waits_through_kills_of_its_server(tmp_path: Path) -> None:
    await kill_again_and_again(tmp_path, KILLS)


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_fifty_kills_of_the_server(tmp_path: Path) -> None:
    await kill_again_and_again(tmp_path, SOAK_KILLS)
