"""Which addresses are on the open web: http and https, usual ports, and no IP of an inner network.

A model's address may be meant to reach this computer or its network: every IP that a name leads to
is looked at, and only one that was looked at is connected to.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from app.providers.http import name_and_port
from app.tools.tool import ToolFailed

ADDRESS_LETTERS_MAX = 2_000
_USUAL_PORTS = (80, 443)
_SYSTEM_PORTS_END = 1_024  # below it listen mail, files and the like
_INNER_ENDINGS = (".local", ".localhost", ".internal", ".lan", ".home", ".home.arpa", ".intranet")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
LookUp = Callable[[str, int], Awaitable[Sequence[str]]]
IsPublic = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """An address that may be read. `ip` is where to connect, empty where a proxy looks it up."""

    url: str
    host: str
    ip: str = ""


async def look_up(host: str, port: int) -> Sequence[str]:
    """The IP addresses of a name. Raises OSError where there are none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]).partition("%")[0] for each in found]


def is_public(ip: str) -> bool:
    """Whether an IP address belongs to the open internet, whatever it is wrapped in."""
    try:
        address: IpAddress = ipaddress.ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address.teredo is not None:
            inner = address.teredo[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast and not address.is_reserved


def host_of(url: str) -> str:
    """The host of an address that may be on the open web, without looking it up.

    Raises ToolFailed in words for the model.
    """
    if len(url) > ADDRESS_LETTERS_MAX:
        raise ToolFailed(f"The address is longer than {ADDRESS_LETTERS_MAX:,} characters.")
    try:
        scheme, host, port = name_and_port(url.strip())
    except ValueError as error:
        raise ToolFailed("This is no address that can be read.") from error
    if scheme not in ("http", "https"):
        raise ToolFailed("Only addresses that begin with http:// or https:// can be read.")
    if port not in _USUAL_PORTS and port < _SYSTEM_PORTS_END:
        raise ToolFailed(f"Port {port} is not one that web pages have.")
    is_ip = _is_ip(host)
    if (is_ip and not is_public(host)) or (not is_ip and _is_inner_name(host)):
        raise _inner(host)
    return host


async def public_address(
    url: str, *, through_proxy: bool, look_up: LookUp = look_up, is_public: IsPublic = is_public
) -> PublicAddress:
    """An address whose every IP is public. Raises ToolFailed in words for the model.

    A proxy looks names up by itself: what this computer cannot look up is left to it then.
    """
    host = host_of(url)
    _, _, port = name_and_port(url.strip())
    try:
        ips = await look_up(host, port)
    except (OSError, UnicodeError) as error:
        if through_proxy:
            return PublicAddress(url.strip(), host)
        raise ToolFailed(f"{host} cannot be found.") from error
    if not ips or not all(map(is_public, ips)):
        raise _inner(host)
    return PublicAddress(url.strip(), host, "" if through_proxy else _first(ips))


def _first(ips: Sequence[str]) -> str:
    """One of the older kind where there is one: not every line carries the newer."""
    return next((ip for ip in ips if ":" not in ip), ips[0])


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_inner_name(host: str) -> bool:
    return "." not in host or host.endswith(_INNER_ENDINGS)


def _inner(host: str) -> ToolFailed:
    return ToolFailed(f"{host[:100]} is not on the open web: inner addresses are not read.")
