"""Finding words in a chat: which messages hold them, and which hit one stands on. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from app.seam.views import MessageView


class Finding:
    """The hits of one text, in the order of the chat."""

    def __init__(self, text: str = "", messages: Sequence[MessageView] = ()) -> None:
        self.text = text
        needle = text.casefold()
        self._hits: list[tuple[int, int]] = []  # message, which hit in it
        if needle:
            for index, message in enumerate(messages):
                count = message.text.casefold().count(needle)
                self._hits += [(index, number) for number in range(count)]
        self._at = -1

    def __len__(self) -> int:
        return len(self._hits)

    @property
    def position(self) -> int:
        """Which hit one stands on, counted from 1; 0 where on none."""
        return self._at + 1

    @property
    def current(self) -> tuple[int, int] | None:
        """The message of that hit and which of its hits it is."""
        return self._hits[self._at] if 0 <= self._at < len(self._hits) else None

    def start_from(self, index: int) -> None:
        """Stand on the first hit in this message or after it, else on the first of all."""
        later = [place for place, hit in enumerate(self._hits) if hit[0] >= index]
        self._at = later[0] if later else 0 if self._hits else -1

    def step(self, by: int) -> None:
        """Go on or back, around the ends."""
        if self._hits:
            self._at = (self._at + by) % len(self._hits)
