"""What runs again and again beside the requests, in every worker; no job ends another."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """`work` is done every `every_s` seconds, give or take a tenth, so that workers spread out.
    It may run in every copy of the server at once."""

    name: str
    every_s: float
    work: Callable[[], Awaitable[object]]


@asynccontextmanager
async def running(jobs: Iterable[Job]) -> AsyncIterator[None]:
    """The jobs run until the block ends; one that works then is cancelled and waited for."""
    tasks = [asyncio.create_task(_again_and_again(job), name=job.name) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _again_and_again(job: Job) -> None:
    while True:
        await asyncio.sleep(job.every_s * random.uniform(0.9, 1.1))
        await _once(job)


async def _once(job: Job) -> None:
    # A job that fails is tried again at its next turn; the others must not notice.
    task = asyncio.ensure_future(job.work())
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait([task])
        raise
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("the job %s failed: %s", job.name, error, exc_info=error)
