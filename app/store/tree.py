"""A chat's tree as its edges alone: the way to a leaf, the versions at a place. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Edge = tuple[int, str, str | None]  # seq, id, parent's id


class Tree:
    """The edges of one chat, in the order in which the messages were written."""

    def __init__(self, edges: Iterable[Edge]) -> None:
        self._parents: dict[str, str | None] = {}
        self._children: dict[str | None, list[str]] = {}
        self._seqs: dict[str, int] = {}
        for seq, id_, parent_id in edges:
            self._parents[id_] = parent_id
            self._children.setdefault(parent_id, []).append(id_)
            self._seqs[id_] = seq

    def path(self, leaf_id: str) -> list[str]:
        """The ids from the root to a message; ends at a parent that is not there."""
        found: dict[str, None] = {}
        at: str | None = leaf_id
        # A damaged table may hold a ring.
        while at in self._parents and at not in found:
            found[at] = None
            at = self._parents[at]
        return list(found)[::-1]

    def siblings(self, message_id: str) -> Sequence[str]:
        """All versions at a message's place, this one included, oldest first."""
        return self._children[self._parents[message_id]]

    def newest_leaf(self, message_id: str) -> str:
        """Down along the newest child of each."""
        at = message_id
        seen = {at}
        while children := self._children.get(at):
            if children[-1] in seen:
                break
            at = children[-1]
            seen.add(at)
        return at

    def seq(self, message_id: str) -> int:
        return self._seqs[message_id]
