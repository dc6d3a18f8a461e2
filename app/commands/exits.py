"""How a command ends: its exit code, and an error as the one line it says."""

from __future__ import annotations

from app.errors import TuppenceError

DONE, FAILED, WRONG_USE, REFUSED, INTERRUPTED = 0, 1, 2, 3, 130


def one_line(error: TuppenceError) -> str:
    """An error with its advice in a single line."""
    return " ".join(str(error).split())
