"""Settings, shortcuts and the proxy."""

from __future__ import annotations

from app.chat.preferences import check_proxy_url, same_place
from app.engine.core import PROXY_PASSWORD, Core
from app.errors import TuppenceError
from app.providers.reach import test_proxy as ask_through_proxy
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
    password = command.password
    if password is None and before.has_password and not same_place(before.url, command.url):
        # Another proxy is not told the password of the last one unless it is typed again.
        password = ""
    has_password = before.has_password
    if password is not None:
        if password:
            place = await core.keychain.place()
            await core.keychain.keep(PROXY_PASSWORD, password, place.where)
        else:
            await core.keychain.forget(PROXY_PASSWORD)
        has_password = bool(password)
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
