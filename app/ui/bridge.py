"""Between the window's thread and the core: commands out, events in.

While an answer streams they come at most every 33 ms, since each piece of it is laid out and
painted; otherwise as soon as 4 ms after the last ones, so that a quote does not wait behind them.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, QTimer, Signal

from app.ui import words

if TYPE_CHECKING:
    # Not at run time: the first paint does not wait for the seam's many small classes.
    from app.seam.commands import Command
    from app.seam.port import EnginePort
    from app.ui.core_views import Translated

STREAMING_INTERVAL_MS, INTERVAL_MS = 33, 4


class Bridge(QObject):
    """Emits every event of the core on the window's thread; idle while nothing happens."""

    event = Signal(object)  # type: ignore[assignment]
    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._port: EnginePort | None = None
        self._waiting: list[Command] = []
        self._drained_at = 0.0
        self._interval_ms = INTERVAL_MS
        self._language: Translated | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)

    def connect_port(self, port: EnginePort) -> None:
        """Use this core; its `wake` must be this bridge's `wake`.

        What was ordered before there was one is handed over now.
        """
        if self._port is None:
            self._listen()
        self._port = port
        waiting, self._waiting = self._waiting, []
        for command in waiting:
            port.submit(command)

    def wake(self) -> None:
        """Something is in the box. May be called from any thread."""
        self._woken.emit()

    def submit(self, command: Command) -> None:
        """Send an order to the core."""
        if self._port is None:
            self._waiting.append(command)
        else:
            self._port.submit(command)

    def stop(self) -> None:
        """Ask the core to settle, save and close."""
        if self._port is not None:
            self._port.stop()

    def _listen(self) -> None:
        from PySide6.QtCore import Qt

        if words.locale().language() != QLocale.Language.English:
            from app.ui.core_views import translated

            self._language = translated(words.locale().name().partition("_")[0])
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._woken.connect(self._on_woken, Qt.ConnectionType.QueuedConnection)

    def _on_woken(self) -> None:
        if self._timer.isActive():
            return
        since_ms = (time.monotonic() - self._drained_at) * 1000
        self._timer.start(max(0, round(self._interval_ms - since_ms)))

    def _on_timeout(self) -> None:
        if self._port is None:
            return
        from app.seam.events import TextArrived, ThinkingArrived

        self._drained_at = time.monotonic()
        events = self._port.drain()
        streams = any(isinstance(event, TextArrived | ThinkingArrived) for event in events)
        self._interval_ms = STREAMING_INTERVAL_MS if streams else INTERVAL_MS
        for event in events:
            self.event.emit(event if self._language is None else self._language.event(event))
