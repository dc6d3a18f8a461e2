"""What the program takes of a core while nobody does anything: signed in, its event stream open.

The real program in the demo, beside a credit server of its own. Only the program's own processor
time is counted, its server's is not.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import psutil
from figures import Figure

from tests.end_to_end.hosted.somebody import SCREEN, Seen, window
from tests.fixtures.display import virtual_display

SETTLE_S, MEASURED_S, SPANS = 20.0, 60.0, 3
PERCENT_MAX = 0.5


def figures() -> Iterable[Figure]:
    """Three minutes of nothing, a minute at a time."""
    with (
        tempfile.TemporaryDirectory(prefix="tuppence-bench-") as folder,
        virtual_display(SCREEN) as display,
        window(display, Path(folder, "home"), "--demo") as somebody,
    ):
        somebody.sit_down()
        somebody.click("", name="start-free")
        somebody.until(_shows_tokens, "the account is there")
        program = psutil.Process(somebody.process.pid)
        if not _streams(program):
            raise RuntimeError("no line to the server is open: nothing would be measured")
        time.sleep(SETTLE_S)
        shares = [_percent(program) for _ in range(SPANS)]
        somebody.process.terminate()
        somebody.process.wait()
    yield Figure(
        metric="processor time of an idle window, signed in", value=statistics.median(shares),
        unit="% of a core", limit=PERCENT_MAX,
    )  # fmt: skip


def _percent(program: psutil.Process) -> float:
    began, before = time.monotonic(), _taken_s(program)
    time.sleep(MEASURED_S)
    return 100 * (_taken_s(program) - before) / (time.monotonic() - began)


def _taken_s(program: psutil.Process) -> float:
    times = program.cpu_times()
    return float(times.user + times.system)


def _streams(program: psutil.Process) -> bool:
    return any(
        line.status == psutil.CONN_ESTABLISHED for line in program.net_connections(kind="tcp")
    )


def _shows_tokens(shown: list[Seen]) -> bool:
    return any("tokens left" in one.said or "tokens left" in one.text for one in shown)
