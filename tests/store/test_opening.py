from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.clock import Clock
from app.errors import DatabaseBusy, DatabaseDamaged, DiskFull, FolderReadOnly, StoreError
from app.store.database import Database
from app.store.shelves import Shelves
from tests.fixtures.disk import SmallDisk
from tests.store.given import Records

OpenAt = Callable[[Path], Shelves]
NOBODY = 65534
FILE = "tuppence.db"


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def test_an_empty_folder_gets_a_database(open_at: OpenAt, tmp_path: Path) -> None:
    report = open_at(tmp_path / "new" / "home").database.report
    assert (report.created, report.damaged, report.notes) == (True, None, ())


def test_a_second_start_has_nothing_to_tell(open_at: OpenAt, tmp_path: Path) -> None:
    shelves = open_at(tmp_path)
    shelves.settings.set("name", "value")
    shelves.database.close()
    again = open_at(tmp_path)
    report = again.database.report
    assert (report.created, report.migrated_from, report.notes) == (False, None, ())
    assert again.settings.get("name") == "value"


def test_a_closed_database_is_one_file_without_a_journal(open_at: OpenAt, tmp_path: Path) -> None:
    shelves = open_at(tmp_path)
    shelves.settings.set("name", "value")
    shelves.database.close()
    assert {path.name for path in tmp_path.iterdir()} <= {FILE, f"{FILE}.checked"}


def test_a_second_opening_in_one_process_is_busy(open_at: OpenAt, tmp_path: Path) -> None:
    first = open_at(tmp_path)
    with pytest.raises(DatabaseBusy):
        open_at(tmp_path)
    first.settings.set("still", "works")


def test_another_program_that_holds_the_file_is_told_apart(open_at: OpenAt, tmp_path: Path) -> None:
    open_at(tmp_path).database.close()
    hold = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('PRAGMA locking_mode = EXCLUSIVE'); c.execute('BEGIN IMMEDIATE');"
        "c.execute('PRAGMA application_id').fetchall(); print('held', flush=True);"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path / FILE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(DatabaseBusy):
            open_at(tmp_path)
        other.communicate("")
    assert open_at(tmp_path).database.integrity() == ()


def test_a_folder_in_the_databases_place_is_told_apart(open_at: OpenAt, tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    (tmp_path / FILE / "mine.txt").write_text("mine")
    with pytest.raises(StoreError, match="folder where the database"):
        open_at(tmp_path)
    assert (tmp_path / FILE / "mine.txt").read_text() == "mine"


def test_a_file_in_the_folders_place_is_told_apart(open_at: OpenAt, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(StoreError, match="cannot be used"):
        open_at(tmp_path / "home")


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that another user of this machine can reach; pytest's own cannot be."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def error_as_nobody(folder: Path) -> str:
    """The name of the error of opening, by a user who may write nowhere here."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if is_root():
                os.setgroups([])
                os.setresgid(NOBODY, NOBODY, NOBODY)
                os.setresuid(NOBODY, NOBODY, NOBODY)
            Database.open(folder, Clock()).close()
            answer = "opened"
        except StoreError as error:
            answer = type(error).__name__
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answers:
        answer = answers.read()
    os.waitpid(child, 0)
    return answer


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork to become another user")
def test_a_folder_that_may_not_be_written_is_read_only(public_folder: Path) -> None:
    Database.open(public_folder, Clock()).close()
    before = (public_folder / FILE).read_bytes()
    public_folder.chmod(0o555)
    assert error_as_nobody(public_folder) == FolderReadOnly.__name__
    assert (public_folder / FILE).read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork to become another user")
def test_a_file_that_may_not_be_written_is_read_only(public_folder: Path) -> None:
    Database.open(public_folder, Clock()).close()
    public_folder.chmod(0o777)
    (public_folder / FILE).chmod(0o444)
    assert error_as_nobody(public_folder) == FolderReadOnly.__name__


def test_a_full_disk_keeps_what_was_said_to_be_saved(
    open_at: OpenAt, small_disk: SmallDisk, records: Records
) -> None:
    shelves = open_at(small_disk.folder)
    shelves.chats.create("chat", "A chat", [])
    saved = []

    def write_on_and_on() -> None:
        for number in range(1000):
            shelves.messages.add(records.message(f"m{number}", text="words " * 5000))
            saved.append(f"m{number}")

    with pytest.raises(DiskFull):
        write_on_and_on()
    assert [message.id for message in shelves.messages.all_of("chat")] == saved
    shelves.database.close()
    again = open_at(small_disk.folder)
    assert [message.id for message in again.messages.all_of("chat")] == saved
    assert again.database.report.damaged is None
    again.chats.hide("chat")
    assert again.database.integrity() == ()


def test_a_disk_without_room_for_a_new_database_says_so(
    open_at: OpenAt, small_disk: SmallDisk
) -> None:
    small_disk.fill(but_bytes=40_960)
    with pytest.raises(DiskFull):
        open_at(small_disk.folder)
    small_disk.free()
    assert open_at(small_disk.folder).database.report.created


def test_a_full_disk_refuses_an_attachment_and_keeps_no_half_of_it(
    open_at: OpenAt, small_disk: SmallDisk
) -> None:
    shelves = open_at(small_disk.folder)
    with pytest.raises(DiskFull):
        shelves.attachments.keep("big.txt", "text/plain", bytes(9 * 1024 * 1024))
    assert [path for path in (small_disk.folder / "attachments").rglob("*") if path.is_file()] == []
    assert shelves.attachments.keep("small.txt", "text/plain", b"small").size_bytes == 5


def test_a_disk_that_can_only_be_read_says_so(open_at: OpenAt, small_disk: SmallDisk) -> None:
    open_at(small_disk.folder).database.close()
    small_disk.make_read_only()
    with pytest.raises(FolderReadOnly):
        open_at(small_disk.folder)


def test_what_a_crash_left_of_a_database_in_the_making_is_no_hindrance(
    open_at: OpenAt, tmp_path: Path
) -> None:
    for name in (f"{FILE}.building", f"{FILE}.building-wal"):
        (tmp_path / name).write_bytes(b"half of it")
    assert open_at(tmp_path).database.report.created
    assert not (tmp_path / f"{FILE}.building").exists()


def test_a_damaged_search_index_is_made_again_at_the_next_start(
    open_at: OpenAt, tmp_path: Path, records: Records
) -> None:
    shelves = open_at(tmp_path)
    shelves.chats.create("chat", "A chat", [])
    shelves.messages.add(records.message("m", text="needle"))
    shelves.database.write("UPDATE message_search_data SET block = x'00' WHERE id > 1000")
    with pytest.raises(DatabaseDamaged):
        shelves.database.rows("SELECT rowid FROM message_search ('needle')")
    shelves.database.close()
    again = open_at(tmp_path)
    assert again.database.report.damaged is None
    assert again.database.rows("SELECT rowid FROM message_search ('needle')") == [(1,)]
