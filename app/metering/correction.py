"""What settled calls teach about our counting: a ratio per model family, and its spread.

Pure: the state goes in and out. Each settled call is one lesson; old ones fade.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from app.errors import MeteringError
from app.metering.token_count import TokenCount

MEMORY_CALLS = 20
TRUSTED_AFTER_CALLS = 5
_RATIO_BOUNDS = (500, 3000)
_LEAST_SPREAD = 2


@dataclass(frozen=True, slots=True)
class Correction:
    """`ratio_permille` is billed to counted; `spread_permille` the usual distance from it."""

    calls: int = 0
    ratio_permille: int = 1000
    spread_permille: int = 0

    def to_json(self) -> str:
        return json.dumps([self.calls, self.ratio_permille, self.spread_permille])

    @classmethod
    def from_json(cls, text: str) -> Correction:
        """Raises MeteringError where the text is no correction."""
        try:
            calls, ratio, spread = (int(number) for number in json.loads(text))
        except (ValueError, TypeError) as error:
            raise MeteringError(f"A kept correction cannot be read: {text!r}.") from error
        return cls(calls, ratio, spread)


def learned(state: Correction, *, counted: int, billed: int) -> Correction:
    """The state after one settled call: what we counted, uncorrected, and what was billed.

    A single call far out of line moves the ratio by its share only, and widens the spread.
    """
    if counted <= 0 or billed <= 0:
        return state
    low, high = _RATIO_BOUNDS
    seen = min(high, max(low, billed * 1000 // counted))
    weight = min(state.calls + 1, MEMORY_CALLS)
    ratio = state.ratio_permille + (seen - state.ratio_permille) // weight
    off = abs(seen - ratio)
    # Twice the mean distance covers about nine in ten.
    spread = state.spread_permille + (2 * off - state.spread_permille) // weight
    return replace(state, calls=state.calls + 1, ratio_permille=ratio, spread_permille=spread)


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
