"""What is compared: our calls, what the provider reports, and how their difference is named.

Values only; the comparison is in `reconciliation.py`. Amounts are integer picodollars and tokens;
what nobody told is None. Days are those of the report, UTC unless it says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum


class Reason(StrEnum):
    """Why two figures differ. Whatever is in `OPEN_REASONS` wants a person's eye."""

    OTHER_KEY = "other_key"  # a key that Tuppence does not have
    OTHER_CALLS = "other_calls"  # calls with our key that were not made through Tuppence
    FAILED_CALLS = "failed_calls"  # requests that the provider counts and does not charge
    UNFINISHED = "unfinished"  # calls of ours that are not settled yet
    ESTIMATED = "estimated"  # calls that we counted ourselves
    DAY_BOUNDARY = "day_boundary"  # around midnight, on the next or the last day there
    CACHED = "cached"  # the same input, another part of it read from the cache
    ROUNDING = "rounding"
    PRICE_UNKNOWN = "price_unknown"  # we had no price for these calls
    PRICE_CHANGED = "price_changed"  # the same tokens at another price
    FREE = "free"  # the same tokens, and nothing was charged
    NOT_TOKENS = "not_tokens"  # charged for something else than tokens
    MODEL_ALIAS = "model_alias"  # the same model under another name
    NOT_REPORTED_YET = "not_reported_yet"
    NOT_COVERED = "not_covered"  # a day that the report does not hold
    OTHER_ACCOUNT = "other_account"  # a key of ours that the provider does not list
    MISSING_THERE = "missing_there"  # calls of ours that the provider does not list
    UNEXPLAINED = "unexplained"


OPEN_REASONS = frozenset({Reason.MISSING_THERE, Reason.UNEXPLAINED})


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums. `read` is all input, cached or not; `written` all output, thinking included."""

    requests: int | None = None
    read: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    written: int | None = None
    cost_pusd: int | None = None

    def __add__(self, other: Figures) -> Figures:
        """What either tells; a figure that only one tells is that one's."""
        return Figures(*(_plus(mine, its) for mine, its in zip(self, other, strict=True)))

    def __iter__(self) -> Iterator[int | None]:
        return iter((self.requests, self.read, self.cache_read, self.cache_write, self.written,
                     self.cost_pusd))  # fmt: skip

    @property
    def tokens(self) -> int | None:
        """Everything read and written; None where either is not told."""
        if self.read is None or self.written is None:
            return None
        return self.read + self.written

    def filled(self, told: frozenset[str]) -> Figures:
        """Zero for what the report tells and has nothing of, None for what it does not tell."""
        return Figures(
            *((value or 0) if name in told else None for name, value in zip(FIGURES, self,
                                                                          strict=True))
        )  # fmt: skip


FIGURES = tuple(entry.name for entry in fields(Figures))
NOTHING = Figures(0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class OwnCall:
    """One call of ours. `cost_pusd` None: no price is known.

    `estimated`: we counted; `unfinished`: it is held or its end is not known yet.
    """

    at: datetime
    key_id: str
    model: str
    figures: Figures
    estimated: bool = False
    unfinished: bool = False
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReportedUsage:
    """One line of a report. `key` and `model` as the provider writes them, None where not told.

    `part` says what a line of money is for (`input`, `cache_read`, `cache_write`, `output`);
    `item` is its name where it is for something else. `key_id` is our key, where that is known.
    """

    day: date
    key: str | None
    model: str | None
    figures: Figures
    part: str = ""
    item: str = ""
    request_id: str | None = None
    key_id: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What holds for a whole report.

    `told` names the figures that it has. `first` and `last` are the days that it covers, None:
    those that occur in it. `fresh_from`: from this day on figures may still come. `keys` maps
    the provider's keys to ours, `key_names` to what they are called there. With `keys_known`
    the provider was asked for its keys: one that is not in `keys` is none of ours.
    `days_utc`: its days are known to begin at midnight UTC. `step_pusd` is the smallest step of
    its amounts (0: exact).
    """

    provider: str
    source: str
    told: frozenset[str]
    first: date | None = None
    last: date | None = None
    fresh_from: date | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    key_names: Mapping[str, str] = field(default_factory=dict)
    keys_known: bool = False
    days_utc: bool = True
    step_pusd: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A named part of a difference, theirs less ours. `detail` completes the name's sentence."""

    reason: Reason
    requests: int = 0
    tokens: int = 0
    cost_pusd: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OwnSum:
    """Calls of ours together; `figures.cost_pusd` is the sum of those that have a price."""

    figures: Figures = NOTHING
    estimated: int = 0
    estimated_tokens: int = 0
    unpriced: int = 0
    unfinished: int = 0

    def __add__(self, other: OwnSum) -> OwnSum:
        return OwnSum(
            self.figures + other.figures,
            self.estimated + other.estimated,
            self.estimated_tokens + other.estimated_tokens,
            self.unpriced + other.unpriced,
            self.unfinished + other.unfinished,
        )


def own_sum(call: OwnCall) -> OwnSum:
    """One call as a sum. An unfinished one counts as a call without figures."""
    if call.unfinished:
        return OwnSum(unfinished=1)
    found = call.figures
    return OwnSum(
        Figures(1, found.read or 0, found.cache_read or 0, found.cache_write or 0,
                found.written or 0, found.cost_pusd or 0),
        estimated=int(call.estimated),
        estimated_tokens=(found.tokens or 0) if call.estimated else 0,
        unpriced=int(found.cost_pusd is None),
    )  # fmt: skip


def _plus(mine: int | None, its: int | None) -> int | None:
    if mine is None or its is None:
        return its if mine is None else mine
    return mine + its
