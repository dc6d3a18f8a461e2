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
from collections.abc import AsyncIterator, Awaitable, Callable
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
    StreamBroken,
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
    `gather_s` are one question, and after `late_s` without its answer the figures count as old.
    A stream that is silent for `silent_s` is dead: servers say each 15 that they are there."""

    first_s: float = 1.0
    most_s: float = 60.0
    poll_s: float = 60.0
    gather_s: float = 0.3
    late_s: float = 3.0
    silent_s: float = 50.0


@dataclass(frozen=True, slots=True)
class Told:
    """One event. `facts` is what the server added to it."""

    kind: str
    tenant: str
    facts: dict[str, object]


class Listener:
    """Listens at one server until it is closed. `heard` is told of each event, `online` whenever
    the line comes or goes: it is there while the stream is open and the wallet as fresh as its
    events, so that no old figure passes for a new one."""

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
        self._is_open = False
        self._opened_s: float | None = None
        self._is_fresh = False
        self._failures = 0  # questions for the wallet without an answer, one after the other
        self._stale: asyncio.Event = asyncio.Event()
        self._back: asyncio.Event = asyncio.Event()
        self._woken = False

    async def run(self) -> None:
        """Until cancelled, or nobody is signed in any more."""
        beside = asyncio.ensure_future(self._keep_fresh())
        try:
            await self._listen_again_and_again()
        finally:
            beside.cancel()

    def wake(self) -> None:
        """Something may have changed: ask for the wallet soon; where that is answered, there may
        be a way for a stream again."""
        self._woken = True
        self._stale.set()

    async def _listen_again_and_again(self) -> None:
        failures, pause_s = 0, 0.0
        while True:
            self._opened_s = None
            try:
                await self._listen()
                failures = 0
            except SignedOut as error:
                _log.info("listening ends: %s", error)
                self._stand(is_open=False)
                return
            except (CreditServerError, ProviderError, KeychainError, StreamTooLong) as error:
                # One that stood longer than it was waited for is no sign of a server in trouble.
                failures = 1 if self._stood_s() > pause_s else failures + 1
                self._stand(is_open=False)
                _log.info("the event stream: %s", error)
                if failures > 1:
                    # There may be a way for questions where there is none for streams.
                    self._stale.set()
            pause_s = min(self._pace.first_s * 2 ** min(failures, 10), self._pace.most_s)
            # Many windows must not come back in the same moment.
            await self._pause(pause_s * (0.5 + random.random() / 2))

    async def _pause(self, pause_s: float) -> None:
        """Until it is time to listen again, or the server was heard of in another way."""
        self._back.clear()
        sleeping = asyncio.ensure_future(self._sleep(pause_s))
        back = asyncio.ensure_future(self._back.wait())
        try:
            await asyncio.wait({sleeping, back}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            back.cancel()

    async def _listen(self) -> None:
        reader = EventReader()
        call = await self._call()
        async with self._session.server.opened(call, within_s=20.0) as answer:
            # Nothing is known of what happened while nobody listened.
            self._opened_s = asyncio.get_running_loop().time()
            self._stand(is_open=True, is_fresh=False)
            self._stale.set()
            pieces = answer.pieces()
            while (piece := await self._next(pieces)) is not None:
                for event in reader.feed(piece):
                    self._take(event)

    def _stood_s(self) -> float:
        if self._opened_s is None:
            return 0.0
        return asyncio.get_running_loop().time() - self._opened_s

    async def _next(self, pieces: AsyncIterator[bytes]) -> bytes | None:
        """The next piece, None at the end. Raises StreamBroken for a line that fell silent."""
        try:
            async with asyncio.timeout(self._pace.silent_s):
                return await anext(pieces, None)
        except TimeoutError as error:
            raise StreamBroken("The event stream fell silent.", "") from error

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
        """Ask for the wallet soon after something changed, again after a question that had no
        answer, and while nobody tells of changes."""
        while True:
            pause_s = self._pause_s()
            try:
                async with asyncio.timeout(pause_s):
                    await self._stale.wait()
            except TimeoutError:
                _log.debug("nothing was told for %s s", pause_s)
            if self._is_fresh:
                await self._sleep(self._pace.gather_s)
            self._stale.clear()
            await self._refresh()

    def _pause_s(self) -> float | None:
        if self._is_open and not self._failures:
            return None
        if not self._is_open:
            return self._pace.poll_s
        return min(self._pace.first_s * 2 ** min(self._failures, 10), self._pace.poll_s)

    async def _refresh(self) -> None:
        asking = asyncio.ensure_future(self._wallets.refresh(self._session.record, ME))
        try:
            if not (await asyncio.wait({asking}, timeout=self._pace.late_s))[0]:
                self._stand(is_fresh=False)
            await asking
        except TuppenceError as error:
            # Where it cannot be had, the old figure stays with its age.
            _log.info("the wallet: %s", error)
            self._failures += 1
            self._stand(is_fresh=False)
        else:
            if self._failures or self._woken:
                self._back.set()
            self._failures, self._woken = 0, False
            self._stand(is_fresh=True)
        finally:
            asking.cancel()

    def _stand(self, *, is_open: bool | None = None, is_fresh: bool | None = None) -> None:
        self._is_open = self._is_open if is_open is None else is_open
        self._is_fresh = self._is_fresh if is_fresh is None else is_fresh
        online = self._is_open and self._is_fresh
        if online or self._is_online or not self._is_open:
            self._say(online)

    def _say(self, online: bool) -> None:
        if online is not self._is_online:
            self._is_online = online
            self._online(online)
