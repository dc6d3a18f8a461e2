"""The server's door to the network: aiohttp, a fifth of the processor time per streamed chunk.

Keeps to the same rules as http.py (the desktop's door) and says the same words. This file,
http_aiohttp_answer.py and http_aiohttp_line.py are the only ones that import aiohttp.
"""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast

import aiohttp
import aiohttp_socks
import yarl
from aiohttp.client_proto import ResponseHandler

from app.errors import ProviderError
from app.providers import http_rules as rules
from app.providers.connection import Call, Proxy, Timeouts
from app.providers.http_aiohttp_answer import AiohttpAnswer
from app.providers.http_aiohttp_line import Line
from app.providers.http_rules import Address

_FAULTS = (
    aiohttp.ClientError,
    OSError,
    ValueError,
    aiohttp_socks.ProxyError,
    aiohttp_socks.ProxyTimeoutError,
    aiohttp_socks.ProxyConnectionError,
)


# How long connections are kept. Each new one costs two ways there and back and, with TLS, more of a
# worker than the call itself. Those that the other side left meanwhile are known; and a computer
# with workers is not shut and carried into another network, as those with windows are.
KEPT_S = 30.0
# A connection that had been left says so within a way there and back. One that ends later was given
# up by somebody who waited for the answer: the request had arrived.
DEAD_WITHIN_S = 2.0


@dataclass(slots=True)
class _Attempt:
    """`line` is the connection that a request went out on, None where that is not known, and
    `asked_s` when it did, by the loop's clock."""

    line: Line | None = None
    asked_s: float = 0.0

    @property
    def found_it_dead(self) -> bool:
        """A kept connection that the other side had left: nothing came back on it."""
        line = self.line
        if line is None or line.calls < 2 or line.heard:
            return False
        return asyncio.get_running_loop().time() - self.asked_s < DEAD_WITHIN_S


_ATTEMPT: ContextVar[_Attempt] = ContextVar("attempt")


class _Connector(aiohttp.TCPConnector):
    """Connections that tell the attempt which of them it got."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._factory = cast(Any, functools.partial(Line, loop=self._loop))

    async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:
        connection = await super().connect(req, traces, timeout)
        line = connection.protocol
        if isinstance(line, Line):
            line.heard = False
            line.calls += 1
            attempt = _ATTEMPT.get()
            attempt.line, attempt.asked_s = line, self._loop.time()
        return connection

    async def _wrap_create_connection(
        self, *args: Any, addr_infos: list[Any], **options: Any
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        """Between several addresses there is a race; a single one is connected to straight, which
        costs half as much."""
        if len(addr_infos) == 1 and len(address := addr_infos[0][4]) == 2:
            host, port = address
            return await self._wrap_existing_connection(*args, host=host, port=port, **options)
        return await super()._wrap_create_connection(*args, addr_infos=addr_infos, **options)


class AiohttpDoor:
    """Connections to providers through one proxy or none; the same contract as HttpClient.

    To be made and used inside one event loop. The number of connections is not limited here: who
    asks limits how much is asked at once. Nothing of the environment is used.

    A request goes out a second time in one case: on a connection that was kept, that the other
    side had closed meanwhile, which was heard at once, and on which not one byte came back. It then
    goes on a fresh one.
    """

    def __init__(self, proxy: Proxy | None = None, timeouts: Timeouts | None = None) -> None:
        self.timeouts = timeouts or Timeouts()
        self._proxy = _checked(proxy) if proxy is not None and proxy.url.strip() else None
        self._sessions: dict[tuple[bool, bool], aiohttp.ClientSession] = {}

    @property
    def has_proxy(self) -> bool:
        return self._proxy is not None

    def open(self, call: Call, *, within_s: float | None = None) -> _Opening:
        """Send a request and give its answer; raises the ProviderError tree.

        `within_s` bounds connecting and waiting for the first byte. A redirect is never followed:
        neither key nor message goes elsewhere.
        """
        return _Opening(self, call, within_s)

    async def send(
        self, call: Call, within_s: float | None
    ) -> tuple[aiohttp.ClientResponse, Address]:
        """A request's answer and where it was sent."""
        try:
            url, at = _place(call.url)
            bound = _place(call.key.url)[1] if call.key else None
        except ValueError as error:
            raise rules.unusable(call) from error
        headers = rules.request_headers(call, at, bound)
        return await self._send(call, url, at, headers, within_s), at

    async def aclose(self) -> None:
        """Close every connection; the door can be used again and will open new ones."""
        sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            await session.close()

    async def _send(
        self,
        call: Call,
        url: yarl.URL,
        at: Address,
        headers: list[tuple[str, str]],
        within_s: float | None,
    ) -> aiohttp.ClientResponse:
        direct = self._proxy is None or at.is_loopback
        through = None if direct or self._proxy is None or self._proxy.is_socks else self._proxy
        if through is not None and at.scheme == "http":
            # Without a tunnel the proxy reads the request's own headers.
            headers = [*headers, *through.headers.items()]
        attempt = _Attempt()
        try:
            return await self._try(call, url, headers, within_s, attempt, (direct, True))
        except _FAULTS as error:
            if not attempt.found_it_dead or not _is_lost(error):
                raise _fault(error, call, at) from error
        try:
            return await self._try(call, url, headers, within_s, attempt, (direct, False))
        except _FAULTS as error:
            raise _fault(error, call, at) from error

    async def _try(
        self,
        call: Call,
        url: yarl.URL,
        headers: list[tuple[str, str]],
        within_s: float | None,
        attempt: _Attempt,
        way: tuple[bool, bool],
    ) -> aiohttp.ClientResponse:
        limits = self.timeouts
        connect_s = within_s or limits.connect_s
        before = _ATTEMPT.set(attempt)
        try:  # connecting has its own time; this is for the silence after the request
            async with asyncio.timeout(connect_s + (within_s or limits.first_byte_s)):
                return await self._session(way).request(
                    call.method,
                    url,
                    data=call.body,
                    headers=headers,
                    allow_redirects=False,
                    timeout=_connecting(connect_s),
                    **self._through(direct=way[0]),
                )
        finally:
            _ATTEMPT.reset(before)

    def _through(self, *, direct: bool) -> dict[str, Any]:
        if direct or self._proxy is None or self._proxy.is_socks:
            return {}
        return {"proxy": self._proxy.url, "proxy_headers": self._proxy.headers}

    def _session(self, way: tuple[bool, bool]) -> aiohttp.ClientSession:
        """`way` is: past the proxy, on connections that are kept."""
        session = self._sessions.get(way)
        if session is None:
            session = self._sessions[way] = aiohttp.ClientSession(
                connector=self._connector(*way),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                # Big pieces are joined anyway; a slow reader holds the other side back.
                read_bufsize=2**17,
            )
        return session

    def _connector(self, direct: bool, kept: bool) -> aiohttp.BaseConnector:
        if not direct and self._proxy is not None and self._proxy.is_socks:
            # Whether such a connection was left by the other side cannot be told: none is kept.
            return aiohttp_socks.ProxyConnector.from_url(
                self._proxy.with_auth, rdns=True, limit=0, force_close=True
            )
        if not kept:
            return _Connector(limit=0, force_close=True)
        return _Connector(limit=0, keepalive_timeout=KEPT_S)


class _Opening:
    """One request, for the block that reads its answer; a class costs less than a generator."""

    __slots__ = ("_answer", "_call", "_door", "_response", "_within_s")

    def __init__(self, door: AiohttpDoor, call: Call, within_s: float | None) -> None:
        self._door = door
        self._call = call
        self._within_s = within_s
        self._response: aiohttp.ClientResponse | None = None
        self._answer: AiohttpAnswer | None = None

    async def __aenter__(self) -> AiohttpAnswer:
        response, at = await self._door.send(self._call, self._within_s)
        if 300 <= response.status < 400:
            response.close()
            raise rules.redirected(at.host, response.status)
        self._response = response
        self._answer = AiohttpAnswer(response, self._call, self._door.timeouts.idle_s)
        return self._answer

    async def __aexit__(self, *raised: object) -> None:
        response = self._response
        if response is None:
            return
        if self._answer is not None:
            self._answer.leave()
        if raised[0] is None and response.content.at_eof():
            response.release()  # the connection is already kept
        else:
            response.close()


@dataclass(frozen=True, slots=True)
class _Through:
    """A proxy that was read and found to be one."""

    url: str
    headers: Mapping[str, str]
    with_auth: str

    @property
    def is_socks(self) -> bool:
        return self.url.startswith("socks5")


def _checked(proxy: Proxy) -> _Through:
    url = rules.proxy_url(proxy)
    try:
        parsed = yarl.URL(url)
        if not parsed.host or parsed.port is None:
            raise rules.no_proxy_address(url)
    except ValueError as error:
        raise rules.no_proxy_address(url) from error
    # `socks5h` (the proxy resolves names) is what is done in any case.
    parsed = parsed.with_scheme("socks5") if parsed.scheme == "socks5h" else parsed
    user = proxy.user or parsed.user or ""
    password = proxy.password if proxy.user else parsed.password or ""
    bare = parsed.with_user(None)
    auth = aiohttp.encode_basic_auth(user, password) if user else ""
    headers = {"Proxy-Authorization": auth} if auth else {}
    with_auth = bare.with_user(user).with_password(password) if user else bare
    return _Through(str(bare), headers, str(with_auth))


@functools.lru_cache(maxsize=64)
def _connecting(within_s: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=within_s, sock_connect=within_s)


@functools.lru_cache(maxsize=256)
def _place(address: str) -> tuple[yarl.URL, Address]:
    url = yarl.URL(address)
    if url.scheme not in ("http", "https") or not url.host or url.port is None:
        raise ValueError("no address")
    return url, Address(url.scheme, url.host.lower(), url.port)


def _is_lost(error: BaseException) -> bool:
    lost = aiohttp.ServerDisconnectedError | aiohttp.ClientOSError | ConnectionError
    return isinstance(error, lost) and not isinstance(error, aiohttp.ClientConnectorError)


def _fault(error: BaseException, call: Call, at: Address) -> ProviderError:
    """A connection's fault in words."""
    fault = _proxy_fault(error)
    if fault is not None:
        return fault
    match error:
        case aiohttp.ServerTimeoutError():
            return rules.slow_to_connect(at.host)
        case TimeoutError():
            return rules.silent_after_request(at.host)
        case aiohttp.ClientConnectorCertificateError():
            cause = error.certificate_error
            return rules.not_safe(at.host, getattr(cause, "verify_message", ""))
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return rules.not_safe(at.host, getattr(error, "reason", "") or "")
        case aiohttp.ClientConnectorDNSError():
            return rules.name_not_found(at.host)
        case aiohttp.ClientConnectorError():
            return rules.no_connection(at.host)
        case aiohttp.NonHttpUrlClientError() | ValueError():
            return rules.unusable(call)
        case aiohttp.ClientResponseError():
            return rules.no_http(at.host)
        case _:
            return rules.lost_after_request(at.host)


def _proxy_fault(error: BaseException) -> ProviderError | None:
    match error:
        case aiohttp.ClientHttpProxyError():
            return rules.proxy_refused(f"{error.status} {error.message}".strip())
        case aiohttp.ClientProxyConnectionError() | aiohttp_socks.ProxyConnectionError():
            return rules.proxy_unreachable()
        case aiohttp_socks.ProxyTimeoutError():
            return rules.slow_to_connect("The proxy")
        case aiohttp_socks.ProxyError():
            return rules.proxy_refused(error)
        case _:
            return None
