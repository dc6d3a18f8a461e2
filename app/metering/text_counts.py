"""Counts of texts, kept: a long chat's quote counts only what has changed.

Long texts are cut into chunks that are counted and kept one by one; of a very long one only
every n-th chunk is counted, and the rest is reckoned from those.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.metering.vocabulary import Encode, VocabularyUnusable, estimate, load_vocabulary

CHUNK_CHARS = 8_000
CHUNKS_COUNTED_MAX = 40
COUNTS_KEPT_MAX = 20_000
NOTHING_RARE = 1 << 30


@dataclass(frozen=True, slots=True)
class TextCount:
    """`sampled` is true where a very long text was counted in part only.

    `rare` of the tokens have at least the rank that was asked for: the longer, rarer words, which
    a vendor with fewer words in its vocabulary cuts once more.
    """

    tokens: int
    sampled: bool = False
    rare: int = 0


class TextCounts:
    """Counts texts with one vocabulary; loads it at the first count.

    The dictionary is only read, set and cleared, each in one step: two threads may count at once.
    """

    def __init__(self, folder: Path, vocabulary: str) -> None:
        self._folder = folder
        self._vocabulary = vocabulary
        self._encode: Encode | None = None
        self._kept: dict[tuple[int, int, int], TextCount] = {}
        self.trouble = ""

    def count(self, text: str, rare_rank: int = NOTHING_RARE) -> TextCount:
        """The tokens of a text, and how many of them have at least `rare_rank`."""
        if not text:
            return TextCount(0)
        # A text's own hash is computed once by Python and then kept with it.
        key = (hash(text), len(text), rare_rank)
        found = self._kept.get(key)
        if found is None:
            found = self._count_new(text, rare_rank)
            if len(self._kept) >= COUNTS_KEPT_MAX:
                self._kept = {}
            self._kept[key] = found
        return found

    def load(self) -> None:
        """Load the vocabulary, unless it is or cannot be used; `trouble` then says why."""
        if self._encode is None and not self.trouble:
            try:
                self._encode = load_vocabulary(self._folder, self._vocabulary)
            except VocabularyUnusable as error:
                self.trouble = str(error)

    def _count_new(self, text: str, rare_rank: int) -> TextCount:
        if len(text) <= CHUNK_CHARS:
            return self._count_whole(text, rare_rank)
        chunks = _chunks(text)
        step = -(-len(chunks) // CHUNKS_COUNTED_MAX)
        counted = [self.count(chunk, rare_rank) for chunk in chunks[::step]]
        tokens = sum(count.tokens for count in counted)
        rare = sum(count.rare for count in counted)
        if step == 1:
            return TextCount(tokens, rare=rare)
        characters = sum(len(chunk) for chunk in chunks[::step])
        tokens = -(-tokens * len(text) // characters)
        return TextCount(tokens, sampled=True, rare=rare * len(text) // characters)

    def _count_whole(self, text: str, rare_rank: int) -> TextCount:
        self.load()
        if self._encode is None:
            return TextCount(estimate(text))
        ranks = self._encode(text)
        if rare_rank >= NOTHING_RARE:
            return TextCount(len(ranks))
        return TextCount(len(ranks), rare=sum(map(rare_rank.__le__, ranks)))


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
