"""When a request may be sent again, and after which pause.

Only while nothing was received and nothing can have been billed: a limit, or the provider's own
fault at once. A timeout of a gateway is not among them: the model behind it may have answered.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.errors import ProviderDown, ProviderError, ProviderUnreachable, RateLimited
from app.providers.waiting import backoff_s

_MAYBE_BILLED = frozenset({408, 409, 504, 522, 524})


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how patiently. `sleep` and `share` (0 to 1) are passed in by tests."""

    attempts_max: int = 3
    wait_s_max: float = 20.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    share: Callable[[], float] = random.random

    def pause_s(self, error: ProviderError, attempt: int) -> float | None:
        """How long to wait before attempt `attempt` + 1 (from 0); None: it must not be made."""
        if attempt + 1 >= self.attempts_max or not may_send_again(error):
            return None
        wished_s = error.wait_s if isinstance(error, RateLimited) else None
        wait_s = wished_s if wished_s is not None else backoff_s(attempt, self.share())
        # What is too long to wait in silence is told to the user, who decides.
        return wait_s if wait_s <= self.wait_s_max else None


def may_send_again(error: ProviderError) -> bool:
    """Whether this fault proves that nothing was billed and may pass by itself."""
    if error.billed is not False or error.status in _MAYBE_BILLED:
        return False
    return isinstance(error, RateLimited | ProviderDown | ProviderUnreachable)
