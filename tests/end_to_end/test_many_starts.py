"""Fifty people (or one impatient one) start the program at once: one window, and no harm done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.clock import Clock
from app.instance import Kind, read_holder
from app.store.shelves import open_shelves
from tests.end_to_end.conftest import ROOT

STARTS = 50
LOSER_LIMIT_S = 60  # for all of them together, on a busy machine
LOADED = """
import sys
from app.desktop import open_window
code = open_window()
print("PySide6" in sys.modules, "sqlmodel" in sys.modules, code)
"""


def start(code: str | None = None) -> subprocess.Popen[str]:
    words = ["-c", code] if code else ["-m", "app"]
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until_one_is_left(programs: list[subprocess.Popen[str]]) -> subprocess.Popen[str]:
    deadline = time.monotonic() + LOSER_LIMIT_S
    while len(running := [one for one in programs if one.poll() is None]) > 1:
        assert time.monotonic() < deadline, f"{len(running)} programs are still there"
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
    assert running, "all of them ended"
    return running[0]


@contextmanager
def ended(programs: list[subprocess.Popen[str]]) -> Iterator[None]:
    """Whatever happens, none of them is left behind."""
    try:
        yield
    finally:
        for one in programs:
            if one.poll() is None:
                one.kill()
            one.communicate()


def test_fifty_starts_at_once_give_one_window(own_profile: Path) -> None:
    programs = [start() for _ in range(STARTS)]
    with ended(programs):
        winner = wait_until_one_is_left(programs)
        holder = read_holder(own_profile)
        assert holder is not None
        assert (holder.kind, holder.pid) == (Kind.WINDOW, winner.pid)
        assert [one.returncode for one in programs if one is not winner] == [0] * (STARTS - 1)
        assert [one.communicate()[1] for one in programs if one is not winner] == [""] * (
            STARTS - 1
        )
        winner.send_signal(signal.SIGKILL)
        winner.wait()
    shelves = open_shelves(own_profile, Clock())
    assert shelves.database.report.damaged is None
    assert shelves.database.integrity() == ()
    shelves.database.close()


def test_a_second_start_loads_neither_qt_nor_the_database(own_profile: Path) -> None:
    first = start()
    programs = [first]
    with ended(programs):
        wait_for_window(own_profile, first)
        second = start(LOADED)
        programs.append(second)
        said, _ = second.communicate(timeout=LOSER_LIMIT_S)
        assert said.split() == ["False", "False", "0"]


def wait_for_window(folder: Path, program: subprocess.Popen[str]) -> None:
    deadline, pause = time.monotonic() + LOSER_LIMIT_S, threading.Event()
    while (holder := read_holder(folder)) is None or holder.pid != program.pid:
        assert program.poll() is None, program.communicate()
        assert time.monotonic() < deadline, "no window came"
        pause.wait(0.02)
