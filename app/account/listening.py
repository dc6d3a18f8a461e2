"""Listening to a server: its events as they come, and questions now and then where it has none.

A stream that breaks is opened again after a pause that grows, from where it broke. While it
cannot be had, the wallet is asked for once a minute. What is told is only that something changed:
figures always come from the wallet.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.account.client import Asking
from app.account.event_stream import EventReader, ServerEvent
from app.account.session import Session
from app.account.wallet import ME, Wallets
from app.errors import (
    CreditServerError,
    KeychainError,
    ProviderError,
    SignedOut,
    TuppenceError,
)
from app.providers.connection import Call
from app.providers.framing import StreamTooLong
from app.providers.json_text import as_object
from app.store.servers import Servers

_PATH = "/api/events"
_LAST_ID = "Last-Event-ID"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. `first_s` doubles with each failure up to `most_s`; several changes within
    `gather_s` are one question."""

    first_s: float = 1.0
    most_s: float = 60.0
    poll_s: float = 60.0
    gather_s: float = 0.3


@dataclass(frozen=True, slots=True)
class Told:
    """One event. `facts` is what the server added to it."""

    kind: str
    tenant: str
    facts: dict[str, object]


class Listener:
    """Listens at one server until it is closed. `heard` is told of each event, `online` whenever
    the line comes or goes."""

    def __init__(
        self,
        session: Session,
        servers: Servers,
        wallets: Wallets,
        heard: Callable[[Told], None],
        online: Callable[[bool], None],
        *,
        pace: Pace | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._session = session
        self._servers = servers
        self._wallets = wallets
        self._heard = heard
        self._online = online
        self._pace = pace or Pace()
        self._sleep = sleep
        self._is_online: bool | None = None
        self._stale: asyncio.Event = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled, or nobody is signed in any more."""
        beside = asyncio.ensure_future(self._keep_fresh())
        try:
            await self._listen_again_and_again()
        finally:
            beside.cancel()

    def wake(self) -> None:
        """Something may have changed: ask for the wallet soon."""
        self._stale.set()

    async def _listen_again_and_again(self) -> None:
        failures = 0
        while True:
            try:
                await self._listen()
                failures = 0
            except SignedOut as error:
                _log.info("listening ends: %s", error)
                self._say(False)
                return
            except (CreditServerError, ProviderError, KeychainError, StreamTooLong) as error:
                failures += 1
                self._say(False)
                _log.info("the event stream: %s", error)
                if failures > 1:
                    # There may be a way for questions where there is none for streams.
                    self._stale.set()
            pause_s = min(self._pace.first_s * 2 ** min(failures, 10), self._pace.most_s)
            # Many windows must not come back in the same moment.
            await self._sleep(pause_s * (0.5 + random.random() / 2))

    async def _listen(self) -> None:
        reader = EventReader()
        call = await self._call()
        async with self._session.server.opened(call, within_s=20.0) as answer:
            self._say(True)
            self._stale.set()  # what happened while nobody listened
            async for piece in answer.pieces():
                for event in reader.feed(piece):
                    self._take(event)

    async def _call(self) -> Call:
        record = self._session.record
        asking = await self._session.asking("")
        headers = ((_LAST_ID, record.last_event),) if record.last_event else ()
        return self._session.server.call("GET", _PATH, None, Asking(asking.token), headers)

    def _take(self, event: ServerEvent) -> None:
        record = self._session.record
        if event.id and event.id != record.last_event:
            self._servers.set_last_event(record.id, event.id)
        try:
            facts = dict(as_object(json.loads(event.data)))
        except ValueError:
            _log.warning("an event that cannot be read")
            return
        self._heard(Told(event.name, str(facts.get("tenant", "")), facts))
        self._stale.set()

    async def _keep_fresh(self) -> None:
        """Ask for the wallet soon after something changed, and while nobody tells of changes."""
        while True:
            limit_s = None if self._is_online else self._pace.poll_s
            try:
                async with asyncio.timeout(limit_s):
                    await self._stale.wait()
            except TimeoutError:
                _log.debug("nothing was told for %s s", limit_s)
            await self._sleep(self._pace.gather_s)
            self._stale.clear()
            await self._refresh()

    async def _refresh(self) -> None:
        try:
            await self._wallets.refresh(self._session.record, ME)
        except TuppenceError as error:
            # Where it cannot be had, the old figure stays with its age.
            _log.info("the wallet: %s", error)

    def _say(self, online: bool) -> None:
        if online is not self._is_online:
            self._is_online = online
            self._online(online)
