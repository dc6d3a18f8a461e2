"""The date and the time: of now or of a day that is named, in any zone, and days between two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.request import ToolSpec
from app.tools.tool import Arguments, ToolFailed

_DAYS_MAX = 1_000_000
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SPEC = ToolSpec(
    "date_and_time",
    "Tells the current date and time, the weekday and calendar week of a date, the date some days "
    "before or after, and the days between two dates. Without arguments: now, in the user's zone.",
    '{"type": "object", "properties": {'
    '"zone": {"type": "string", "description": "IANA name such as Europe/Berlin; empty: the '
    "user's own\"}, "
    '"date": {"type": "string", "description": "YYYY-MM-DD instead of today"}, '
    '"add_days": {"type": "integer", "description": "days after the date; negative: before"}, '
    '"until": {"type": "string", "description": "YYYY-MM-DD: count the days to it"}}, '
    '"required": [], "additionalProperties": false}',
)


@dataclass(frozen=True, slots=True)
class DateAndTime:
    """`now` gives the moment with its zone; `local` is the user's zone, None the system's."""

    now: Callable[[], datetime]
    local: tzinfo | None = None
    title: str = "Date and time"
    about: str = "What day and time it is, and days between dates"
    asks_first: bool = False
    spec: ToolSpec = field(default=_SPEC)
    time_limit_s: float = 5.0
    letters_max: int = 2_000

    def asks_about(self, arguments: Arguments) -> str:
        return ""

    async def run(self, arguments: Arguments) -> str:
        name = str(arguments.get("zone") or "")
        here = self.now().astimezone(_zone(name) if name else self.local)
        told = str(arguments.get("date") or "")
        day = _day(told) if told else here.date()
        lines = [_words(day) if told else _now_words(here, name)]
        if "add_days" in arguments:
            added = arguments["add_days"]
            assert isinstance(added, int), "held against the schema"
            lines.append(f"{added:+d} days: {_words(_moved(day, added))}")
        if until := str(arguments.get("until") or ""):
            lines.append(f"Days from {day} to {_day(until)}: {(_day(until) - day).days}")
        return "\n".join(lines)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ToolFailed(
            f"There is no zone “{name[:60]}”. Write one like Europe/Berlin."
        ) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ToolFailed(f"“{text[:40]}” is no date. Write YYYY-MM-DD.") from error


def _moved(day: date, days: int) -> date:
    if abs(days) > _DAYS_MAX:
        raise ToolFailed(f"More than {_DAYS_MAX:,} days cannot be added.")
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise ToolFailed("That is outside of the calendar: years 1 to 9999.") from error


def _now_words(at: datetime, name: str) -> str:
    offset = at.strftime("%z")
    zone = f"UTC{offset[:3]}:{offset[3:5]}"
    return f"{_words(at.date())}, {at:%H:%M:%S} ({f'{name}, ' if name else ''}{zone})"


def _words(day: date) -> str:
    # Not strftime's name of the day, which is in the system's language.
    return f"{day.isoformat()}, {_WEEKDAYS[day.weekday()]}, week {day.isocalendar().week}"
