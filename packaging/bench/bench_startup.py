"""How soon the window is there and takes a key, and what it weighs when it is idle.

The full profile has 1,000 chats, an account at a credit server, its wallet and its license.
Held against a bare Qt window of the same interpreter and against an empty Chromium window, started
in turns on the same display so that all of them see the same machine.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from empty_browser import empty_browser
from figures import RUNS, Figure
from full_profile import fill, take_account
from windows import BARE, TUPPENCE, Started, started, tree_pss_mib, wait_for

from tests.end_to_end.hosted.somebody import window
from tests.fixtures.browser import find_chromium
from tests.fixtures.display import virtual_display

CHATS, MESSAGES = 1_000, 100_000
IDLE_S = 6.0
KEY_LIMIT_MS = 250.0


def figures() -> Iterable[Figure]:
    """All figures of the start; takes about three minutes."""
    program = find_chromium()
    if program is None:
        raise RuntimeError("Chromium is needed to compare with")
    with (
        tempfile.TemporaryDirectory(prefix="tuppence-bench-") as folder,
        virtual_display() as display,
    ):
        base = Path(folder)
        fill(base / "full", chats=CHATS, messages=MESSAGES)
        _begin_account(base / "demo", display)
        take_account(base / "full", base / "demo")
        for name in ("bare", "empty", "full"):  # a first start compiles and makes files
            _start(name, base, display)
        with empty_browser(program, base / "browser", display):
            time.sleep(1.0)
        times: dict[str, list[float]] = {"bare": [], "empty": [], "full": [], "browser": []}
        for _ in range(RUNS):
            for name in ("bare", "empty", "full"):
                times[name].append(_start(name, base, display))
            with empty_browser(program, base / "browser", display) as browser:
                times["browser"].append(browser.painted_s)
        yield from _compared({name: statistics.median(took) for name, took in times.items()})
        yield _first_key(base, display)
        yield _idle_memory(program, base, display)


def _begin_account(folder: Path, display: str) -> None:
    """An account at the demo's server, as the first run's button makes it, with its license."""
    with window(display, folder, "--demo") as somebody:
        somebody.sit_down()
        somebody.click("", name="start-free")
        somebody.until(
            lambda shown: any("License valid" in one.text for one in shown), "a license is there"
        )
        somebody.process.terminate()
        somebody.process.wait()


def _compared(median_s: dict[str, float]) -> Iterable[Figure]:
    pairs = (
        ("first paint", "empty", "bare", "a bare window", 1.7),
        ("first paint", "empty", "browser", "an empty Chromium window", 1.0),
        ("first paint, full profile", "full", "empty", "an empty profile", 1.2),
    )
    for metric, name, other, against, limit in pairs:
        yield Figure(
            metric=metric, value=median_s[name] * 1000, unit="ms",
            against=against, base=median_s[other] * 1000, limit=limit,
        )  # fmt: skip


def _start(name: str, base: Path, display: str) -> float:
    command = BARE if name == "bare" else TUPPENCE
    with started(command, base / name, display) as window:
        return window.painted_s


def _first_key(base: Path, display: str) -> Figure:
    """From the first paint to the moment when a key that was pressed then is in the composer."""
    waits = []
    for _ in range(RUNS):
        with started(TUPPENCE, base / "full", display) as window:
            _type_letter(window, display)
            painted = window.began_s + window.painted_s
            waits.append((window.mark_s("typing") - painted) * 1000)
    return Figure(
        metric="first key, full profile", value=statistics.median(waits), unit="ms",
        limit=KEY_LIMIT_MS,
    )  # fmt: skip


def _type_letter(window: Started, display: str) -> None:
    """Without a window manager nobody gives the focus: the bench does."""
    of_ours = ["--onlyvisible", "--pid", str(window.process.pid), "--name", "Tuppence"]

    def found() -> str | None:
        identities = _xdotool(display, "search", *of_ours).split()
        return identities[0] if identities else None

    identity = wait_for(found, "window", window.process)
    _xdotool(display, "windowfocus", identity, "type", "a")


def _xdotool(display: str, *words: str) -> str:
    variables = {**os.environ, "DISPLAY": display}
    result = subprocess.run(
        ["xdotool", *words], env=variables, capture_output=True, text=True, check=False
    )
    return result.stdout


def _idle_memory(program: str, base: Path, display: str) -> Figure:
    with started(TUPPENCE, base / "empty", display) as window:
        time.sleep(IDLE_S)
        ours = tree_pss_mib(window.process)
    with empty_browser(program, base / "browser", display) as browser:
        time.sleep(IDLE_S)
        theirs = tree_pss_mib(browser.process)
    return Figure(
        metric="idle memory", value=ours, unit="MiB",
        against="an empty Chromium window", base=theirs, limit=0.5,
    )  # fmt: skip
