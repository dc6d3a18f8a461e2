"""Hearing that the server is to stop while streams are open: it waits for answers that are on
their way, and a stream never ends by itself."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
Handler = Callable[[int, FrameType | None], Any]


class Watch:
    """Calls `stop` in the loop when the process is told to end, and then whoever listened before.
    In a thread that gets no signals it does nothing."""

    def __init__(self, loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
        self._loop = loop
        self._stop = stop
        self._before: dict[int, Any] = {}

    def begin(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        for number in _SIGNALS:
            before = signal.getsignal(number)
            if callable(before):  # who ends the process by default needs no word from us
                self._before[number] = before
                signal.signal(number, self._heard)

    def end(self) -> None:
        """Listen no more, unless somebody else has come after."""
        for number, before in self._before.items():
            if signal.getsignal(number) == self._heard:
                signal.signal(number, before)
        self._before.clear()

    def _heard(self, number: int, frame: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop)
        before: Handler | None = self._before.get(number)
        if before is not None:
            before(number, frame)


def watch_signals(stop: Callable[[], None]) -> Watch:
    """Begin to listen, until `end`."""
    watch = Watch(asyncio.get_running_loop(), stop)
    watch.begin()
    return watch
