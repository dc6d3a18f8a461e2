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
    """A 32-digit hexadecimal id that sorts by creation time (UUID version 7, RFC 9562).

    Ids of one process sort to a quarter of a microsecond (the RFC's method 3); 62 bits are random.
    """
    milliseconds, rest_ns = divmod(time.time_ns(), 1_000_000)
    fraction = rest_ns * 4096 // 1_000_000
    random = int.from_bytes(os.urandom(8)) & (1 << 62) - 1
    stamp = (milliseconds & (1 << 48) - 1) << 16 | 0x7 << 12 | fraction
    return f"{stamp << 64 | 0x2 << 62 | random:032x}"


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a part of the program gets time and ids from."""

    now: Callable[[], datetime] = now
    new_id: Callable[[], str] = new_id
    monotonic: Callable[[], float] = time.monotonic
