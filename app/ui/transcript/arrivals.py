"""Text that has arrived and is not shown yet: gathered, and shown at most thirty times a second.

Panes that stream side by side take turns within the interval, so that their work never adds up
to one long stall.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer

INTERVAL_MS = 33
PHASES_MS = (2, 10, 18, 26)


_numbers = count()


class Arrivals(QObject):
    """Gathers text and thinking by message; `show` is called when there is some to take."""

    def __init__(self, parent: QObject, show: Callable[[], None]) -> None:
        super().__init__(parent)
        self._phase_ms = PHASES_MS[next(_numbers) % len(PHASES_MS)]
        self._since_shown = QElapsedTimer()
        self._text: dict[str, list[str]] = {}
        self._thinking: dict[str, list[str]] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(show)

    def add_text(self, message_id: str, text: str) -> None:
        self._text.setdefault(message_id, []).append(text)
        self._plan()

    def add_thinking(self, message_id: str, text: str) -> None:
        self._thinking.setdefault(message_id, []).append(text)
        self._plan()

    def take(self) -> dict[str, tuple[str, str]]:
        """Text and thinking by message, and nothing is left."""
        self._timer.stop()
        self._since_shown.start()
        taken = {
            message_id: ("".join(self._text.get(message_id, ())),
                         "".join(self._thinking.get(message_id, ())))
            for message_id in {**self._text, **self._thinking}
        }  # fmt: skip
        self._text.clear()
        self._thinking.clear()
        return taken

    def _plan(self) -> None:
        if self._timer.isActive():
            return
        passed = self._since_shown.elapsed() if self._since_shown.isValid() else INTERVAL_MS
        self._timer.start(max(self._phase_ms, INTERVAL_MS - passed))
