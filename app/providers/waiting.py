"""How long to wait before asking again: what the provider wishes, else a growing pause."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

WAIT_S_MAX = 3600.0


def retry_after_s(headers: Mapping[str, str], at: datetime | None = None) -> float | None:
    """Seconds that the provider asks for; None where it says nothing that can be read.

    `Retry-After` holds seconds or a date (RFC 9110); `retry-after-ms` and OpenAI's
    `x-ratelimit-reset-requests` (`1m12.5s`) are finer. `at` is now, for the date form.
    """
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return _bounded(milliseconds / 1000)
    text = headers.get("retry-after")
    if text is None:
        return _span_s(headers.get("x-ratelimit-reset-requests"))
    if (seconds := _number(text)) is not None:
        return _bounded(seconds)
    try:
        then = parsedate_to_datetime(text)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return _bounded((then - (at or datetime.now(UTC))).total_seconds())


def backoff_s(attempt: int, share: float) -> float:
    """The pause after attempt `attempt` (from 0), doubled each time, spread by `share` (0-1)."""
    return min(20.0, 0.5 * 2**attempt) * (0.5 + share / 2)


def _number(text: str | None) -> float | None:
    if text is None or re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text.strip()) is None:
        return None
    return float(text)


def _span_s(text: str | None) -> float | None:
    found = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:(\d+)ms)?", text or "")
    if found is None or not found[0]:
        return None
    hours, minutes, seconds, milliseconds = (float(part or 0) for part in found.groups())
    return _bounded(hours * 3600 + minutes * 60 + seconds + milliseconds / 1000)


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), WAIT_S_MAX)
