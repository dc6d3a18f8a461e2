"""A command's side of the window's door: hand over the words, print what comes back."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator

from app.commands.streams import Typed, ask_passphrase, write
from app.commands.wire import LINE_BYTES_MAX, Line, decode_line, encode_line, text_of
from app.errors import TuppenceError
from app.instance import Holder, connect

HELLO_TIMEOUT_S = 15.0


class WindowLeft(TuppenceError):
    """The window ended while a command ran in it."""


def hand_over(holder: Holder, words: list[str], typed: Typed) -> int | None:
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
            return _follow(door, lines.readline, typed)


def _follow(door: socket.socket, next_line: Callable[[int], bytes], typed: Typed) -> int:
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
        code = _take(door, line, typed)
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


def _take(door: socket.socket, line: Line, typed: Typed) -> int | None:
    if "out" in line:
        write(sys.stdout, text_of(line, "out"))
    elif "err" in line:
        write(sys.stderr, text_of(line, "err"))
    elif "question" in line:
        with contextlib.suppress(OSError):
            door.sendall(encode_line(answer=_answer(text_of(line, "question"), typed)))
    elif isinstance(code := line.get("exit"), int):
        return code
    return None


def _answer(question: str, typed: Typed) -> str:
    match question:
        case "text":
            return typed.text
        case "secret":
            return typed.secret
        case "passphrase":
            return ask_passphrase()
        case _:
            return ""
