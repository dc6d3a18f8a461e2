"""What a bench hands over: figures, each with what it is measured against and its limit.

A bench is a file `bench_<name>.py` in this folder with `def figures() -> Iterable[Figure]`.
Yield each figure when it is known; the runner prints one JSON line for each and exits with 1
when a limit is missed. Measure on at least five runs and give the median.
"""

from __future__ import annotations

import json
import math
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

RUNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure.

    With `base` (the same measure of the thing named in `against`) the limit holds for the ratio
    value / base, else for the value itself. `limit` is the most that is allowed, or the least
    where `at_least` is set; without a limit the figure is only told.
    """

    metric: str
    value: float
    unit: str
    against: str = ""
    base: float | None = None
    limit: float | None = None
    at_least: bool = False

    @property
    def ratio(self) -> float | None:
        """How many times the base this is; None without one."""
        return self.value / self.base if self.base else None

    @property
    def ok(self) -> bool:
        """Whether the limit is kept. A base of zero cannot be compared with and fails."""
        if self.limit is None:
            return True
        measured = self.value if self.base is None else self.ratio
        if measured is None:
            return False
        return measured >= self.limit if self.at_least else measured <= self.limit


def line(bench: str, figure: Figure) -> str:
    """The figure as one line of JSON."""
    return json.dumps(
        {
            "bench": bench,
            "metric": figure.metric,
            "value": round(figure.value, 4),
            "unit": figure.unit,
            "against": figure.against,
            "ratio": None if figure.ratio is None else round(figure.ratio, 4),
            "limit": figure.limit,
            "ok": figure.ok,
        }
    )


def report(bench: str, figures: Iterable[Figure]) -> bool:
    """Print each figure as it comes; returns whether all limits were kept."""
    kept = True
    for figure in figures:
        print(line(bench, figure), flush=True)
        kept = kept and figure.ok
    return kept


def median_of(measure: Callable[[], float], runs: int = RUNS) -> float:
    """The median of what `measure` returns; never of fewer than five runs."""
    return statistics.median(measure() for _ in range(max(runs, RUNS)))


def median_time_s(work: Callable[[], object], runs: int = RUNS) -> float:
    """The median of how long `work` takes, in seconds."""

    def once() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return median_of(once, runs)


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which `share` (0 to 1) of all values lie, nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
