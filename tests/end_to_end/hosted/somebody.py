"""Somebody at a real screen: looks at the window; mouse and keys are the X server's alone."""

from __future__ import annotations

import contextlib
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
from typing import Any, TypeVar

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[3]
WAIT_S = 60.0
LOOK_S = 0.03
# Wide enough for the window and the browser side by side: no window manager moves them.
SCREEN = "2400x1000x24"
BROWSER = """#!/bin/sh
echo $$ >> {pids}
exec {program} --no-sandbox --user-data-dir={profile} --no-first-run --disable-gpu \
--no-default-browser-check --password-store=basic --disable-background-networking \
--window-position=1450,0 --window-size=900,900 "--app=$1" >/dev/null 2>&1
"""

COPYING = """
import sys
from PySide6.QtGui import QGuiApplication
program = QGuiApplication([])
program.clipboard().setText(sys.stdin.read())
print("copied", flush=True)
program.exec()
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One widget as it stands on the screen."""

    kind: str
    name: str
    text: str
    said: str
    at: tuple[int, int]
    enabled: bool
    focus: bool
    on_top: bool

    def says(self, words: str) -> bool:
        return words in self.text or words in self.said


class Hands:
    """Mouse and keyboard of a display."""

    def __init__(self, display: str) -> None:
        self._env = {**os.environ, "DISPLAY": display}
        self.clicks = 0

    def do(self, *words: str) -> str:
        """One call of xdotool; what it printed."""
        done = subprocess.run(
            ["xdotool", *words], env=self._env, capture_output=True, text=True, timeout=WAIT_S
        )
        return done.stdout.strip()

    def point(self, at: tuple[int, int]) -> None:
        self.do("mousemove", str(at[0]), str(at[1]))

    def click(self, at: tuple[int, int]) -> None:
        self.clicks += 1
        self.do("mousemove", str(at[0]), str(at[1]), "click", "1")

    def type(self, text: str) -> None:
        self.do("type", "--delay", "6", text)

    def key(self, *keys: str) -> None:
        self.do("key", *keys)

    def windows(self, name: str) -> list[str]:
        """The windows that can be seen whose title has these words."""
        return self.do("search", "--onlyvisible", "--name", name).split()


class Somebody:
    """In front of one running program."""

    def __init__(self, process: subprocess.Popen[str], display: str, said: Path) -> None:
        self.process = process
        self._said = said
        self._window = ""
        self.hands = Hands(display)

    def look(self) -> list[Seen]:
        """Everything that can be read now."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("look\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self._ended()
        return [_seen(each) for each in json.loads(line)]

    def _ended(self) -> str:
        return f"the program ended with {self.process.wait()}: {self._said.read_text()}"

    def until(self, holds: Callable[[list[Seen]], T], what: str) -> T:
        """Look until something true is returned; fail with what is on the screen."""
        deadline = time.monotonic() + WAIT_S
        while not (found := holds(shown := self.look())):
            if time.monotonic() > deadline:
                words = "\n".join(f"{one.kind} {one.name!r}: {one.text or one.said}"[:200]
                                  for one in shown if one.text or one.said)  # fmt: skip
                raise AssertionError(f"waited in vain: {what}\n{words}")
            time.sleep(LOOK_S)
        return found

    def sit_down(self) -> None:
        """The window is there and has the keyboard, as a window manager would give it."""
        pid = str(self.process.pid)
        find = ("search", "--onlyvisible", "--pid", pid, "--name", "Tuppence")
        deadline = time.monotonic() + WAIT_S
        while not (found := self.hands.do(*find).split()):
            assert time.monotonic() < deadline, "no window"
            assert self.process.poll() is None, self._ended()
            time.sleep(LOOK_S)
        self._window = found[-1]
        self.come_back()

    def come_back(self) -> None:
        """From another program's window to this one, as by a click on its bar."""
        self.hands.do("windowfocus", "--sync", self._window)

    def reads(self, words: str) -> Seen:
        """Wait until words can be read anywhere."""
        return self.until(lambda shown: next((o for o in shown if o.says(words)), None), words)

    def sees(self, words: str) -> bool:
        return any(one.says(words) for one in self.look())

    def click(self, words: str, *, name: str = "") -> None:
        """Click what has these words on it, or this name, once it can be used."""

        def usable(shown: list[Seen]) -> Seen | None:
            fits = [
                one for one in shown
                if one.enabled and one.on_top
                and (one.name == name if name else words in (one.text, one.said))
            ]  # fmt: skip
            return fits[0] if fits else None

        before = self.until(usable, f"“{words or name}” to click on")
        self.hands.point(before.at)
        while (now := self.until(usable, f"“{words or name}” to click on")).at != before.at:
            before = now  # it still moved into its place
            self.hands.point(now.at)
        self.hands.click(now.at)

    def say(self, text: str) -> None:
        """Type into the composer and send."""
        self.write(text)
        self.hands.key("Return")

    def write(self, text: str) -> None:
        self.hands.key("ctrl+l")
        self.until(lambda shown: any(o.focus and _is_composer(o) for o in shown), "the composer")
        self.hands.type(text)

    def composer(self) -> str:
        """What stands in the composer."""
        return next((one.text for one in self.look() if _is_composer(one)), "")

    def sees_window(self, name: str) -> str:
        """Wait for another program's window by its title."""
        deadline = time.monotonic() + WAIT_S
        while not (found := self.hands.windows(name)):
            assert time.monotonic() < deadline, f"no window “{name}”"
            time.sleep(LOOK_S)
        return found[-1]

    def leave(self) -> None:
        """Close the window by its key."""
        self.hands.key("ctrl+q")
        assert self.process.wait(WAIT_S) == 0


def _is_composer(one: Seen) -> bool:
    return one.kind == "Editor" or one.name == "composer"


def _seen(found: dict[str, Any]) -> Seen:
    x, y = found.pop("at")
    return Seen(at=(x, y), **found)


@contextmanager
def window(
    display: str, folder: Path, *words: str, browser: Path | None = None, **env: str
) -> Iterator[Somebody]:
    """The program with its window, and somebody in front of it. `browser` is a folder with the
    command that opens the system's browser."""
    folder.mkdir(parents=True, exist_ok=True)
    variables = {
        **os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "TUPPENCE_HOME": str(folder),
        "PYTHONFAULTHANDLER": "1", "LC_ALL": "C.UTF-8", "NO_AT_BRIDGE": "1",
        "PYTHONPATH": str(ROOT), **env,
    }  # fmt: skip
    if browser is not None:
        variables["PATH"] = f"{browser}{os.pathsep}{variables['PATH']}"
    with (folder / "said.txt").open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tests.end_to_end.hosted.seen_window", *words],
            cwd=ROOT, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said,
            text=True,
        )  # fmt: skip
    try:
        yield Somebody(process, display, folder / "said.txt")
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def install_browser(folder: Path, program: str) -> Path:
    """The command that systems open links with, leading to this Chromium."""
    folder.mkdir(parents=True, exist_ok=True)
    command = folder / "xdg-open"
    command.write_text(
        BROWSER.format(program=program, profile=folder / "profile", pids=folder / "pids")
    )
    command.chmod(0o755)
    return folder


def close_browser(folder: Path) -> None:
    """End what this command started."""
    pids = folder / "pids"
    for pid in pids.read_text().split() if pids.exists() else ():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGTERM)


@contextmanager
def copied_elsewhere(display: str, text: str) -> Iterator[None]:
    """Another program on the screen from which somebody copied a text."""
    with subprocess.Popen(
        [sys.executable, "-P", "-c", COPYING], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}, text=True,
    ) as program:  # fmt: skip
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(text)
        program.stdin.close()
        assert program.stdout.readline() == "copied\n"
        try:
            yield
        finally:
            program.kill()
