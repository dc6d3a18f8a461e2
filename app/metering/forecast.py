"""How long credit lasts at the pace of the last days. Pure: no clock, whole numbers only.

Grants that come anew are counted with what they will have then. Where there is too little to
tell a pace from, nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

LOOK_BACK_DAYS = 14
DAYS_MIN, ACTIVE_DAYS_MIN = 5, 3
HORIZON_DAYS = 92
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pool:
    """A grant in one unit: what is left of it, and what it has after each reset.

    `window` is that of the allowance (day, month, billing_day, once); `resets` None: never.
    """

    left: int
    granted: int
    window: str
    resets: datetime | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """`per_day` is the pace; `until` the day that is not covered whole any more, None where
    HORIZON_DAYS all are."""

    per_day: int
    until: date | None


def forecast(pools: Sequence[Pool], used: Mapping[date, int], today: date) -> Forecast | None:
    """How long pools last, drawn on in their order; None where no pace can be told.

    Args:
        used: what each day came to; days without an entry came to nothing.
        today: in UTC, as the days of `used`. It is not over and so not part of the pace.
    """
    per_day = pace(used, today)
    if per_day is None:
        return None
    left_today = max(0, per_day - used.get(today, 0))
    now = list(pools)
    for number in range(HORIZON_DAYS):
        day = today + number * _DAY
        if number:
            now = [_at_start(pool, day) for pool in now]
        missing, now = _drawn(now, per_day if number else left_today)
        if missing:
            return Forecast(per_day, day)
    return Forecast(per_day, None)


def pace(used: Mapping[date, int], today: date) -> int | None:
    """What a day comes to, rounded up, over the last whole days since the first one that had any.

    None for fewer than DAYS_MIN days, or fewer than ACTIVE_DAYS_MIN with anything on them.
    """
    first = today - LOOK_BACK_DAYS * _DAY
    active = sorted(day for day, amount in used.items() if first <= day < today and amount > 0)
    if len(active) < ACTIVE_DAYS_MIN:
        return None
    days = (today - active[0]).days
    if days < DAYS_MIN:
        return None
    return -(-sum(used[day] for day in active) // days)


def _at_start(pool: Pool, day: date) -> Pool:
    """A pool at the beginning of a day, made anew where its reset has come."""
    if pool.resets is None or pool.resets.date() > day:
        return pool
    return replace(pool, left=pool.granted, resets=_next_reset(pool, pool.resets))


def _next_reset(pool: Pool, at: datetime) -> datetime | None:
    if pool.window in ("day", "billing_day"):
        return at + _DAY
    if pool.window == "month":
        return (at.replace(day=1) + 32 * _DAY).replace(day=1)
    return None


def _drawn(pools: Sequence[Pool], amount: int) -> tuple[int, list[Pool]]:
    """What pools do not cover of an amount, and what they have then."""
    left = []
    for pool in pools:
        paid = min(pool.left, amount)
        amount -= paid
        left.append(replace(pool, left=pool.left - paid))
    return amount, left
