"""A vendor's figures, read with care: never negative, never absurd, nothing unknown dropped.

`Counter` walks one usage object; what was not asked for and is not zero is told as unknown.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from decimal import ROUND_HALF_EVEN, Decimal

from app.money import PICODOLLARS_PER_USD
from app.providers.json_text import Json, as_object

TOKENS_MAX = 10**9
COST_USD_MAX = 10**6


class Counter:
    """Reads figures and remembers whether one had to be brought within bounds."""

    def __init__(self) -> None:
        self.clamped = False

    def number(self, value: object, most: int = TOKENS_MAX) -> int:
        """A count from 0 to `most`; 0 where there is none."""
        if type(value) is int and 0 <= value <= most:
            return value
        if value is None or value is False:
            return 0
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            self.clamped = True
            return 0
        # Bounds first: a Decimal like 1e999999999 must never be written out as an integer.
        if not _is_finite(value) or value < 0:
            self.clamped = True
            return 0
        if value > most:
            self.clamped = True
            return most
        whole = int(value)
        self.clamped = self.clamped or whole != value
        return whole

    def within(self, value: object, total: int) -> int:
        """A count that is a part of `total`."""
        return self.number(value, total)

    def cost_pusd(self, value: object, divisor: int = 1) -> int | None:
        """Picodollars of a cost in dollars (or `divisor`ths of one); None where it is unusable."""
        if value is None or value is False:
            return None
        if isinstance(value, str | float):
            # A float is never taken for money: its digits were lost already.
            self.clamped = True
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return None
        amount = Decimal(value)
        if not amount.is_finite() or amount < 0 or amount > COST_USD_MAX * divisor:
            self.clamped = True
            return None
        # Providers report more digits than are billed; half a picodollar is the most that is lost.
        pico = amount * PICODOLLARS_PER_USD / divisor
        return int(pico.to_integral_value(ROUND_HALF_EVEN))


def unknown_figures(usage: Json, known: Collection[str], prefix: str = "") -> tuple[str, ...]:
    """Names of figures that are not zero and not in `known`; nested ones as `outer.inner`."""
    found: list[str] = []
    for key, value in usage.items():
        name = f"{prefix}{key}"
        if name in known or key.endswith(("_time", "_duration")):
            continue
        if isinstance(value, dict):
            found.extend(unknown_figures(as_object(value), known, f"{name}."))
        elif isinstance(value, int | float | Decimal) and not isinstance(value, bool) and value:
            found.append(name)
    return tuple(found)


def _is_finite(value: float | Decimal) -> bool:
    return value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)
