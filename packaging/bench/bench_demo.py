"""How soon somebody who has never seen the program has the first word of an answer, in the demo.

From the start of the program on an empty folder, its credit server included, by clicks and keys of
the X server: the first run's button, the composer, a word, Send.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from figures import RUNS, Figure

from tests.end_to_end.hosted.somebody import SCREEN, Seen, Somebody, window
from tests.fixtures.display import virtual_display

FIRST_WORD_S_MAX = 10.0
CLICKS_MAX = 3


def figures() -> Iterable[Figure]:
    """Fresh starts, the first of which also compiles; takes about a minute."""
    with (
        tempfile.TemporaryDirectory(prefix="tuppence-bench-") as folder,
        virtual_display(SCREEN) as display,
    ):
        runs = [_first_word(Path(folder, str(run)), display) for run in range(RUNS + 1)]
    took = [took for took, _ in runs[1:]]
    yield Figure(
        metric="first word of the first answer, fresh start", value=statistics.median(took),
        unit="s", limit=FIRST_WORD_S_MAX,
    )  # fmt: skip
    yield Figure(metric="the slowest of them", value=max(took), unit="s", limit=FIRST_WORD_S_MAX)
    clicks = max(clicks for _, clicks in runs)
    yield Figure(metric="clicks until then", value=clicks, unit="count", limit=CLICKS_MAX)


def _first_word(folder: Path, display: str) -> tuple[float, int]:
    """Seconds from the program's start, and how often the mouse was pressed."""
    began_s = time.monotonic()
    with window(display, folder, "--demo") as somebody:
        somebody.sit_down()
        somebody.click("", name="start-free")
        somebody.click("Message")
        somebody.until(_has_model, "a model is chosen")
        somebody.hands.type("Hello")
        somebody.click("Send")
        somebody.until(_has_word, "the answer begins")
        took_s = time.monotonic() - began_s
        _stop(somebody)
    return took_s, somebody.hands.clicks


def _has_model(shown: list[Seen]) -> bool:
    return any(one.said.startswith("Model: ") for one in shown)


def _has_word(shown: list[Seen]) -> bool:
    """Whether a card besides the question's has words in it."""
    texts = [one.text for one in shown if one.kind.endswith("View") and one.text.strip()]
    return any("scripted" in text or text.startswith("Hello!") for text in texts)


def _stop(somebody: Somebody) -> None:
    somebody.process.terminate()
    somebody.process.wait()
