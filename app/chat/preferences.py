"""The user's settings: typed, with defaults, and a value that makes no sense is refused."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any
from urllib.parse import urlsplit

from app.errors import ConfigError
from app.seam.views import ProxyView, SettingsView
from app.store.settings import Settings

_CHOICES: dict[str, tuple[str, ...]] = {"theme": ("light", "dark", "system")}
_RANGES: dict[str, tuple[int, int]] = {"zoom_percent": (50, 300)}
_PLAIN = frozenset(
    field.name for field in fields(SettingsView) if field.name not in ("proxy", "shortcuts")
)


class Preferences:
    """Reads and changes settings; what cannot be understood falls back to its default."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def view(self) -> SettingsView:
        defaults = SettingsView()
        known: dict[str, Any] = {}
        for name in _PLAIN:
            default = getattr(defaults, name)
            value = self._settings.get(name, default)
            known[name] = value if _fits(name, value, default) else default
        return replace(defaults, **known, proxy=self.proxy(), shortcuts=self._shortcuts())

    def counts_with_provider(self) -> bool:
        """Whether drafts may go to the provider's free counter; asked by each key."""
        return self._settings.get("count_with_provider", False) is True

    def change(self, changes: Iterable[tuple[str, str | bool | int]]) -> None:
        """Set some settings; raises ConfigError, and then changes none of them."""
        defaults = SettingsView()
        wanted = list(changes)
        for name, value in wanted:
            if name not in _PLAIN or not _fits(name, value, getattr(defaults, name)):
                raise ConfigError(f"{value!r} is not a value for {name.replace('_', ' ')}.")
        for name, value in wanted:
            self._settings.set(name, value)

    def set_shortcut(self, action: str, keys: str) -> None:
        """Another key sequence for an action; empty: the usual one."""
        changed = dict(self._shortcuts())
        if keys:
            changed[action] = keys
        else:
            changed.pop(action, None)
        self._settings.set("shortcuts", [list(pair) for pair in sorted(changed.items())])

    def proxy(self) -> ProxyView:
        stored = self._settings.get("proxy", {})
        url = stored.get("url") if isinstance(stored, dict) else None
        if not isinstance(stored, dict) or not isinstance(url, str):
            return ProxyView()
        return ProxyView(url, str(stored.get("user", "")), bool(stored.get("has_password")))

    def set_proxy(self, proxy: ProxyView) -> None:
        """Keep the proxy's address; raises ConfigError where it is none."""
        if proxy.url:
            check_proxy_url(proxy.url)
        self._settings.set(
            "proxy",
            {"url": proxy.url, "user": proxy.user, "has_password": proxy.has_password},
        )

    def _shortcuts(self) -> tuple[tuple[str, str], ...]:
        stored = self._settings.get("shortcuts", [])
        if not isinstance(stored, list):
            return ()
        pairs = [pair for pair in stored if isinstance(pair, list) and len(pair) == 2]
        return tuple(
            (action, keys)
            for action, keys in pairs
            if isinstance(action, str) and isinstance(keys, str)
        )


def check_proxy_url(url: str) -> None:
    """Raise ConfigError unless this is http, https or socks5 with a host and a port."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ConfigError("This is not a proxy address.", "Its port is not a number.") from error
    if parts.scheme not in ("http", "https", "socks5") or not parts.hostname or not port:
        raise ConfigError(
            "This is not a proxy address.", "Write it like http://proxy.example:8080."
        )
    if parts.username or parts.password:
        raise ConfigError(
            "Name and password do not belong into the address.", "There are fields for them."
        )


def same_place(one: str, other: str) -> bool:
    """Whether two addresses are one scheme, host and port."""
    parts = [urlsplit(url) for url in (one, other)]
    first, second = ((part.scheme, (part.hostname or "").lower(), part.port) for part in parts)
    return first == second


def _fits(name: str, value: object, default: object) -> bool:
    if type(value) is not type(default):
        return False
    if name in _CHOICES:
        return value in _CHOICES[name]
    if name in _RANGES and isinstance(value, int):
        low, high = _RANGES[name]
        return low <= value <= high
    return not isinstance(value, str) or len(json.dumps(value)) <= 1000
