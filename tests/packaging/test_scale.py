"""The page of arithmetic: its table is what its formulas make of its own figures."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from app.server.settings import Limits

PAGE = (Path(__file__).resolve().parents[2] / "packaging" / "server" / "SCALE.md").read_text(
    "utf-8"
)
CALLS, TIMES, STREAM_S, CHUNKS_S, USED = 50, 4, 20, 40, 0.6


def measured(sign: str) -> float:
    """The first number of a sign's row."""
    (row,) = re.findall(rf"^\| `{sign}` \|.*\| ([^|]+)\|$", PAGE, re.M)
    return float(re.match(r"[\d.]+", row)[0])  # type: ignore[index]


def told(name: str) -> list[float]:
    """The numbers of a row for 10, 1,000 and 100,000 users; 0 for a dash."""
    (row,) = re.findall(rf"^\| (?:`\w` )?{name}[^|]* \|(.*)\|$", PAGE, re.M)
    cells = [re.match(r"\s*([\d,.]+)", cell) for cell in row.split("|")]
    return [float(cell[1].replace(",", "")) if cell else 0.0 for cell in cells]


@pytest.mark.parametrize(("users", "place"), [(10, 0), (1_000, 1), (100_000, 2)])
def test_the_table_follows_from_the_figures_above_it(users: int, place: int) -> None:
    rate = users * CALLS / 86_400 * TIMES
    streams = rate * STREAM_S
    cores = rate * measured("a") / 1e3 + streams * CHUNKS_S * measured("k") / 1e6
    workers = math.ceil(max(cores / USED, streams / Limits().streams))
    assert told("calls a day")[place] == users * CALLS
    assert told("calls a second, busiest")[place] == pytest.approx(rate, rel=0.2)
    assert told("streams at once")[place] == pytest.approx(max(streams, 1), rel=0.02)
    assert told("worker cores")[place] == pytest.approx(cores, rel=0.1)
    assert told("workers")[place] == max(workers, 1)
    if place == 2:
        assert told("connections to PostgreSQL")[place] == 20 * workers
        assert told("PostgreSQL's cores")[place] > rate * measured("p") / 1e3
