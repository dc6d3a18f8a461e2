"""Every command finds its handler here, and no command can end the core.

Quick commands run at once, in order; slow ones become tasks that are cancelled at the stop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from app.engine.core import Core
from app.engine.handlers.table import HANDLERS
from app.errors import TuppenceError
from app.seam import events
from app.seam.commands import Command, SendMessage
from app.seam.views import FaultView

_log = logging.getLogger(__name__)

Handler = Callable[[Core, Any], Coroutine[Any, Any, None] | None]


class Dispatcher:
    """Runs commands on the engine's loop."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, command: Command) -> None:
        """Run a command; what goes wrong becomes a notice."""
        handler: Handler = HANDLERS[type(command)]
        work = self._guarded(command, handler)
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, command: Command, handler: Handler) -> None:
        try:
            result = handler(self._core, command)
            if result is not None:
                await result
        except TuppenceError as error:
            _log.warning("%s: %s", type(command).__name__, error)
            self._core.emit(events.Notice("error", error.message, error.advice))
        except Exception:  # noqa: BLE001 - the command guard
            # The command guard: a defect in one command must not take the others along.
            _log.exception("%s failed", type(command).__name__)
            self._core.emit(_sorry(command))

    async def close(self) -> None:
        """Stop the turns (each settles what it owes), then every other task."""
        await self._core.turns.stop_all()
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)


def _sorry(command: Command) -> events.Event:
    """What the window hears of a defect; what was to be sent stays in the composer."""
    message = "Something went wrong inside Tuppence."
    advice = "Nothing was lost. The details are in the log; please report them."
    if isinstance(command, SendMessage):
        pane = command.panes[0] if command.panes else 0
        return events.SendRefused(command.chat_id, pane, FaultView("Defect", message, advice))
    return events.Notice("error", message, advice)
