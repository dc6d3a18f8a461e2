"""A core that does not open lets go of its folder; a proxy is never gone around."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config import Config
from app.engine import wiring
from app.errors import CatalogError, KeyringLocked
from app.seam import commands, events
from app.seam.views import ProxyView
from app.store.keychain_calls import KeychainCalls
from tests.fixtures.core import CoreDriver


async def test_a_core_that_failed_to_open_can_be_opened_again_in_the_same_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: Path) -> object:
        raise CatalogError("The price list cannot be read.")

    driver = CoreDriver(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(wiring, "load_price_book", broken)
        with pytest.raises(CatalogError):
            await driver.open()
    await driver.open()
    await driver.close()


async def test_without_the_password_of_the_proxy_nothing_goes_past_the_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = CoreDriver(tmp_path, Config())
    await driver.open()
    driver.core.preferences.set_proxy(ProxyView("http://127.0.0.1:9", "me", has_password=True))
    await driver.close()

    async def locked(self: KeychainCalls, key_id: str, where: str | None = None) -> str | None:
        raise KeyringLocked("The keyring is locked.")

    monkeypatch.setattr(KeychainCalls, "read", locked)
    driver.heard.clear()
    await driver.open()
    assert driver.core.http.has_proxy
    notice = await driver.wait_for(events.Notice)
    assert "password cannot be read" in notice.text
    await driver.close()


async def test_a_proxy_whose_password_has_no_place_changes_nothing(tmp_path: Path) -> None:
    driver = CoreDriver(tmp_path)
    await driver.open()
    command = commands.SetProxy("http://127.0.0.1:9", "me", "proxy-password-1")
    notice = await driver.ask(command, events.Notice)
    assert "no place" in notice.text
    assert driver.core.preferences.proxy() == ProxyView()
    assert not driver.core.http.has_proxy
    await driver.close()
