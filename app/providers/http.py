"""The one door to the HTTP library: no redirects, keys bound to their address, bounded answers.

Knows connections and their faults in the user's words; of providers it knows the name alone.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import httpx2

from app.errors import (
    ConfigError,
    KeychainError,
    KeyRefused,
    NotTheProvider,
    OfflineAsSet,
    ProviderError,
    ProviderUnreachable,
    StreamBroken,
)
from app.providers.connection import Proxy, Timeouts

BODY_BYTES_MAX = 64 * 1024 * 1024
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and the only place that may see it: scheme, host and port of `url`."""

    header: str
    value: str = field(repr=False)
    url: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `host` is the provider's name, for words."""

    method: str
    url: str
    host: str
    body: bytes | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    key: Key | None = None


class Answer:
    """A status, headers with names in lower case, and a body that comes in pieces."""

    def __init__(self, response: httpx2.Response, call: Call, idle_s: float) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = {k.lower(): v for k, v in response.headers.items()}
        self.content_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        self._response = response
        self._call = call
        self._idle_s = idle_s

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it arrives; raises StreamBroken where it stops before its end."""
        pieces = self._response.aiter_bytes()
        while True:
            try:
                async with asyncio.timeout(self._idle_s):
                    piece = await anext(pieces, None)
            except TimeoutError as error:
                raise _broken(f"nothing came for {self._idle_s:g} seconds") from error
            except httpx2.DecodingError as error:
                raise _broken("it was packed wrongly") from error
            except httpx2.TransportError as error:
                raise _broken("the connection was lost") from error
            if piece is None:
                return
            yield piece

    async def body(self, bytes_max: int = BODY_BYTES_MAX) -> bytes:
        """The whole body; raises NotTheProvider where it is longer than any should be."""
        parts: list[bytes] = []
        size = 0
        async for piece in self.pieces():
            size += len(piece)
            if size > bytes_max:
                raise NotTheProvider(
                    f"{self._call.host} sent more than any answer can hold.",
                    "Check the address of this provider.",
                    status=self.status,
                )
            parts.append(piece)
        return b"".join(parts)


class HttpClient:
    """Connections to providers, kept open for a moment between requests.

    `transport` replaces the network in tests. Nothing of the environment is used, and no proxy
    but `proxy`. `ask_password` reads the proxy's password when it is first needed: a keyring may
    wait for a person. With `offline` nothing but this computer is asked.
    """

    def __init__(
        self,
        proxy: Proxy | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        timeouts: Timeouts | None = None,
        *,
        ask_password: Callable[[], Awaitable[str]] | None = None,
        offline: bool = False,
    ) -> None:
        self._offline = offline
        self._ask_password = ask_password
        self._asking: asyncio.Future[str] | None = None
        self._given = proxy
        self._running = 0
        self._retired = False
        self.timeouts = timeouts or Timeouts()
        self._transport = transport
        self._proxy = _checked(proxy) if proxy is not None and proxy.url.strip() else None
        self._client: httpx2.AsyncClient | None = None
        self._direct: httpx2.AsyncClient | None = None  # to this computer, past the proxy

    @property
    def has_proxy(self) -> bool:
        return self._proxy is not None

    @asynccontextmanager
    async def open(self, call: Call, *, within_s: float | None = None) -> AsyncIterator[Answer]:
        """Send a request and give its answer; raises the ProviderError tree.

        `within_s` bounds connecting and waiting for the first byte, for questions that must be
        answered at once. A redirect is never followed: neither key nor message goes elsewhere.
        """
        self._running += 1
        try:
            client, request = await self._request(call, within_s)
            try:
                response = await client.send(request, stream=True)
            except httpx2.TransportError as error:
                raise _fault(error, call, through_proxy=self.has_proxy) from error
            try:
                if response.is_redirect or 300 <= response.status_code < 400:
                    raise _redirected(call, response)
                yield Answer(response, call, self.timeouts.idle_s)
            finally:
                await response.aclose()
        finally:
            self._running -= 1
            if self._retired and not self._running:
                await self.aclose()

    async def have_password(self) -> None:
        """Ask for the proxy's password, where one is kept and not known yet.

        Raises KeychainError; the next request asks again then.
        """
        if self._ask_password is None or self._given is None:
            return
        if self._asking is None:
            self._asking = asyncio.ensure_future(self._ask_password())
            self._asking.add_done_callback(_heard)
        try:
            # One question for all who wait; who gives up waiting does not end it for the others.
            password = await asyncio.shield(self._asking)
        except KeychainError:
            self._asking = None
            raise
        self._ask_password = None
        self._proxy = _checked(replace(self._given, password=password))

    async def retire(self) -> None:
        """Close when the last answer that is under way has ended: another client took over."""
        self._retired = True
        if not self._running:
            await self.aclose()

    async def aclose(self) -> None:
        """Close every connection; the client can be used again and will open new ones."""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        clients = (self._client, self._direct)
        self._client = self._direct = None
        for client in clients:
            if client is not None:
                await client.aclose()

    async def _connected(self, call: Call) -> httpx2.AsyncClient:
        if self._proxy is not None and is_loopback(call.url):
            self._direct = self._direct or self._connect(None)
            return self._direct
        try:
            await self.have_password()
        except KeychainError as error:
            raise ProviderUnreachable(
                f"The proxy's password cannot be read: {error.message}", error.advice, billed=False
            ) from error
        self._client = self._client or self._connect(self._proxy)
        return self._client

    def _connect(self, proxy: httpx2.Proxy | None) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            transport=self._transport,
            proxy=proxy,
            follow_redirects=False,
            trust_env=False,
            # Shorter than servers keep theirs, so that a dead connection is rarely picked.
            limits=httpx2.Limits(max_connections=100, keepalive_expiry=4.0),
        )

    async def _request(
        self, call: Call, within_s: float | None
    ) -> tuple[httpx2.AsyncClient, httpx2.Request]:
        headers = [("User-Agent", "Tuppence"), ("Accept-Encoding", "identity"), *call.headers]
        if call.body is not None:
            headers.append(("Content-Type", "application/json"))
        if call.key is not None:
            headers.append(_key_header(call, call.key))
        limits = self.timeouts
        timeout = httpx2.Timeout(
            connect=within_s or limits.connect_s,
            write=limits.write_s,
            read=within_s or limits.first_byte_s,
            pool=limits.connect_s,
        )
        try:
            if self._offline and not is_loopback(call.url):
                raise _set_offline(call)
            client = await self._connected(call)
            return client, client.build_request(
                call.method, call.url, content=call.body, headers=headers, timeout=timeout
            )
        except (httpx2.InvalidURL, UnicodeError, ValueError) as error:
            raise ProviderUnreachable(
                f"The address of {call.host} cannot be used: {call.url}", "Check the address."
            ) from error


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address."""
    parsed = httpx2.URL(url)
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    return parsed.scheme, parsed.host.lower(), port


def is_loopback(url: str) -> bool:
    """Whether an address is on this computer."""
    host = httpx2.URL(url).host
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_private(url: str) -> bool:
    """Whether an address is on this computer or in its own network."""
    host = httpx2.URL(url).host
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host == "localhost" or "." not in host or host.endswith((".local", ".lan", ".home"))
    return address.is_loopback or address.is_private


def _key_header(call: Call, key: Key) -> tuple[str, str]:
    if origin(call.url) != origin(key.url):
        raise NotTheProvider(
            f"The key of {call.host} is for another address and was not sent.",
            "Check the address of this provider.",
        )
    if call.url.startswith("http:") and not is_private(call.url):
        raise NotTheProvider(
            f"The address of {call.host} is not encrypted, so the key was not sent.",
            "Use an address that begins with https://.",
        )
    if not key.value.isascii() or not key.value.isprintable() or not key.value.strip():
        raise KeyRefused(
            "This key holds characters that no key has.", "Copy it again, the key alone."
        )
    return key.header, key.value


def _set_offline(call: Call) -> OfflineAsSet:
    return OfflineAsSet(
        f"The setting “offline” is on, so {call.host} was not asked.",
        "Take it out of config.toml or TUPPENCE_OFFLINE and start again, "
        "or choose a model on this computer.",
        billed=False,
    )


def _checked(proxy: Proxy) -> httpx2.Proxy:
    url = proxy.url.strip()
    url = url if "://" in url else f"http://{url}"
    if url.partition("://")[0].lower() not in _PROXY_SCHEMES:
        raise ConfigError(
            f"This is no proxy address: {url}", "It begins with http://, https:// or socks5://."
        )
    auth = (proxy.user, proxy.password) if proxy.user else None
    try:
        checked = httpx2.Proxy(url, auth=auth)
    except (httpx2.InvalidURL, ValueError) as error:
        raise ConfigError(f"This is no proxy address: {url}", "Check host and port.") from error
    if not checked.url.host:
        raise ConfigError(f"This proxy address names no host: {url}", "Check host and port.")
    return checked


def _redirected(call: Call, response: httpx2.Response) -> ProviderError:
    place = httpx2.URL(call.url).host
    return NotTheProvider(
        f"{place} wanted to send this request on to another address. It was not sent on, "
        "and no key left.",
        "Check the address of this provider; a network may also ask you to sign in first.",
        status=response.status_code,
    )


def _broken(reason: str) -> StreamBroken:
    return StreamBroken(
        f"The answer stopped in the middle: {reason}.",
        "What came is kept. Send again to get the rest.",
        billed=None,
    )


def _fault(error: httpx2.TransportError, call: Call, *, through_proxy: bool) -> ProviderError:
    """A connection's fault in words. `billed` None where the request may have arrived."""
    place = httpx2.URL(call.url).host
    cause = _root_cause(error)
    match error:
        case httpx2.ProxyError():
            words = (f"The proxy refused the connection: {error}.", "Check the proxy's settings.")
        case httpx2.ConnectTimeout() | httpx2.PoolTimeout():
            words = (f"{place} did not answer in time.", "Check the connection, then try again.")
        case httpx2.ConnectError() if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or "TLS"
            words = (
                f"The connection to {place} is not safe: {reason}.",
                "Check this computer's date; a network or virus scanner may be reading along.",
            )
        case httpx2.ConnectError() if isinstance(cause, socket.gaierror):
            words = (
                f"The name {place} was not found.",
                "Check the internet connection and the address.",
            )
        case httpx2.ConnectError() if through_proxy and not is_private(call.url):
            words = ("The proxy cannot be reached.", "Check the proxy's settings.")
        case httpx2.ConnectError():
            words = (f"There is no connection to {place}.", "Check the internet connection.")
        case httpx2.UnsupportedProtocol():
            words = (f"The address of {call.host} cannot be used.", "Check the address.")
        case _:
            return _lost(error, place)
    return ProviderUnreachable(*words, billed=False)


def _lost(error: httpx2.TransportError, place: str) -> ProviderError:
    """The request was sent, at least in part, and no answer came: nobody knows what was billed."""
    if isinstance(error, httpx2.TimeoutException):
        said = f"{place} took the request and did not answer in time."
    elif isinstance(error, httpx2.RemoteProtocolError) and "disconnected" not in str(error):
        return NotTheProvider(
            f"What answered at {place} does not speak HTTP.", "Check the address.", billed=None
        )
    else:
        said = f"The connection to {place} was lost before an answer came."
    return ProviderUnreachable(
        said, "The provider may have charged for it, so it was not sent again.", billed=None
    )


def _heard(asking: asyncio.Future[str]) -> None:
    # Whoever waited may be gone: what went wrong is said by the next one who asks.
    if not asking.cancelled():
        asking.exception()


def _root_cause(error: BaseException) -> BaseException:
    cause: BaseException = error
    seen = 0
    while seen < 8 and (deeper := cause.__cause__ or cause.__context__) is not None:
        cause = deeper
        seen += 1
        if isinstance(cause, ssl.SSLError | socket.gaierror):
            return cause
    return cause
