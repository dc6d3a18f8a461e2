"""Who may stream now: a bounded number at once, a bounded queue before it, premium first.

Of one worker. How long somebody waits is bounded too; then they are told when to come again.
"""

from __future__ import annotations

import asyncio
from collections import deque

from app.server.errors import Refused, too_many
from app.server.settings import Limits

_FULL_RETRY_S = 5


class Gate:
    """`enter` before a call leaves, `leave` when its stream is over."""

    def __init__(self, limits: Limits) -> None:
        self._most = limits.streams
        self._queue_most = limits.queue
        self._wait_s = limits.queue_s
        self._inside = 0
        # Each waits with a future: True where it may go in, False where another took its place.
        self._first: deque[asyncio.Future[bool]] = deque()
        self._others: deque[asyncio.Future[bool]] = deque()

    @property
    def inside(self) -> int:
        """How many stream now."""
        return self._inside

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._first) + len(self._others)

    def enter_now(self) -> bool:
        """Take a place where there is one; False where one would have to be waited for."""
        if self._inside >= self._most:
            return False
        self._inside += 1
        return True

    async def enter(self, *, priority: bool) -> None:
        """Take a place, in order; raises Refused (429) where the queue is full or too slow."""
        if self.enter_now():
            return
        self._make_room(priority)
        place = asyncio.get_running_loop().create_future()
        line = self._first if priority else self._others
        line.append(place)
        try:
            async with asyncio.timeout(self._wait_s):
                may_enter = await place
        except TimeoutError as error:
            self._give_up(line, place)
            raise _full() from error
        except asyncio.CancelledError:
            self._give_up(line, place)
            raise
        if not may_enter:
            raise _full()

    def leave(self) -> None:
        """Give the place to whoever is next."""
        for line in (self._first, self._others):
            while line:
                place = line.popleft()
                if not place.done():
                    place.set_result(True)
                    return
        self._inside -= 1

    def _make_room(self, priority: bool) -> None:
        if self.waiting < self._queue_most:
            return
        # Who pays for priority goes before the one that came last without it.
        while priority and self._others:
            newest = self._others.pop()
            if not newest.done():
                newest.set_result(False)
                return
        raise _full()

    def _give_up(self, line: deque[asyncio.Future[bool]], place: asyncio.Future[bool]) -> None:
        if place.done() and not place.cancelled() and place.result():
            self.leave()  # it was let in at the very moment in which it went away
        elif place in line:
            line.remove(place)


def _full() -> Refused:
    return too_many(
        "The server is at its limit: too many answers are being written. Try again in a moment.",
        retry_after_s=_FULL_RETRY_S,
        code="server_busy",
    )
