"""The desktop is killed between Send and the receipt, again and again: nothing is charged twice,
no answer that was paid for is lost, and the panel is right at the next start."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.account.device import key_entry
from app.seam.views import MessageState
from tests.account.desktop import MODEL, Desktop, desktop_at, opened
from tests.end_to_end.hosted_faults import programs
from tests.end_to_end.hosted_faults.books import Auditor, make_rich
from tests.end_to_end.hosted_faults.programs import Home
from tests.fixtures.killable import Killable
from tests.server.proxy.conftest import open_place
from tests.server.upstreams.scripts import Script
from tests.server.upstreams.upstream import upstream

WORDS, PACE_S = 20, 0.008
LONGEST_LIFE_S = 0.35
KILLS, SOAK_KILLS = 20, 200


@dataclass
class Lives:
    """One person's folder through many processes; none of them ends by itself."""

    desktop: Desktop
    auditor: Auditor
    chance: random.Random
    states: set[str] = field(default_factory=set)
    left: list[str] = field(default_factory=list)  # sent, and not known to be stored

    def home(self) -> Home:
        desktop = self.desktop
        pem = desktop.keychain.read(key_entry(self._server_id), "session")
        assert pem is not None
        at = desktop.place.server.time.at
        return Home(desktop.folder, desktop.place.url, self._server_id, pem, at)

    def __post_init__(self) -> None:
        self._server_id = self.desktop.server_id

    async def live_and_die(self) -> None:
        """One life: what was left before is sent again under its id, then new messages."""
        await self.desktop.driver.close()
        fresh = [self.chance.getrandbits(128).to_bytes(16, "big").hex() for _ in range(30)]
        child = Killable(programs.send, self.home(), MODEL, [*self.left, *fresh])
        told = await asyncio.to_thread(self._until_killed, child)
        place, folder = self.desktop.place, self.desktop.folder
        await place.quiet()
        # Until then an id that the server does not know may still be on its way.
        place.server.time.pass_by(seconds=61)
        self.desktop.driver = await opened(place, folder, self.desktop.keychain)
        await self.auditor.check()
        self._check_told(told)

    def _until_killed(self, child: Killable) -> list[list[object]]:
        told: list[list[object]] = []
        while not told or told[-1][0] != "sending":
            told.append(json.loads(child.said.readline()))
        lines = child.kill_after(self.chance.uniform(0, LONGEST_LIFE_S))
        return told + [json.loads(line) for line in lines]

    def _check_told(self, told: list[list[object]]) -> None:
        """What the killed window had shown is still so."""
        shelves = self.desktop.driver.core.shelves
        shown: dict[str, str] = {}
        for what, *words in told:
            if what == "text":
                shown[str(words[0])] = shown.get(str(words[0]), "") + str(words[1])
        for message_id, text in shown.items():
            message = shelves.messages.get(message_id)
            assert message is not None
            assert message.text.startswith(text), "what was read is gone"
            self.states.add(message.state.value)
        for what, *words in told:
            if what == "settled":
                message = shelves.messages.get(str(words[0]))
                assert message is not None
                assert (message.text, message.state.value) == (words[1], "complete")
        sent = [str(words[0]) for what, *words in told if what == "sending"]
        self.left = [id_ for id_ in sent if shelves.holds.get(id_) is None]


async def kill_again_and_again(folder: Path, kills: int) -> None:
    with upstream() as provider:
        provider.scripts[MODEL] = Script(tokens=WORDS, chunk_s=PACE_S)
        async with open_place(folder / "server", provider) as place:
            desktop = await desktop_at(place, folder / "home")
            await make_rich(desktop, 10_000_000)
            lives = Lives(desktop, Auditor(desktop), random.Random(kills))
            try:
                for _ in range(kills):
                    await lives.live_and_die()
                assert await place.troubles() == []
                assert MessageState.INCOMPLETE.value in lives.states, "no kill came in time"
            finally:
                await desktop.driver.close()


async def test_a_killed_desktop_is_charged_once_and_has_every_answer(tmp_path: Path) -> None:
    await kill_again_and_again(tmp_path, KILLS)


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_two_hundred_kills_of_the_desktop(tmp_path: Path) -> None:
    await kill_again_and_again(tmp_path, SOAK_KILLS)
