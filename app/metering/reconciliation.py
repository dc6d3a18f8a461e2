"""Our record of a month against the provider's own, line by line, each difference with its name.

Pure: reading reports and our own calls is others' work. The sums of the lines are the totals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.metering.reconciliation_days import Spot, day_of, day_offset_h, moved_calls
from app.metering.reconciliation_gather import Gathered, gather
from app.metering.reconciliation_keys import KeySides, key_sides
from app.metering.reconciliation_models import model_classes
from app.metering.reconciliation_reasons import Case, explain, merged
from app.metering.reconciliation_rows import (
    NOTHING,
    OPEN_REASONS,
    Difference,
    Figures,
    OwnCall,
    OwnSum,
    Reason,
    ReportedUsage,
    ReportFacts,
    own_sum,
)

ROWS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """One key and model on one day. `key_id` is ours, empty where the key is not (told to be) ours;

    `key_there` is then the provider's name. `theirs` None: the report does not cover the day.
    """

    key_id: str
    key_there: str
    model: str | None
    models_there: tuple[str, ...]
    day: date
    ours: OwnSum
    theirs: Figures | None
    differences: tuple[Difference, ...]

    @property
    def is_open(self) -> bool:
        """Whether something remains that has no good name."""
        return any(part.reason in OPEN_REASONS for part in self.differences)


@dataclass(frozen=True, slots=True)
class RowPair:
    """One call by its id: ours and theirs, or only one of them."""

    request_id: str
    ours: OwnCall | None
    theirs: ReportedUsage | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """`rows` are calls that differ or that only one side has; `matched` is how many agree by id."""

    facts: ReportFacts
    first: date
    last: date
    lines: tuple[Line, ...]
    rows: tuple[RowPair, ...] = ()
    matched: int = 0
    rows_read: int = 0
    rows_outside: int = 0
    offset_h: int = 0
    keys_together: bool = False
    models_together: bool = False

    @property
    def ours(self) -> OwnSum:
        return sum((line.ours for line in self.lines), OwnSum())

    @property
    def theirs(self) -> Figures:
        """Of the days that the report covers."""
        start = Figures().filled(self.facts.told)
        return sum((line.theirs for line in self.lines if line.theirs is not None), start)

    @property
    def differences(self) -> tuple[Difference, ...]:
        return merged(part for line in self.lines for part in line.differences)

    @property
    def is_open(self) -> bool:
        return any(line.is_open for line in self.lines)


def reconcile(
    calls: Sequence[OwnCall],
    rows: Iterable[ReportedUsage],
    facts: ReportFacts,
    first: date,
    last: date,
) -> Reconciliation:
    """Compare the days from `first` to `last`, both included.

    `calls` are ours of one provider, oldest first, with a day more at either end where there is
    one. `rows` are read once.
    """
    return compare(calls, gather(rows, calls, first, last), facts, first, last)


def compare(
    calls: Sequence[OwnCall], found: Gathered, facts: ReportFacts, first: date, last: date
) -> Reconciliation:
    """The same with a report that was read before, for those whose facts are known at its end."""
    keys = key_sides(calls, found, facts)
    models = model_classes({call.model for call in calls}, found.models)
    if found.tells_no_models:
        models = dict.fromkeys(models, "")
    return _Comparison(calls, found, facts, first, last, keys, models).result()


class _Comparison:
    """The steps from sums to named lines."""

    def __init__(
        self,
        calls: Sequence[OwnCall],
        found: Gathered,
        facts: ReportFacts,
        first: date,
        last: date,
        keys: KeySides,
        models: Mapping[str, str],
    ) -> None:
        self._calls, self._found, self._facts = calls, found, facts
        self._first, self._last = first, last
        self._keys, self._models = keys, models
        self._covered = (facts.first or found.first or first, facts.last or found.last or last)
        self._theirs: dict[Spot, Figures] = {}
        self._amounts: dict[Spot, int] = defaultdict(int)
        self._items: dict[Spot, str] = {}
        self._names: dict[Spot, set[str]] = defaultdict(set)
        self._ours: dict[Spot, OwnSum] = {}
        self._of_spot: dict[Spot, list[OwnCall]] = defaultdict(list)
        self._paired: dict[Spot, list[Difference]] = defaultdict(list)
        self._unpaired_ours: set[Spot] = set()

    def result(self) -> Reconciliation:
        self._sum_theirs()
        offset_h = 0
        if not self._facts.days_utc and not self._found.pairs:
            offset_h = day_offset_h(
                [(self._keys.own(call), self._class(call.model), call) for call in self._calls],
                self._theirs,
            )
        pairs = self._take_pairs(offset_h)
        self._sum_ours(offset_h)
        strangers = self._take_strangers()
        lines = self._lines()
        matched = sum(1 for pair in pairs if not pair.differences)
        differing = [pair for pair in pairs if pair.differences]
        return Reconciliation(
            self._facts, self._first, self._last, lines,
            rows=tuple([*differing, *strangers, *self._missing()][:ROWS_MAX]),
            matched=matched, rows_read=self._found.rows, rows_outside=self._found.outside,
            offset_h=offset_h, keys_together=self._keys.together,
            models_together=self._found.tells_no_models,
        )  # fmt: skip

    def _sum_theirs(self) -> None:
        for place, heap in self._found.heaps.items():
            spot = Spot(self._keys.theirs(place.key, place.key_id), self._class(place.model),
                        place.day)  # fmt: skip
            if place.item:
                spot = replace(spot, model=place.item)
                self._items[spot] = place.item
            self._theirs[spot] = self._theirs.get(spot, Figures()) + heap.figures
            self._amounts[spot] += heap.amounts
            if place.model is not None and not place.item:
                self._names[spot].add(place.model)

    def _take_pairs(self, offset_h: int) -> list[RowPair]:
        """Lines that are ours by their id count on our own day, whatever day they have there."""
        pairs: list[RowPair] = []
        for call, row in self._found.pairs:
            spot = self._spot(call, offset_h)
            self._theirs[spot] = self._theirs.get(spot, Figures()) + row.figures
            self._amounts[spot] += row.figures.cost_pusd is not None
            if row.model is not None:
                self._names[spot].add(row.model)
            case = Case(
                own_sum(call), row.figures.filled(self._facts.told), step_pusd=self._facts.step_pusd
            )
            parts = explain(case)
            self._paired[spot].extend(parts)
            if self._in_span(spot.day):
                pairs.append(RowPair(row.request_id or "", call, row, parts))
        return pairs

    def _sum_ours(self, offset_h: int) -> None:
        paired = {call.request_id for call, _ in self._found.pairs}
        for call in self._calls:
            spot = self._spot(call, offset_h)
            self._ours[spot] = self._ours.get(spot, OwnSum()) + own_sum(call)
            self._of_spot[spot].append(call)
            if call.request_id not in paired and not call.unfinished:
                self._unpaired_ours.add(spot)

    def _take_strangers(self) -> list[RowPair]:
        """Lines with an id that is not ours: calls that were made elsewhere, by the line."""
        found: list[RowPair] = []
        for row in self._found.strangers:
            spot = Spot(self._keys.theirs(row.key, row.key_id), self._class(row.model), row.day)
            figures = row.figures
            foreign = self._keys.foreign_name(spot.key)
            reason = Reason.OTHER_CALLS if foreign is None else Reason.OTHER_KEY
            part = Difference(reason, figures.requests or 0, figures.tokens or 0,
                              figures.cost_pusd or 0, foreign or "")  # fmt: skip
            found.append(RowPair(row.request_id or "", None, row, (part,)))
        return found

    def _missing(self) -> list[RowPair]:
        if not self._found.has_ids:
            return []
        paired = {call.request_id for call, _ in self._found.pairs}
        missing: list[RowPair] = []
        for spot in self._unpaired_ours:
            if not (self._in_span(spot.day) and self._covers(spot.day)):
                continue
            for call in self._of_spot[spot]:
                if call.unfinished or call.request_id is None or call.request_id in paired:
                    continue
                parts = explain(Case(own_sum(call), NOTHING, fresh=self._is_fresh(spot.day)))
                missing.append(RowPair(call.request_id, call, None, parts))
        return missing

    def _lines(self) -> tuple[Line, ...]:
        moved: dict[Spot, list[Difference]] = {}
        if not self._found.has_ids:
            moved = moved_calls(self._ours, self._figures_of, self._of_spot)
        spots = {spot for spot in (*self._ours, *self._theirs) if self._in_span(spot.day)}
        lines = [self._line(spot, moved.get(spot, [])) for spot in spots]
        return tuple(
            sorted(lines, key=lambda line: (line.key_id == "", line.key_id, line.key_there,
                                            line.model or "~", line.day))
        )  # fmt: skip

    def _line(self, spot: Spot, known: list[Difference]) -> Line:
        ours, theirs = self._ours.get(spot, OwnSum()), self._figures_of(spot)
        foreign = self._keys.foreign_name(spot.key)
        parts: tuple[Difference, ...]
        if spot.key in self._keys.absent:
            theirs, parts = None, (Difference(Reason.OTHER_ACCOUNT),)
        elif theirs is None:
            parts = (Difference(Reason.NOT_COVERED),)
        else:
            case = Case(
                ours, theirs, foreign=foreign, item=self._items.get(spot, ""),
                fresh=self._is_fresh(spot.day), step_pusd=self._facts.step_pusd,
                lines=self._amounts.get(spot, 0),
            )  # fmt: skip
            parts = explain(case, [*known, *merged(self._paired.get(spot, []))])
            parts = (*merged(parts), *self._alias(spot))
        key_id = "" if foreign is not None else self._keys.shown(spot.key)
        return Line(key_id, foreign or "", spot.model, tuple(sorted(self._names.get(spot, ()))),
                    spot.day, ours, theirs, parts)  # fmt: skip

    def _alias(self, spot: Spot) -> tuple[Difference, ...]:
        if self._found.tells_no_models:
            return ()
        names = sorted(self._names.get(spot, set()) - {call.model for call in self._of_spot[spot]})
        if not names or spot not in self._ours:
            return ()
        return (Difference(Reason.MODEL_ALIAS, detail=", ".join(names)),)

    def _figures_of(self, spot: Spot) -> Figures | None:
        """Theirs of a place; zeros where a covered day has none, None where it is not covered."""
        there = self._theirs.get(spot)
        if there is None and not self._covers(spot.day):
            return None
        return (there or Figures()).filled(self._facts.told)

    def _spot(self, call: OwnCall, offset_h: int) -> Spot:
        return Spot(self._keys.own(call), self._class(call.model), day_of(call, offset_h))

    def _class(self, model: str | None) -> str | None:
        return None if model is None else self._models.get(model, model) or None

    def _in_span(self, day: date) -> bool:
        return self._first <= day <= self._last

    def _covers(self, day: date) -> bool:
        return self._covered[0] <= day <= self._covered[1]

    def _is_fresh(self, day: date) -> bool:
        return self._facts.fresh_from is not None and day >= self._facts.fresh_from
