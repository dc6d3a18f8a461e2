"""Work that turns wait for: until it is done, or until something else happens first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

_log = logging.getLogger(__name__)


async def done_before(
    event: asyncio.Event, work: asyncio.Future[Any], limit_s: float | None = None
) -> bool:
    """Wait for a piece of work, but no longer than for an event; whether the work is done."""
    waiting = asyncio.ensure_future(event.wait())
    either: set[asyncio.Future[Any]] = {work, waiting}
    try:
        await asyncio.wait(either, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    return work.done()


def start_task(
    work: Coroutine[Any, Any, None], defect: Callable[[], None] | None = None
) -> asyncio.Task[None]:
    """Begin a piece of work; a defect in it is logged when it happens, not when the task is
    forgotten, and `defect` is called, so that nobody waits for it in vain."""
    task = asyncio.get_running_loop().create_task(work)
    task.add_done_callback(partial(_report, defect))
    return task


def _report(defect: Callable[[], None] | None, task: asyncio.Task[None]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        _log.error("a turn failed", exc_info=error)
        if defect is not None:
            defect()
