"""Commands and second starts at a running window's door, each in a process of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from app.instance import LOCK_NAME, Kind, connect, read_holder, take, take_window

# A window without Qt: the real door and the real core of the demo, until standard input ends.
WINDOW = """
import asyncio, os, sys
from app.commands.remote import Door
from app.config import load_config, load_paths
from app.engine.wiring import open_core
from app.errors import StoreError
from app.instance import take_window
from app.logs import start_logging

def say(word):
    print(word, flush=True)

async def main(core_opens):
    paths = load_paths(os.environ)
    start_logging(paths.logs, "info")
    config, _ = load_config(paths, os.environ)
    place = take_window(paths.data)
    door = Door(place, lambda: say("raised"))
    await door.open()
    say("open")
    if core_opens != "yes":
        door.refuse(StoreError("The disk reported an error.", "Check the disk."))
    if core_opens == "later":
        door.close()
        door = Door(place, lambda: say("raised"))
        await door.open()
    if core_opens == "no":
        await asyncio.to_thread(sys.stdin.read)
    else:
        core = await open_core(paths, config, lambda event: None, demo=True)
        door.admit(core)
        await asyncio.to_thread(sys.stdin.read)
        door.close()
        await core.close()
    place.release()

asyncio.run(main(sys.argv[1]))
"""


class Done(Protocol):
    code: int
    out: str
    err: str


class CommandLine(Protocol):
    home: Path
    environment: dict[str, str]

    def __call__(self, *words: str, stdin: str = "", cwd: Path | None = None) -> Done: ...
    def begin(self, *words: str) -> subprocess.Popen[str]: ...


Window = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def window(tuppence: CommandLine) -> Iterator[Window]:
    running: list[subprocess.Popen[str]] = []

    def begin(core_opens: str = "yes") -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", WINDOW, core_opens], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, env=tuppence.environment,
        )  # fmt: skip
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        return process

    yield begin
    for process in running:
        process.communicate("", timeout=30)


def test_a_command_runs_in_the_window_that_is_open(tuppence: CommandLine, window: Window) -> None:
    window()
    done = tuppence("ask", "-m", "demo", "Hello", "there")
    assert done.code == 0, done.err
    assert done.out.strip()
    assert done.err.endswith("· demo\n")
    assert "Hello there" in tuppence("chats", "list").out


def test_a_core_that_opens_at_the_second_try_takes_commands(
    tuppence: CommandLine, window: Window
) -> None:
    window("later")
    assert tuppence("chats", "list").code == 0


def test_what_was_asked_in_the_window_is_there_after_it(
    tuppence: CommandLine, window: Window
) -> None:
    process = window()
    assert tuppence("ask", "-m", "demo", "Hello there").code == 0
    process.communicate("", timeout=30)
    assert "Hello there" in tuppence("chats", "list").out


def test_standard_input_reaches_the_window(tuppence: CommandLine, window: Window) -> None:
    window()
    assert tuppence("ask", "-m", "demo", "Sum up:", stdin="piped words\n").code == 0
    found = tuppence("chats", "search", "piped", "--json")
    assert len(json.loads(found.out)) == 1


def test_a_file_is_written_where_the_command_was_typed(
    tuppence: CommandLine, window: Window, tmp_path: Path
) -> None:
    window()
    tuppence("ask", "-m", "demo", "Hello there")
    done = tuppence("export", "Hello there", "-o", "chat.md", cwd=tmp_path)
    assert done.code == 0, done.err
    assert (tmp_path / "chat.md").read_text().startswith("# Hello there")


def test_failures_come_back_with_their_code(tuppence: CommandLine, window: Window) -> None:
    window()
    done = tuppence("export", "nothing of this name")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("tuppence: There is no chat “nothing of this name”.")


def test_wrong_use_is_said_without_asking_the_window(tuppence: CommandLine, window: Window) -> None:
    window()
    assert tuppence("ask", "--frobnicate").code == 2


def test_an_interrupted_command_stops_its_answer_in_the_window(
    tuppence: CommandLine, window: Window
) -> None:
    import signal

    window()
    asking = tuppence.begin("ask", "-m", "demo", "Tell me a long story")
    assert asking.stdout is not None
    assert asking.stdout.read(1)
    asking.send_signal(signal.SIGINT)
    _, err = asking.communicate(timeout=30)
    assert asking.returncode == 130
    assert "Traceback" not in err
    assert "Tell me a long story" in tuppence("chats", "list").out


def test_the_window_goes_on_when_a_command_is_killed(tuppence: CommandLine, window: Window) -> None:
    window()
    asking = tuppence.begin("ask", "-m", "demo", "Tell me a long story")
    assert asking.stdout is not None
    assert asking.stdout.read(1)
    asking.kill()
    asking.communicate()
    assert tuppence("ask", "-m", "demo", "And another").code == 0


def test_a_window_that_ends_under_a_command_is_said_so(
    tuppence: CommandLine, window: Window
) -> None:
    process = window()
    asking = tuppence.begin("ask", "-m", "demo", "Tell me a long story")
    assert asking.stdout is not None
    assert asking.stdout.read(1)
    process.kill()
    _, err = asking.communicate(timeout=30)
    assert asking.returncode == 1
    assert "The window was closed before this was done." in err
    assert "Traceback" not in err


def test_a_core_that_did_not_open_is_said_to_the_command(
    tuppence: CommandLine, window: Window
) -> None:
    window("no")
    done = tuppence("chats", "list")
    assert (done.code, done.out) == (1, "")
    assert done.err == "tuppence: The disk reported an error. Check the disk.\n"


@pytest.mark.parametrize("core_opens", ["yes", "no", "later"])
def test_a_second_start_brings_the_window_forward(
    tuppence: CommandLine, window: Window, core_opens: str
) -> None:
    process = window(core_opens)
    assert take_window(tuppence.home) is None
    assert process.stdout is not None
    assert process.stdout.readline() == "raised\n"


@pytest.mark.parametrize(
    "knock",
    [
        b"",
        b"\n",
        b"rubbish\n",
        b"[" * 100_000 + b"\n",
        b'{"token": "wrong", "ask": "raise"}\n',
        b'{"token": 7, "ask": "raise"}\n',
        b'{"ask": "run", "words": ["chats", "list"]}\n',
    ],
)
def test_a_stranger_at_the_door_gets_no_answer(
    tuppence: CommandLine, window: Window, knock: bytes
) -> None:
    process = window("no")
    holder = read_holder(tuppence.home)
    assert holder is not None
    door = connect(holder, 10)
    assert door is not None
    with door:
        door.sendall(knock)
        door.shutdown(socket.SHUT_WR)
        assert door.recv(100) == b""
    assert take_window(tuppence.home) is None
    assert process.stdout is not None
    assert process.stdout.readline() == "raised\n"


def test_commands_at_once_take_turns(tuppence: CommandLine) -> None:
    asking = [tuppence.begin("ask", "-m", "demo", f"Question {number}") for number in range(3)]
    outcomes = [(process.communicate(timeout=60), process.returncode) for process in asking]
    assert [code for _, code in outcomes] == [0, 0, 0], outcomes
    assert len(json.loads(tuppence("chats", "list", "--json").out)) == 3


def test_a_lock_left_by_a_killed_window_does_not_hold_up_a_command(
    tuppence: CommandLine, window: Window
) -> None:
    process = window()
    process.kill()
    process.wait()
    assert (tuppence.home / LOCK_NAME).read_bytes()
    assert tuppence("chats", "list").code == 0
    place = take(tuppence.home, Kind.COMMAND)
    assert place is not None
    place.release()
