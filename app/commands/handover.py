"""A command's side of the window's door: hand over the words, print what comes back."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator

from app.commands.streams import ask_passphrase, ask_secret, read_input, write
from app.commands.wire import LINE_BYTES_MAX, Line, decode_line, encode_line, text_of
from app.errors import TuppenceError
from app.instance import Holder, connect

HELLO_TIMEOUT_S = 15.0
_SECRET_PROMPT = "secret:"

_ANSWERS: dict[str, Callable[[], str]] = {"input": read_input, "passphrase": ask_passphrase}


class WindowLeft(TuppenceError):
    """The window ended while a command ran in it."""


def hand_over(holder: Holder, words: list[str]) -> int | None:
    """Run a command in the window; None where no window took it, so that it did not begin.

    Raises WindowLeft when the window ends before the command does.
    """
    door = connect(holder, HELLO_TIMEOUT_S)
    if door is None:
        return None
    with door:
        lines = door.makefile("rb")
        try:
            begin = encode_line(token=holder.token, ask="run", words=words, folder=os.getcwd())
            door.sendall(begin)
            hello = decode_line(lines.readline(LINE_BYTES_MAX))
        except OSError:
            return None
        if hello is None or "hello" not in hello:
            return None
        door.settimeout(None)
        with _passing_on_interrupts(door):
            return _follow(door, lines.readline)


def _follow(door: socket.socket, next_line: Callable[[int], bytes]) -> int:
    """Print what the window says until it names the exit code."""
    while True:
        try:
            line = decode_line(next_line(LINE_BYTES_MAX))
        except OSError:
            line = None
        if line is None:
            raise WindowLeft(
                "The window was closed before this was done.", "What came until then is kept there."
            )
        code = _take(door, line)
        if code is not None:
            return code


@contextlib.contextmanager
def _passing_on_interrupts(door: socket.socket) -> Iterator[None]:
    """Ctrl+C once: the answer is stopped and settled, and its cost still comes. Twice: away."""

    def on_interrupt(number: int, frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        with contextlib.suppress(OSError):
            door.sendall(encode_line(cancel=True))

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _take(door: socket.socket, line: Line) -> int | None:
    if "out" in line:
        write(sys.stdout, text_of(line, "out"))
    elif "err" in line:
        write(sys.stderr, text_of(line, "err"))
    elif "question" in line:
        with contextlib.suppress(OSError):
            door.sendall(encode_line(answer=_answer(text_of(line, "question"))))
    elif isinstance(code := line.get("exit"), int):
        return code
    return None


def _answer(question: str) -> str:
    if question.startswith(_SECRET_PROMPT):
        return ask_secret(question.removeprefix(_SECRET_PROMPT))
    return _ANSWERS[question]() if question in _ANSWERS else ""
