"""Limits that hold for all workers together: counted in the database, exact to one."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps

_TAKE = (
    "INSERT INTO buckets (name, window_ms, count) VALUES (?, ?, 1)"
    " ON CONFLICT (name, window_ms) DO UPDATE SET count = buckets.count + 1"
    " WHERE buckets.count < ? RETURNING count"
)
MINUTE_MS = 60_000
_LENGTH_MAX = timedelta(days=2)


def window_start(now: datetime, length: timedelta) -> datetime:
    """The beginning of the window that `now` lies in; windows of a length follow each other."""
    since = timedelta(milliseconds=ms_from(now))
    return now - since % length


def take(name: str, most: int, length: timedelta, now: datetime) -> Steps[int | None]:
    """Count one more of `name`, unless there were `most` in this window already.

    None where it was counted, else after how many seconds the next window begins. Two that come at
    once are told apart by the row itself.
    """
    start = window_start(now, length)
    rows = yield Sql(_TAKE, (name, ms_from(start), most)) if most > 0 else Sql("SELECT 1 WHERE 1=0")
    if rows:
        return None
    return max(1, -(-(start + length - now) // timedelta(seconds=1)))


def count_of(name: str, length: timedelta, now: datetime) -> Steps[int]:
    """How many of `name` were counted in this window."""
    rows = yield Sql(
        "SELECT count FROM buckets WHERE name = ? AND window_ms = ?",
        (name, ms_from(window_start(now, length))),
    )
    return int(rows[0][0]) if rows else 0


def forget_buckets(now: datetime) -> Steps[None]:
    """Windows that are over for good."""
    yield Sql("DELETE FROM buckets WHERE window_ms < ?", (ms_from(now - _LENGTH_MAX),))
