"""Calls whose bill nobody saw: looked up at their provider for a while, then settled as counted.

A parked call's hold is kept until here it ends, once. The store remembers since when it waits,
so that a crash or a closed program changes nothing but who asks.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import chain, repeat

from app.chat.hosted_routes import is_hosted
from app.chat.routes import NO_SECRET, host_of
from app.chat.secrets import Secrets
from app.chat.settle import Settler
from app.chat.turn_tasks import start_task
from app.clock import Clock
from app.errors import KeychainError, StoreError
from app.metering.hold import HoldState
from app.metering.usage import Usage
from app.providers.http import HttpClient
from app.providers.lookup import has_records, lookup
from app.store.records import HoldRecord, KeyRecord, MessageRecord, ParkedRecord
from app.store.shelves import Shelves

RESOLVE_WITHIN = timedelta(minutes=15)
_PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
_BUSY_PAUSE_S = 1.0

_log = logging.getLogger(__name__)


class Resolver:
    """Ends every parked call. `is_busy` says whether a message is being written to right now;
    `resolved` hears of each message whose cost is known, `keep_task` of each piece of work."""

    def __init__(
        self,
        shelves: Shelves,
        settler: Settler,
        secrets: Secrets,
        http: Callable[[], HttpClient],
        clock: Clock,
        *,
        is_busy: Callable[[str], bool],
        resolved: Callable[[MessageRecord], None],
        keep_task: Callable[[asyncio.Task[None]], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._shelves = shelves
        self._settler = settler
        self._secrets = secrets
        self._http = http
        self._clock = clock
        self._is_busy = is_busy
        self._resolved = resolved
        self._keep_task = keep_task
        self._sleep = sleep
        self._begun: set[str] = set()
        self._closed = False

    def settle_overdue(self) -> None:
        """End what has waited too long, before anybody looks."""
        for parked in self._shelves.generations.all_parked():
            hold = self._open(parked)
            if hold is None or is_hosted(hold.key_id):
                continue  # hosted_resolving.py asks for these, without an end
            if self._left_s(parked) <= 0:
                try:
                    self._settler.settle_parked(hold, parked, None)
                except StoreError as error:
                    _log.warning("a call is settled later: %s", error)

    def begin(self) -> None:
        """Ask for every parked call that is not being asked for already."""
        if self._closed:
            return
        for parked in self._shelves.generations.all_parked():
            hold = self._open(parked)
            if hold is not None and is_hosted(hold.key_id):
                continue
            if parked.hold_id not in self._begun:
                self._begun.add(parked.hold_id)
                self._keep_task(start_task(self._resolve(parked)))

    def close(self) -> None:
        """Begin nothing more: the next start goes on with what waits."""
        self._closed = True

    async def _resolve(self, parked: ParkedRecord) -> None:
        try:
            await self._end(parked, await self._usage(parked))
        finally:
            self._begun.discard(parked.hold_id)

    async def _usage(self, parked: ParkedRecord) -> Usage | None:
        """The provider's record; None where it will not come any more."""
        for pause_s in chain(_PAUSES_S, repeat(_PAUSES_S[-1])):
            hold, left_s = self._open(parked), self._left_s(parked)
            key = self._shelves.keys.get(hold.key_id) if hold is not None else None
            if key is None or left_s <= 0 or not has_records(host_of(key)):
                return None
            try:
                usage = await self._look_up(key, parked.generation_id)
            except KeychainError as error:
                # Locked, or kept for one session: it may be opened or pasted again in time.
                _log.info("a call is looked up later: %s", error)
                usage = None
            if usage is not None:
                return usage
            await self._sleep(min(pause_s, left_s))
        return None

    async def _look_up(self, key: KeyRecord, generation_id: str) -> Usage | None:
        secret = None if key.where == NO_SECRET else await self._secrets.read(key.id)
        return await lookup(
            host_of(key), secret, self._http(), generation_id, base_url=key.base_url
        )

    async def _end(self, parked: ParkedRecord, usage: Usage | None) -> None:
        """Settle as soon as nobody else writes to the message and the disk takes it."""
        while (hold := self._open(parked)) is not None:
            if not self._is_busy(hold.message_id):
                try:
                    message = self._settler.settle_parked(hold, parked, usage)
                except StoreError as error:
                    _log.warning("a call is settled later: %s", error)
                else:
                    if message is not None:
                        self._resolved(message)
                    return
            await self._sleep(_BUSY_PAUSE_S)

    def _open(self, parked: ParkedRecord) -> HoldRecord | None:
        """The call's hold as long as it waits."""
        hold = self._shelves.holds.get(parked.hold_id)
        return hold if hold is not None and hold.state is HoldState.UNKNOWN else None

    def _left_s(self, parked: ParkedRecord) -> float:
        """Seconds until it is settled as counted; a clock that was set back ends it too."""
        waited = abs(self._clock.now() - parked.parked_at)
        return (RESOLVE_WITHIN - waited).total_seconds()
