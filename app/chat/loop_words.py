"""Why a tool loop ended, with its figures, and what the user can do."""

from __future__ import annotations

from typing import assert_never

from app.metering.guards import LoopEnd, LoopGuard
from app.money import format_usd

_ADVICE = "Continue lets it go on and counts anew. The limit is in the settings, under Budgets."


def stopped_words(end: LoopEnd, guard: LoopGuard, next_pusd: int | None) -> tuple[str, str]:
    """What happened and what it means; `next_pusd` is the most that the next call could cost."""
    spent = format_usd(guard.spent_pusd)
    calls = "1 call" if guard.calls == 1 else f"{guard.calls:,} calls"
    match end:
        case LoopEnd.CALLS:
            said = f"Stopped after {calls}, the most for one message. They cost {spent}."
            return said, _ADVICE
        case LoopEnd.COST:
            limit = format_usd(guard.rules.loop_pusd_max)
            following = format_usd(next_pusd or 0)
            said = (
                f"Stopped after {calls} for {spent}: the next one can cost {following}, "
                f"and one message may cost {limit}."
            )
            return said, _ADVICE
        case LoopEnd.PRICE_UNKNOWN:
            said = (
                f"Stopped after {calls}: the price of this model is not known, so fewer are made."
            )
            return said, _ADVICE
        case _:
            assert_never(end)
