"""The vault as the window orders it: another passphrase, and a damaged file that is set aside."""

from __future__ import annotations

from app.seam import commands, events
from app.seam.views import KeychainView
from tests.fixtures.core import CoreDriver

OLD, NEW = "seven brown otters sing", "eight green geese fly"


async def told(driver: CoreDriver, command: commands.Command) -> KeychainView:
    return (await driver.ask(command, events.KeychainReady)).keychain


async def test_the_passphrase_is_changed_and_a_wrong_one_changes_nothing(
    driver: CoreDriver,
) -> None:
    keychain = driver.core.keychain.keychain
    assert (await told(driver, commands.OpenVault(OLD))).vault_open
    await driver.core.keychain.keep("a-key", "sk-secret", "vault")
    wrong = await told(driver, commands.ChangeVaultPassphrase("not it", NEW))
    assert wrong.trouble
    assert wrong.news == ""
    changed = await told(driver, commands.ChangeVaultPassphrase(OLD, NEW))
    assert changed.news == "The passphrase was changed."
    keychain.close_vault()
    assert (await told(driver, commands.OpenVault(OLD))).trouble
    assert (await told(driver, commands.OpenVault(NEW))).vault_open
    assert await driver.core.keychain.read("a-key") == "sk-secret"


async def test_a_damaged_vault_is_set_aside_whole_and_a_new_one_is_made(
    driver: CoreDriver,
) -> None:
    keychain = driver.core.keychain.keychain
    await told(driver, commands.OpenVault(OLD))
    keychain.close_vault()
    [path] = driver.folder.rglob("vault.json")
    path.write_bytes(b'{"format": "something else"}')
    damaged = await told(driver, commands.OpenVault(OLD))
    assert damaged.vault_damaged
    aside = await told(driver, commands.SetVaultAside())
    assert f"{path.name}.damaged-1" in aside.news
    assert not aside.vault_exists
    kept = path.with_name(f"{path.name}.damaged-1")
    assert kept.read_bytes() == b'{"format": "something else"}'
    assert (await told(driver, commands.OpenVault(NEW))).vault_open


async def test_a_vault_of_a_newer_version_is_not_called_damaged(driver: CoreDriver) -> None:
    await told(driver, commands.OpenVault(OLD))
    [path] = driver.folder.rglob("vault.json")
    path.write_text(path.read_text().replace('"version": 1', '"version": 99'))
    newer = await told(driver, commands.OpenVault(OLD))
    assert "newer version" in newer.trouble
    assert not newer.vault_damaged
