"""Which days a period is, which calls a scope holds, and how days are put into bars. No sums."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from app.seam.usage_views import UsagePeriod, UsageScope

EARLIEST = date(2000, 1, 1)  # a day before it comes of a damaged clock or file
BARS_BY_DAY_MAX = 92
BARS_BY_WEEK_MAX = 731
BARS_BY_MONTH_MAX = 12 * 366
HEAT_WEEKS = 53
_DAY = timedelta(days=1)


def days_of(scope: UsageScope, today: date, reach: tuple[date, date] | None) -> tuple[date, date]:
    """The first and the last day of a scope's period; `reach` is where anything was used."""
    first, last = _days(scope, today, reach)
    return max(min(first, last), EARLIEST), max(first, last, EARLIEST)


def _days(scope: UsageScope, today: date, reach: tuple[date, date] | None) -> tuple[date, date]:
    match scope.period:
        case UsagePeriod.MONTH:
            return today.replace(day=1), today
        case UsagePeriod.LAST_MONTH:
            last = today.replace(day=1) - _DAY
            return last.replace(day=1), last
        case UsagePeriod.DAYS_7 | UsagePeriod.DAYS_30 | UsagePeriod.DAYS_90:
            count = int(scope.period.value.removeprefix("days_"))
            return today - (count - 1) * _DAY, today
        case UsagePeriod.YEAR:
            return today.replace(month=1, day=1), today
        case UsagePeriod.ALL:
            first, last = reach or (today, today)
            return first, max(last, today)
        case UsagePeriod.CUSTOM:
            return scope.first or scope.last or today, scope.last or scope.first or today


def bar_unit(first: date, last: date) -> str:
    """What one bar of a span stands for, so that there are few enough to be told apart."""
    days = (last - first).days + 1
    if days <= BARS_BY_DAY_MAX:
        return "day"
    if days <= BARS_BY_WEEK_MAX:
        return "week"
    return "month" if days <= BARS_BY_MONTH_MAX else "year"


def bar_spans(first: date, last: date, unit: str) -> Iterator[tuple[date, date]]:
    """The days of each bar: whole weeks from Monday, months, years, cut at the span's ends."""
    start = first
    while start <= last:
        end = min(_last_of(start, unit), last)
        yield start, end
        if end == date.max:
            return
        start = end + _DAY


def _last_of(day: date, unit: str) -> date:
    match unit:
        case "day":
            return day
        case "week":
            return day + min(6 - day.weekday(), (date.max - day).days) * _DAY
        case "month":
            return month_end(day)
        case "year":
            return day.replace(month=12, day=31)
        case _:
            raise ValueError(f"not a unit of bars: {unit}")


def month_end(day: date) -> date:
    """The last day of a day's month."""
    if day.month == 12:
        return day.replace(day=31)
    return day.replace(month=day.month + 1, day=1) - _DAY


def heat_start(today: date) -> date:
    """The Monday that the last 53 weeks begin on."""
    return today - (today.weekday() + 7 * (HEAT_WEEKS - 1)) * _DAY
