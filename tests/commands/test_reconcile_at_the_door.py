"""`reconcile` as a process of its own: without a window, and in the window's core."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Protocol

from tests.commands.test_remote import WINDOW, Window, window

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "usage_reports"
WORDS = ("reconcile", "--month", "2026-11", "--csv", "openrouter-days.csv")
__all__ = ["WINDOW", "window"]


class Done(Protocol):
    code: int
    out: str
    err: str


class CommandLine(Protocol):
    environment: dict[str, str]

    def __call__(self, *words: str, stdin: str = "", cwd: Path | None = None) -> Done: ...


def test_a_file_is_compared_without_a_window(tuppence: CommandLine) -> None:
    done = tuppence(*WORDS, cwd=GOLDEN)
    assert (done.code, done.err) == (0, "")
    assert "calls that were not made through Tuppence (+1 calls, +$0.0004)" in done.out


def test_a_file_in_the_visitors_folder_is_compared_in_the_window(
    tuppence: CommandLine, window: Window
) -> None:
    alone = tuppence(*WORDS, "--json", cwd=GOLDEN)
    window()
    done = tuppence(*WORDS, "--json", cwd=GOLDEN)
    assert done.code == 0
    assert json.loads(done.out) == json.loads(alone.out)


def test_the_exit_code_says_that_something_is_wrong(tuppence: CommandLine) -> None:
    done = tuppence("reconcile", "--csv", "nothing.csv", cwd=GOLDEN)
    assert done.code == 1
    assert done.err.startswith("tuppence: nothing.csv: it cannot be opened")


def test_an_admin_key_is_read_from_standard_input_and_never_from_the_words(
    tuppence: CommandLine,
) -> None:
    secret = "sk-proj-0123456789abcdef"
    done = tuppence("reconcile", "--add-admin-key", "--provider", "openai", "--where", "vault",
                    stdin=f"{secret}\n")  # fmt: skip
    assert done.code == 1
    assert "another kind of key, the admin key" in done.err
    assert secret not in done.err + done.out
    help_ = subprocess.run(
        [sys.executable, "-m", "app", "reconcile", "--help"], env=tuppence.environment,
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert "asked for without showing it" in " ".join(help_.stdout.split())
