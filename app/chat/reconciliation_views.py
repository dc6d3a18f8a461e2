"""A reconciliation as the window and the commands show it: by key and model, dearest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from app.chat.names import Names
from app.metering.reconciliation import Line, Reconciliation, RowPair
from app.metering.reconciliation_reasons import merged
from app.metering.reconciliation_rows import (
    OPEN_REASONS,
    Difference,
    Figures,
    OwnSum,
    own_sum,
)
from app.seam.reconciliation import (
    DifferencePart,
    ReconciledCall,
    ReconciledLine,
    ReconciliationView,
    SideView,
)
from app.seam.views import Certainty


def reconciliation_view(result: Reconciliation, names: Names, month: date) -> ReconciliationView:
    """Ready to show; keys and models have their names."""
    groups: dict[tuple[str, str, str | None], list[Line]] = defaultdict(list)
    for line in result.lines:
        groups[line.key_id, line.key_there, line.model].append(line)
    provider = result.facts.provider
    lines = [_group(provider, names, found) for found in groups.values()]
    lines.sort(
        key=lambda line: (not line.is_open, not line.own, not line.key, -_weight(line), line.model)
    )
    return ReconciliationView(
        provider=provider,
        provider_name=names.host(provider),
        month=month,
        source=result.facts.source,
        total=_total(result),
        lines=tuple(lines),
        calls=tuple(_call(pair) for pair in result.rows),
        matched=result.matched,
        notes=tuple(_notes(result)),
        is_open=result.is_open,
    )


def _group(provider: str, names: Names, lines: list[Line]) -> ReconciledLine:
    first = lines[0]
    key = first.key_there or (names.key(first.key_id) if first.key_id else "")
    model = names.model(provider, first.model) if first.model else ""
    days = [_line(key, model, line) for line in sorted(lines, key=lambda line: line.day)]
    covered = [line for line in lines if line.theirs is not None]
    theirs = sum((line.theirs for line in covered if line.theirs is not None), Figures())
    parts = merged(part for line in lines for part in line.differences)
    return ReconciledLine(
        key, not first.key_there, model, None,
        _ours(sum((line.ours for line in lines), OwnSum())),
        _theirs(theirs) if covered else None,
        _parts(parts), any(line.is_open for line in lines), tuple(days),
    )  # fmt: skip


def _line(key: str, model: str, line: Line) -> ReconciledLine:
    return ReconciledLine(
        key, not line.key_there, model, line.day, _ours(line.ours),
        None if line.theirs is None else _theirs(line.theirs),
        _parts(line.differences), line.is_open,
    )  # fmt: skip


def _total(result: Reconciliation) -> ReconciledLine:
    return ReconciledLine(
        "", True, "", None, _ours(result.ours), _theirs(result.theirs),
        _parts(result.differences), result.is_open,
    )  # fmt: skip


def _call(pair: RowPair) -> ReconciledCall:
    return ReconciledCall(
        pair.request_id,
        None if pair.ours is None else _ours(own_sum(pair.ours)),
        None if pair.theirs is None else _theirs(pair.theirs.figures),
        _parts(pair.differences),
    )


def _ours(found: OwnSum) -> SideView:
    figures = found.figures
    certainty = Certainty.EXACT
    if found.unpriced and not figures.cost_pusd:
        certainty = Certainty.UNKNOWN
    elif found.estimated or found.unpriced:
        certainty = Certainty.ESTIMATED
    cost = None if certainty is Certainty.UNKNOWN else figures.cost_pusd
    return SideView(figures.requests, figures.tokens, cost, certainty)


def _theirs(figures: Figures) -> SideView:
    return SideView(figures.requests, figures.tokens, figures.cost_pusd)


def _parts(parts: Iterable[Difference]) -> tuple[DifferencePart, ...]:
    return tuple(
        DifferencePart(
            str(part.reason), part.requests, part.tokens, part.cost_pusd, part.detail,
            part.reason in OPEN_REASONS,
        )
        for part in parts
    )  # fmt: skip


def _weight(line: ReconciledLine) -> int:
    theirs = line.theirs.cost_pusd if line.theirs is not None else None
    return max(line.ours.cost_pusd or 0, theirs or 0)


def _notes(result: Reconciliation) -> Iterable[str]:
    told = result.facts.told
    if "cost_pusd" not in told:
        yield "This report tells tokens and no costs."
    if not {"read", "written"} <= told:
        yield "This report tells costs and no tokens: why an amount differs can often not be said."
    if result.keys_together:
        yield "The provider's keys could not be told from yours: all keys are compared together."
    if result.models_together:
        yield "This report does not tell models: all are compared together."
    if result.offset_h:
        yield (f"The days of this report begin {abs(result.offset_h)} hours "
               f"{'after' if result.offset_h > 0 else 'before'} midnight UTC.")  # fmt: skip
    if result.rows_outside:
        yield f"{result.rows_outside:,} lines are about other days and were left out."
    yield from result.facts.notes
