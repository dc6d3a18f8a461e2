from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.metering.hold import HoldState
from app.store.records import State
from app.store.shelves import Shelves, open_shelves
from tests.store.given import Records, SetClock

OpenAt = Callable[[Path], Shelves]
FILE = "tuppence.db"
CHATS, MESSAGES = 10, 20
Texts = dict[str, str]


def fill(shelves: Shelves) -> Texts:
    """Ten chats with twenty messages each, their usage, holds and settings; texts by id."""
    chosen, records, texts = random.Random(7), Records(), {}
    words = ["".join(chosen.choices("abcdefghij", k=6)) for _ in range(500)]
    for chat in range(CHATS):
        chat_id = f"chat-{chat}"
        shelves.chats.create(chat_id, f"Chat {chat}", [records.pane(f"{chat_id}-{MESSAGES - 1}")])
        parent = None
        for number in range(MESSAGES):
            id_ = f"{chat_id}-{number}"
            text = " ".join(chosen.choices(words, k=900 if number == 5 else 60))
            message = records.message(id_, parent, chat_id=chat_id, text=text)
            usage = [records.usage(f"u-{id_}", id_, chat_id=chat_id)] if number % 2 else []
            shelves.messages.finish(message, usage, None)
            texts[id_], parent = text, id_
    shelves.settings.set("theme", "dark")
    return texts


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Texts]:
    """A cleanly closed database."""
    folder = tmp_path_factory.mktemp("original")
    shelves = open_shelves(folder, SetClock().clock())
    texts = fill(shelves)
    shelves.database.close()
    return folder, texts


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Texts]:
    """The files of a database that was running: half of it is in the journal."""
    folder, copy = tmp_path_factory.mktemp("running"), tmp_path_factory.mktemp("interrupted")
    shelves = open_shelves(folder, SetClock().clock())
    texts = fill(shelves)
    for path in folder.glob(f"{FILE}*"):
        shutil.copyfile(path, copy / path.name)
    shelves.database.close()
    return copy, texts


def copy_of(source: Path, folder: Path) -> Path:
    for path in source.glob(f"{FILE}*"):
        shutil.copyfile(path, folder / path.name)
    return folder / FILE


def flip_bits(path: Path, chosen: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(chosen.randint(1, 20)):
        content[chosen.randrange(len(content))] ^= 1 << chosen.randrange(8)
    path.write_bytes(content)


def cut(path: Path, chosen: random.Random) -> None:
    os.truncate(path, chosen.randrange(path.stat().st_size))


def overwrite_pages(path: Path, chosen: random.Random) -> None:
    with path.open("r+b") as file:
        for _ in range(chosen.randint(1, 3)):
            file.seek(4096 * chosen.randrange(path.stat().st_size // 4096))
            file.write(chosen.choice((bytes(4096), chosen.randbytes(4096))))


def damage_journal(path: Path, chosen: random.Random) -> None:
    journal = path.with_name(f"{FILE}-wal")
    match chosen.randrange(3):
        case 0:
            journal.unlink()
        case 1:
            cut(journal, chosen)
        case _:
            flip_bits(journal, chosen)


KINDS = (flip_bits, cut, overwrite_pages, damage_journal)


@pytest.mark.parametrize("seed", range(100))
def test_a_damaged_database_opens_says_so_and_saves_what_can_be_read(
    seed: int,
    original: tuple[Path, Texts],
    interrupted: tuple[Path, Texts],
    open_at: OpenAt,
    tmp_path: Path,
) -> None:
    damage = KINDS[seed % len(KINDS)]
    source, texts = interrupted if damage is damage_journal else original
    path = copy_of(source, tmp_path)
    damage(path, random.Random(seed))
    damaged = path.read_bytes()

    shelves = open_at(tmp_path)

    report = shelves.database.report
    back = {
        message.id: message.text
        for chat in shelves.chats.rows()
        for message in shelves.messages.all_of(chat.id)
    }
    assert set(back) <= set(texts) or damage is flip_bits
    if report.damaged is None:
        assert shelves.database.rows("PRAGMA integrity_check") == [("ok",)]
        assert len(back) == len(texts) or damage is damage_journal
    else:
        assert report.damaged.parent == tmp_path
        assert report.damaged.read_bytes() == damaged or damage is damage_journal
        assert report.notes
        assert report.salvaged_messages == len(back)
        assert shelves.database.integrity() == ()
    if damage in (flip_bits, overwrite_pages):
        whole = sum(back.get(id_) == text for id_, text in texts.items())
        assert whole >= len(texts) * 0.7
    shelves.chats.create("new", "It goes on", [])


@pytest.mark.parametrize("page", [1, 2, 3, 4, 6, 9, 15, 25, 40, 60, 92, 123])
def test_one_bad_page_costs_no_more_than_the_messages_on_it(
    page: int, original: tuple[Path, Texts], open_at: OpenAt, tmp_path: Path
) -> None:
    path = copy_of(original[0], tmp_path)
    with path.open("r+b") as file:
        file.seek(4096 * (page - 1))
        file.write(bytes(4096))
    shelves = open_at(tmp_path)
    assert shelves.database.report.damaged is not None
    assert shelves.database.report.salvaged_messages >= len(original[1]) - 15
    assert shelves.database.report.salvaged_chats == CHATS


def test_a_lost_header_costs_nothing(
    original: tuple[Path, Texts], open_at: OpenAt, tmp_path: Path
) -> None:
    path = copy_of(original[0], tmp_path)
    with path.open("r+b") as file:
        file.write(b"\xff" * 4096)
    shelves = open_at(tmp_path)
    for chat in shelves.chats.rows():
        assert len(shelves.messages.path(chat.panes[0].leaf_id)) == MESSAGES
        assert chat.total_pusd == MESSAGES // 2 * 1_000_000
    assert shelves.settings.get("theme") == "dark"


def test_what_was_only_in_the_journal_is_saved_beside_an_emptied_file(
    interrupted: tuple[Path, Texts], open_at: OpenAt, tmp_path: Path
) -> None:
    os.truncate(copy_of(interrupted[0], tmp_path), 0)
    report = open_at(tmp_path).database.report
    assert report.damaged is not None
    assert report.salvaged_messages > 0


@pytest.mark.parametrize("content", [b"", b"hello", b"x" * 100_000])
def test_what_is_no_database_is_kept_and_a_new_one_begun(
    content: bytes, open_at: OpenAt, tmp_path: Path
) -> None:
    (tmp_path / FILE).write_bytes(content)
    shelves = open_at(tmp_path)
    damaged = shelves.database.report.damaged
    assert damaged is not None
    assert damaged.read_bytes() == content
    assert shelves.chats.rows() == []


def test_another_programs_database_is_kept_as_it_is(open_at: OpenAt, tmp_path: Path) -> None:

    connection = sqlite3.connect(tmp_path / FILE)
    connection.executescript("PRAGMA user_version = 1; CREATE TABLE messages (body TEXT);")
    connection.close()
    before = (tmp_path / FILE).read_bytes()
    damaged = open_at(tmp_path).database.report.damaged
    assert damaged is not None
    assert damaged.read_bytes() == before


def test_a_missing_journal_is_told(
    interrupted: tuple[Path, Texts], open_at: OpenAt, tmp_path: Path
) -> None:
    copy_of(interrupted[0], tmp_path)
    (tmp_path / f"{FILE}-wal").unlink()
    assert "journal is missing" in " ".join(open_at(tmp_path).database.report.notes)


def test_a_journal_without_its_database_is_kept(
    interrupted: tuple[Path, Texts], open_at: OpenAt, tmp_path: Path
) -> None:
    copy_of(interrupted[0], tmp_path).unlink()
    report = open_at(tmp_path).database.report
    assert report.created
    assert report.damaged is not None
    assert report.damaged.read_bytes() == (interrupted[0] / f"{FILE}-wal").read_bytes()


def test_two_damages_in_one_second_keep_both_files(open_at: OpenAt, tmp_path: Path) -> None:
    kept = []
    for content in (b"first", b"second"):
        (tmp_path / FILE).write_bytes(content)
        shelves = open_at(tmp_path)
        kept.append(shelves.database.report.damaged)
        shelves.database.close()
    assert [path.read_bytes() for path in kept if path] == [b"first", b"second"]


def test_a_crash_between_the_two_renames_of_a_rescue_is_finished_at_the_next_start(
    original: tuple[Path, Texts], open_at: OpenAt, tmp_path: Path
) -> None:
    copy_of(original[0], tmp_path).rename(tmp_path / f"{FILE}.ready")
    shelves = open_at(tmp_path)
    assert not shelves.database.report.created
    assert len(shelves.chats.rows()) == CHATS


def test_messages_whose_chat_or_parent_is_lost_get_a_place(
    original: tuple[Path, Texts], open_at: OpenAt, tmp_path: Path
) -> None:
    path = copy_of(original[0], tmp_path)
    shelves = open_at(tmp_path)
    shelves.database.rows("PRAGMA foreign_keys = OFF")
    shelves.database.write("DELETE FROM chats WHERE id = 'chat-3'")
    shelves.database.write("DELETE FROM messages WHERE id = 'chat-4-7'")
    shelves.database.close()
    with path.open("r+b") as file:
        file.write(b"damage")
    again = open_at(tmp_path)
    rescued = again.chats.get("chat-3")
    assert rescued is not None
    assert rescued.title == "Rescued chat"
    assert len(again.messages.path(rescued.panes[0].leaf_id)) == MESSAGES
    assert len(again.messages.path("chat-4-19")) == MESSAGES - 1


def test_damage_that_is_met_while_running_is_looked_for_at_the_next_start(
    open_at: OpenAt, tmp_path: Path, records: Records
) -> None:
    shelves = open_at(tmp_path)
    shelves.chats.create("chat", "A chat", [])
    shelves.database.rows("PRAGMA writable_schema = ON")
    shelves.database.write("UPDATE sqlite_master SET rootpage = 9999 WHERE name = 'drafts'")
    shelves.database.close()
    again = open_at(tmp_path)
    assert again.database.report.damaged is not None
    assert [chat.title for chat in again.chats.rows()] == ["A chat"]


def test_a_hold_that_was_running_is_saved_as_running(
    open_at: OpenAt, tmp_path: Path, records: Records
) -> None:
    shelves = open_at(tmp_path)
    shelves.chats.create("chat", "A chat", [records.pane("answer")])
    shelves.messages.add(records.message("answer", state=State.STREAMING, text=""))
    shelves.holds.admit(records.hold())
    shelves.holds.dispatch("hold")
    shelves.messages.save_partial("answer", text="so far", thinking="", output_tokens=9)
    shelves.database.close()
    with (tmp_path / FILE).open("r+b") as file:
        file.write(b"damage")
    again = open_at(tmp_path)
    dispatched = replace(records.hold(), state=HoldState.DISPATCHED, output_tokens_seen=9)
    assert again.holds.open_holds() == [dispatched]
    assert [message.text for message in again.messages.unfinished()] == ["so far"]
