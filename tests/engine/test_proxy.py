"""The proxy that the user sets: its password goes to it alone, and holds up no start."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from app.engine.core import PROXY_PASSWORD
from app.errors import KeyringLocked
from app.seam import commands, events
from app.seam.views import ProxyView
from app.store.keychain import SESSION, Keychain
from tests.fixtures.core import CoreDriver

OLD, NEW = "http://proxy.example:8080", "http://other.example:8080"
PASSWORD = "proxy-password-1"


@pytest_asyncio.fixture
async def proxied(tmp_path: Path) -> AsyncIterator[CoreDriver]:
    """A core with a proxy whose password is kept for this session."""
    driver = CoreDriver(tmp_path)
    await driver.open()
    await driver.core.keychain.keep(PROXY_PASSWORD, PASSWORD, SESSION)
    driver.core.preferences.set_proxy(ProxyView(OLD, "me", has_password=True))
    yield driver
    await driver.close()


async def set_proxy(driver: CoreDriver, url: str, password: str | None = None) -> ProxyView:
    command = commands.SetProxy(url, "me", password)
    changed = await driver.ask(command, events.SettingsChanged)
    return changed.settings.proxy


@pytest.mark.parametrize(
    "url", [NEW, "http://proxy.example:8081", "socks5://proxy.example:8080", ""]
)
async def test_another_address_is_not_told_the_old_password(proxied: CoreDriver, url: str) -> None:
    shown = await set_proxy(proxied, url)
    assert not shown.has_password
    assert await proxied.core.keychain.read(PROXY_PASSWORD, SESSION) is None


async def test_the_same_address_keeps_it(proxied: CoreDriver) -> None:
    shown = await set_proxy(proxied, "http://Proxy.Example:8080/")
    assert shown.has_password
    assert await proxied.core.keychain.read(PROXY_PASSWORD, SESSION) == PASSWORD


async def test_a_start_does_not_wait_for_a_keyring_that_waits_for_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = CoreDriver(tmp_path)
    await driver.open()
    driver.core.preferences.set_proxy(ProxyView(OLD, "me", has_password=True))
    await driver.close()
    unlocked = threading.Event()

    def wait_for_a_person(self: Keychain, key_id: str, where: str | None = None) -> str | None:
        if key_id == PROXY_PASSWORD:
            unlocked.wait(20)
            raise KeyringLocked("The keyring is locked.")
        return None

    monkeypatch.setattr(Keychain, "read", wait_for_a_person)
    driver.heard.clear()
    await driver.open()  # nobody has unlocked it: only a start that does not wait comes here
    assert not unlocked.is_set()
    assert driver.core.http.has_proxy
    assert driver.all(events.EngineReady)
    assert driver.all(events.Notice) == []
    unlocked.set()
    notice = await driver.wait_for(events.Notice)
    assert "password cannot be read" in notice.text
    await driver.close()
