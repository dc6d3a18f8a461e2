"""What was made of a value, remembered for that very object.

A frozen value is never another one later, so that what follows from it alone can be kept. To
compare or hash one that holds many would cost as much as to make that again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class ByIdentity(Generic[K, V]):
    """Answers what `make` does, asked once for each object. Of `kept_max` objects at most: then it
    forgets all of them and begins again."""

    __slots__ = ("_kept", "_kept_max", "_make")

    def __init__(self, make: Callable[[K], V], kept_max: int = 256) -> None:
        self._make, self._kept_max = make, kept_max
        # With the object itself: while it is kept, nothing else has its number.
        self._kept: dict[int, tuple[K, V]] = {}

    def __call__(self, of: K) -> V:
        found = self._kept.get(id(of))
        if found is not None:
            return found[1]
        made = self._make(of)
        if len(self._kept) >= self._kept_max:
            self._kept.clear()
        self._kept[id(of)] = of, made
        return made
