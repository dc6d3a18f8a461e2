"""What makes the longest answer shorter: the model, its window, a budget, an allowance.

Pure: whoever keeps a limit says to how many tokens it shortens the answer at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.metering.allowances_split import WorstCase

LEAST_OUTPUT_TOKENS = 256  # a shorter answer is not worth asking for


class LimitKind(StrEnum):
    MODEL = "model"  # the longest answer that the model gives
    CONTEXT = "context"  # what the input leaves of the model's window
    BUDGET = "budget"
    ALLOWANCE = "allowance"


@dataclass(frozen=True, slots=True)
class OutputLimit:
    """An answer of at most `tokens`; `name` is whose limit it is, in the user's words."""

    kind: LimitKind
    tokens: int
    name: str = ""


def shortest(asked: int, limits: Sequence[OutputLimit]) -> tuple[int, OutputLimit | None]:
    """The cap to send, and the limit that makes it shorter than what would be asked for.

    Of limits that are alike the first one is named.
    """
    tightest = min(limits, key=lambda limit: limit.tokens, default=None)
    if tightest is None or tightest.tokens >= asked:
        return asked, None
    return max(tightest.tokens, 0), tightest


def context_limit(context_tokens: int, input_tokens_most: int) -> OutputLimit | None:
    """What a window of so many tokens leaves; None where that is too little to answer in.

    Providers refuse a call whose input and output cap together pass the window.
    """
    left = context_tokens - input_tokens_most
    return OutputLimit(LimitKind.CONTEXT, left) if left >= LEAST_OUTPUT_TOKENS else None


def money_limit(
    left_pusd: int, worst: WorstCase, name: str, kind: LimitKind = LimitKind.BUDGET
) -> OutputLimit | None:
    """The longest answer that a sum pays for, with its input; None where money does not limit it.

    May be 0 or too short to be worth asking for: whether the call is refused then is not
    decided here.
    """
    if worst.input_pusd is None:
        return None
    room = left_pusd - worst.input_pusd
    if room < 0:
        return OutputLimit(kind, 0, name)
    if not worst.output_rate_pusd or room >= worst.output_rate_pusd * worst.output_tokens_max:
        return None
    return OutputLimit(kind, room // worst.output_rate_pusd, name)
