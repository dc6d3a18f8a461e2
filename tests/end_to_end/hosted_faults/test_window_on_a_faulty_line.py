"""The window on a line that fails: what was typed stays until it is stored, and an old figure says
how old it is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTextEdit

from app.seam import events, hosted
from app.store.keychain import Keychain
from app.ui.theme import Theme
from app.ui.transcript.footer import CostLineView
from tests.account.desktop import FREE_MODEL, opened
from tests.end_to_end.hosted_faults.faulty_line import Line, faulty_line
from tests.fixtures.core import CoreDriver
from tests.server.proxy.conftest import Place, open_place
from tests.server.upstreams.scripts import Script
from tests.server.upstreams.upstream import upstream
from tests.ui.hosted.test_with_a_server import Screen
from tests.ui.shell.recording import ready

WHOLE = "word0 word1 word2 word3 word4"
TEXT = "A question that took a while to write, with an ending."


@dataclass
class Desk:
    """The window, its core, and the line to the server."""

    screen: Screen
    driver: CoreDriver
    line: Line
    place: Place

    def cost(self) -> list[str]:
        """What stands under the answer of what it cost, the total first; empty for nothing."""
        lines = self.screen.window.findChildren(CostLineView)
        return next((line.texts() for line in lines if line.isVisible()), [])

    def answer(self) -> str:
        """What stands in the chat."""
        transcript = self.screen.window.frame.panes.panes[0].transcript
        assert transcript is not None
        cards = [view for view in transcript.findChildren(QTextEdit) if view.isVisible()]
        return "\n".join(card.toPlainText() for card in cards)

    def typed(self) -> str:
        return self.screen.window.frame.composer.box.editor.toPlainText()

    async def send(self) -> None:
        """Type what is not there yet and press Return; until the core has said yes or no."""
        editor = self.screen.window.frame.composer.box.editor
        if not self.typed():
            QTest.keyClicks(editor, TEXT)
        seen = len(self.driver.heard)
        QTest.keyClick(editor, Qt.Key.Key_Return)
        answers = (events.SendRefused, events.SendAccepted)
        await self.screen.until(
            lambda: any(isinstance(event, answers) for event in self.driver.heard[seen:])
        )
        await self.screen.until(lambda: self.screen.window.frame.composer._sent is None)

    def make_poor(self) -> None:
        """What is kept says that nothing is left: the server is asked before anything is sent."""
        core = self.driver.core
        core.hosted._stop_listening()
        record = core.hosted.desk.chosen()
        assert record is not None
        me = core.hosted.wallets.aged(record, "me")
        assert me is not None
        poor = json.loads(json.dumps(dict(me.fields.value)))
        for balance in poor["balances"]:
            balance |= {"left": 0, "used": balance["granted"]}
        core.shelves.servers.keep(
            record.id, record.holder, "me", json.dumps(poor), core.clock.now()
        )


@pytest.fixture
async def desk(tmp_path: Path, qapp: QApplication) -> AsyncIterator[Desk]:
    Theme.current().start(qapp, "light", 100)
    with upstream() as provider:
        provider.scripts[FREE_MODEL] = Script(tokens=5)
        async with (
            open_place(tmp_path / "server", provider) as place,
            faulty_line(place.url) as line,
        ):
            far = Place(place.server, provider, line.url)
            driver = await opened(far, tmp_path / "desk", Keychain(tmp_path, backends=()))
            screen = Screen(driver, tmp_path)
            driver.heard.append(ready(first_run=True))
            await screen.click("start-free")
            await screen.click("choose-session")
            panes = screen.window.frame.panes
            await screen.until(lambda: panes.panes[0].model_ref.endswith(f"/{FREE_MODEL}"))
            yield Desk(screen, driver, line, place)
            line.mend()
            screen.window.stopped = True
            screen.window.close()
            screen.window.deleteLater()
            QCoreApplication.sendPostedEvents(screen.window, QEvent.Type.DeferredDelete.value)
            QApplication.processEvents()
            await driver.close()


async def test_the_composer_keeps_its_text_until_it_is_stored(desk: Desk) -> None:
    chip = desk.screen.window.frame.sidebar.chip
    desk.line.fail("lost", "GET /api/me", times=1000)  # nothing else may say what is left
    desk.driver.core.hosted.wake()
    await desk.screen.until(lambda: "as of" in chip.accessibleName())
    for number, (kind, after) in enumerate((("lost", 0), ("cut", 0), ("cut", 120), ("reset", 60))):
        desk.make_poor()
        desk.line.fail(kind, "POST /api/quote", after)
        await desk.send()
        assert len(desk.driver.all(events.SendRefused)) == number + 1
        assert desk.typed() == TEXT, kind
    assert desk.driver.all(events.SendAccepted) == []
    desk.line.mend()
    await desk.send()
    await desk.screen.until(lambda: not desk.typed())
    await desk.screen.until(
        lambda: any(event.settled for event in desk.driver.all(events.MessageChanged))
    )
    [settled] = [event for event in desk.driver.all(events.MessageChanged) if event.settled]
    assert settled.message.text == "word0 word1 word2 word3 word4 "


async def test_an_old_figure_says_since_when(desk: Desk) -> None:
    chip = desk.screen.window.frame.sidebar.chip
    await desk.screen.until(lambda: chip.accessibleName() == "Free plan, 10,000 tokens left")
    desk.line.fail("lost", "GET /api/me", times=1000)
    desk.driver.core.hosted.wake()
    await desk.screen.until(lambda: "as of" in chip.accessibleName())
    assert "10,000" in chip.accessibleName()
    desk.line.mend()
    await desk.screen.until(lambda: chip.accessibleName() == "Free plan, 10,000 tokens left")
    assert desk.driver.all(hosted.AccountsShown)


@pytest.mark.parametrize(("kind", "after"), [("cut", 0), ("cut", 900), ("reset", 900)])
async def test_an_answer_that_breaks_off_is_whole_on_the_screen_once_it_is_had(
    desk: Desk, kind: str, after: int
) -> None:
    """Until the server says what became of it, nothing is called free and nothing whole."""
    desk.line.fail(kind, "POST /v1/chat/completions", after)
    asked = desk.line.fail("lost", "GET /api/requests/", times=1000)
    await desk.send()
    await desk.screen.until(lambda: asked.met and desk.cost()[:1] == ["cost not known yet"])
    assert WHOLE not in desk.answer()
    desk.line.mend()
    await desk.place.quiet()
    desk.place.server.time.pass_by(seconds=61)
    desk.driver.core.hosted.resolver.begin()
    await desk.screen.until(lambda: WHOLE in desk.answer())
    drawn = (
        "SELECT -SUM(p.amount) FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry_id"
    )
    drawn += " JOIN ledger_accounts a ON a.id = p.account AND a.tenant = p.tenant"
    drawn += " WHERE e.hold_id IS NOT NULL AND a.kind = 'window' AND p.tenant <> 'free'"
    [(charged,)] = await desk.place.server.run(drawn)
    await desk.screen.until(lambda: desk.cost()[:1] == [f"{charged} tokens"])
    assert len(desk.place.provider.calls) == 1
    assert desk.typed() == ""


async def test_what_a_gateway_kept_is_free_on_the_screen_only_once_it_is(desk: Desk) -> None:
    """The cost is not known as long as the order to give it up does not come through."""
    chip = desk.screen.window.frame.sidebar.chip
    await desk.screen.until(lambda: chip.accessibleName() == "Free plan, 10,000 tokens left")
    desk.line.fail("gateway", "POST /v1/chat/completions", 504)
    desk.line.fail("lost", "POST /api/requests/", times=1000)
    await desk.send()
    await desk.screen.until(lambda: desk.cost()[:1] == ["cost not known yet"])
    assert desk.screen.says("cannot answer now")
    desk.place.server.time.pass_by(seconds=3600)
    desk.driver.core.hosted.resolver.begin()
    await desk.screen.until(
        lambda: sum(line.startswith("POST /api/requests/") for line in desk.line.heard) >= 2
    )
    assert desk.cost()[:1] == ["cost not known yet"]
    desk.line.mend()
    desk.driver.core.hosted.resolver.begin()
    await desk.screen.until(lambda: not desk.cost())
    [late] = await desk.line.deliver()
    assert late.split(b" ", 2)[1] in (b"410", b"401")
    assert desk.place.provider.calls == []
    await desk.screen.until(lambda: chip.accessibleName() == "Free plan, 10,000 tokens left")
