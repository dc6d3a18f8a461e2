"""What every door to the network keeps to: where a key may go, and faults in the user's words.

No library of the network is known here; a door parses addresses with the library that will use
them, so that two readings of one address can never differ.
"""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import lru_cache

from app.errors import (
    ConfigError,
    KeyRefused,
    NotTheProvider,
    OfflineAsSet,
    ProviderError,
    ProviderUnreachable,
    StreamBroken,
)
from app.providers.connection import Call, Key, Proxy

USER_AGENT = "Tuppence"
# Shorter than servers keep theirs (the strictest in wide use: 5 s), so that a dead connection is
# rarely picked.
KEEP_ALIVE_S = 4.0
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


@dataclass(frozen=True, slots=True)
class Address:
    """Scheme, host and port of a URL; the host in lower case."""

    scheme: str
    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this computer."""
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def is_private(self) -> bool:
        """Whether it is on this computer or in its own network."""
        return _is_private(self.host)


@lru_cache(maxsize=256)
def _is_private(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        near = (".local", ".lan", ".home")
        return host == "localhost" or "." not in host or host.endswith(near)
    return address.is_loopback or address.is_private


def request_headers(call: Call, at: Address, bound: Address | None) -> list[tuple[str, str]]:
    """The headers of a call that goes to `at`; `bound` is the only place of its key."""
    headers = [("User-Agent", USER_AGENT), ("Accept-Encoding", "identity"), *call.headers]
    if call.body is not None:
        headers.append(("Content-Type", call.content_type))
    if call.key is not None and bound is not None:
        headers.append(_key_header(call, call.key, at, bound))
    return headers


def _key_header(call: Call, key: Key, at: Address, bound: Address) -> tuple[str, str]:
    if at != bound:
        raise NotTheProvider(
            f"The key of {call.host} is for another address and was not sent.",
            "Check the address of this provider.",
        )
    if at.scheme != "https" and not at.is_private:
        raise NotTheProvider(
            f"The address of {call.host} is not encrypted, so the key was not sent.",
            "Use an address that begins with https://.",
        )
    if not key.value.isascii() or not key.value.isprintable() or not key.value.strip():
        raise KeyRefused(
            "This key holds characters that no key has.", "Copy it again, the key alone."
        )
    return key.header, key.value


def proxy_url(proxy: Proxy) -> str:
    """The proxy's address with its scheme; raises ConfigError where it is none that is known."""
    url = proxy.url.strip()
    url = url if "://" in url else f"http://{url}"
    if url.partition("://")[0].lower() not in _PROXY_SCHEMES:
        raise no_proxy_address(url, "It begins with http://, https:// or socks5://.")
    return url


def no_proxy_address(url: str, advice: str = "Check host and port.") -> ConfigError:
    return ConfigError(f"This is no proxy address: {url}", advice)


async def whole_body(
    pieces: AsyncIterator[bytes], call: Call, *, status: int, bytes_max: int
) -> bytes:
    """All pieces joined; raises NotTheProvider beyond `bytes_max`."""
    parts: list[bytes] = []
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > bytes_max:
            raise NotTheProvider(
                f"{call.host} sent more than any answer can hold.",
                "Check the address of this provider.",
                status=status,
            )
        parts.append(piece)
    return b"".join(parts)


# Faults, in the user's words. `billed` is None where the request may have arrived.


def set_offline(call: Call) -> OfflineAsSet:
    return OfflineAsSet(
        f"The setting “offline” is on, so {call.host} was not asked.",
        "Take it out of config.toml or TUPPENCE_OFFLINE and start again, "
        "or choose a model on this computer.",
        billed=False,
    )


def unusable(call: Call) -> ProviderUnreachable:
    return ProviderUnreachable(
        f"The address of {call.host} cannot be used: {call.url}", "Check the address."
    )


def redirected(place: str, status: int) -> ProviderError:
    return NotTheProvider(
        f"{place} wanted to send this request on to another address. It was not sent on, "
        "and no key left.",
        "Check the address of this provider; a network may also ask you to sign in first.",
        status=status,
    )


def silent(idle_s: float) -> StreamBroken:
    return broken(f"nothing came for {idle_s:g} seconds")


def broken(reason: str) -> StreamBroken:
    return StreamBroken(
        f"The answer stopped in the middle: {reason}.",
        "What came is kept. Send again to get the rest.",
        billed=None,
    )


def proxy_refused(reason: object) -> ProviderUnreachable:
    return ProviderUnreachable(
        f"The proxy refused the connection: {reason}.", "Check the proxy's settings.", billed=False
    )


def proxy_unreachable() -> ProviderUnreachable:
    return ProviderUnreachable(
        "The proxy cannot be reached.", "Check the proxy's settings.", billed=False
    )


def slow_to_connect(place: str) -> ProviderUnreachable:
    return ProviderUnreachable(
        f"{place} did not answer in time.", "Check the connection, then try again.", billed=False
    )


def not_safe(place: str, reason: str) -> ProviderUnreachable:
    """`reason` is what OpenSSL says of a certificate, or of what came instead of one."""
    said = reason.lower().replace("_", " ")
    if any(sign in said for sign in _NO_TLS):
        return ProviderUnreachable(
            f"What answers at {place} does not encrypt its connections.",
            "Check the address. On this computer it may begin with http://.",
            billed=False,
        )
    exact = reason.rstrip(".") or "TLS"
    for sign, why, advice in _UNSAFE:
        if sign in said:
            behind = f"The exact words: “{exact}”."
            return ProviderUnreachable(
                f"The connection to {place} is not safe: {why}.", f"{advice} {behind}", billed=False
            )
    return ProviderUnreachable(
        f"The connection to {place} is not safe: {exact}.",
        "Check this computer's date; a network or virus scanner may be reading along.",
        billed=False,
    )


_NO_TLS = ("wrong version number", "record layer failure", "packet length too long")
_UNTRUSTED = (
    "nobody whom this computer trusts signed its certificate",
    (
        "A virus scanner, or the network of a company or a hotel, may be reading along. Try another"
        " network, or ask whoever runs this one."
    ),
)
_BY_ITSELF = (
    "it signed its certificate itself",
    (
        "If you run this server, add its certificate to those that this computer trusts. Otherwise"
        " do not go on: somebody may be reading along."
    ),
)
# The first sign that is found counts: what OpenSSL says, why that is not safe, what to do.
_UNSAFE = (
    (
        "mismatch",
        "its certificate is for another address",
        (
            "Check the address letter by letter. A network that wants you to sign in first answers"
            " like this too."
        ),
    ),
    (
        "has expired",
        "its certificate has expired",
        (
            "Whoever runs it has to renew it. If other pages complain too, this computer's date is"
            " wrong."
        ),
    ),
    (
        "not yet valid",
        "its certificate is dated in the future",
        "Most likely this computer's clock is behind: set its date and time, then try again.",
    ),
    ("certificate in certificate chain", *_UNTRUSTED),
    ("self-signed", *_BY_ITSELF),
    ("self signed", *_BY_ITSELF),
    ("unable to get", *_UNTRUSTED),
    ("unable to verify", *_UNTRUSTED),
)

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def name_not_found(place: str) -> ProviderUnreachable:
    return ProviderUnreachable(
        f"The name {place} was not found.",
        "Check the internet connection and the address.",
        billed=False,
    )


def no_connection(place: str) -> ProviderUnreachable:
    if place.strip("[]") in _LOOPBACK:
        return ProviderUnreachable(
            f"No program answers at {place} on this computer.",
            "Start the program that serves the model, then try again.",
            billed=False,
        )
    return ProviderUnreachable(
        f"There is no connection to {place}.", "Check the internet connection.", billed=False
    )


def no_http(place: str) -> NotTheProvider:
    return NotTheProvider(
        f"What answered at {place} does not speak HTTP.", "Check the address.", billed=None
    )


def silent_after_request(place: str) -> ProviderUnreachable:
    return _maybe_billed(f"{place} took the request and did not answer in time.")


def lost_after_request(place: str) -> ProviderUnreachable:
    return _maybe_billed(f"The connection to {place} was lost before an answer came.")


def _maybe_billed(said: str) -> ProviderUnreachable:
    """The request was sent, at least in part, and no answer came: nobody knows what was billed."""
    return ProviderUnreachable(
        said, "The provider may have charged for it, so it was not sent again.", billed=None
    )
