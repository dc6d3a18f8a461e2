"""Files that the user names: only regular ones are opened, and reading may be left behind.

A pipe without a writer or a share that is gone can hold a thread for ever. Such a thread belongs
to nobody: neither the loop nor the program's end waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

from app.errors import TuppenceError

T = TypeVar("T")
# A pipe that took a file's place after it was looked at is opened without waiting for a writer.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class NotRegularError(OSError):
    """A pipe, socket or device: it has no end, or none that can be known."""


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading; raises NotRegularError, and OSError as `open` does."""
    # Looked at first, since opening a device can already do something.
    _require_regular(os.stat(path))
    number = os.open(path, _FLAGS)
    try:
        _require_regular(os.fstat(number))
    except OSError:
        os.close(number)
        raise
    return os.fdopen(number, "rb")


async def in_own_thread(work: Callable[[], T], *, timeout_s: float) -> T:
    """Run blocking work in a thread that nobody has to wait for.

    Raises TimeoutError after `timeout_s` and what `work` raises; the thread goes on, and what it
    has to say by then is dropped.
    """
    answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    threading.Thread(target=_run, args=(work, answer), name="user file", daemon=True).start()
    async with asyncio.timeout(timeout_s):
        return await answer


def _run(work: Callable[[], T], answer: asyncio.Future[T]) -> None:
    # Anything but a reason for the user is a defect: the thread's hook reports it, and who waits
    # hears of it as of any other.
    deliver: Callable[[], None] = _failing(answer, RuntimeError("the work in a thread failed"))
    try:
        deliver = _succeeding(answer, work())
    except (TuppenceError, OSError) as error:
        deliver = _failing(answer, error)
    finally:
        # The loop may be closed by now: then nobody waits for this answer.
        with contextlib.suppress(RuntimeError):
            answer.get_loop().call_soon_threadsafe(deliver)


def _succeeding(answer: asyncio.Future[T], result: T) -> Callable[[], None]:
    return lambda: None if answer.done() else answer.set_result(result)


def _failing(answer: asyncio.Future[T], error: Exception) -> Callable[[], None]:
    return lambda: None if answer.done() else answer.set_exception(error)


def _require_regular(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise NotRegularError("no regular file")
