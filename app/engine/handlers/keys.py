"""Keys, the keychain and the vault."""

from __future__ import annotations

import asyncio

from app.chat.key_rows import key_rows, provider_rows
from app.engine.core import Core
from app.errors import TuppenceError
from app.seam import commands, events
from app.seam.views import KeychainView
from app.store.vault import VaultDamaged

PASSPHRASE_CHANGED = "The passphrase was changed."
SET_ASIDE = "The damaged vault is kept as {0}. Its keys must be added anew."


def list_keys(core: Core, command: commands.ListKeys) -> None:
    emit_keys(core)


async def check_and_keep_key(core: Core, command: commands.CheckAndKeepKey) -> None:
    """Every way this can end is an answer to the question that was asked."""
    asking = asyncio.ensure_future(
        core.key_desk.add(
            command.secret,
            provider=command.provider,
            base_url=command.base_url,
            label=command.label,
            where=command.where,
            keep_unchecked=command.keep_unchecked,
            own_price=command.own_price,
        )
    )
    core.key_checks[command.serial] = asking
    try:
        outcome = await asking
    except TuppenceError as error:
        core.emit(
            events.KeyChecked(command.serial, False, command.provider, error.message, error.advice)
        )
        return
    finally:
        core.key_checks.pop(command.serial, None)
    core.emit(
        events.KeyChecked(
            command.serial,
            outcome.kept,
            outcome.provider_name,
            outcome.message,
            outcome.advice,
            outcome.can_keep_unchecked,
        )
    )
    if outcome.kept:
        emit_keys(core)
        core.emit(events.ModelsListed(core.model_list.rows()))


def cancel_key_check(core: Core, command: commands.CancelKeyCheck) -> None:
    asking = core.key_checks.get(command.serial)
    if asking is not None:
        asking.cancel()


async def check_key(core: Core, command: commands.CheckKey) -> None:
    emit_keys(core, checking=command.key_id)
    try:
        await core.key_desk.check(command.key_id)
    finally:
        emit_keys(core)
    core.emit(events.ModelsListed(core.model_list.rows()))


async def remove_key(core: Core, command: commands.RemoveKey) -> None:
    await core.key_desk.remove(command.key_id)
    emit_keys(core)
    core.emit(events.ModelsListed(core.model_list.rows()))


def set_key_price(core: Core, command: commands.SetKeyPrice) -> None:
    """The next quote, hold and receipt have it; those that were made keep theirs."""
    try:
        core.key_desk.set_price(command.key_id, command.own_price)
    except TuppenceError as error:
        core.emit(events.KeyPriceSet(command.key_id, False, str(error)))
        return
    core.emit(events.KeyPriceSet(command.key_id, True))
    emit_keys(core)
    core.emit(events.ModelsListed(core.model_list.rows()))


async def ask_keychain(core: Core, command: commands.AskKeychain) -> None:
    await emit_keychain(core)


async def open_vault(core: Core, command: commands.OpenVault) -> None:
    try:
        await core.keychain.open_vault(command.passphrase)
    except TuppenceError as error:
        await emit_keychain(core, str(error), damaged=isinstance(error, VaultDamaged))
        return
    if core.preferences.proxy().has_password:
        await core.use_proxy()
    await emit_keychain(core)


async def change_vault_passphrase(core: Core, command: commands.ChangeVaultPassphrase) -> None:
    try:
        await core.keychain.change_passphrase(command.old, command.new)
    except TuppenceError as error:
        await emit_keychain(core, str(error))
        return
    await emit_keychain(core, news=PASSPHRASE_CHANGED)


async def set_vault_aside(core: Core, command: commands.SetVaultAside) -> None:
    try:
        kept = await core.keychain.call(core.keychain.keychain.set_vault_aside)
    except TuppenceError as error:
        await emit_keychain(core, str(error))
        return
    await emit_keychain(core, news=SET_ASIDE.format(kept.name))
    emit_keys(core)


async def emit_keychain(
    core: Core, trouble: str = "", *, damaged: bool = False, news: str = ""
) -> None:
    """Where secrets go on this machine, as the window shows it."""
    try:
        place = await core.keychain.place()
        where, name, said = place.where, place.name, place.trouble
    except TuppenceError as error:
        where, name, said = "undecided", "", str(error)
    keychain = core.keychain.keychain
    core.emit(
        events.KeychainReady(
            KeychainView(
                where,
                name,
                keychain.vault_exists,
                keychain.vault_open,
                trouble or said,
                damaged,
                news,
            )
        )
    )


def emit_keys(core: Core, checking: str = "") -> None:
    desk = core.key_desk
    rows = key_rows(
        core.shelves.keys.rows(), core.spending.key_month(), desk.own_price, checking=checking
    )
    core.emit(events.KeysListed(rows, provider_rows()))
