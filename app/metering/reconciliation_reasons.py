"""Naming a difference: rules that each take from it what they can answer for.

What no rule takes stays unexplained. The parts always add up to the whole difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from app.metering.reconciliation_rows import Difference, Figures, OwnSum, Reason

# A provider rounds each line of a bill; a half step of each is the most that this can make.
_HALF = 2


@dataclass(frozen=True, slots=True)
class Case:
    """One place where both sides have figures. `lines` is how many amounts were rounded there."""

    ours: OwnSum
    theirs: Figures
    foreign: str | None = None  # the name of a key that is not ours
    item: str = ""  # what was charged for, where that is no model
    fresh: bool = False
    step_pusd: int = 0
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Left:
    """Theirs less ours, as far as it has no name yet."""

    requests: int
    tokens: int
    cost_pusd: int

    def less(self, taken: Difference) -> Left:
        return Left(
            self.requests - taken.requests,
            self.tokens - taken.tokens,
            self.cost_pusd - taken.cost_pusd,
        )

    def as_(self, reason: Reason, detail: str = "") -> Difference:
        """All of it under one name."""
        return Difference(reason, self.requests, self.tokens, self.cost_pusd, detail)

    def __bool__(self) -> bool:
        return bool(self.requests or self.tokens or self.cost_pusd)


_Rule = Callable[[Case, Left], Difference | None]


def explain(case: Case, known: Iterable[Difference] = ()) -> tuple[Difference, ...]:
    """The named parts of a difference; `known` are parts that were found before."""
    found = list(known)
    left = difference(case.ours, case.theirs)
    for part in found:
        left = left.less(part)
    # Only the same tokens tell something about a price.
    rules = _OF_CALLS if left.tokens else _OF_CALLS + _OF_PRICES
    for rule in rules:
        if not left:
            break
        named = rule(case, left)
        if named is not None:
            found.append(named)
            left = left.less(named)
    if left:
        found.append(left.as_(Reason.UNEXPLAINED))
    return tuple(found)


def difference(ours: OwnSum, theirs: Figures) -> Left:
    """Theirs less ours; zero where theirs is not told."""
    mine = ours.figures
    tokens = _tokens_difference(mine, theirs)
    return Left(
        0 if theirs.requests is None else theirs.requests - (mine.requests or 0),
        tokens,
        0 if theirs.cost_pusd is None else theirs.cost_pusd - (mine.cost_pusd or 0),
    )


def merged(parts: Iterable[Difference]) -> tuple[Difference, ...]:
    """Parts of the same name and detail together, in the order of their first."""
    sums: dict[tuple[Reason, str], Difference] = {}
    for part in parts:
        before = sums.get((part.reason, part.detail))
        sums[part.reason, part.detail] = (
            part
            if before is None
            else replace(
                before,
                requests=before.requests + part.requests,
                tokens=before.tokens + part.tokens,
                cost_pusd=before.cost_pusd + part.cost_pusd,
            )
        )
    return tuple(sums.values())


def _tokens_difference(mine: Figures, theirs: Figures) -> int:
    return sum(
        its - (own or 0)
        for own, its in ((mine.read, theirs.read), (mine.written, theirs.written))
        if its is not None
    )


def _tells_tokens(case: Case) -> bool:
    return case.theirs.tokens is not None


def _other_key(case: Case, left: Left) -> Difference | None:
    return None if case.foreign is None else left.as_(Reason.OTHER_KEY, case.foreign)


def _not_tokens(case: Case, left: Left) -> Difference | None:
    return left.as_(Reason.NOT_TOKENS, case.item) if case.item else None


def _more_calls(case: Case, left: Left) -> Difference | None:
    """They count more calls, or more tokens than calls of ours can have had."""
    requests_told = case.theirs.requests is not None
    if not (case.ours.figures.requests or case.ours.unfinished):
        return left.as_(Reason.OTHER_CALLS)
    if left.tokens < 0 or (requests_told and left.requests <= 0):
        return None
    if not left.tokens:
        if not left.requests or not _tells_tokens(case):
            return None
        # Requests without a token: refused or failed ones are counted there, and cost nothing.
        return Difference(Reason.FAILED_CALLS, requests=left.requests)
    if not requests_told and case.ours.estimated and left.tokens <= case.ours.estimated_tokens:
        return None  # our own count may be as far off; nothing says that there were more calls
    unfinished = case.ours.unfinished
    enough = unfinished >= left.requests if requests_told else unfinished > 0
    reason = Reason.UNFINISHED if enough else Reason.OTHER_CALLS
    # More calls never cost less: an amount that fell has another reason.
    return replace(left.as_(reason), cost_pusd=max(left.cost_pusd, 0))


def _estimated(case: Case, left: Left) -> Difference | None:
    """A count of our own is believed to be off by no more than itself."""
    off = abs(left.tokens) <= case.ours.estimated_tokens
    if not case.ours.estimated or left.requests or not off:
        return None
    return left.as_(Reason.ESTIMATED)


def _fewer_calls(case: Case, left: Left) -> Difference | None:
    fewer = left.tokens < 0 or left.requests < 0
    if not _tells_tokens(case) and case.theirs.requests is None:
        fewer = left.cost_pusd < 0
    if not fewer:
        return None
    if case.fresh:
        return left.as_(Reason.NOT_REPORTED_YET)
    nothing_there = not case.theirs.tokens and not case.theirs.cost_pusd
    if not (left.requests < 0 or nothing_there):
        return None
    ours = case.ours
    if -left.requests <= ours.estimated and 0 < -left.tokens <= ours.estimated_tokens:
        return left.as_(Reason.ESTIMATED)  # stopped or broken ones: they may have been free
    return left.as_(Reason.MISSING_THERE)


def _cached(case: Case, left: Left) -> Difference | None:
    mine, its = case.ours.figures, case.theirs
    if left.tokens or left.requests or its.read != mine.read:
        return None
    moved = [
        (theirs, own)
        for theirs, own in ((its.cache_read, mine.cache_read), (its.cache_write, mine.cache_write))
        if theirs is not None and theirs != own
    ]
    return left.as_(Reason.CACHED) if moved else None


def _rounding(case: Case, left: Left) -> Difference | None:
    most = case.step_pusd * max(case.lines, 1) // _HALF
    if left.tokens or left.requests or not 0 < abs(left.cost_pusd) <= most:
        return None
    return left.as_(Reason.ROUNDING)


def _price(case: Case, left: Left) -> Difference | None:
    """The tokens agree, the amounts do not."""
    if left.tokens or left.requests:
        return None
    if case.ours.unpriced and left.cost_pusd > 0:
        return left.as_(Reason.PRICE_UNKNOWN)
    if not _tells_tokens(case) or not case.theirs.tokens:
        return None
    if not case.theirs.cost_pusd:
        return left.as_(Reason.FREE)
    return left.as_(Reason.PRICE_CHANGED)


_OF_CALLS: tuple[_Rule, ...] = (_other_key, _not_tokens, _more_calls, _fewer_calls, _estimated)
_OF_PRICES: tuple[_Rule, ...] = (_rounding, _cached, _price)
