"""The real window on a real core beside a real credit server: from the first click to an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from shiboken6 import delete

from app.seam.commands import Command
from app.seam.events import Event
from app.store.keychain import Keychain
from app.ui.billing.panel import BillingPanel
from app.ui.bridge import Bridge
from app.ui.hosted.out_of_tokens import OutOfTokensCard
from app.ui.theme import Theme
from app.ui.window import MainWindow
from tests.account.desktop import FREE_MODEL, MODEL, opened
from tests.fixtures.core import CoreDriver
from tests.server.proxy.conftest import open_place
from tests.server.upstreams.scripts import Script
from tests.server.upstreams.upstream import Upstream, upstream
from tests.ui.shell.recording import ready

WAIT_S = 60.0
TURN_S = 0.01


class CorePort:
    """The seam's port to a core on this thread's loop, which may be at rest while Qt has its turn.

    Qt goes on for a moment after a test: what is ordered then is for nobody.
    """

    def __init__(self, driver: CoreDriver) -> None:
        self._driver = driver
        self._loop = asyncio.get_running_loop()
        self._seen = len(driver.heard)

    def submit(self, command: Command) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon(self._driver.dispatcher.take, command)

    def drain(self) -> Sequence[Event]:
        fresh = self._driver.heard[self._seen :]
        self._seen += len(fresh)
        return fresh

    def stop(self) -> None:
        return


class Screen:
    """A shown window; Qt and the core take turns while something is waited for."""

    def __init__(self, driver: CoreDriver, folder: Path) -> None:
        self.bridge = Bridge()
        self.bridge.connect_port(CorePort(driver))
        self.window = MainWindow(self.bridge, folder)
        self.window.resize(1440, 900)
        self.window.show()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not holds():
                self.bridge.wake()
                QApplication.processEvents()
                await asyncio.sleep(TURN_S)

    async def click(self, name: str) -> None:
        await self.until(lambda: self._button(name) is not None)
        button = self._button(name)
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def says(self, text: str, inside: QWidget | None = None) -> bool:
        labels = (inside or self.window).findChildren(QLabel)
        return any(text in label.text() for label in labels if label.isVisible())

    def _button(self, name: str) -> QPushButton | None:
        found = self.window.findChild(QPushButton, name)
        return found if found is not None and found.isVisible() else None


@pytest.fixture
def provider() -> Iterator[Upstream]:
    with upstream() as running:
        running.scripts[FREE_MODEL] = Script(tokens=20)
        yield running


@pytest.fixture
async def screen(provider: Upstream, tmp_path: Path, qapp: QApplication) -> AsyncIterator[Screen]:
    Theme.current().start(qapp, "light", 100)
    home = tmp_path / "home"
    async with open_place(tmp_path / "server", provider) as place:
        driver = await opened(place, home, Keychain(tmp_path, backends=()))
        shown = Screen(driver, tmp_path)
        driver.heard.append(ready(first_run=True))
        yield shown
        shown.window.stopped = True
        shown.window.close()
        delete(shown.window)  # here, so that no timer of it fires when the loop is closed
        await driver.close()


async def test_from_the_first_click_to_an_answer_and_what_is_left(screen: Screen) -> None:
    await screen.click("start-free")
    # This computer has no keyring: the user says where the key is kept.
    await screen.click("choose-session")
    chip = screen.window.frame.sidebar.chip
    # The first figure is an old one until the line to the server stands.
    await screen.until(lambda: chip.accessibleName() == "Free plan, 10,000 tokens left")
    panes = screen.window.frame.panes
    await screen.until(lambda: panes.panes[0].model_ref.endswith(f"/{FREE_MODEL}"))
    assert screen.window.shown.model_name(panes.panes[0].model_ref) == "Qwen Turbo"
    editor = screen.window.frame.composer.box.editor
    QTest.keyClicks(editor, "Hello")
    await screen.until(lambda: "left after" in screen.window.frame.composer.box.quote.text())
    QTest.keyClick(editor, Qt.Key.Key_Return)
    await screen.until(lambda: not editor.toPlainText())
    screen.window.dialogs.make_billing()

    def drawn() -> bool:
        wallet = screen.window.hosted.wallet
        return wallet is not None and any(one.used for one in wallet.grants if one.only)

    await screen.until(drawn)
    wallet = screen.window.hosted.wallet
    assert wallet is not None
    [turbo] = [one for one in wallet.grants if one.used]
    assert turbo.left < turbo.granted == 1_000_000
    [panel] = screen.window.findChildren(BillingPanel)
    await screen.until(lambda: screen.says(f"{turbo.left // 1_000}k of 1M", panel))
    assert chip.accessibleName() == "Free plan, 10,000 tokens left"


async def test_out_of_tokens_and_on_with_a_free_model(screen: Screen) -> None:
    await screen.click("start-free")
    await screen.click("choose-session")
    window, panes = screen.window, screen.window.frame.panes
    await screen.until(lambda: panes.panes[0].model_ref.endswith(f"/{FREE_MODEL}"))
    window.orders.choose_model(0, panes.panes[0].model_ref.replace(FREE_MODEL, MODEL))
    editor = window.frame.composer.box.editor
    # More than 10,000 plan tokens, at five for each token.
    editor.setPlainText("word " * 2_500)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    await screen.until(lambda: bool(window.findChildren(OutOfTokensCard)))
    [card] = window.findChildren(OutOfTokensCard)
    await screen.until(card.isVisible)
    assert screen.says("What is left does not cover this message.", card)
    assert screen.says("tokens short · resets in ", card)
    assert editor.toPlainText().startswith("word word")
    ways = {one.text(): one for one in card.findChildren(QPushButton) if one.isVisible()}
    QTest.mouseClick(ways["Use Qwen Turbo, free"], Qt.MouseButton.LeftButton)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    await screen.until(lambda: not editor.toPlainText())
    assert not card.isVisible()
