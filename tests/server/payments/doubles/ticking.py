"""The doubles' clock: it stands still until a test moves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.clock import Clock

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class Ticking:
    """Shared by a double and the server under test."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    @property
    def seconds(self) -> int:
        return int(self.at.timestamp())

    def pass_(self, **length: float) -> None:
        self.at += timedelta(**length)

    @property
    def clock(self) -> Clock:
        return Clock(now=self.now)


def month_later(seconds: int) -> int:
    """The same day of the next month, or its last day."""
    at = datetime.fromtimestamp(seconds, UTC)
    first = (at.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = ((first + timedelta(days=32)).replace(day=1) - timedelta(days=1)).day
    return int(first.replace(day=min(at.day, last)).timestamp())
