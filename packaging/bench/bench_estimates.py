"""How far counted input tokens are from what providers billed.

`dev.py bench estimates FILE` counts every request of a file of recorded requests (one JSON object
a line: provider, api, request, response_model, usage): a JSON line for each on stdout, then on
stderr a table by provider, API and tools. Nothing is learned from the file: each row is counted
by the program's rules alone. Without FILE, the recordings that the tests use.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TextIO

from figures import Figure, percentile

from app.metering.tokens import TokenCounter
from tests.metering.wire_requests import (
    UNREADABLE,
    RowUnreadable,
    billed_input,
    read_request,
    read_row,
    what_is_wrong,
)

ROOT = Path(__file__).resolve().parents[2]
RECORDED = ROOT / "tests" / "golden" / "usage.jsonl"
Group = tuple[str, str, str]

# A fifth of the median share by which most gateways' counter is off on such requests; for plain
# OpenAI chat, where that counter is off by half a percent, one percent.
LIMITS: dict[Group, float] = {
    ("openai", "chat", "plain"): 0.01,
    ("openai", "chat", "tools"): 0.03,
    ("openai", "responses", "plain"): 0.012,
    ("openai", "responses", "tools"): 0.13,
    ("anthropic", "messages", "plain"): 0.03,
    ("anthropic", "messages", "tools"): 0.168,
    ("gemini", "generate", "plain"): 0.128,
    ("gemini", "generate", "tools"): 0.168,
    ("mistral", "chat", "plain"): 0.054,
    ("mistral", "chat", "tools"): 0.046,
    ("openrouter", "chat", "plain"): 0.014,
    ("openrouter", "chat", "tools"): 0.106,
}

ALL_WELL, LIMIT_MISSED, NO_FILE, LINES_SKIPPED = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Estimate:
    """Both counts are all input tokens of one request, cached ones too."""

    provider: str
    api: str
    tools: bool
    estimated: int
    billed: int

    @property
    def group(self) -> Group:
        return (self.provider, self.api, "tools" if self.tools else "plain")

    @property
    def off(self) -> float:
        """By what share of the bill the count is off."""
        return abs(self.estimated - self.billed) / self.billed

    def line(self) -> str:
        return json.dumps(
            {
                "provider": self.provider,
                "api": self.api,
                "tools": self.tools,
                "estimated": self.estimated,
                "billed": self.billed,
            }
        )


def estimate(counter: TokenCounter, line: str) -> Estimate:
    """Count one line's request. Raises RowUnreadable, in words, where there is none to count."""
    row = read_row(line)
    billed = billed_input(row)
    request, hints = read_request(row)
    try:
        found = counter.count(
            request,
            provider=row["provider"],
            model=request.model,
            language=row["api"],
            hints=hints,
        )
    except UNREADABLE as error:
        raise RowUnreadable(f"its request cannot be counted: {what_is_wrong(error)}.") from error
    tools = bool(row["request"].get("tools"))
    return Estimate(row["provider"], row["api"], tools, found.tokens, billed)


def run(arguments: list[str], *, out: TextIO = sys.stdout, notes: TextIO = sys.stderr) -> int:
    """Measure on a file. Exit code 1: a limit missed; 2: no such file; 3: lines were skipped."""
    if len(arguments) != 1:
        print("Name one file: python3 packaging/dev.py bench estimates FILE", file=notes)
        return NO_FILE
    groups: dict[Group, list[float]] = defaultdict(list)
    skipped = 0
    try:
        # Line by line: a file may be larger than the memory.
        with Path(arguments[0]).open(encoding="utf-8-sig", errors="replace", newline="\n") as lines:
            for found in _each(lines):
                if isinstance(found, str):
                    skipped += 1
                    print(found, file=notes)
                    continue
                groups[found.group].append(found.off)
                print(found.line(), file=out, flush=True)
    except OSError as error:
        print(f"{arguments[0]} cannot be read: {error.strerror}.", file=notes)
        return NO_FILE
    for text in _table(groups):
        print(text, file=notes)
    if skipped:
        print(f"{skipped} line(s) were skipped.", file=notes)
    if any(not figure.ok for figure in _figures(groups)):
        return LIMIT_MISSED
    return LINES_SKIPPED if skipped or not groups else ALL_WELL


def figures() -> Iterable[Figure]:
    """The medians on the recordings that ship with the tests."""
    groups: dict[Group, list[float]] = defaultdict(list)
    for found in _each(RECORDED.read_text("utf-8").split("\n")):
        if isinstance(found, Estimate):
            groups[found.group].append(found.off)
    yield from _figures(groups)


def _each(lines: Iterable[str]) -> Iterator[Estimate | str]:
    """Every line's estimate, or a note why there is none."""
    counter = TokenCounter(ROOT / "resources" / "tokenizers")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield estimate(counter, line)
        except RowUnreadable as error:
            yield f"Line {number} is skipped: {error}"


def _figures(groups: dict[Group, list[float]]) -> Iterator[Figure]:
    for group in sorted(groups):
        yield Figure(
            metric=f"{' '.join(group)}, median error",
            value=median(groups[group]),
            unit="share",
            limit=LIMITS.get(group),
        )


def _table(groups: dict[Group, list[float]]) -> Iterator[str]:
    head = f"{'provider':<14}{'api':<14}{'kind':<8}{'n':>5}"
    yield head + f"{'median %':>10}{'p90 %':>9}{'limit %':>9}"
    for group in sorted(groups):
        off, limit = groups[group], LIMITS.get(group)
        figures_ = f"{len(off):>5}{median(off):>10.2%}{percentile(off, 0.9):>9.1%}"
        told = "" if limit is None else f"{limit:>9.1%}" + ("" if median(off) <= limit else "  !")
        yield f"{group[0]:<14}{group[1]:<14}{group[2]:<8}{figures_}{told}".replace("%", "")
