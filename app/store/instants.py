"""Times as the database keeps them: whole milliseconds since 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def ms_from(at: datetime) -> int:
    """Milliseconds of an aware time; what is finer is cut. A naive time raises TypeError."""
    return (at - _EPOCH) // _MILLISECOND


def at_from(ms: int) -> datetime:
    """The aware time in UTC of a column; a figure that damage made absurd gives 1970."""
    try:
        return _EPOCH + timedelta(milliseconds=ms)
    except OverflowError:
        return _EPOCH


def ms_from_s(seconds: float | None) -> int | None:
    """A duration in whole milliseconds."""
    return None if seconds is None else round(seconds * 1000)


def s_from_ms(ms: int | None) -> float | None:
    """A duration in seconds, as records carry it."""
    return None if ms is None else ms / 1000
