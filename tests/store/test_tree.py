from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from app.clock import Clock
from app.store.database import Database
from app.store.records import MessageRecord, State
from app.store.shelves import shelves_over
from app.store.tree import Tree

Parents = dict[str, str | None]
AT = datetime(2026, 11, 21, tzinfo=UTC)


def model_path(parents: Parents, leaf: str | None) -> list[str]:
    path = []
    while leaf is not None:
        path.insert(0, leaf)
        leaf = parents[leaf]
    return path


def model_newest_leaf(parents: Parents, at: str) -> str:
    children = [id_ for id_, parent in parents.items() if parent == at]
    return model_newest_leaf(parents, children[-1]) if children else at


@st.composite
def trees(draw: st.DrawFn) -> Parents:
    """Parents by id, in the order of writing; any earlier message or none is a parent."""
    size = draw(st.integers(1, 25))
    names = draw(st.permutations([f"m{number:02}" for number in range(size)]))
    parents: dict[str, str | None] = {}
    for name in names:
        parents[name] = draw(st.sampled_from([None, *parents]))
    return parents


@settings(max_examples=60)
@given(trees())
def test_paths_versions_and_newest_leaves_are_those_of_a_plain_tree(parents: Parents) -> None:
    database = Database.in_memory(Clock())
    shelves = shelves_over(database, Path(), Clock())
    shelves.chats.create("chat", "A chat", [])
    for id_, parent in parents.items():
        shelves.messages.add(MessageRecord(id_, "chat", parent, "user", id_, State.COMPLETE, AT))
    for id_ in parents:
        path = shelves.messages.path(id_)
        assert [message.id for message in path] == model_path(parents, id_)
        for message in path:
            versions = [each for each in parents if parents[each] == parents[message.id]]
            assert list(message.siblings) == versions
        assert shelves.messages.newest_leaf(id_) == model_newest_leaf(parents, id_)
    database.close()


def test_a_ring_in_a_damaged_tree_ends() -> None:
    tree = Tree([(1, "a", "b"), (2, "b", "a")])
    assert set(tree.path("a")) == {"a", "b"}
    assert tree.newest_leaf("a") in {"a", "b"}
