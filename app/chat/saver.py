"""A running answer on its way to the disk: at most 250 ms or 32 pieces are ever unsaved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

SAVE_INTERVAL_S = 0.25
SAVE_PIECES = 32


class PartialSaver:
    """Calls `save` on the running loop soon after `mark`, and at once after many marks."""

    def __init__(self, save: Callable[[], None]) -> None:
        self._save = save
        self._unsaved = 0
        self._timer: asyncio.TimerHandle | None = None

    def mark(self) -> None:
        """One more piece has come."""
        self._unsaved += 1
        if self._unsaved >= SAVE_PIECES:
            self._flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SAVE_INTERVAL_S, self._flush)

    def cancel(self) -> None:
        """No more saving: the answer is about to be stored whole."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._unsaved = 0

    def _flush(self) -> None:
        self.cancel()
        self._save()
