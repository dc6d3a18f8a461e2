"""Counts of texts, kept: a long chat's quote counts only what has changed.

Long texts are cut into chunks that are counted and kept one by one; of a very long one only
every n-th chunk is counted, and the rest is reckoned from those.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.metering.vocabulary import VocabularyUnusable, estimate, load_vocabulary

CHUNK_CHARS = 8_000
CHUNKS_COUNTED_MAX = 40
COUNTS_KEPT_MAX = 20_000


@dataclass(frozen=True, slots=True)
class TextCount:
    """`sampled` is true where a very long text was counted in part only."""

    tokens: int
    sampled: bool = False


class TextCounts:
    """Counts texts with one vocabulary; loads it at the first count.

    The dictionary is only read, set and cleared, each in one step: two threads may count at once.
    """

    def __init__(self, folder: Path, vocabulary: str) -> None:
        self._folder = folder
        self._vocabulary = vocabulary
        self._count: Callable[[str], int] | None = None
        self._kept: dict[tuple[int, int], TextCount] = {}
        self.trouble = ""

    def count(self, text: str) -> TextCount:
        """The tokens of a text."""
        if not text:
            return TextCount(0)
        # A text's own hash is computed once by Python and then kept with it.
        key = (hash(text), len(text))
        found = self._kept.get(key)
        if found is None:
            found = self._count_new(text)
            if len(self._kept) >= COUNTS_KEPT_MAX:
                self._kept = {}
            self._kept[key] = found
        return found

    def load(self) -> Callable[[str], int]:
        """The counting function; by characters where the vocabulary cannot be used."""
        if self._count is None:
            try:
                self._count = load_vocabulary(self._folder, self._vocabulary)
            except VocabularyUnusable as error:
                self.trouble = str(error)
                self._count = estimate
        return self._count

    def _count_new(self, text: str) -> TextCount:
        if len(text) <= CHUNK_CHARS:
            return TextCount(self.load()(text))
        chunks = _chunks(text)
        step = -(-len(chunks) // CHUNKS_COUNTED_MAX)
        counted = [self.count(chunk).tokens for chunk in chunks[::step]]
        characters = sum(len(chunk) for chunk in chunks[::step])
        if step == 1:
            return TextCount(sum(counted))
        return TextCount(-(-sum(counted) * len(text) // characters), sampled=True)


def _chunks(text: str) -> list[str]:
    """Pieces of fixed places, so that typing at the end leaves the earlier ones as they were.

    A cut moves back to a space where there is one near, since tokens do not cross it.
    """
    chunks = []
    start = 0
    while start < len(text):
        end = min(start + CHUNK_CHARS, len(text))
        if end < len(text):
            space = text.rfind(" ", max(start + 1, end - 200), end)
            end = space if space > 0 else end
        chunks.append(text[start:end])
        start = end
    return chunks
