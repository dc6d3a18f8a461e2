"""How many tokens a request has, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

from app.metering.usage import Certainty
from app.quick_init import quick_init


@quick_init
@dataclass(frozen=True, slots=True)
class TokenCount:
    """`spread` is by how many tokens the true count may be higher or lower, nine times in ten."""

    tokens: int
    certainty: Certainty = Certainty.ESTIMATED
    spread: int = 0

    @property
    def most(self) -> int:
        """The count with its margin: what a hold reckons with."""
        return self.tokens + self.spread
