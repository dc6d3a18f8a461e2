"""What the store's tests share: a store in memory, and stores on real files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.store.database import Database
from app.store.shelves import Shelves, open_shelves, shelves_over
from tests.store.given import Records, SetClock


@pytest.fixture
def set_clock() -> SetClock:
    return SetClock()


@pytest.fixture
def records() -> Records:
    return Records()


@pytest.fixture
def shelves(tmp_path: Path, set_clock: SetClock, records: Records) -> Iterator[Shelves]:
    """A store in memory with one empty chat, `chat`."""
    database = Database.in_memory(set_clock.clock())
    opened = shelves_over(database, tmp_path, set_clock.clock())
    opened.chats.create("chat", "A chat", [records.pane()])
    yield opened
    database.close()


@pytest.fixture
def open_at(set_clock: SetClock) -> Iterator[Callable[[Path], Shelves]]:
    """Opens stores on real files, and closes at the end what a test left open."""
    opened: list[Shelves] = []

    def open_folder(folder: Path) -> Shelves:
        shelves = open_shelves(folder, set_clock.clock())
        opened.append(shelves)
        return shelves

    yield open_folder
    for shelves in opened:
        shelves.database.close()
