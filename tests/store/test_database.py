from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from app.errors import DiskFull, StoreError
from app.store import tables
from app.store.records import State
from app.store.shelves import Shelves
from tests.store.given import Records, undone

OpenAt = Callable[[Path], Shelves]


def titles(shelves: Shelves) -> list[str]:
    return [chat.title for chat in shelves.chats.rows()]


def test_an_error_undoes_the_whole_transaction(shelves: Shelves) -> None:
    with undone(shelves.database):
        shelves.chats.create("one", "One", [])
        shelves.settings.set("name", 1)
    assert titles(shelves) == ["A chat"]
    assert shelves.settings.all() == {}


def test_a_nested_transaction_joins_the_outer_one(shelves: Shelves) -> None:
    with undone(shelves.database), shelves.database.transaction():
        shelves.settings.set("inner", 1)
    assert shelves.settings.all() == {}


def test_an_error_that_is_caught_undoes_the_inner_part_only(shelves: Shelves) -> None:
    with shelves.database.transaction():
        shelves.settings.set("outer", 1)
        with undone(shelves.database):
            shelves.settings.set("inner", 1)
    assert shelves.settings.all() == {"outer": 1}


def test_what_a_session_and_a_statement_write_is_one_transaction(shelves: Shelves) -> None:
    with undone(shelves.database) as session:
        session.add(tables.SettingRow(name="by session", value_json="1"))
        shelves.database.write("INSERT INTO settings (name, value_json) VALUES ('by text', '2')")
        assert len(shelves.settings.all()) == 2
    assert shelves.settings.all() == {}


def test_a_second_error_in_a_session_is_a_store_error(shelves: Shelves) -> None:
    same = [tables.SettingRow(name="same", value_json="1") for _ in range(2)]
    with pytest.raises(StoreError), shelves.database.transaction() as session:
        session.add_all(same)
    shelves.settings.set("after", 1)
    assert shelves.settings.all() == {"after": 1}


def test_another_thread_is_refused(shelves: Shelves) -> None:
    errors: list[BaseException] = []

    def use() -> None:
        try:
            shelves.chats.rows()
        except StoreError as error:
            errors.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert len(errors) == 1


def test_every_table_is_the_class_that_describes_it(shelves: Shelves) -> None:
    for table in SQLModel.metadata.tables.values():
        found = {
            (name, kind, bool(required) or bool(key))
            for _, name, kind, required, _, key in shelves.database.rows(
                f"PRAGMA table_info ({table.name})"
            )
        }
        described = {
            (
                column.name,
                "INTEGER" if column.type.python_type is int else "TEXT",
                not column.nullable,
            )
            for column in table.columns
        }
        assert found == described, table.name


def test_a_file_is_written_so_that_a_power_cut_loses_nothing(
    open_at: OpenAt, tmp_path: Path
) -> None:
    database = open_at(tmp_path).database
    pragmas = ("journal_mode", "synchronous", "locking_mode", "foreign_keys")
    found = [database.rows(f"PRAGMA {pragma}")[0][0] for pragma in pragmas]
    assert found == ["wal", 2, "exclusive", 1]


def test_a_whole_database_has_no_findings(shelves: Shelves, records: Records) -> None:
    shelves.messages.add(records.message("m"))
    assert shelves.database.integrity() == ()


def test_what_does_not_fit_is_found(shelves: Shelves, records: Records) -> None:
    shelves.messages.add(records.message("m"))
    shelves.database.rows("PRAGMA foreign_keys = OFF")
    shelves.database.write("DELETE FROM chats")
    assert shelves.database.integrity() != ()


def test_a_backup_is_whole_and_replaces_the_one_before(open_at: OpenAt, tmp_path: Path) -> None:
    shelves = open_at(tmp_path / "home")
    copy = tmp_path / "elsewhere" / "copy.db"
    shelves.chats.create("one", "One", [])
    shelves.database.backup_to(copy)
    shelves.chats.create("two", "Two", [])
    shelves.database.backup_to(copy)
    connection = sqlite3.connect(copy)
    assert connection.execute("SELECT count(*) FROM chats").fetchone() == (2,)
    connection.close()
    assert [path.name for path in copy.parent.iterdir()] == ["copy.db"]


def test_a_full_disk_loses_nothing_that_was_saved(shelves: Shelves, records: Records) -> None:
    shelves.messages.add(records.message("kept"))
    pages = shelves.database.rows("PRAGMA page_count")[0][0]
    shelves.database.rows(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(DiskFull):
        shelves.messages.add(records.message("much", text="x" * 100_000))
    assert [message.id for message in shelves.messages.all_of("chat")] == ["kept"]
    shelves.database.rows("PRAGMA max_page_count = 1000000")
    shelves.messages.add(records.message("much", text="x" * 100_000))
    assert shelves.database.integrity() == ()


def test_a_disk_that_fills_up_inside_a_nested_transaction_undoes_all_of_it(
    shelves: Shelves, records: Records
) -> None:
    pages = shelves.database.rows("PRAGMA page_count")[0][0]
    shelves.database.rows(f"PRAGMA max_page_count = {pages + 2}")

    def save_both() -> None:
        with shelves.database.transaction():
            shelves.settings.set("before", 1)
            shelves.messages.add(records.message("much", text="x" * 100_000))

    with pytest.raises(DiskFull):
        save_both()
    shelves.database.rows("PRAGMA max_page_count = 1000000")
    assert shelves.settings.all() == {}
    shelves.messages.add(records.message("after"))


def test_text_with_a_broken_byte_is_still_read(shelves: Shelves, records: Records) -> None:
    shelves.messages.add(records.message("m"))
    shelves.database.write("UPDATE messages SET text = CAST(x'61ff62' AS TEXT)")
    message = shelves.messages.get("m")
    assert message is not None
    assert (message.text, message.state) == ("a\ufffdb", State.COMPLETE)
