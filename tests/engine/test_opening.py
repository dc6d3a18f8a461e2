"""The core cannot open, or opens on something damaged: said in words, and nothing is made worse."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.clock import Clock
from app.config import Paths, load_config
from app.engine.core import Core
from app.engine.runtime import Engine
from app.engine.wiring import open_core
from app.seam import commands, events
from app.seam.events import Event
from app.store.keychain import Keychain
from app.store.records import PaneRecord
from app.store.shelves import open_shelves

WAIT_S = 60.0


class Listener:
    """An engine on its own thread, and what it said, waited for without a window."""

    def __init__(self, folder: Path, opening: Callable[..., Awaitable[Core]] = open_core) -> None:
        self.folder = folder
        self.heard: list[Event] = []
        self._woken = threading.Event()
        self._opening = opening
        self.engine = Engine(self._open, self._woken.set)

    async def _open(self, emit: Callable[[Event], None]) -> Core:
        paths = Paths(self.folder, self.folder, self.folder / "cache", self.folder / "logs")
        config, notices = load_config(paths, {})
        return await self._opening(
            paths, config, emit,
            keychain=Keychain(self.folder, backends=()), notices=notices, window=True,
        )  # fmt: skip

    def wait_for(self, kind: type[Event]) -> Event:
        while True:
            self.heard += self.engine.drain()
            for event in self.heard:
                if isinstance(event, kind):
                    return event
            assert self._woken.wait(WAIT_S), f"no {kind.__name__} came: {self.heard}"
            self._woken.clear()


@pytest.fixture
def listen(tmp_path: Path) -> Iterator[Callable[..., Listener]]:
    made: list[Listener] = []

    def make(*arguments: object) -> Listener:
        folder = tmp_path / "home"
        folder.mkdir(exist_ok=True)
        made.append(Listener(folder, *arguments))  # type: ignore[arg-type]
        made[-1].engine.start()
        return made[-1]

    yield make
    for one in made:
        one.engine.stop()
        assert one.engine.join(WAIT_S)


def home_with_chat(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    shelves = open_shelves(folder, Clock())
    shelves.chats.create("chat", "An old chat", [PaneRecord(0, "", None)])
    shelves.database.close()
    return folder / "tuppence.db"


def test_a_database_of_a_newer_version_is_said_and_not_touched(
    tmp_path: Path, listen: Callable[..., Listener]
) -> None:
    path = home_with_chat(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 9999")
        connection.commit()
    before = path.read_bytes()
    failed = listen().wait_for(events.EngineFailed)
    assert isinstance(failed, events.EngineFailed)
    assert "newer" in failed.message
    assert failed.advice
    assert path.read_bytes() == before


def test_a_damaged_database_is_kept_beside_a_new_one_and_said(
    tmp_path: Path, listen: Callable[..., Listener]
) -> None:
    path = home_with_chat(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(b"\xff" * 3000 + whole[3000:])
    listener = listen()
    listener.wait_for(events.EngineReady)
    notice = listener.wait_for(events.Notice)
    assert isinstance(notice, events.Notice)
    assert "damaged" in notice.text
    kept = [name for name in path.parent.iterdir() if "damaged" in name.name]
    assert kept, list(path.parent.iterdir())
    assert str(kept[0]) in notice.advice


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    listener = Listener(tmp_path / "file" / "home")
    listener.engine.start()
    failed = listener.wait_for(events.EngineFailed)
    assert isinstance(failed, events.EngineFailed)
    assert str(tmp_path / "file") in failed.message
    assert failed.advice
    listener.engine.stop()
    assert listener.engine.join(WAIT_S)


def test_rubbish_in_the_settings_file_is_said_and_the_window_starts(
    tmp_path: Path, listen: Callable[..., Listener]
) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    file = folder / "config.toml"
    file.write_bytes(b"log_level = [[[\xff\x00 not toml")
    listener = listen()
    listener.wait_for(events.EngineReady)
    notice = listener.wait_for(events.Notice)
    assert isinstance(notice, events.Notice)
    assert "config.toml" in notice.text
    assert file.read_bytes() == b"log_level = [[[\xff\x00 not toml"


def test_commands_given_before_the_core_is_open_are_carried_out_in_order(
    listen: Callable[..., Listener],
) -> None:
    go_on = threading.Event()

    async def slowly(*arguments: object, **fields: object) -> Core:
        await asyncio.to_thread(go_on.wait, WAIT_S)
        return await open_core(*arguments, **fields)  # type: ignore[arg-type]

    listener = listen(slowly)
    listener.engine.submit(commands.NewChat())
    listener.engine.submit(commands.SearchChats(5, "x"))
    go_on.set()
    listener.wait_for(events.SearchFound)
    kinds = [type(event) for event in listener.heard]
    assert kinds.index(events.ChatOpened) < kinds.index(events.SearchFound)


def test_a_defect_while_opening_is_said_and_the_thread_ends(
    listen: Callable[..., Listener], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*arguments: object, **fields: object) -> Core:
        raise ValueError("a defect")

    monkeypatch.setattr(threading, "excepthook", lambda arguments: None)
    listener = listen(broken)
    failed = listener.wait_for(events.EngineFailed)
    assert isinstance(failed, events.EngineFailed)
    assert "stopped unexpectedly" in failed.message
    listener.wait_for(events.EngineStopped)


def test_a_stop_before_the_core_is_open_ends_the_thread(listen: Callable[..., Listener]) -> None:
    listener = listen()
    listener.engine.stop()
    listener.wait_for(events.EngineStopped)
    listener.engine.submit(commands.NewChat())
    assert listener.engine.join(WAIT_S)
