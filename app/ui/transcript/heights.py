"""The heights of all messages as prefix sums in a Fenwick tree: every step costs log n.

Pure: pixels in, pixels out. Which height is only estimated is kept beside it.
"""

from __future__ import annotations

from collections.abc import Iterable


class Heights:
    """Heights in pixels by index; `exact` marks those that were measured."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights: list[int] = []
        self._tree: list[int] = [0]
        self.exact = bytearray()
        self.reset(heights)

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    @property
    def total(self) -> int:
        return self.top(len(self._heights))

    def reset(self, heights: Iterable[int]) -> None:
        """Take these estimates in place of everything."""
        self._heights = list(heights)
        count = len(self._heights)
        self.exact = bytearray(count)
        tree = [0, *self._heights]
        for index in range(1, count + 1):
            above = index + (index & -index)
            if above <= count:
                tree[above] += tree[index]
        self._tree = tree

    def put(self, index: int, height: int, *, exact: bool) -> bool:
        """Set one height; says whether it differs from what was there."""
        self.exact[index] = exact
        change = height - self._heights[index]
        if not change:
            return False
        self._heights[index] = height
        place = index + 1
        while place < len(self._tree):
            self._tree[place] += change
            place += place & -place
        return True

    def append(self, height: int) -> None:
        """One more message at the end, not measured yet."""
        self._heights.append(height)
        self.exact.append(0)
        place = len(self._heights)
        below = place - (place & -place)
        self._tree.append(height + self._sum(place - 1) - self._sum(below))

    def cut(self, count: int) -> None:
        """Forget everything from this index on."""
        del self._heights[count:], self.exact[count:], self._tree[count + 1 :]

    def top(self, index: int) -> int:
        """Where a message begins: the sum of all heights before it."""
        return self._sum(index)

    def at(self, offset: int) -> int:
        """The index of the message at this offset; the first or last one outside."""
        place, rest = 0, max(0, offset)
        step = 1 << len(self._heights).bit_length()
        while step:
            following = place + step
            if following < len(self._tree) and self._tree[following] <= rest:
                place = following
                rest -= self._tree[following]
            step >>= 1
        return max(0, min(place, len(self._heights) - 1))

    def _sum(self, place: int) -> int:
        total = 0
        while place:
            total += self._tree[place]
            place -= place & -place
        return total
