"""Work that turns wait for: until it is done, or until something else happens first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
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


def start_task(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    task = asyncio.get_running_loop().create_task(work)
    task.add_done_callback(_report)
    return task


def _report(task: asyncio.Task[None]) -> None:
    """A defect in a turn is logged when it happens, not when the task is forgotten."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        _log.error("a turn failed", exc_info=error)
