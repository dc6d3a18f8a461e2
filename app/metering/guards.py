"""The guards: against one message that costs many times the usual, and a tool loop without end.

Pure: costs are integer picodollars, and whoever sends brings those of the last messages along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median_low

RECENT_KEPT = 50
RECENT_NEEDED = 5


@dataclass(frozen=True, slots=True)
class GuardRules:
    """What the user set. A message is asked about above `factor` times the usual and above
    `floor_pusd`; a factor of 0 never asks. A tool loop ends at so many calls or at a cost."""

    factor: int = 10
    floor_pusd: int = 50_000_000_000  # $0.05
    loop_calls_max: int = 25
    loop_pusd_max: int = 1_000_000_000_000  # $1


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A message far above the usual: `times` is how often the usual fits into it, rounded down."""

    cost_pusd: int
    usual_pusd: int
    times: int


def anomaly(cost_pusd: int | None, recent_pusd: Sequence[int], rules: GuardRules) -> Anomaly | None:
    """Whether a message wants to be asked about. `recent_pusd` are the last messages' costs.

    Free ones say nothing about what is usual to pay and are left out; until five were paid for
    nothing is usual. A cost of None is not known and is not compared.
    """
    paid = [cost for cost in recent_pusd[:RECENT_KEPT] if cost > 0]
    if cost_pusd is None or rules.factor <= 0 or len(paid) < RECENT_NEEDED:
        return None
    usual = median_low(paid)
    if cost_pusd <= usual * rules.factor or cost_pusd <= rules.floor_pusd:
        return None
    return Anomaly(cost_pusd, usual, cost_pusd // usual)


class LoopEnd(StrEnum):
    """Why a tool loop is stopped."""

    CALLS = "calls"
    COST = "cost"
    PRICE_UNKNOWN = "price_unknown"


@dataclass(frozen=True, slots=True)
class LoopGuard:
    """Counts the calls of one message. A new value for each call; nothing is forgotten."""

    rules: GuardRules
    calls: int = 0
    spent_pusd: int = 0
    unpriced: int = 0

    def after(self, cost_pusd: int | None) -> LoopGuard:
        """One more call was made; None: nobody knows what it cost."""
        return LoopGuard(
            self.rules,
            self.calls + 1,
            self.spent_pusd + (cost_pusd or 0),
            self.unpriced + (cost_pusd is None),
        )

    def end_before(self, next_pusd: int | None) -> LoopEnd | None:
        """Why the next call, which may cost so much at most, may not be made; None where it may.

        The first call was the user's own wish: it is never stopped here. Calls without a known
        price are bounded by their number, a quarter of the usual one.
        """
        if not self.calls:
            return None
        if self.calls >= self.rules.loop_calls_max:
            return LoopEnd.CALLS
        if self.spent_pusd + (next_pusd or 0) > self.rules.loop_pusd_max:
            return LoopEnd.COST
        unpriced = self.unpriced + (next_pusd is None)
        if unpriced > max(1, self.rules.loop_calls_max // 4):
            return LoopEnd.PRICE_UNKNOWN
        return None
