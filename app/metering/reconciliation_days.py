"""Where a day begins: a provider's clock and time zone against ours.

Both steps accept nothing but an exact fit in tokens, so no difference is talked away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.metering.reconciliation_reasons import difference
from app.metering.reconciliation_rows import (
    Difference,
    Figures,
    OwnCall,
    OwnSum,
    Reason,
    own_sum,
)

AROUND_MIDNIGHT = timedelta(minutes=30)
_DAY = timedelta(days=1)
_OFFSETS_H = tuple(sorted(range(-12, 15), key=abs))


@dataclass(frozen=True, slots=True)
class Spot:
    """One key and model of ours, as the report tells them apart, on one day."""

    key: str
    model: str | None
    day: date


def day_of(call: OwnCall, offset_h: int = 0) -> date:
    """The day of a call where days begin `offset_h` hours after midnight UTC."""
    return (call.at.astimezone(UTC) - timedelta(hours=offset_h)).date()


def day_offset_h(
    calls: Sequence[tuple[str, str | None, OwnCall]], theirs: Mapping[Spot, Figures]
) -> int:
    """How many hours after midnight UTC the report's days begin; 0 unless another fits exactly.

    Tried only where at least two days differ, and taken only where then none does any more.
    """
    figures = {spot: found for spot, found in theirs.items() if found.tokens is not None}
    days = {spot.day for spot in figures}
    if len(days) < 2:
        return 0
    inside = (min(days), max(days))
    for offset_h in _OFFSETS_H:
        differing = _differing(calls, figures, offset_h, inside)
        if offset_h == 0 and differing < 2:
            return 0
        if not differing:
            return offset_h
    return 0


def _differing(
    calls: Iterable[tuple[str, str | None, OwnCall]],
    theirs: Mapping[Spot, Figures],
    offset_h: int,
    inside: tuple[date, date],
) -> int:
    ours: dict[Spot, int] = defaultdict(int)
    for key, model, call in calls:
        day = day_of(call, offset_h)
        if inside[0] <= day <= inside[1] and not call.unfinished:
            ours[Spot(key, model, day)] += call.figures.tokens or 0
    # At either end a day may be cut off, there as here.
    spots = {spot for spot in {*ours, *theirs} if spot.day not in inside or len(theirs) < 3}
    return sum(ours.get(spot, 0) != (theirs[spot].tokens if spot in theirs else 0)
               for spot in spots)  # fmt: skip


def moved_calls(
    ours: Mapping[Spot, OwnSum],
    theirs: Callable[[Spot], Figures | None],
    calls: Mapping[Spot, Sequence[OwnCall]],
) -> dict[Spot, list[Difference]]:
    """Calls around midnight that the report has on the neighboring day, as named differences."""
    found: dict[Spot, list[Difference]] = defaultdict(list)
    for spot in sorted(calls, key=lambda spot: (spot.key, spot.model or "", spot.day)):
        late = [call for call in reversed(calls[spot]) if _until_midnight(call) <= AROUND_MIDNIGHT]
        early = [call for call in calls[spot] if _since_midnight(call) <= AROUND_MIDNIGHT]
        for group, step in ((late, _DAY), (early, -_DAY)):
            other = Spot(spot.key, spot.model, spot.day + step)
            moved = _fitting(group, spot, other, ours, theirs)
            if moved is None:
                continue
            count, tokens, cost = moved
            found[spot].append(Difference(Reason.DAY_BOUNDARY, -count, -tokens, -cost))
            found[other].append(Difference(Reason.DAY_BOUNDARY, count, tokens, cost))
            break
    return dict(found)


def _fitting(
    group: Sequence[OwnCall],
    spot: Spot,
    other: Spot,
    ours: Mapping[Spot, OwnSum],
    theirs: Callable[[Spot], Figures | None],
) -> tuple[int, int, int] | None:
    """The calls nearest to midnight whose tokens are missing on the one day and over on the other.

    Gives their number, tokens and cost.
    """
    here, there = theirs(spot), theirs(other)
    if here is None or here.tokens is None or there is None:
        return None
    gap = difference(ours[spot], here)
    over = difference(ours.get(other, OwnSum()), there)
    if gap.tokens >= 0 or over.tokens <= 0:
        return None
    total = OwnSum()
    for call in group:
        total = total + own_sum(call)
        tokens = total.figures.tokens or 0
        count = total.figures.requests or 0
        if tokens != -gap.tokens:
            continue
        if here.requests is not None and count != -gap.requests:
            continue
        if over.tokens >= tokens and (there.requests is None or over.requests >= count):
            return count, tokens, total.figures.cost_pusd or 0
    return None


def _since_midnight(call: OwnCall) -> timedelta:
    at = call.at.astimezone(UTC)
    return at - datetime(at.year, at.month, at.day, tzinfo=UTC)


def _until_midnight(call: OwnCall) -> timedelta:
    return _DAY - _since_midnight(call)
