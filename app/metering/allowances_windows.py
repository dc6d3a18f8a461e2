"""When an allowance's window begins and ends, in UTC: the calendar of grants.

`now` is always an argument; no clock is read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from app.catalog.plans import Window
from app.errors import MeteringError

BILLING_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to but without `end`; both None for what never expires."""

    start: datetime | None
    end: datetime | None

    @property
    def name(self) -> str:
        """What tells this window from the others of its allowance; the same on every machine."""
        return _name_of(self.start) if self.start else "once"


@lru_cache(maxsize=4096)
def _name_of(start: datetime) -> str:
    return start.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_ONCE = Span(None, None)
# The newest day and month that were asked for: every call of a while is in the same two.
_newest: dict[Window, tuple[datetime, datetime, Span]] = {}


def span_at(window: Window, now: datetime, subscribed_at: datetime | None = None) -> Span | None:
    """The window that a moment is in; None for a billing day without a running subscription.

    Raises MeteringError for a time without a zone: it could be any hour.
    """
    if window in _newest and now.tzinfo is UTC:
        start, end, span = _newest[window]
        if start <= now < end:
            return span
    moment = _utc(now)
    match window:
        case Window.ONCE:
            return _ONCE
        case Window.DAY:
            start = moment.replace(hour=0, minute=0, second=0, microsecond=0)
            return _kept(window, start, start + timedelta(days=1))
        case Window.MONTH:
            start = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            return _kept(window, start, (start + timedelta(days=32)).replace(day=1))
        case Window.BILLING_DAY:
            return _billing_day(moment, subscribed_at)


def _kept(window: Window, start: datetime, end: datetime) -> Span:
    span = Span(start, end)
    _newest[window] = start, end, span
    return span


def _billing_day(moment: datetime, subscribed_at: datetime | None) -> Span | None:
    if subscribed_at is None or moment < _utc(subscribed_at):
        return None
    first = _utc(subscribed_at)
    start = first + (moment - first) // BILLING_DAY * BILLING_DAY
    return Span(start, start + BILLING_DAY)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise MeteringError("A time without a zone cannot say which window it is in.")
    return moment.astimezone(UTC)
