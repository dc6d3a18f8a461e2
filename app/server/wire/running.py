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


class _Text:
    """A text that is counted in big pieces and then forgotten.

    What came last is counted anew each time: words are often cut in two on the line, and counted
    piece by piece they would be more tokens than they are.
    """

    __slots__ = ("_count", "_counted", "_held", "_letters")

    def __init__(self, count: Callable[[str], int]) -> None:
        self._count = count
        self._counted = 0
        self._held: list[str] = []
        self._letters = 0

    def add(self, text: str) -> None:
        self._held.append(text)
        self._letters += len(text)
        if self._letters >= _FOLD_LETTERS:
            self._counted = self.tokens
            self._held.clear()
            self._letters = 0

    @property
    def tokens(self) -> int:
        return self._counted + (self._count("".join(self._held)) if self._held else 0)


class Running:
    """Counts text, thinking and calls apart. `count` gives the tokens of a text.

    Words of an error are never counted.
    """

    def __init__(self, count: Callable[[str], int]) -> None:
        self._said = _Text(count)
        self._thought = _Text(count)
        self.say = self._said.add  # counts a piece of the answer's text
        self.usage_arrived: UsageArrived | None = None  # the newest that the provider told
        self.finished: Finished | None = None

    def take(self, events: Iterable[StreamEvent]) -> None:
        """Count what these events brought."""
        for event in events:
            if type(event) is TextArrived:
                self._said.add(event.text)
            elif isinstance(event, ThinkingArrived):
                self._thought.add(event.text)
            elif isinstance(event, ToolCallArrived):
                self._said.add(f"{event.name}{event.arguments}")
            elif isinstance(event, UsageArrived):
                self.usage_arrived = event
            elif isinstance(event, Finished):
                self.finished = event

    @property
    def thinking_tokens(self) -> int:
        """Of the thinking that was shown; what a provider hides is not in it."""
        return self._thought.tokens

    @property
    def tokens(self) -> int:
        """Everything that came so far, thinking included.

        Up to 32 kB of text are counted for this: to be asked every few seconds, not for each piece.
        """
        return self._said.tokens + self._thought.tokens
