"""Each check of `doctor`: what it says when all is well, and when not."""

from __future__ import annotations

import os
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from app.commands import doctor_checks as checks
from app.commands import doctor_system as system
from app.commands.doctor_report import Level
from app.config import Config, Paths, resources_folder
from app.instance import Kind, take
from tests.fixtures.disk import SmallDisk, unwritable_folder


class Done(Protocol):
    code: int
    out: str
    err: str


class CommandLine(Protocol):
    home: Path
    environment: dict[str, str]

    def __call__(self, *words: str, stdin: str = "") -> Done: ...


def _paths(folder: Path) -> Paths:
    return Paths(folder, folder, folder, folder)


def test_on_a_sound_machine_nothing_is_wrong(tuppence: CommandLine) -> None:
    done = tuppence("doctor")
    assert done.err == ""
    assert "FAIL" not in done.out
    assert done.code == 0
    for subject in ("Python", "Qt", "System libraries", "Display", "Shipped files", "Tokenizers",
                    "Prices", "Clock", "SQLite", "Folder for data", "Disk", "Database",
                    "Keyring", "Proxy"):  # fmt: skip
        assert f"  {subject}: " in done.out


def test_doctor_fails_when_something_is_wrong(tuppence: CommandLine) -> None:
    tuppence.home.mkdir()
    (tuppence.home / "tuppence.db").write_bytes(b"this was a database once" * 100)
    done = tuppence("doctor")
    assert done.code == 1
    assert "FAIL  Database: damaged" in done.out
    assert (tuppence.home / "tuppence.db").read_bytes() == b"this was a database once" * 100


def test_a_display_that_does_not_answer_is_wrong(tuppence: CommandLine) -> None:
    tuppence.environment["DISPLAY"] = ":4711"
    done = tuppence("doctor")
    assert done.code == 1
    assert "FAIL  Display: DISPLAY is :4711, but no X server answers there." in done.out


def test_a_proxy_password_is_not_printed(tuppence: CommandLine) -> None:
    tuppence.environment["TUPPENCE_PROXY_URL"] = "http://me:secretword@proxy.example:8080"
    done = tuppence("doctor")
    assert "proxy.example:8080" in done.out
    assert "secretword" not in done.out


def test_a_wrong_setting_is_a_note(tuppence: CommandLine) -> None:
    tuppence.environment["TUPPENCE_LOG_LEVEL"] = "shouting"
    done = tuppence("doctor")
    assert "note  Settings: TUPPENCE_LOG_LEVEL" in done.out
    assert done.code == 0


def test_a_missing_library_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setattr(system, "is_loadable", lambda name: "cursor" not in name)
    (finding,) = system.check_libraries("linux")
    assert finding.level is Level.WRONG
    assert "libxcb-cursor.so.0" in finding.words
    assert "apt install libxcb-cursor0 " in finding.advice


def test_libraries_of_x11_are_not_asked_for_on_wayland(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.setattr(system, "is_loadable", lambda name: "xcb" not in name)
    (finding,) = system.check_libraries("linux")
    assert finding.level is Level.FINE


def test_other_systems_bring_their_own_libraries() -> None:
    assert system.check_libraries("win32") == []
    assert system.check_display("darwin") == []


def test_a_library_that_is_nowhere_is_not_loadable() -> None:
    assert not system.is_loadable("libnothing-of-this-name.so.9")


def test_missing_fonts_are_wrong(tmp_path: Path) -> None:
    for name in ("fonts", "icons", "themes", "prices", "tokenizers"):
        shutil.copytree(resources_folder() / name, tmp_path / name)
    (tmp_path / "fonts" / "Inter-Regular.ttf").unlink()
    (finding,) = checks.check_resources(tmp_path)
    assert finding.level is Level.WRONG
    assert "fonts/Inter-Regular.ttf" in finding.words


def test_a_changed_vocabulary_is_wrong(tmp_path: Path) -> None:
    for path in (resources_folder() / "tokenizers").iterdir():
        shutil.copy(path, tmp_path)
    file = tmp_path / "fb374d419588a4632f3f557e76b4b70aebbca790"
    file.write_bytes(file.read_bytes()[:-1])
    (finding,) = checks.check_tokenizers(tmp_path)
    assert finding.level is Level.WRONG
    assert finding.words.startswith("o200k_base missing or damaged")


def test_prices_grow_old_and_say_so() -> None:
    (fresh,) = checks.check_prices(at=datetime(2026, 9, 1, tzinfo=UTC))
    (old,) = checks.check_prices(at=datetime(2027, 9, 1, tzinfo=UTC))
    assert (fresh.level, old.level) == (Level.FINE, Level.NOTE)
    assert "Update" in old.advice


def test_missing_prices_are_wrong(tmp_path: Path) -> None:
    (finding,) = checks.check_prices(tmp_path)
    assert finding.level is Level.WRONG


def test_a_clock_before_this_version_was_made_is_wrong() -> None:
    (behind,) = checks.check_clock(at=datetime(2019, 1, 1, tzinfo=UTC))
    (right,) = checks.check_clock(at=datetime(2026, 11, 21, tzinfo=UTC))
    assert (behind.level, right.level) == (Level.WRONG, Level.FINE)


def test_an_old_sqlite_is_a_note_with_the_reason() -> None:
    (finding,) = checks.check_sqlite()
    old = sqlite3.sqlite_version_info < (3, 51, 3)
    assert finding.level is (Level.NOTE if old else Level.FINE)
    assert sqlite3.sqlite_version in finding.words


def test_a_folder_that_cannot_be_written_is_wrong(tmp_path: Path) -> None:
    assert {finding.level for finding in checks.check_folders(_paths(tmp_path))} == {Level.FINE}
    with unwritable_folder() as folder:
        findings = checks.check_folders(_paths(folder))
    assert {finding.level for finding in findings} == {Level.WRONG}
    assert "Permission denied" in findings[0].words


def test_a_disk_that_can_only_be_read_is_wrong(small_disk: SmallDisk) -> None:
    small_disk.make_read_only()
    findings = checks.check_folders(_paths(small_disk.folder))
    assert {finding.level for finding in findings} == {Level.WRONG}


def test_a_full_disk_is_wrong(small_disk: SmallDisk) -> None:
    with small_disk.full():
        folders = checks.check_folders(_paths(small_disk.folder))
        disk = checks.check_disk(_paths(small_disk.folder))
    assert {finding.level for finding in (*folders, *disk)} == {Level.WRONG}


def test_a_folder_that_vanished_is_wrong(tmp_path: Path) -> None:
    findings = checks.check_folders(_paths(tmp_path / "gone"))
    assert {finding.level for finding in findings} == {Level.WRONG}


@pytest.mark.parametrize(
    ("free", "level"),
    [(10 * 1024**3, Level.FINE), (500 * 1024**2, Level.NOTE), (10 * 1024**2, Level.WRONG)],
)
def test_little_disk_is_said_before_it_is_full(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, level: Level
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert [finding.level for finding in checks.check_disk(_paths(tmp_path))] == [level]


def test_a_database_in_use_is_left_alone(tmp_path: Path) -> None:
    place = take(tmp_path, Kind.WINDOW)
    assert place is not None
    (finding,) = checks.check_database(tmp_path)
    assert finding.level is Level.NOTE
    assert f"in use by the window with process {os.getpid()}" in finding.words
    place.release()


def test_offline_is_said(tmp_path: Path) -> None:
    (finding,) = checks.check_proxy(Config(offline=True))
    assert finding.level is Level.NOTE
