"""How much of an answer has come, in tokens, while it comes and with flat memory.

What a client leaves, or a provider breaks off without figures, is charged by this count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.providers.events import (
    Finished,
    StreamEvent,
    TextArrived,
    ThinkingArrived,
    ToolCallArrived,
    UsageArrived,
)

_FOLD_LETTERS = 16_384


class Running:
    """Counts text, thinking and calls apart. `count` gives the tokens of a text.

    Text is kept until there is enough of it to count well, then it is counted and forgotten.
    Words of an error are never counted.
    """

    def __init__(self, count: Callable[[str], int]) -> None:
        self._count = count
        self._tokens = 0
        self._thinking = 0
        self._held: list[str] = []
        self._held_letters = 0
        self._thought: list[str] = []
        self._thought_letters = 0
        self.usage_arrived: UsageArrived | None = None  # the newest that the provider told
        self.finished: Finished | None = None

    def take(self, events: Iterable[StreamEvent]) -> None:
        """Count what these events brought."""
        for event in events:
            kind = type(event)
            if kind is TextArrived:
                self._hold(event.text)  # type: ignore[union-attr]
            elif isinstance(event, ThinkingArrived):
                self._think(event.text)
            elif isinstance(event, ToolCallArrived):
                self._hold(f"{event.name}{event.arguments}")
            elif isinstance(event, UsageArrived):
                self.usage_arrived = event
            elif isinstance(event, Finished):
                self.finished = event

    @property
    def thinking_tokens(self) -> int:
        """Of the thinking that was shown; what a provider hides is not in it."""
        self._thinking += self._count("".join(self._thought)) if self._thought else 0
        self._thought.clear()
        self._thought_letters = 0
        return self._thinking

    @property
    def tokens(self) -> int:
        """Everything that came so far, thinking included. Cheap to ask every few seconds."""
        if self._held:
            self._tokens += self._count("".join(self._held))
            self._held.clear()
            self._held_letters = 0
        return self._tokens + self.thinking_tokens

    def _hold(self, text: str) -> None:
        self._held.append(text)
        self._held_letters += len(text)
        if self._held_letters >= _FOLD_LETTERS:
            _ = self.tokens

    def _think(self, text: str) -> None:
        self._thought.append(text)
        self._thought_letters += len(text)
        if self._thought_letters >= _FOLD_LETTERS:
            _ = self.thinking_tokens
