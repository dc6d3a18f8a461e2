"""Costs that a provider tells for all keys together, divided among the keys that made them.

A token of one kind costs the same on one day whoever used it, so the provider's own amount
divided by its own tokens is exact arithmetic on its figures and no price of ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

K = TypeVar("K")


def spread(amount_pusd: int, tokens: Mapping[K, int]) -> dict[K, int]:
    """The amount by shares of tokens; the parts add up to it. Empty where there are no tokens.

    What a division leaves over goes, a picodollar each, to those with the largest remainders.
    """
    total = sum(tokens.values())
    if total <= 0:
        return {}
    sign = -1 if amount_pusd < 0 else 1
    keys: Sequence[K] = [key for key, count in tokens.items() if count > 0]
    shares = {key: divmod(abs(amount_pusd) * tokens[key], total) for key in keys}
    parts = {key: whole for key, (whole, _) in shares.items()}
    over = abs(amount_pusd) - sum(parts.values())
    for key in sorted(keys, key=lambda key: -shares[key][1])[:over]:
        parts[key] += 1
    return {key: sign * part for key, part in parts.items()}
