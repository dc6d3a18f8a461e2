"""The highest time that was seen, so that a clock which is turned back does not go unnoticed.

A value; who keeps it calls `advance` when the program starts and now and then while it runs, and
writes down what comes back. It is no seal: who can edit the file can undo it. A clock that is
turned back by less than a day, again and again, goes unnoticed as well: that hides nothing that
is worth it, since tokens are counted on the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

TOLERANCE = timedelta(hours=24)
_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class ClockGuard:
    """What was seen of this computer's clock. All times are UTC and aware.

    `last_seen` is the clock at the last look, None before the first; `turned_back_for` how long
    it has run while it was turned back, all times together, since the last renewal.
    """

    highest_seen: datetime
    last_seen: datetime | None = None
    turned_back_for: timedelta = _NONE

    def advance(self, now: datetime) -> tuple[ClockGuard, bool]:
        """The guard after a look at the clock, and whether it is turned back.

        It is when it stands more than 24 hours behind the highest time seen. How long that lasts
        is counted in steps forward between two looks, and goes on where it was when a clock is
        set right and turned back again: neither that nor a turn each morning gains anything.
        """
        highest = max(now, self.highest_seen)
        if not is_behind(now, highest):
            return ClockGuard(highest, now, self.turned_back_for), False
        fell = self.last_seen is None or not is_behind(self.last_seen, highest)
        step = _NONE if fell or self.last_seen is None else max(_NONE, now - self.last_seen)
        return ClockGuard(highest, now, self.turned_back_for + step), True

    def renewed(self, now: datetime) -> ClockGuard:
        """Begun anew, after a license came from the server or a newer one was accepted.

        That heals a clock that had run ahead by mistake, and one that is wrong for good: from here
        on the days are counted by it from this moment.
        """
        return ClockGuard(now, now)


def is_behind(now: datetime, highest_seen: datetime) -> bool:
    """Whether `now` is more than 24 hours behind."""
    return highest_seen - now > TOLERANCE
