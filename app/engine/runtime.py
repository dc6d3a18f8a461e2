"""The core's own thread: a plain asyncio loop that takes commands and gives events.

The window starts it after its first paint. Heavy imports happen on this thread, never before: the
seam's many small classes alone would hold up the first key for longer than a tenth of a second.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from app.errors import TuppenceError

if TYPE_CHECKING:
    import asyncio

    from app.engine.core import Core
    from app.engine.outbox import Outbox
    from app.seam.commands import Command
    from app.seam.events import Event

_log = logging.getLogger(__name__)

OpenCore = Callable[[Callable[["Event"], None]], "Awaitable[Core]"]


class Engine:
    """`EnginePort` over a thread. `open_core` runs on that thread and does the slow imports."""

    def __init__(self, open_core: OpenCore, wake: Callable[[], None]) -> None:
        self._open_core = open_core
        self._wake = wake
        self._outbox: Outbox | None = None  # made by the thread, before anything is put in
        self._waiting: list[Command] = []
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = False
        self._stop_asked: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> None:
        """Start the thread; commands submitted earlier are kept in order."""
        self._thread.start()

    def submit(self, command: Command) -> None:
        """Hand a command to the core; refused after `stop`."""
        with self._lock:
            if self._stopping:
                return
            loop = self._loop
            if loop is None:
                self._waiting.append(command)
                return
            loop.call_soon_threadsafe(self._take, command)

    def drain(self) -> Sequence[Event]:
        """The events since the last call."""
        return () if self._outbox is None else self._outbox.drain()

    def stop(self) -> None:
        """Refuse further commands, settle and close; `EngineStopped` follows."""
        with self._lock:
            first = not self._stopping
            self._stopping = True
            if not first:
                return
            if self._loop is not None and self._stop_asked is not None:
                self._loop.call_soon_threadsafe(self._stop_asked.set)
                return
        if not self._thread.is_alive():
            from app.seam.events import EngineStopped

            self._box().put(EngineStopped())

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread to end; False where it did not in time."""
        if self._thread.ident is None:
            return True
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        import asyncio

        from app.seam import events

        box, clean = self._box(), False
        try:
            asyncio.run(self._main(box))
            clean = True
        finally:
            with self._lock:
                # From here on nobody takes an order: the loop is closed.
                self._loop, self._stopping = None, True
            if not clean:
                box.put(
                    events.EngineFailed(
                        "The core of Tuppence stopped unexpectedly.",
                        "Everything acknowledged is saved. Start Tuppence again; the log says why.",
                    )
                )
            box.put(events.EngineStopped())

    def _box(self) -> Outbox:
        """The box of events, made by who first puts something in."""
        from app.engine.outbox import Outbox

        if self._outbox is None:
            self._outbox = Outbox(self._wake)
        return self._outbox

    async def _main(self, box: Outbox) -> None:
        import asyncio

        from app.seam import commands, events

        stop_asked = asyncio.Event()
        with self._lock:
            self._stop_asked = stop_asked
            if self._stopping:
                return
        try:
            self._core = await self._open_core(box.put)
        except TuppenceError as error:
            _log.error("the core did not open: %s", error)
            box.put(events.EngineFailed(error.message, error.advice))
            with self._lock:
                self._loop = asyncio.get_running_loop()
                self._waiting.clear()
                if self._stopping:
                    stop_asked.set()
            await stop_asked.wait()
            return
        from app.engine.dispatch import Dispatcher

        self._dispatcher = Dispatcher(self._core)
        with self._lock:
            self._loop = asyncio.get_running_loop()
            waiting, self._waiting = self._waiting, []
            if self._stopping:
                stop_asked.set()
        for command in waiting:
            self._take(command)
        # Programs on this computer that serve models are found by themselves.
        self._take(commands.FindLocalModels())
        await stop_asked.wait()
        try:
            await self._dispatcher.close()
        finally:
            await self._core.close()

    def _take(self, command: Command) -> None:
        if hasattr(self, "_dispatcher"):
            self._dispatcher.take(command)
