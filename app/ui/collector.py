"""Python's cycle collector, moved to quiet moments of the window's own thread.

Left alone it runs on whichever thread allocates, and a Qt object that it destroys on another
thread than its own can end the program. It also stalls an answer that streams.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, QTimer

LOOK_INTERVAL_MS = 2_000
YOUNG_OBJECTS_MAX = 3_000
QUIET_S = 10.0
YOUNG_RUNS_BEFORE_FULL = 20


class QuietCollector(QObject):
    """Collects young objects often and all of them when nothing has happened for a while.

    `note` tells it that something happened.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._noted_s = time.monotonic()
        self._young_runs = 0
        self._timer = QTimer(self, interval=LOOK_INTERVAL_MS)
        self._timer.timeout.connect(self._on_timeout)

    def start(self) -> None:
        """Take what the start has made as there to stay, then look from time to time."""
        gc.freeze()
        self._timer.start()

    def note(self) -> None:
        self._noted_s = time.monotonic()

    def _on_timeout(self) -> None:
        quiet = time.monotonic() - self._noted_s > QUIET_S
        if quiet and self._young_runs >= YOUNG_RUNS_BEFORE_FULL:
            self._young_runs = 0
            gc.collect()
        elif gc.get_count()[0] > YOUNG_OBJECTS_MAX:
            self._young_runs += 1
            gc.collect(1)
