"""What settled calls teach about our counting: a ratio per model, and its spread.

Pure: the state goes in and out. The ratio is the mean of the middle half of the last calls, so
that a bill far out of line, or a few, change neither it nor for long what is said of its certainty.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.errors import MeteringError
from app.metering.token_count import TokenCount

MEMORY_CALLS = 20
TRUSTED_AFTER_CALLS = 5
_RATIO_BOUNDS = (500, 3000)
_LEAST_SPREAD = 2


@dataclass(frozen=True, slots=True)
class Correction:
    """`ratio_permille` is billed to counted; `spread_permille` how far nine in ten were from it.

    `recent` are the ratios of the last calls, oldest first; both figures are made of them.
    """

    calls: int = 0
    ratio_permille: int = 1000
    spread_permille: int = 0
    recent: tuple[int, ...] = ()

    def to_json(self) -> str:
        return json.dumps([self.calls, self.ratio_permille, self.spread_permille, self.recent])

    @classmethod
    def from_json(cls, text: str) -> Correction:
        """Also reads what was kept before there was `recent`. Raises MeteringError."""
        try:
            calls, ratio, spread, *more = json.loads(text)
            recent = tuple(int(seen) for seen in more[0]) if more else ()
            return cls(int(calls), int(ratio), int(spread), recent[-MEMORY_CALLS:])
        except (ValueError, TypeError) as error:
            raise MeteringError(f"A kept correction cannot be read: {text!r}.") from error


def learned(state: Correction, *, counted: int, billed: int) -> Correction:
    """The state after one settled call: what we counted, uncorrected, and what was billed."""
    if counted <= 0 or billed <= 0:
        return state
    low, high = _RATIO_BOUNDS
    seen = min(high, max(low, billed * 1000 // counted))
    recent = (*_recent(state), seen)[-MEMORY_CALLS:]
    ratio = _middle(recent)
    spread = _nine_in_ten([abs(other - ratio) for other in recent])
    return Correction(state.calls + 1, ratio, spread, recent)


def _recent(state: Correction) -> tuple[int, ...]:
    """The last ratios; of an older state, which kept but their mean, that mean for each."""
    known = min(state.calls, TRUSTED_AFTER_CALLS)
    return state.recent or (state.ratio_permille,) * known


def _middle(ratios: Sequence[int]) -> int:
    cut = (len(ratios) + 2) // 4
    kept = sorted(ratios)[cut : len(ratios) - cut] or sorted(ratios)[:1]
    return (sum(kept) + len(kept) // 2) // len(kept)


def _nine_in_ten(distances: Sequence[int]) -> int:
    ordered = sorted(distances)
    return ordered[-(-9 * len(ordered) // 10) - 1]


def beside(count: TokenCount, *, counted: int, exact: int) -> TokenCount:
    """A count of a message that was `counted` a moment ago, when the provider said `exact`.

    Only what was typed since is ours; its share of the spread is left.
    """
    typed = count.tokens - counted
    tokens = max(0, exact + typed)
    spread = count.spread * abs(typed) // max(1, count.tokens)
    return replace(count, tokens=tokens, spread=max(_LEAST_SPREAD, spread))


def corrected(count: TokenCount, state: Correction) -> TokenCount:
    """A count with what was learned; as it is until there are enough lessons."""
    if state.calls < TRUSTED_AFTER_CALLS:
        return count
    tokens = (count.tokens * state.ratio_permille + 500) // 1000
    spread = max(_LEAST_SPREAD, (tokens * state.spread_permille + 999) // 1000)
    return replace(count, tokens=tokens, spread=spread)
