"""Where somebody was reading in each chat, for when they come back to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.seam.views import MessageView

CHATS_MAX = 500


class ReadingPlaces:
    """Of each chat that was left above its end: the card at the upper edge, part and pixels.

    A chat is told by its first message.
    """

    def __init__(self) -> None:
        self._places: dict[str, tuple[str, int, int]] = {}

    def note(self, messages: Sequence[MessageView], place: tuple[int, int, int] | None) -> None:
        """Where these messages are left; None for at their end."""
        if not messages:
            return
        self._places.pop(messages[0].id, None)
        if place is None or place[0] >= len(messages):
            return
        self._places[messages[0].id] = (messages[place[0]].id, *place[1:])
        if len(self._places) > CHATS_MAX:
            self._places.pop(next(iter(self._places)))

    def of(
        self, messages: Sequence[MessageView], numbers: Mapping[str, int]
    ) -> tuple[int, int, int] | None:
        """Where they were left, if that message is still among them. `numbers`: places by id."""
        found = self._places.get(messages[0].id) if messages else None
        if found is None or found[0] not in numbers:
            return None
        return (numbers[found[0]], *found[1:])
