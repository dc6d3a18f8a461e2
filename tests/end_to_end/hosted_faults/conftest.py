"""A desktop at the far end of a line that fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.seam import commands, events
from app.seam.views import MessageView
from tests.account.desktop import MODEL, Desktop, desktop_at
from tests.end_to_end.hosted_faults.books import Auditor, make_rich, until
from tests.end_to_end.hosted_faults.faulty_line import Line, faulty_line
from tests.server.proxy.conftest import Place, open_place
from tests.server.upstreams.scripts import Script
from tests.server.upstreams.upstream import upstream

WORDS = 12
WHOLE = "".join(f"word{place} " for place in range(WORDS))


@dataclass
class Life:
    """A desktop at the far end of a line."""

    desktop: Desktop
    line: Line
    auditor: Auditor

    async def say(self) -> MessageView:
        """Send and wait until the answer has ended, one way or another."""
        chat_id = await self.desktop.chat(MODEL)
        return await self.desktop.driver.send(chat_id, "Hello")

    async def ended(self, message: MessageView) -> MessageView:
        """The message once its cost is known; a minute has gone by since it was sent."""
        await until(lambda: not self.line.is_busy)  # what comes late has come
        await self.desktop.place.quiet()
        self.desktop.place.server.time.pass_by(seconds=61)
        self.desktop.driver.core.hosted.resolver.begin()
        await self.auditor.check()
        opened = await self.desktop.driver.ask(
            commands.OpenChat(self._chat_of(message)), events.ChatOpened
        )
        return opened.chat.panes[0].messages[-1]

    def _chat_of(self, message: MessageView) -> str:
        row = self.desktop.driver.core.shelves.messages.get(message.id)
        assert row is not None
        return row.chat_id


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    with upstream() as provider:
        provider.scripts[MODEL] = Script(tokens=WORDS)
        async with (
            open_place(tmp_path / "server", provider, DEMO="true") as place,
            faulty_line(place.url) as line,
        ):
            far = Place(place.server, provider, line.url)
            desktop = await desktop_at(far, tmp_path / "desk")
            await make_rich(desktop, 1_000_000)
            core = desktop.driver.core
            record = core.hosted.desk.chosen()
            assert record is not None
            await core.hosted.wallets.refresh(record, "me")
            try:
                yield Life(desktop, line, Auditor(desktop))
            finally:
                line.mend()
                await desktop.driver.close()
