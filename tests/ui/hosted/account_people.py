"""People at windows with an account page, beside a real credit server that sends mail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QToolButton

from app.clock import Clock
from app.config import Config
from app.store.keychain import Keychain
from app.ui.hosted.account_page import AccountPage
from app.ui.hosted.license_page import LicensePage
from app.ui.settings.dialog import SettingsDialog
from tests.fixtures.core import CoreDriver
from tests.server.accounts.mail_server import MailServer, mail_server
from tests.server.proxy.conftest import Place, open_place
from tests.server.upstreams.upstream import upstream
from tests.ui.hosted.test_with_a_server import Screen
from tests.ui.shell.recording import ready

LEFT = Qt.MouseButton.LeftButton


@dataclass
class Town:
    """A server and its post; people come to it with computers of their own."""

    place: Place
    mails: MailServer
    folder: Path

    async def person(self, name: str, *, address: str | None = None) -> Person:
        """Somebody at a new computer; `address` is the server built in, empty for none."""
        person = Person(self.place, self.folder / name, address)
        await person.start()
        return person


@asynccontextmanager
async def open_town(folder: Path) -> AsyncIterator[Town]:
    async with mail_server() as mails:
        smtp = {"SMTP_URL": f"smtp://127.0.0.1:{mails.port}", "MAIL_FROM": "post@example.org"}
        with upstream() as provider:
            async with open_place(folder / "server", provider, **smtp) as place:
                yield Town(place, mails, folder)


class Person:
    """A computer with its folder and keychain; the program can be closed and started again."""

    def __init__(self, place: Place, home: Path, address: str | None = None) -> None:
        self.place, self.home = place, home
        self.address = place.url if address is None else address
        self.keychain = Keychain(home, backends=())
        self.ahead = timedelta(0)  # how far this computer's clock is before the server's
        self.screen: Screen
        self.driver: CoreDriver

    async def start(self, *, first_run: bool = False) -> None:
        self.home.mkdir(exist_ok=True)
        clock = Clock(now=lambda: self.place.server.time.at + self.ahead)
        self.driver = CoreDriver(
            self.home, Config(credit_server=self.address), clock, keychain=self.keychain
        )
        await self.driver.open()
        self.screen = Screen(self.driver, self.home)
        self.driver.heard.append(ready(first_run=first_run))
        self.screen.window.complete()
        await self.screen.until(lambda: self.screen.window.hosted.accounts is not None)

    async def close(self) -> None:
        self.screen.window.stopped = True
        self.screen.window.close()
        self.screen.window.deleteLater()
        QApplication.processEvents()
        await self.driver.close()

    @property
    def server_id(self) -> str:
        return self.driver.core.shelves.servers.rows()[0].id

    def chosen(self) -> str:
        """The id of the server whose tokens are spent."""
        record = self.driver.core.hosted.desk.chosen()
        return "" if record is None else record.id

    def settings(self) -> SettingsDialog:
        return next(one for one in self.screen.window.findChildren(SettingsDialog))

    def account(self) -> AccountPage:
        """The page; opened by the foot of the sidebar where it is not open yet."""
        found = [one for one in self.screen.window.findChildren(AccountPage) if one.isVisible()]
        if not found:
            chip = self.screen.window.findChild(QPushButton, "account")
            assert chip is not None
            QTest.mouseClick(chip, LEFT)
            found = [one for one in self.screen.window.findChildren(AccountPage) if one.isVisible()]
        return found[0]

    def license(self) -> LicensePage:
        self.account()
        self.settings().show_page("license")
        return self.screen.window.findChildren(LicensePage)[0]

    async def begin(self) -> None:
        """A free account from the account page; its key is kept for this session."""
        self.account()
        await self.click("start-free")
        await self.click("choose-session")
        await self.screen.until(lambda: self.button("sign-out") is not None)

    async def until_says(self, *texts: str) -> None:
        await self.screen.until(lambda: all(self.screen.says(text) for text in texts))

    def button(self, name: str) -> QPushButton | None:
        found = self.screen.window.findChildren(QPushButton, name)
        return next((one for one in found if one.isVisible()), None)

    async def click(self, name: str) -> None:
        await self.screen.until(lambda: self.button(name) is not None)
        QTest.mouseClick(self.button(name), LEFT)

    def field(self, name: str) -> QLineEdit | None:
        found = self.screen.window.findChildren(QLineEdit, name)
        return next((one for one in found if one.isVisible()), None)

    async def type(self, name: str, text: str) -> None:
        """Type into a field in place of what is there, and press Enter."""
        await self.screen.until(lambda: self.field(name) is not None)
        field = self.field(name)
        assert field is not None
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)

    def tool(self, name: str) -> QToolButton | None:
        found = self.screen.window.findChildren(QToolButton)
        there = (one for one in found if one.isVisible() and one.accessibleName() == name)
        return next(there, None)

    async def press_tool(self, name: str) -> None:
        await self.screen.until(lambda: self.tool(name) is not None)
        QTest.mouseClick(self.tool(name), LEFT)
