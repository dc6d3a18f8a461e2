"""The door itself: commands go in, events come out, and nothing else crosses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from app.seam.commands import Command
from app.seam.events import Event


class EnginePort(Protocol):
    """The core as the window sees it. All three may be called from the window's thread."""

    def submit(self, command: Command) -> None:
        """Hand a command to the core; returns at once. Silently refused after `stop`."""

    def drain(self) -> Sequence[Event]:
        """The events since the last call, in order; neighboring text of one message joined."""

    def stop(self) -> None:
        """Ask the core to settle, save and close; `EngineStopped` follows."""
