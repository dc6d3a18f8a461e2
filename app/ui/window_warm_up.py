"""What the first chat will need, loaded behind the first paint: one short step at a time.

A key that is pressed in between waits for one step at most. What is asked for earlier loads then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from app.ui.panes.panes import Panes

FIRST_PAUSE_MS = 400
PAUSE_MS = 25
# Those that others import come first, so that no step imports much at once.
_MODULES = (
    "app.seam.views", "app.ui.transcript.pieces", "app.ui.transcript.look",
    "app.ui.transcript.highlighting", "app.ui.transcript.coloring", "app.ui.transcript.code_view",
    "app.ui.transcript.notes", "app.ui.transcript.prose", "app.ui.transcript.parts",
    "app.ui.transcript.footer", "app.ui.transcript.user_parts", "app.ui.transcript.card",
    "app.ui.transcript.scroller", "app.ui.transcript.segments", "app.ui.transcript.find_in_chat",
    "app.ui.transcript.view", "markdown_it.rules_inline", "markdown_it.main",
)  # fmt: skip


class WarmUp(QObject):
    """Runs the steps once, after `start`, while the window lives."""

    def __init__(self, parent: QObject, panes: Panes) -> None:
        super().__init__(parent)
        self._steps = _steps(panes)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._on_pause_over)

    def start(self) -> None:
        """Begin when the core has shown what it opened with."""
        QTimer.singleShot(FIRST_PAUSE_MS, self, self._on_pause_over)

    def _on_pause_over(self) -> None:
        step = next(self._steps, None)
        if step is not None:
            step()
            self._pause.start()


def _steps(panes: Panes) -> Iterator[Callable[[], object]]:
    for name in _MODULES:
        yield partial(import_module, name)
    from app.ui.transcript.warm_up import warm_up

    yield from warm_up()
    yield panes.panes[0].need_transcript
