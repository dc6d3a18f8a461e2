"""Calls of hosted credit whose end was not seen: asked for at their server until it is known.

Nothing is guessed and no timer ends them: the server has the books. A line that comes back, a
sign-in or the next start asks at once. What the server does not know is given up there before it is
called free; an order that did not come through is given again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from itertools import chain, repeat

from app.account.desk import AccountDesk
from app.account.hosted import FoundCall, ask_for_call, give_up_call
from app.account.session import Session
from app.chat.hosted_routes import is_hosted, server_of
from app.chat.hosted_settling import HostedSettler
from app.chat.turn_tasks import start_task
from app.clock import Clock
from app.errors import MeteringError, SignedOut, StoreError, TuppenceError
from app.metering.hold import HoldState
from app.store.records import HoldRecord, MessageRecord, ParkedRecord
from app.store.shelves import Shelves

_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
# So long a message that the server does not know may come by itself; then it is given up there.
ON_ITS_WAY = timedelta(seconds=60)
# An older server cannot be told. It takes nothing any more once the session has ended with which
# the message was sent: those end within an hour.
WITHOUT_GIVING_UP = timedelta(minutes=75)

_log = logging.getLogger(__name__)


class HostedResolver:
    """Ends parked calls of hosted credit. `resolved` hears of each message whose cost is known."""

    def __init__(
        self,
        shelves: Shelves,
        settler: HostedSettler,
        desk: AccountDesk,
        clock: Clock,
        *,
        is_busy: Callable[[str], bool],
        resolved: Callable[[MessageRecord], None],
        keep_task: Callable[[asyncio.Task[None]], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._shelves = shelves
        self._settler = settler
        self._desk = desk
        self._clock = clock
        self._is_busy = is_busy
        self._resolved = resolved
        self._keep_task = keep_task
        self._sleep = sleep
        self._begun: set[str] = set()
        self._again = asyncio.Event()
        self._closed = False

    def begin(self) -> None:
        """Ask for every parked call that is not being asked for already; those that wait between
        two questions ask now."""
        if self._closed:
            return
        self._again.set()
        self._again = asyncio.Event()
        for parked in self._shelves.generations.all_parked():
            hold = self._open(parked)
            if hold is not None and is_hosted(hold.key_id) and parked.hold_id not in self._begun:
                self._begun.add(parked.hold_id)
                self._keep_task(start_task(self._resolve(parked)))

    def close(self) -> None:
        self._closed = True

    async def _resolve(self, parked: ParkedRecord) -> None:
        try:
            for pause_s in chain(_PAUSES_S, repeat(_PAUSES_S[-1])):
                hold = self._open(parked)
                if hold is None or await self._ended(hold, parked):
                    return
                await self._pause(pause_s)
        except SignedOut as error:
            _log.info("a call is asked for after the next sign-in: %s", error)
        finally:
            self._begun.discard(parked.hold_id)

    async def _ended(self, hold: HoldRecord, parked: ParkedRecord) -> bool:
        """Ask once; whether the call is over here as well. Raises SignedOut."""
        try:
            found = await self._ask(hold)
            if not found.is_known and not self._is_busy(hold.message_id):
                found = await self._give_up(hold, parked, found)
            if not found.is_over or self._is_busy(hold.message_id):
                return False
            message = self._settler.settle_found(hold, parked, found)
        except SignedOut:
            raise
        except (StoreError, MeteringError) as error:
            _log.warning("a call is settled later: %s", error)
            return False
        except TuppenceError as error:
            _log.info("a call is asked for again: %s", error)
            return False
        if message is not None:
            self._resolved(message)
        return True

    async def _ask(self, hold: HoldRecord) -> FoundCall:
        return await ask_for_call(*self._place(hold))

    async def _give_up(
        self, hold: HoldRecord, parked: ParkedRecord, unknown: FoundCall
    ) -> FoundCall:
        """Once it is late enough: see to it that nothing will be charged, before that is said."""
        now = self._clock.now()
        if abs(now - hold.created_at) < ON_ITS_WAY:
            return unknown
        found = await give_up_call(*self._place(hold))
        if found is not None:
            return found
        return replace(unknown, is_over=abs(now - parked.parked_at) >= WITHOUT_GIVING_UP)

    def _place(self, hold: HoldRecord) -> tuple[Session, str, str]:
        """The session of the call's server, the call's id, and for whom it acted there."""
        session = self._desk.session(server_of(hold.key_id))
        holder = hold.key_id.rpartition(":")[2]
        return session, hold.id, "" if holder == session.record.account else holder

    async def _pause(self, pause_s: float) -> None:
        sleeping = asyncio.ensure_future(self._sleep(pause_s))
        woken = asyncio.ensure_future(self._again.wait())
        try:
            await asyncio.wait({sleeping, woken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            woken.cancel()

    def _open(self, parked: ParkedRecord) -> HoldRecord | None:
        hold = self._shelves.holds.get(parked.hold_id)
        return hold if hold is not None and hold.state is HoldState.UNKNOWN else None
