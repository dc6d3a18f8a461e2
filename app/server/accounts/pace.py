"""How often somebody may ask, and how long they wait who were wrong: exact over all workers."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.server.accounts.identify import Caller
from app.server.errors import Refused, too_many
from app.server.limits import take
from app.server.services import Services

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

TRIES_FREE = 3  # wrong ones that cost no time
_WAIT_MAX = timedelta(hours=1)
_FORGOTTEN_AFTER = timedelta(days=1)


def bucket_of(caller: Caller) -> str:
    """What a caller's requests are counted under: an API key, or the device of a session."""
    return f"calls/{caller.tenant}/{caller.api_key or caller.device}"


async def hurry(services: Services, caller: Caller) -> None:
    """Count one more request of this API key or session. Raises Refused (429) with Retry-After
    where it has had `limits.requests_per_minute` in this minute, at whichever worker."""
    most = services.settings.limits.requests_per_minute
    now = services.clock.now()
    wait_s = await services.database.run(take, bucket_of(caller), most, MINUTE, now)
    if wait_s is not None:
        raise too_many(f"At most {most} requests a minute.", retry_after_s=wait_s)


def take_one(
    name: str, most: int, length: timedelta, now: datetime, words: str
) -> Steps[Refused | None]:
    """Count one more; the refusal is returned, so that what was counted stays counted."""
    wait_s = yield from take(name, most, length, now)
    return None if wait_s is None else too_many(words, retry_after_s=wait_s)


def wait_after(wrong: int) -> timedelta:
    """How long after so many wrong tries: none, then 2 s, doubled each time, up to an hour."""
    if wrong <= TRIES_FREE:
        return timedelta()
    return min(timedelta(seconds=2 ** min(wrong - TRIES_FREE, 20)), _WAIT_MAX)


def begin_try(name: str, now: datetime) -> Steps[int | None]:
    """Count a try as wrong before it is looked at, so that many at once gain nothing.

    None where it may be made, else the seconds to wait. Call `forgive` where it was right.
    """
    # The row is made first and then waited for: two that come at once are told apart by it.
    yield Sql(
        "INSERT INTO waits (name, wrong, until_ms) VALUES (?, 0, 0) ON CONFLICT DO NOTHING", (name,)
    )
    rows = yield Sql("SELECT wrong, until_ms FROM waits WHERE name = ?", (name,), lock=True)
    wrong, until_ms = rows[0] if rows else (0, 0)
    if until_ms > ms_from(now):
        return -(-(until_ms - ms_from(now)) // 1000)
    yield Sql(
        "UPDATE waits SET wrong = ?, until_ms = ? WHERE name = ?",
        (wrong + 1, ms_from(now + wait_after(wrong + 1)), name),
    )
    return None


def forgive(name: str) -> Steps[None]:
    yield Sql("DELETE FROM waits WHERE name = ?", (name,))


def forget_waits(now: datetime) -> Steps[None]:
    yield Sql("DELETE FROM waits WHERE until_ms < ?", (ms_from(now - _FORGOTTEN_AFTER),))
