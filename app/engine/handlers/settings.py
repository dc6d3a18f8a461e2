"""Settings, shortcuts and the proxy."""

from __future__ import annotations

from app.chat.preferences import check_proxy_url
from app.engine.core import PROXY_PASSWORD, Core
from app.errors import TuppenceError
from app.providers.http import test_proxy as ask_through_proxy
from app.seam import commands, events
from app.seam.views import ProxyView


def change_settings(core: Core, command: commands.ChangeSettings) -> None:
    core.preferences.change(command.changes)
    core.emit(events.SettingsChanged(core.preferences.view()))


def set_shortcut(core: Core, command: commands.SetShortcut) -> None:
    core.preferences.set_shortcut(command.action, command.keys)
    core.emit(events.SettingsChanged(core.preferences.view()))


async def set_proxy(core: Core, command: commands.SetProxy) -> None:
    """The address goes to the settings, the password to the keychain; both or neither."""
    if command.url:
        check_proxy_url(command.url)
    before = core.preferences.proxy()
    has_password = before.has_password and bool(command.url)
    if command.password is not None:
        place = await core.keychain.place()
        if command.password:
            await core.keychain.keep(PROXY_PASSWORD, command.password, place.where)
        else:
            await core.keychain.forget(PROXY_PASSWORD)
        has_password = bool(command.password)
    core.preferences.set_proxy(ProxyView(command.url, command.user, has_password))
    await core.use_proxy()
    core.emit(events.SettingsChanged(core.preferences.view()))


async def check_proxy(core: Core, command: commands.TestProxy) -> None:
    try:
        message = await ask_through_proxy(core.http)
    except TuppenceError as error:
        core.emit(events.ProxyTested(command.serial, False, str(error)))
        return
    core.emit(events.ProxyTested(command.serial, True, message))
