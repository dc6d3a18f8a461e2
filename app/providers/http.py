"""The one door to the HTTP library: no redirects, keys bound to their address, bounded answers.

Knows connections and their faults in the user's words; of providers it knows the name alone.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx2

from app.errors import KeychainError, ProviderError, ProviderUnreachable
from app.providers import http_rules as rules
from app.providers.connection import BODY_BYTES_MAX, Call, Proxy, Timeouts
from app.providers.http_rules import Address


class Answer:
    """A status, headers with names in lower case, and a body that comes in pieces."""

    def __init__(self, response: httpx2.Response, call: Call, idle_s: float) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = {k.lower(): v for k, v in response.headers.items()}
        self.content_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        self._response = response
        self._call = call
        self._idle_s = idle_s

    @property
    def is_over(self) -> bool:
        """Not known here before it was read."""
        return False

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it arrives; raises StreamBroken where it stops before its end."""
        pieces = self._response.aiter_bytes()
        while True:
            try:
                async with asyncio.timeout(self._idle_s):
                    piece = await anext(pieces, None)
            except TimeoutError as error:
                raise rules.silent(self._idle_s) from error
            except httpx2.DecodingError as error:
                raise rules.broken("it was packed wrongly") from error
            except httpx2.TransportError as error:
                raise rules.broken("the connection was lost") from error
            if piece is None:
                return
            yield piece

    async def body(self, bytes_max: int = BODY_BYTES_MAX) -> bytes:
        """The whole body; raises NotTheProvider where it is longer than any should be."""
        return await rules.whole_body(
            self.pieces(), self._call, status=self.status, bytes_max=bytes_max
        )


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
                elsewhere = response.is_redirect or 300 <= response.status_code < 400
                if elsewhere and not call.tells_redirects:
                    raise rules.redirected(address(call.url).host, response.status_code)
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
        if self._proxy is not None and address(call.url).is_loopback:
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
            limits=httpx2.Limits(max_connections=100, keepalive_expiry=rules.KEEP_ALIVE_S),
        )

    async def _request(
        self, call: Call, within_s: float | None
    ) -> tuple[httpx2.AsyncClient, httpx2.Request]:
        limits = self.timeouts
        timeout = httpx2.Timeout(
            connect=within_s or limits.connect_s,
            write=limits.write_s,
            read=within_s or limits.first_byte_s,
            pool=limits.connect_s,
        )
        try:
            at = address(call.url)
            headers = rules.request_headers(call, at, address(call.key.url) if call.key else None)
            if self._offline and not at.is_loopback:
                raise rules.set_offline(call)
            client = await self._connected(call)
            url, pinned = httpx2.URL(call.url), {}
            if call.connect_to and not self.has_proxy:
                # The name was looked up and looked at: a second look-up might say otherwise.
                headers.append(("Host", url.netloc.decode("ascii")))
                pinned = {"sni_hostname": url.raw_host.decode("ascii")}
                url = url.copy_with(host=call.connect_to)
            return client, client.build_request(
                call.method,
                url,
                content=call.body,
                headers=headers,
                timeout=timeout,
                extensions=pinned,
            )
        except (httpx2.InvalidURL, UnicodeError, ValueError) as error:
            raise rules.unusable(call) from error


def address(url: str) -> Address:
    """Scheme, host and port of a URL as httpx2 reads it."""
    parsed = httpx2.URL(url)
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    return Address(parsed.scheme, parsed.host.lower(), port)


def joined(url: str, location: str) -> str:
    """Where an answer sends to, as a whole address. Raises ValueError where it is none."""
    try:
        return str(httpx2.URL(url).join(location))
    except httpx2.InvalidURL as error:
        raise ValueError(location) from error


def name_and_port(url: str) -> tuple[str, str, int]:
    """Scheme, host as it is looked up, and port. Raises ValueError where it is no address, or
    has a name and password in it."""
    try:
        parsed = httpx2.URL(url)
        host = parsed.raw_host.decode("ascii").lower().strip("[]").rstrip(".")
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise ValueError(url) from error
    if not host or parsed.userinfo:
        raise ValueError(url)
    return parsed.scheme, host, parsed.port or (443 if parsed.scheme == "https" else 80)


def _checked(proxy: Proxy) -> httpx2.Proxy:
    url = rules.proxy_url(proxy)
    auth = (proxy.user, proxy.password) if proxy.user else None
    try:
        checked = httpx2.Proxy(url, auth=auth)
    except (httpx2.InvalidURL, ValueError) as error:
        raise rules.no_proxy_address(url) from error
    if not checked.url.host:
        raise rules.no_proxy_address(url)
    return checked


def _fault(error: httpx2.TransportError, call: Call, *, through_proxy: bool) -> ProviderError:
    """A connection's fault in words."""
    at = address(call.url)
    cause = _root_cause(error)
    match error:
        case httpx2.ProxyError():
            return rules.proxy_refused(error)
        case httpx2.ConnectTimeout() | httpx2.PoolTimeout():
            return rules.slow_to_connect(at.host)
        case httpx2.ConnectError() if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", "") or getattr(cause, "reason", "")
            return rules.not_safe(at.host, reason)
        case httpx2.ConnectError() if isinstance(cause, socket.gaierror):
            return rules.name_not_found(at.host)
        case httpx2.ConnectError() if through_proxy and not at.is_private:
            return rules.proxy_unreachable()
        case httpx2.ConnectError():
            return rules.no_connection(at.host)
        case httpx2.UnsupportedProtocol():
            return ProviderUnreachable(
                f"The address of {call.host} cannot be used.", "Check the address.", billed=False
            )
        case httpx2.TimeoutException():
            return rules.silent_after_request(at.host)
        case httpx2.RemoteProtocolError() if "disconnected" not in str(error):
            return rules.no_http(at.host)
        case _:
            return rules.lost_after_request(at.host)


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
