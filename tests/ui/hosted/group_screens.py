"""Two people's windows beside one real credit server: an admin, and somebody who is invited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QMenu,
    QPushButton,
    QTabBar,
    QToolButton,
    QWidget,
)

from app.seam.commands import Command
from app.ui.hosted.group_dialog import GroupDialog
from app.ui.hosted.group_page import GroupPage
from app.ui.theme import Theme
from tests.account.desktop import Desktop, desktop_at
from tests.server.organizations.crew import with_seats
from tests.server.proxy.conftest import Place
from tests.ui.hosted.test_with_a_server import CorePort, Screen
from tests.ui.shell.recording import ready

W = TypeVar("W", bound=QWidget)


class Person(Screen):
    """Somebody at their window, who has an account already."""

    def __init__(self, desktop: Desktop, folder: Path) -> None:
        super().__init__(desktop.driver, folder)
        self.bridge.connect_port(_WhileTheTestRuns(desktop.driver))
        self.desktop = desktop
        self.window.complete()
        desktop.driver.heard.append(ready())

    @property
    def card(self) -> GroupDialog:
        card = self.window.hosted.groups.card
        assert card is not None
        return card

    @property
    def page(self) -> GroupPage:
        [page] = [one for one in self.card.findChildren(GroupPage) if one.isVisible()]
        return page

    @property
    def account(self) -> str:
        record = self.desktop.driver.core.hosted.desk.chosen()
        assert record is not None
        return record.account

    async def open_groups(self) -> None:
        """The card, once the server has said which groups there are."""
        await self.until(lambda: self.window.hosted.wallet is not None)
        self.window.orders.run("groups")
        await self.until(lambda: self.window.hosted.groups.card is not None)

    async def find(self, name: str, kind: type[W], inside: QWidget | None = None) -> W:
        """A widget that is seen, by its object's name; waits for it."""

        def seen() -> list[W]:
            found = (inside or self.window).findChildren(kind, name)
            return [one for one in found if one.isVisible() and one.isEnabled()]

        await self.until(lambda: bool(seen()))
        return seen()[-1]

    async def find_menu(self) -> QMenu:
        """The menu that is open."""
        await self.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        return menu

    async def press(self, name: str, kind: type[QWidget] = QPushButton) -> None:
        QTest.mouseClick(await self.find(name, kind), Qt.MouseButton.LeftButton)

    async def tool(self, name: str) -> None:
        await self.press(name, QToolButton)

    async def tool_of(self, inside: QWidget, name: str) -> None:
        QTest.mouseClick(await self.find(name, QToolButton, inside), Qt.MouseButton.LeftButton)

    async def type(self, name: str, text: str) -> None:
        field = await self.find(name, QLineEdit)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)

    async def go_to(self, title: str) -> None:
        """A tab of the group's page that is shown."""
        tabs = self.page.findChild(QTabBar)
        assert tabs is not None
        [place] = [at for at in range(tabs.count()) if tabs.tabText(at) == title]
        QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(place).center())
        await self.until(lambda: tabs.currentIndex() == place)

    async def send(self, text: str) -> None:
        """Type into the composer, and send."""
        editor = self.window.frame.composer.box.editor
        editor.setFocus()
        editor.setPlainText(text)
        QTest.keyClick(editor, Qt.Key.Key_Return)

    def close(self) -> None:
        self.window.stopped = True
        self.window.close()
        self.window.deleteLater()


class _WhileTheTestRuns(CorePort):
    """Qt goes on for a moment after a test, when no core runs any more: what is ordered then, such
    as a draft that is saved late, is for nobody."""

    def submit(self, command: Command) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return
        super().submit(command)


@dataclass
class Two:
    """An admin and somebody else, each at a window of their own."""

    place: Place
    ann: Person
    bob: Person

    async def until(self, holds: Callable[[], bool]) -> None:
        """Both windows go on while one of them is waited for."""

        def turn() -> bool:
            self.bob.bridge.wake()
            return holds()

        await self.ann.until(turn)

    async def with_seats(self, group: str, seats: int = 10) -> None:
        """As if so many seats had been paid for."""
        await with_seats(self.place.server, group, seats, "organization")
        await self.place.server.run(
            "UPDATE accounts SET paid_until_ms = ? WHERE id = ?", 2**42, group
        )


@asynccontextmanager
async def two_at(place: Place, folder: Path, application: QApplication) -> AsyncIterator[Two]:
    """Both with a free account, and their windows shown."""
    Theme.current().start(application, "light", 100)
    desktops = [await desktop_at(place, folder / name) for name in ("ann", "bob")]
    people = [Person(one, folder / f"{one.folder.name}-window") for one in desktops]
    try:
        yield Two(place, *people)
    finally:
        for person in people:
            person.close()
        QApplication.processEvents()
        for desktop in desktops:
            await desktop.driver.close()
