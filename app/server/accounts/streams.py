"""Open event streams of one worker: one query a second for all of them together.

Announcements are rows with ids that begin with the time at which they were made. One that was
made early can be committed late, and the clocks of workers differ a little: so each look goes back
some seconds, and every stream leaves out what it has had. A worker without streams asks nothing.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.clock import now as real_now
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.server.accounts.identify import Caller
from app.server.accounts.signals import Watch, watch_signals
from app.server.database import Database
from app.server.errors import Refused, too_many
from app.server.events import KEPT, Announcement, all_announced_since, at_of, id_at

_log = logging.getLogger(__name__)

LATE = timedelta(seconds=10)  # a row may be seen so long after its id was made
WAITING_MAX = 1000  # a stream that takes none of so many is ended; it can resume
STREAMS_OF_ACCOUNT = 10
LEASE = timedelta(seconds=150)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often, in seconds: rows are looked for, a silent stream gets a comment, and a stream's
    caller is asked for again (a session that ended gets no more)."""

    look_s: float = 1.0
    beat_s: float = 15.0
    check_s: float = 60.0


@dataclass(eq=False, slots=True)
class Stream:
    """One client's stream. `waiting` ends with None where nothing more comes."""

    tenants: frozenset[str]
    waiting: asyncio.Queue[bytes | None]
    had: dict[str, datetime] = field(default_factory=dict)
    ended: bool = False

    def offer(self, announced: Announcement) -> None:
        """Put an announcement in the queue, once."""
        if self.ended or announced.tenant not in self.tenants or announced.id in self.had:
            return
        self.had[announced.id] = at_of(announced.id)
        if self.waiting.qsize() >= WAITING_MAX:
            self.end()
            return
        self.waiting.put_nowait(event_bytes(announced))

    def forget(self, before: datetime) -> None:
        """Ids that no look goes back to any more."""
        for old in [each for each, at in self.had.items() if at < before]:
            del self.had[old]

    def end(self) -> None:
        if not self.ended:
            self.ended = True
            self.waiting.put_nowait(None)


class Streams:
    """The streams of a worker. Times are the real clock's, as the ids are."""

    def __init__(
        self,
        database: Database,
        *,
        pace: Pace | None = None,
        clock: Callable[[], datetime] = real_now,
    ) -> None:
        self.pace = pace or Pace()
        self._database = database
        self._clock = clock
        self._open: set[Stream] = set()
        self._looking: asyncio.Task[None] | None = None
        self._watch: Watch | None = None
        self._closed = False

    async def join(self, tenants: frozenset[str], last_id: str) -> Stream:
        """A stream of what is announced from now on, and after `last_id` where there is one."""
        stream = Stream(tenants, asyncio.Queue())
        if self._closed:
            stream.end()
            return stream
        since = id_at(self._clock() - LATE)
        begin = min(last_id, since) if last_id else since
        before = await self._database.read(all_announced_since, sorted(tenants), begin)
        for announced in before:
            if last_id and announced.id > last_id:
                stream.offer(announced)
            else:
                stream.had[announced.id] = at_of(announced.id)
        self._open.add(stream)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_again_and_again(), name="streams")
            self._watch = watch_signals(self.close)
        return stream

    def leave(self, stream: Stream) -> None:
        self._open.discard(stream)
        if not self._open and self._looking is not None:
            self._looking.cancel()
            self._looking = None
            if self._watch is not None:
                self._watch.end()

    def close(self) -> None:
        """End every stream: the server stops."""
        self._closed = True
        for stream in self._open:
            stream.end()

    async def _look_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(self.pace.look_s)
            await self.look()

    async def look(self) -> None:
        """Give each stream what was announced since; once a second, and by tests."""
        streams = tuple(self._open)
        back_to = self._clock() - LATE
        tenants = sorted({tenant for stream in streams for tenant in stream.tenants})
        try:
            found = await self._database.read(all_announced_since, tenants, id_at(back_to))
        except Refused as error:
            # The books are out of reach for a moment; nothing is lost, since rows stay an hour.
            _log.warning("announcements could not be read: %s", error)
            return
        for stream in streams:
            for announced in found:
                stream.offer(announced)
            stream.forget(back_to - LATE)


def event_bytes(announced: Announcement) -> bytes:
    """One server-sent event: its id resumes, its name is the kind, its data one line of JSON."""
    facts = {
        "tenant": announced.tenant,
        "at": announced.at.isoformat(),
        **json.loads(announced.facts),
    }
    data = json.dumps(facts, ensure_ascii=False)
    return f"id: {announced.id}\nevent: {announced.kind}\ndata: {data}\n\n".encode()


def was_missed(last_id: str, now: datetime) -> bool:
    """Whether something after this id may have been forgotten already."""
    return at_of(last_id) < now - KEPT


def tenants_of(caller: Caller) -> Steps[frozenset[str]]:
    """Whose announcements a caller gets: with a session their own and those of all that they
    belong to, with an API key its one tenant's."""
    if caller.api_key:
        return frozenset({caller.tenant})
    rows = yield Sql(
        "SELECT m.tenant FROM members m JOIN accounts a ON a.id = m.tenant"
        " WHERE m.account = ? AND a.deleted_ms IS NULL",
        (caller.account,),
    )
    return frozenset({caller.account, *(str(row[0]) for row in rows)})


def take_lease(account: str, stream_id: str, now: datetime) -> Steps[None]:
    """Count one more open stream of an account, for all workers. Raises Refused (429)."""
    yield Sql("SELECT id FROM accounts WHERE id = ?", (account,), lock=True)
    yield Sql("DELETE FROM streams WHERE account = ? AND until_ms <= ?", (account, ms_from(now)))
    rows = yield Sql("SELECT count(*) FROM streams WHERE account = ?", (account,))
    if rows[0][0] >= STREAMS_OF_ACCOUNT:
        raise too_many(
            f"An account may have {STREAMS_OF_ACCOUNT} event streams at once.",
            retry_after_s=int(LEASE.total_seconds()),
        )
    yield from renew_lease(account, stream_id, now)


def renew_lease(account: str, stream_id: str, now: datetime) -> Steps[None]:
    yield Sql(
        "INSERT INTO streams (account, id, until_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (account, id) DO UPDATE SET until_ms = excluded.until_ms",
        (account, stream_id, ms_from(now + LEASE)),
    )


def end_lease(account: str, stream_id: str) -> Steps[None]:
    yield Sql("DELETE FROM streams WHERE account = ? AND id = ?", (account, stream_id))


def forget_leases(now: datetime) -> Steps[None]:
    yield Sql("DELETE FROM streams WHERE until_ms <= ?", (ms_from(now),))
