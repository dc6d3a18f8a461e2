"""What one worker knows of the calls that it runs: its name, its gate, its routes, its drains."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, Protocol

from app.server.proxy.beat import Beat
from app.server.proxy.gate import Gate
from app.server.proxy.health import Health
from app.server.proxy.ways import Ways
from app.server.services import OfWorker, Services

LEASE = timedelta(seconds=30)
FINISH_WITHIN_S = 20.0


class Running(Protocol):
    """A call that runs. `dispatched_s` is since when it has been on its way."""

    @property
    def dispatched_s(self) -> float | None: ...

    def carry_out(self) -> Coroutine[Any, Any, None]:
        """Run the call and book its end."""
        ...

    def stop(self) -> None:
        """End it early: the server stops."""
        ...

    def beat(self) -> Beat:
        """A sign of life."""
        ...


class Desk:
    """One for each worker. `owner` is its name in the ledger."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.owner = f"{socket.gethostname()}/{os.getpid()}/{services.clock.new_id()[-8:]}"
        self.gate = Gate(services.settings.limits)
        self.health = Health(services.clock.monotonic)
        self.ways = Ways(services)
        self.running: dict[str, Running] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.drains = 0

    def lease_until(self) -> datetime:
        """Until when a call is this worker's without a word from it."""
        return self.services.clock.now() + LEASE

    def begin(self, run: Running) -> asyncio.Task[None]:
        """Carry out a call, whoever waits for it."""
        return self.keep(run.carry_out())

    def keep(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something that is finished before the worker stops."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def finish(self) -> None:
        """End every call that runs, each in the books; what cannot be booked now is left to the
        resolver of another worker."""
        for run in list(self.running.values()):
            run.stop()
        if self.tasks:
            _, late = await asyncio.wait(self.tasks, timeout=FINISH_WITHIN_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self.ways.aclose()


desk_of = OfWorker(Desk)


async def finish(services: Services) -> None:
    """End what runs, before the database is closed."""
    await desk_of(services).finish()
