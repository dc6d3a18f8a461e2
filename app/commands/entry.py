"""From the words typed to an exit code: 0 done, 1 failed, 2 wrong use, 3 refused by a budget or
waiting for a yes, 130 interrupted.

Whatever fails says so in one line on standard error. Heavy imports happen in the command itself.
"""

from __future__ import annotations

import contextlib
import os
import sys

from app.commands.exits import DONE, FAILED, INTERRUPTED, WRONG_USE, one_line
from app.errors import TuppenceError


def main(words: list[str]) -> int:
    """Run one command and return its exit code."""
    _speak_utf8()
    try:
        return _run(words)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _close_quietly()
        return DONE
    except TuppenceError as error:
        return fail(error)
    finally:
        _flush_quietly()


def fail(error: TuppenceError) -> int:
    """Say what went wrong; returns the exit code for it."""
    from app.commands.parser import WrongUse

    if isinstance(error, WrongUse):
        _say(f"tuppence: {error.message}\n{error.advice}\n")
        return WRONG_USE
    _say(f"tuppence: {one_line(error)}\n")
    return FAILED


def _run(words: list[str]) -> int:
    if words == ["--version"]:  # answered before anything else is imported
        return _print_version()
    from app.commands.parser import HelpAsked, WrongUse, build_parser, parse

    try:
        arguments = parse(words)
    except HelpAsked as asked:
        sys.stdout.write(asked.text)
        return DONE
    if arguments.version:
        return _print_version()
    match arguments.command:
        case None:
            usage = build_parser().format_usage().strip()
            raise WrongUse("a command is missing", usage)
        case "replay":
            from app.commands.replay import run_replay

            return run_replay(arguments)
        case "catalog":
            from app.commands.catalog import run_catalog

            return run_catalog(arguments)
        case "doctor":
            from app.commands.doctor import run_doctor

            return run_doctor(arguments)
        case _:
            from app.commands.place import run_in_place

            return run_in_place(words, arguments)


def _print_version() -> int:
    from app.config import VERSION

    sys.stdout.write(f"tuppence {VERSION}\n")
    return DONE


def _speak_utf8() -> None:
    # A terminal set to another encoding would end the program at the first foreign letter.
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _say(text: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stderr.write(text)


def _flush_quietly() -> None:
    try:
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        _close_quietly()


def _close_quietly() -> None:
    # What is still buffered has no reader; at exit Python would complain about it.
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
