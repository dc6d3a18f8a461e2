from __future__ import annotations

import multiprocessing
import os
import random
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from app.clock import Clock
from app.metering.hold import HoldState
from app.store.migrations import migrate
from app.store.records import State
from app.store.schema import CURRENT_VERSION, STEPS
from app.store.shelves import Shelves, open_shelves
from tests.store.given import Records

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="children are made with fork")

OpenAt = Callable[[Path], Shelves]
OLD_MESSAGES = 3000
LONGEST_LIFE_S = 0.15


def chat_away(folder: Path, acknowledged: Connection) -> None:
    """Ask and answer without end; each thing is acknowledged once it is said to be saved."""
    records, shelves = Records(), open_shelves(folder, Clock())
    chat = f"chat-{os.getpid()}"
    shelves.chats.create(chat, chat, [records.pane()])
    acknowledged.send(("chat", chat, ""))
    for number in count():
        question, answer = f"{chat}-q{number}", f"{chat}-a{number}"
        shelves.messages.add(records.message(question, chat_id=chat))
        acknowledged.send(("message", question, f"words of {question}"))
        running = records.message(
            answer, question, chat_id=chat, role="assistant", state=State.STREAMING, text=""
        )
        hold = records.hold(f"h-{answer}", message_id=answer, chat_id=chat)
        with shelves.database.transaction():
            shelves.messages.add(running)
            shelves.holds.admit(hold)
        shelves.holds.dispatch(hold.id)
        acknowledged.send(("dispatched", hold.id, answer))
        text = ""
        for piece in range(6):
            text += f"{answer} piece {piece}. "
            shelves.messages.save_partial(answer, text=text, thinking="", output_tokens=piece)
            acknowledged.send(("partial", answer, text))
        call = records.usage(f"u-{answer}", answer, chat_id=chat)
        settled = replace(hold, state=HoldState.SETTLED, settled_pusd=1_000_000, basis="x")
        done = replace(running, text=text, state=State.COMPLETE, receipt_json="{}")
        shelves.messages.finish(done, [call], settled)
        acknowledged.send(("finished", answer, text))
        shelves.settings.set("last", answer)
        acknowledged.send(("setting", "last", answer))


def open_once(folder: Path, acknowledged: Connection) -> None:
    """Open a database, which migrates an old one, and wait for the end."""
    acknowledged.send(("opening", "", ""))
    open_shelves(folder, Clock())
    acknowledged.send(("opened", "", ""))
    while True:
        acknowledged.poll(None)


def run_and_kill(
    work: Callable[[Path, Connection], None], folder: Path, life_s: float
) -> list[tuple[str, str, str]]:
    """What a child acknowledged before it was killed without a warning."""
    context = multiprocessing.get_context("fork")
    reader, writer = context.Pipe(duplex=False)
    child = context.Process(target=work, args=(folder, writer))
    child.start()
    writer.close()
    heard = [reader.recv()]
    child.join(life_s)
    child.kill()
    child.join()
    with reader:
        while True:
            try:
                heard.append(reader.recv())
            except (EOFError, OSError):
                return heard


def check_nothing_lost(shelves: Shelves, heard: list[tuple[str, str, str]]) -> None:
    finished = {id_ for kind, id_, _ in heard if kind == "finished"}
    for kind, id_, value in heard:
        if kind == "chat":
            assert shelves.chats.get(id_) is not None
        elif kind == "dispatched":
            hold = shelves.holds.get(id_)
            assert hold is not None
            assert hold.state in (HoldState.DISPATCHED, HoldState.SETTLED)
            assert (hold.state is HoldState.SETTLED) or value not in finished
        elif kind in ("message", "partial", "finished"):
            message = shelves.messages.get(id_)
            assert message is not None
            assert message.text.startswith(value)
            assert kind != "finished" or (message.text, message.receipt_json) == (value, "{}")
    settings = [value for kind, _, value in heard if kind == "setting"]
    assert not settings or shelves.settings.get("last") in {settings[-1], *finished}


def check_whole(shelves: Shelves) -> None:
    assert shelves.database.report.damaged is None
    assert shelves.database.report.notes == ()
    assert shelves.database.integrity() == ()
    for chat in shelves.chats.rows():
        priced = shelves.database.rows(
            "SELECT coalesce(sum(cost_pusd), 0) FROM usage WHERE chat_id = ?", (chat.id,)
        )
        assert priced == [(chat.total_pusd,)]
    for message in shelves.messages.unfinished():
        hold = shelves.holds.for_message(message.id)
        assert hold is not None
        assert hold.state in (HoldState.HELD, HoldState.DISPATCHED)


def kill_while_chatting(folder: Path, kills: int, open_at: OpenAt) -> None:
    """Kill, look, and go on in the same database, again and again."""
    chosen = random.Random(kills)
    for _ in range(kills):
        heard = run_and_kill(chat_away, folder, chosen.uniform(0, LONGEST_LIFE_S))
        shelves = open_at(folder)
        check_nothing_lost(shelves, heard)
        check_whole(shelves)
        shelves.database.close()


def old_database(folder: Path) -> None:
    folder.mkdir()
    with closing(sqlite3.connect(folder / "tuppence.db", isolation_level=None)) as connection:
        migrate(connection, STEPS[:1])
        connection.execute("BEGIN")
        connection.execute(
            "INSERT INTO chats (id, title, created_ms, updated_ms) VALUES ('c', 'Old', 0, 0)"
        )
        connection.executemany(
            "INSERT INTO messages (id, chat_id, role, state, created_ms, text)"
            " VALUES (?, 'c', 'user', 'complete', 0, ?)",
            ((f"m{number}", f"old words {number} " * 20) for number in range(OLD_MESSAGES)),
        )
        connection.execute("COMMIT")


def kill_while_migrating(folder: Path, kills: int, open_at: OpenAt) -> set[str]:
    """Kill the migration of one old database after another; how far each child came."""
    chosen, ends = random.Random(kills), set()
    for number in range(kills):
        home = folder / f"home-{number}"
        old_database(home)
        heard = run_and_kill(open_once, home, chosen.uniform(0, LONGEST_LIFE_S))
        ends.add(heard[-1][0])
        shelves = open_at(home)
        assert shelves.database.report.damaged is None
        assert shelves.database.rows("PRAGMA user_version") == [(CURRENT_VERSION,)]
        assert len(shelves.messages.all_of("c")) == OLD_MESSAGES
        assert shelves.database.integrity() == ()
        shelves.database.close()
        for backup in (home / "backups").glob("*.db"):
            with closing(sqlite3.connect(backup)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return ends


def test_a_kill_while_chatting_loses_nothing_that_was_acknowledged(
    open_at: OpenAt, tmp_path: Path
) -> None:
    kill_while_chatting(tmp_path / "home", 20, open_at)


def test_a_kill_while_migrating_leaves_a_whole_database(open_at: OpenAt, tmp_path: Path) -> None:
    kill_while_migrating(tmp_path, 8, open_at)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_two_hundred_kills_while_chatting_lose_nothing(open_at: OpenAt, tmp_path: Path) -> None:
    kill_while_chatting(tmp_path / "home", 200, open_at)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_kills_at_every_stage_of_a_migration_leave_a_whole_database(
    open_at: OpenAt, tmp_path: Path
) -> None:
    assert kill_while_migrating(tmp_path, 60, open_at) == {"opening", "opened"}
