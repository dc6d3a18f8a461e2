"""Starts windows on a display of the bench's own and tells when they were painted.

All times are CLOCK_MONOTONIC, which processes of one machine share; the clock starts before the
process does.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
START_LIMIT_S = 60.0
STOP_LIMIT_S = 20.0
POLL_S = 0.002

Answer = TypeVar("Answer")

BARE = [sys.executable, str(HERE / "bare_window.py")]
TUPPENCE = [sys.executable, "-P", "-m", "app"]


@dataclass(frozen=True, slots=True)
class Started:
    """A running window and how long it took to its first paint."""

    process: subprocess.Popen[bytes]
    began_s: float
    painted_s: float
    trace: Path

    def mark_s(self, mark: str) -> float:
        """When the window wrote this mark, on the clock; waits for it."""
        return wait_for(lambda: marks_in(self.trace).get(mark), f"mark “{mark}”")


@contextmanager
def started(command: list[str], home: Path, display: str) -> Iterator[Started]:
    """A window of this command, painted; asked to end afterwards, and made to if it does not."""
    home.mkdir(parents=True, exist_ok=True)
    trace = home / "startup-trace.jsonl"
    trace.unlink(missing_ok=True)
    variables = {
        **os.environ,
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "PYTHONPATH": str(ROOT),
        "TUPPENCE_HOME": str(home),
        "TUPPENCE_STARTUP_TRACE": str(trace),
    }
    for name in ("WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
        variables.pop(name, None)
    began_s = time.monotonic()
    with (home / "output.txt").open("wb") as output:
        process = subprocess.Popen(command, env=variables, stdout=output, stderr=output)
    try:
        try:
            painted = wait_for(lambda: marks_in(trace).get("painted"), "first paint", process)
        except RuntimeError as error:
            said = (home / "output.txt").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"{error}\n{said}") from error
        yield Started(process, began_s, painted - began_s, trace)
    finally:
        end(process)


def marks_in(trace: Path) -> dict[str, float]:
    """The marks that were written so far; a line that is still being written is left out."""
    if not trace.exists():
        return {}
    lines = trace.read_text(encoding="utf-8").split("\n")[:-1]
    return {mark["mark"]: mark["monotonic_s"] for mark in map(json.loads, lines)}


def wait_for(
    ask: Callable[[], Answer | None], what: str, process: subprocess.Popen[bytes] | None = None
) -> Answer:
    """Ask until there is an answer. Raises RuntimeError when it takes too long."""
    deadline = time.monotonic() + START_LIMIT_S
    while (answer := ask()) is None:
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"no {what}: the program ended with {process.returncode}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"no {what} within {START_LIMIT_S:.0f} s")
        time.sleep(POLL_S)
    return answer


def tree_pss_mib(process: subprocess.Popen[bytes]) -> float:
    """The memory of a process with all its children; shared pages are shared out (PSS)."""
    parent = psutil.Process(process.pid)
    total = 0
    for member in [parent, *parent.children(recursive=True)]:
        try:
            total += member.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue  # it ended while we counted
    return total / 2**20


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end as a session does, then insist."""
    if process.poll() is not None:
        return
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in psutil.wait_procs(children, timeout=2)[1]:
        child.kill()
