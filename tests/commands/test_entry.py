"""Words in, exit codes out."""

from __future__ import annotations

import os
import subprocess
from typing import Protocol

import pytest


class Done(Protocol):
    code: int
    out: str
    err: str


class CommandLine(Protocol):
    environment: dict[str, str]

    def __call__(self, *words: str, stdin: str = "") -> Done: ...
    def argv(self, *words: str) -> list[str]: ...


def test_the_version_is_one_line(tuppence: CommandLine) -> None:
    done = tuppence("--version")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("tuppence ")
    assert done.out.count("\n") == 1


def test_the_version_comes_at_once(tuppence: CommandLine) -> None:
    def spent(words: list[str]) -> float:
        before = os.times()
        subprocess.run(words, env=tuppence.environment, capture_output=True, check=True)
        after = os.times()
        computed = after.children_user + after.children_system
        return computed - before.children_user - before.children_system

    bare = min(spent([tuppence.argv()[0], "-c", "pass"]) for _ in range(5))
    assert min(spent(tuppence.argv("--version")) for _ in range(5)) - bare < 0.1


def test_the_version_makes_no_folder(tuppence: CommandLine) -> None:
    from pathlib import Path

    tuppence("--version")
    assert not Path(tuppence.environment["TUPPENCE_HOME"]).exists()


@pytest.mark.parametrize("words", [("--help",), ("ask", "--help"), ("keys", "add", "-h")])
def test_help_goes_to_standard_output(tuppence: CommandLine, words: tuple[str, ...]) -> None:
    done = tuppence(*words)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("usage: tuppence")


@pytest.mark.parametrize(
    "words",
    [
        ("frobnicate",),
        ("--frobnicate",),
        ("ask", "--frobnicate", "x"),
        ("chats",),
        ("chats", "search"),
        ("keys",),
        ("keys", "remove"),
        ("keys", "add", "--where", "a plain file"),
        ("export",),
        ("export", "x", "--form", "pdf"),
        ("usage", "--month", "2026-13"),
        ("usage", "--month", "November"),
        ("chats", "list", "--limit", "0"),
        ("replay",),
    ],
)
def test_wrong_use_is_told_apart_from_failure(
    tuppence: CommandLine, words: tuple[str, ...]
) -> None:
    done = tuppence(*words)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("tuppence: ")
    assert "usage: tuppence" in done.err


def test_a_key_is_never_taken_from_the_command_line(tuppence: CommandLine) -> None:
    assert tuppence("keys", "add", "sk-proj-0123456789").code == 2


def test_a_folder_that_cannot_be_made_is_one_line(tuppence: CommandLine) -> None:
    tuppence.environment["TUPPENCE_HOME"] = "/proc/nowhere"
    done = tuppence("chats", "list")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("tuppence: The folder /proc/nowhere cannot be made")
    assert done.err.count("\n") == 1
