"""Terminals and pipes: nothing is echoed, nobody is held up, an interrupt is heard."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import pytest

KEY = "sk-test-0123456789abcdefghijklmnop"
PASSPHRASE = "typed at the terminal"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="terminals are otherwise there")


class Done(Protocol):
    code: int
    out: str
    err: str


class CommandLine(Protocol):
    home: Path
    environment: dict[str, str]

    def __call__(self, *words: str, stdin: str = "") -> Done: ...
    def argv(self, *words: str) -> list[str]: ...


class Terminal:
    """A command with a real terminal around it."""

    def __init__(self, words: list[str], environment: dict[str, str]) -> None:
        import pty

        self.process_id, self._master = pty.fork()
        if self.process_id == 0:
            os.execve(words[0], words, environment)
        self.shown = ""

    def wait_for(self, prompt: str) -> None:
        while prompt not in self.shown:
            piece = self._read()
            assert piece, f"ended without asking {prompt!r}: {self.shown}"

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def end(self) -> int:
        while self._read():
            continue
        _, status = os.waitpid(self.process_id, 0)
        os.close(self._master)
        return os.waitstatus_to_exitcode(status)

    def _read(self) -> str:
        try:
            piece = os.read(self._master, 4096).decode()
        except OSError:  # Linux says so when the other side is closed
            return ""
        self.shown += piece
        return piece


def _add_words(tuppence: CommandLine) -> list[str]:
    words = ("keys", "add", "--provider", "openai", "--where", "vault", "--unchecked")
    return tuppence.argv(*words)


def test_key_and_passphrase_are_asked_for_and_not_shown(tuppence: CommandLine) -> None:
    del tuppence.environment["TUPPENCE_PASSPHRASE"]
    terminal = Terminal(_add_words(tuppence), tuppence.environment)
    terminal.wait_for("Key: ")
    terminal.type(f"{KEY}\n")
    terminal.wait_for("Passphrase of the vault: ")
    terminal.type(f"{PASSPHRASE}\n")
    assert terminal.end() == 0, terminal.shown
    assert KEY not in terminal.shown
    assert PASSPHRASE not in terminal.shown
    (key,) = json.loads(tuppence("keys", "list", "--json").out)
    assert (key["ends_in"], key["where"]) == ("mnop", "vault")


@pytest.mark.parametrize("prompt", ["Key: ", "Passphrase of the vault: "])
def test_an_interrupt_at_a_question_ends_the_command(tuppence: CommandLine, prompt: str) -> None:
    del tuppence.environment["TUPPENCE_PASSPHRASE"]
    terminal = Terminal(_add_words(tuppence), tuppence.environment)
    terminal.wait_for("Key: ")
    if prompt != "Key: ":
        terminal.type(f"{KEY}\n")
        terminal.wait_for(prompt)
    terminal.type("\x03")
    assert terminal.end() == 130, terminal.shown
    assert "Traceback" not in terminal.shown
    assert json.loads(tuppence("keys", "list", "--json").out) == []


def test_key_and_passphrase_can_come_through_a_pipe(tuppence: CommandLine) -> None:
    del tuppence.environment["TUPPENCE_PASSPHRASE"]
    done = subprocess.run(
        _add_words(tuppence), input=f"{KEY}\n{PASSPHRASE}\n", capture_output=True, text=True,
        env=tuppence.environment, start_new_session=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tuppence.home / "vault.json").exists()


def test_a_slow_pipe_does_not_hold_up_other_commands(tuppence: CommandLine) -> None:
    slow = subprocess.Popen(
        tuppence.argv("ask", "-m", "demo"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=tuppence.environment,
    )  # fmt: skip
    assert tuppence("chats", "list").code == 0
    assert slow.poll() is None
    out, err = slow.communicate("a late question", timeout=60)
    assert slow.returncode == 0, err
    assert out


def test_an_interrupt_while_a_pipe_is_read_is_heard(tuppence: CommandLine) -> None:
    waiting = subprocess.Popen(
        [*tuppence.argv()[:1], "-c", _TELL_WHEN_READING], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=tuppence.environment,
    )  # fmt: skip
    assert waiting.stdout is not None
    assert waiting.stdout.readline() == "reading\n"
    waiting.send_signal(signal.SIGINT)
    assert waiting.wait(30) == 130
    _, err = waiting.communicate()
    assert "Traceback" not in err


# The command line, saying when it begins to wait for its standard input.
_TELL_WHEN_READING = """
import sys
from app.commands import streams
from app.commands.entry import main
reads = streams.read_input
def tell_and_read():
    print("reading", flush=True)
    return reads()
streams.read_input = tell_and_read
sys.exit(main(["ask", "-m", "demo"]))
"""


def test_too_much_on_standard_input_is_refused(tuppence: CommandLine) -> None:
    done = tuppence("ask", "-m", "demo", stdin="x" * (16 * 1024 * 1024 + 1))
    assert (done.code, done.out) == (1, "")
    assert "more than 16 MB" in done.err
