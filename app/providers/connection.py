"""One request and its answer, whichever library carries them, and how the network is reached.

The doors to the libraries are http.py (the desktop's) and http_aiohttp.py (the server's).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from app.quick_init import quick_init

BODY_BYTES_MAX = 64 * 1024 * 1024
JSON_BODY = "application/json"


@dataclass(frozen=True, slots=True)
class Proxy:
    """The user's proxy: `http://`, `https://` or `socks5://` with host and port."""

    url: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. A model may think for minutes before its first token; then silence means trouble."""

    connect_s: float = 15.0
    write_s: float = 60.0
    first_byte_s: float = 600.0
    idle_s: float = 180.0


@quick_init
@dataclass(frozen=True, slots=True)
class Key:
    """A secret and the only place that may see it: scheme, host and port of `url`."""

    header: str
    value: str = field(repr=False)
    url: str


@quick_init
@dataclass(frozen=True, slots=True)
class Call:
    """One request. `host` is the provider's name, for words; `content_type` that of the body.

    `connect_to` is the only IP address to be connected to, for who has looked at it; a proxy looks
    names up itself. `tells_redirects` gives an answer that sends elsewhere instead of a fault.
    """

    method: str
    url: str
    host: str
    body: bytes | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    key: Key | None = None
    content_type: str = JSON_BODY
    connect_to: str = ""
    tells_redirects: bool = False


class HttpAnswer(Protocol):
    """A status, headers with names in lower case, and a body that comes in pieces."""

    status: int
    content_type: str

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def is_over(self) -> bool:
        """Whether the body's end has come; False where only reading on would tell."""
        ...

    def pieces(self) -> AsyncIterator[bytes]:
        """The body as it arrives; raises StreamBroken where it stops before its end."""
        ...

    async def body(self, bytes_max: int = BODY_BYTES_MAX) -> bytes:
        """The whole body; raises NotTheProvider where it is longer than any should be."""
        ...


class Http(Protocol):
    """A door to the network."""

    @property
    def has_proxy(self) -> bool: ...

    def open(
        self, call: Call, *, within_s: float | None = None
    ) -> AbstractAsyncContextManager[HttpAnswer]:
        """Send a request and give its answer; raises the ProviderError tree.

        `within_s` bounds connecting and waiting for the first byte. Leaving the block before the
        body's end closes the connection, which is how a provider learns that it may stop.
        """
        ...

    async def aclose(self) -> None: ...
