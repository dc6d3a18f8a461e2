"""What a command reads and writes, wherever it runs: in this terminal, or in the running window.

A command writes through this and never to `sys.stdout` itself.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from app.errors import TuppenceError

STDIN_BYTES_MAX = 16 * 1024 * 1024
PASSPHRASE_VARIABLE = "TUPPENCE_PASSPHRASE"
KEY_PROMPT = "Key: "
PASSPHRASE_PROMPT = "Passphrase of the vault: "


class Streams(Protocol):
    """The other end of a command. `folder` is where it was typed; relative paths start there.

    Writing raises BrokenPipeError when nobody reads any more.
    """

    folder: Path
    local: bool  # false where the command runs in a window that goes on afterwards

    async def out(self, text: str) -> None: ...
    async def err(self, text: str) -> None: ...

    async def read_input(self) -> str:
        """Standard input whole; empty where it is a terminal."""
        ...

    async def ask_secret(self) -> str:
        """A key typed without showing it, or a line of standard input; empty: none."""
        ...

    async def ask_passphrase(self) -> str:
        """The vault's passphrase, from a terminal or TUPPENCE_PASSPHRASE; empty: none."""
        ...


class InputTooLong(TuppenceError):
    """More on standard input than a message may have."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person gave to a command before it began."""

    text: str = ""
    secret: str = ""


def read_ahead(arguments: argparse.Namespace) -> Typed:
    """Read what a command will ask for before the data folder is held: it may take its time."""
    match arguments.command:
        case "ask":
            return Typed(text=read_input())
        case "keys" if arguments.action == "add" and not arguments.no_key:
            return Typed(secret=ask_secret(KEY_PROMPT))
        case "account" if arguments.action in ("confirm-email", "finish-find"):
            return Typed(secret=ask_secret("Code: "))
        case "account" if arguments.action == "passphrase":
            return Typed(secret=ask_secret("Passphrase of the plan: "))
        case "account" if arguments.action == "license" and arguments.paste:
            return Typed(text=read_input())
        case "reconcile" if arguments.add_admin_key:
            return Typed(secret=ask_secret(KEY_PROMPT))
        case _:
            return Typed()


class Terminal:
    """The process's own streams. Reading blocks the loop, on which nothing else runs meanwhile."""

    local = True

    def __init__(self, typed: Typed) -> None:
        self.folder = Path.cwd()
        self._typed = typed

    async def out(self, text: str) -> None:
        write(sys.stdout, text)

    async def err(self, text: str) -> None:
        write(sys.stderr, text)

    async def read_input(self) -> str:
        return self._typed.text

    async def ask_secret(self) -> str:
        return self._typed.secret

    async def ask_passphrase(self) -> str:
        return ask_passphrase()


def write(stream: TextIO, text: str) -> None:
    """Write and flush, so that an answer is seen as it comes."""
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = stream.encoding or "ascii"
        stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()


def read_input() -> str:
    """Standard input as text, empty where it is a terminal or closed; raises InputTooLong."""
    stdin = sys.stdin
    if stdin is None or stdin.closed or stdin.isatty():
        return ""
    content = stdin.buffer.read(STDIN_BYTES_MAX + 1)
    if len(content) > STDIN_BYTES_MAX:
        raise InputTooLong(
            "There is more than 16 MB on standard input.", "Send a part of it, or attach a file."
        )
    return content.decode("utf-8-sig", "replace")


def ask_secret(prompt: str) -> str:
    """A line without echo from the terminal, else one line of standard input."""
    if sys.stdin is not None and not sys.stdin.closed and not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return _from_terminal(prompt)


def ask_passphrase() -> str:
    """TUPPENCE_PASSPHRASE, else a line from the terminal, else one of standard input."""
    if given := os.environ.get(PASSPHRASE_VARIABLE):
        return given
    if _has_terminal():
        return _from_terminal(PASSPHRASE_PROMPT)
    return ask_secret(PASSPHRASE_PROMPT)


def _from_terminal(prompt: str) -> str:
    import getpass

    # A running loop takes Ctrl+C for itself and would go on waiting for the line.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return getpass.getpass(prompt)
    except EOFError:
        return ""
    finally:
        signal.signal(signal.SIGINT, before)


def _has_terminal() -> bool:
    if os.name == "nt":
        return sys.stdin is not None and sys.stdin.isatty()
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
