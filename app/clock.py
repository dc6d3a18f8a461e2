"""Time and identity, passed in so that tests own both."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A 32-digit hexadecimal id that sorts by creation time (UUID version 7, RFC 9562)."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = (milliseconds & (1 << 48) - 1) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return f"{value:032x}"


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a part of the program gets time and ids from."""

    now: Callable[[], datetime] = now
    new_id: Callable[[], str] = new_id
    monotonic: Callable[[], float] = time.monotonic
