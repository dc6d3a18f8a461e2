"""Where a request came from: past the operator's own proxies, and as the network that one person
has: an IPv4 address, or 64 bits of an IPv6 one."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from app.server.settings import Network

UNKNOWN = "unknown"


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The address that the last trusted proxy saw; what stands before it anybody can write.

    `forwarded_for` is the header `X-Forwarded-For`, looked at only where `peer` is trusted.
    """
    if not forwarded_for:
        return _as_text(peer)
    address = _parsed(peer)
    for hop in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
        if address is None or not any(address in network for network in _same(address, trusted)):
            break
        address = _parsed(hop)
    return str(address) if address is not None else UNKNOWN


@lru_cache(maxsize=4096)
def person_network(address: str) -> str:
    """What is counted as one: the address, for IPv6 its /64."""
    parsed = _parsed(address)
    if parsed is None:
        return UNKNOWN
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


@lru_cache(maxsize=4096)
def _as_text(peer: str) -> str:
    address = _parsed(peer)
    return str(address) if address is not None else UNKNOWN


@lru_cache(maxsize=4096)
def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _same(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, networks: Sequence[Network]
) -> list[Network]:
    return [network for network in networks if network.version == address.version]
