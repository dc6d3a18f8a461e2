"""Locks between processes: one makes an environment at a time, and one in use is not removed.

Both are the operating system's own file locks, so a killed process leaves none behind.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the file alone; waits, and says so, while another process has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if not _try_lock(file.fileno()):
            print("Another start is setting up the environment; waiting for it.", file=sys.stderr)
            _lock(file.fileno())
        yield


def mark_in_use(path: Path) -> None:
    """Share the file until this process, or the program that it becomes, has ended."""
    if os.name == "nt":
        return  # Windows refuses to remove a program that runs
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    os.set_inheritable(descriptor, True)


def is_in_use(path: Path) -> bool:
    """Whether a process shares the file at this moment."""
    if os.name == "nt" or not path.exists():
        return False
    with path.open("a+b") as file:
        return not _try_lock(file.fileno())


def _try_lock(descriptor: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _lock(descriptor: int) -> None:
    if os.name == "nt":
        import time

        while not _try_lock(descriptor):
            time.sleep(0.2)  # Windows has no lock that waits for longer than ten seconds
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
