"""How moments and spans are said in the words about a license. UTC, as licenses are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

DAY = timedelta(days=1)

# Not `%B`: that one speaks the language that the system is set to, in the midst of English words.
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def date_words(at: datetime) -> str:
    """`21 November 2026`."""
    day = at.astimezone(UTC)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def days_words(span: timedelta) -> str:
    """`1 day`, `14 days`; what is begun of a day counts as one."""
    days = -(-span // DAY)
    return "1 day" if days == 1 else f"{days:,} days"
