from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import DatabaseTooNew, DiskFull
from app.store import backups, opening
from app.store.migrations import migrate, version_of
from app.store.schema import CURRENT_VERSION, STEPS, Step
from app.store.shelves import Shelves
from tests.store.given import SetClock

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "databases"
OpenAt = Callable[[Path], Shelves]


def lay_down(folder: Path, dump: str) -> Path:
    """A database file from a dump of an old version."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tuppence.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((GOLDEN / dump).read_text("utf-8"))
    return path


def schema_of(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
    ).fetchall()


def test_every_released_version_has_a_golden_database() -> None:
    released = {f"version-{version}.sql" for version in range(1, CURRENT_VERSION)}
    assert {path.name for path in GOLDEN.glob("*.sql")} == released


@pytest.mark.parametrize("version", range(1, CURRENT_VERSION))
def test_released_steps_still_make_what_they_made(version: int) -> None:
    with (
        closing(sqlite3.connect(":memory:")) as golden,
        closing(sqlite3.connect(":memory:", isolation_level=None)) as made,
    ):
        golden.executescript((GOLDEN / f"version-{version}.sql").read_text("utf-8"))
        migrate(made, STEPS[:version])
        assert schema_of(golden) == schema_of(made)


def test_an_old_database_is_current_after_opening_with_all_it_held(
    open_at: OpenAt, tmp_path: Path
) -> None:
    lay_down(tmp_path, "version-1.sql")
    shelves = open_at(tmp_path)
    assert shelves.database.report.migrated_from == 1
    assert [chat.title for chat in shelves.chats.rows()] == ["Sourdough", "Grüße aus Zürich"]
    chat = shelves.chats.rows()[0]
    assert (chat.total_pusd, chat.panes[0].leaf_id) == (12_345_000_000, "m4")
    assert [message.text for message in shelves.messages.path("m4")][-1].startswith("Keep it")
    assert shelves.database.integrity() == ()


def test_what_an_old_database_held_is_found_by_the_search(open_at: OpenAt, tmp_path: Path) -> None:
    lay_down(tmp_path, "version-1.sql")
    shelves = open_at(tmp_path)
    assert {hit.message_id for hit in shelves.search.find("starter")} == {"m1", "m2"}
    assert [hit.chat_title for hit in shelves.search.find("grusse")] == []
    assert [hit.chat_id for hit in shelves.search.find("zürich")] == ["c2"]


def test_a_backup_of_the_old_version_is_kept_before(open_at: OpenAt, tmp_path: Path) -> None:
    lay_down(tmp_path, "version-1.sql")
    backup = open_at(tmp_path).database.report.backup
    assert backup is not None
    with closing(sqlite3.connect(backup)) as connection:
        assert version_of(connection) == 1
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (6,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_newest_seven_backups_are_kept(tmp_path: Path, set_clock: SetClock) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        made = []
        for _ in range(9):
            set_clock.advance(minutes=1)
            made.append(backups.back_up(connection, tmp_path, 2, set_clock.at))
    assert sorted((tmp_path / "backups").iterdir()) == made[-7:]


def test_no_room_for_the_backup_leaves_the_old_database_alone(
    open_at: OpenAt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lay_down(tmp_path, "version-1.sql")

    def no_room(*_: object) -> Path:
        raise DiskFull("The disk is full.")

    monkeypatch.setattr(opening, "back_up", no_room)
    with pytest.raises(DiskFull):
        open_at(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        assert version_of(connection) == 1


def test_a_step_that_fails_is_undone_whole(tmp_path: Path) -> None:
    bad = replace(STEPS[1], statements=(*STEPS[1].statements, "CREATE nonsense"))
    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, (STEPS[0], bad))
        assert version_of(connection) == 1
        names = [name for name, _ in schema_of(connection)]
        assert "message_search" not in names
        migrate(connection)
        assert version_of(connection) == CURRENT_VERSION


def test_a_current_database_runs_no_step(tmp_path: Path) -> None:
    never = Step(1, "would fail", ("nonsense",))
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        assert migrate(connection, (never,)) == CURRENT_VERSION


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_database_from_a_newer_version_is_refused_and_not_touched(
    open_at: OpenAt, tmp_path: Path
) -> None:
    open_at(tmp_path).database.close()
    with closing(sqlite3.connect(tmp_path / "tuppence.db")) as connection:
        connection.execute(f"PRAGMA user_version = {CURRENT_VERSION + 1}")
    before = contents(tmp_path)
    with pytest.raises(DatabaseTooNew) as refused:
        open_at(tmp_path)
    assert contents(tmp_path) == before
    assert "newest" in refused.value.advice


def test_a_newer_version_that_only_the_journal_knows_is_refused_too(
    open_at: OpenAt, tmp_path: Path
) -> None:
    shelves = open_at(tmp_path / "running")
    shelves.settings.set("name", "value")
    shelves.database.rows(f"PRAGMA user_version = {CURRENT_VERSION + 1}")
    killed = tmp_path / "killed"
    killed.mkdir()
    for name in ("tuppence.db", "tuppence.db-wal"):
        (killed / name).write_bytes((tmp_path / "running" / name).read_bytes())
    before = contents(killed)
    with pytest.raises(DatabaseTooNew):
        open_at(killed)
    assert contents(killed) == before
