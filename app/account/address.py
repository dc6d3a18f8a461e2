"""Where a credit server is: an address as it was typed, made whole, and the name to sign for."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.errors import ConfigError

_LENGTH_MAX = 300
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """`url` has no slash at its end; `name` is host and port as both sides sign them, the port
    left out where it is the scheme's own."""

    url: str
    name: str


def read_address(text: str) -> ServerAddress:
    """The address in what was typed; `https://` is added where no scheme is named.

    Raises ConfigError. Without TLS only this computer and private networks are taken: what is
    sent there is a session that spends tokens.
    """
    typed = text.strip().rstrip("/")
    if not typed or len(typed) > _LENGTH_MAX or any(letter.isspace() for letter in typed):
        raise _no_address(text)
    if "://" not in typed:
        typed = f"{'http' if _is_private(_host_of(f'//{typed}')) else 'https'}://{typed}"
    try:
        parts = urlsplit(typed)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise _no_address(text) from error
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not _is_host(host) or parts.query or parts.fragment:
        raise _no_address(text)
    if parts.username is not None or parts.password is not None:
        raise ConfigError(
            "Name and password do not belong into a server's address.", "Leave them out."
        )
    if parts.path:
        raise ConfigError(
            "A credit server has an address of its own, without a path.",
            f"Try {scheme}://{parts.netloc}.",
        )
    if scheme == "http" and not _is_private(host):
        raise ConfigError(
            "This address is not encrypted: anybody on the way could spend your tokens.",
            "Write it with https://.",
        )
    named = f"[{host}]" if ":" in host else host
    name = named if port in (None, _PORTS[scheme]) else f"{named}:{port}"
    return ServerAddress(f"{scheme}://{name}", name)


def _no_address(text: str) -> ConfigError:
    return ConfigError(
        f"This is no server's address: {text.strip()[:80]}",
        "It looks like https://credits.example.",
    )


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(_NAME.fullmatch(host)) and ".." not in host
    return True


def _is_private(host: str) -> bool:
    if host.lower() == "localhost" or host.lower().endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False
