"""A report read once, however long: sums by key, model and day, and the lines that are ours by id.

Nothing is named here; see `reconciliation.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.metering.reconciliation_rows import FIGURES, Figures, OwnCall, ReportedUsage
from app.metering.reconciliation_spread import spread

# Lines that are not ours are kept one by one up to here; beyond it only their sums are.
STRANGERS_MAX = 2_000
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where figures of a report belong. `key_id` is ours where the report itself knows it."""

    key: str | None
    key_id: str | None
    model: str | None
    day: date
    item: str = ""


@dataclass(slots=True)
class Heap:
    """Sums of one place; `amounts` is how many of its lines told an amount."""

    sums: list[int | None] = field(default_factory=lambda: [None] * len(FIGURES))
    amounts: int = 0

    @property
    def figures(self) -> Figures:
        return Figures(*self.sums)

    def add(self, figures: Figures) -> None:
        """In place: a file may have a million lines."""
        sums = self.sums
        for place, value in enumerate(figures):
            if value is not None:
                sums[place] = value + (sums[place] or 0)
        self.amounts += figures.cost_pusd is not None


@dataclass(slots=True)
class Gathered:
    """What a report holds of some days. `pairs` are its lines that are calls of ours by id."""

    heaps: dict[Place, Heap] = field(default_factory=dict)
    pairs: list[tuple[OwnCall, ReportedUsage]] = field(default_factory=list)
    strangers: list[ReportedUsage] = field(default_factory=list)
    rows: int = 0
    outside: int = 0
    has_ids: bool = False
    first: date | None = None
    last: date | None = None
    _loose: list[ReportedUsage] = field(default_factory=list)
    _by_part: dict[tuple[date, str | None, str], dict[Place, int]] = field(default_factory=dict)

    @property
    def keys(self) -> set[str]:
        return {place.key for place in self.heaps if place.key is not None} | {
            row.key for _, row in self.pairs if row.key is not None
        }

    @property
    def models(self) -> set[str]:
        return {place.model for place in self.heaps if place.model is not None}

    @property
    def tells_no_models(self) -> bool:
        """Whether there are figures, and only sums over all models."""
        return bool(self.heaps) and not any(place.model or place.item for place in self.heaps)


def gather(
    rows: Iterable[ReportedUsage], calls: Sequence[OwnCall], first: date, last: date
) -> Gathered:
    """Read a report, and a day more at either end, where calls around midnight may be.

    A line of another day counts only where it is a call of ours by its id.
    """
    by_id = {call.request_id: call for call in calls if call.request_id and not call.unfinished}
    found = Gathered()
    for row in rows:
        _take(found, row, by_id, first, last)
    _spread_loose(found)
    return found


def _take(
    found: Gathered, row: ReportedUsage, by_id: dict[str, OwnCall], first: date, last: date
) -> None:
    found.rows += 1
    found.first = row.day if found.first is None else min(found.first, row.day)
    found.last = row.day if found.last is None else max(found.last, row.day)
    if all(figure is None for figure in row.figures):
        return  # a day without anything: it is covered, that is all
    if row.request_id is not None:
        found.has_ids = True
        call = by_id.pop(row.request_id, None)
        if call is not None:
            found.pairs.append((call, row))
            return
    if not first <= row.day <= last:
        found.outside += 1
        if not first - _DAY <= row.day <= last + _DAY:
            return
    elif row.request_id is not None and len(found.strangers) < STRANGERS_MAX:
        found.strangers.append(row)
    if row.key is None and row.key_id is None and row.part and row.figures.cost_pusd is not None:
        found._loose.append(row)
        return
    place = Place(row.key, row.key_id, row.model, row.day, row.item)
    found.heaps.setdefault(place, Heap()).add(row.figures)
    told_apart = row.figures.cost_pusd is None and (row.key is not None or row.key_id is not None)
    if told_apart:
        _count_parts(found, place, row)


def _count_parts(found: Gathered, place: Place, row: ReportedUsage) -> None:
    figures = row.figures
    if figures.read is None:
        return
    cached, kept = figures.cache_read or 0, figures.cache_write or 0
    parts = {
        "input": figures.read - cached - kept,
        "cache_read": cached,
        "cache_write": kept,
        "output": figures.written or 0,
    }
    for part, tokens in parts.items():
        if tokens > 0:
            by_place = found._by_part.setdefault((row.day, row.model, part), {})
            by_place[place] = by_place.get(place, 0) + tokens


def _spread_loose(found: Gathered) -> None:
    """Costs without a key go to the keys whose tokens they are for; else they keep their place."""
    for row in found._loose:
        amount = row.figures.cost_pusd or 0
        parts = spread(amount, found._by_part.get((row.day, row.model, row.part), {}))
        if not parts:
            parts = {Place(None, None, row.model, row.day, row.item): amount}
        for place, share in parts.items():
            found.heaps.setdefault(place, Heap()).add(Figures(cost_pusd=share))
    found._loose.clear()
