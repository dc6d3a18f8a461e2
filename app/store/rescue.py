"""Making a new database out of a damaged one: the old files are kept, never written to.

The order makes a crash harmless: the new file is whole before the old one is moved, and
`finish_exchange` ends an exchange that was begun.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.store.backups import sync_file, sync_folder
from app.store.connection import connect
from app.store.journal import journal_of
from app.store.migrations import migrate
from app.store.salvage import Salvaged, salvage

DAMAGED_MARK = ".damaged-"
_COMPANIONS = ("-wal", "-shm")
_PAGE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Rescued:
    """What came of a damaged file, kept as `damaged`. `note` is for the user."""

    damaged: Path
    chats: int
    messages: int
    note: str


def rescue(path: Path, at: datetime) -> Rescued:
    """Put a new database with all that could be read at `path`. Raises sqlite3.Error, OSError."""
    building = building_path(path)
    with tempfile.TemporaryDirectory(prefix=".salvage-", dir=path.parent) as scratch:
        copy = _copy_files(path, Path(scratch))
        saved = _build(building, copy)
    ready = _ready_path(path)
    os.replace(building, ready)
    sync_folder(path.parent)
    damaged = _set_aside(path, at)
    finish_exchange(path)
    return Rescued(damaged, saved.chats, saved.messages, _note(damaged, saved))


def finish_exchange(path: Path) -> None:
    """Give a rescued database its place where a crash came before that."""
    ready = _ready_path(path)
    if not ready.exists():
        return
    if path.exists():
        # The old file was not moved yet: the exchange begins again from its first step.
        ready.unlink()
    else:
        take_place(ready, path)


def take_place(made: Path, path: Path) -> None:
    """Rename a closed, whole database to its place, and wait until the disk knows."""
    sync_file(made)
    os.replace(made, path)
    sync_folder(path.parent)


def building_path(path: Path) -> Path:
    """Where a database is made; what a crash left there is removed."""
    building = path.with_name(path.name + ".building")
    for leftover in (building, *_companions(building)):
        leftover.unlink(missing_ok=True)
    return building


def set_aside_journal(path: Path, at: datetime) -> Path | None:
    """Keep a journal whose database is gone; SQLite would delete it."""
    journal = journal_of(path)
    if not journal.exists():
        return None
    kept = _free_name(path, at)
    kept = kept.with_name(kept.name + "-wal")
    os.replace(journal, kept)
    return kept


def _ready_path(path: Path) -> Path:
    return path.with_name(path.name + ".ready")


def _companions(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in _COMPANIONS]


def _copy_files(path: Path, scratch: Path) -> Path:
    """Copies to read from: reading a database can change it."""
    copy = scratch / path.name
    shutil.copyfile(path, copy)
    journal = journal_of(path)
    if journal.exists():
        shutil.copyfile(journal, scratch / journal.name)
        if copy.stat().st_size < _PAGE_BYTES:
            # Beside an empty file SQLite deletes the journal, which may hold every page.
            copy.write_bytes(bytes(_PAGE_BYTES))
    return copy


def _build(building: Path, copy: Path) -> Salvaged:
    connection = connect(building)
    try:
        migrate(connection)
        saved = salvage(copy, connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()
    sync_file(building)
    return saved


def _set_aside(path: Path, at: datetime) -> Path:
    """Rename the damaged file with its journal; the journal first, it is nothing alone."""
    kept = _free_name(path, at)
    for suffix in (*_COMPANIONS, ""):
        old = path.with_name(path.name + suffix)
        if old.exists():
            os.replace(old, kept.with_name(kept.name + suffix))
    sync_folder(path.parent)
    return kept


def _free_name(path: Path, at: datetime) -> Path:
    stem = f"{path.stem}{DAMAGED_MARK}{at:%Y%m%d-%H%M%S}"
    number = 1
    while True:
        kept = path.with_name(f"{stem}{'' if number == 1 else f'-{number}'}{path.suffix}")
        if not any(each.exists() for each in (kept, *_companions(kept))):
            return kept
        number += 1


def _note(damaged: Path, saved: Salvaged) -> str:
    if not saved.messages and not saved.chats:
        what = "No chat could be read from it."
    else:
        what = f"{saved.chats:,} chats with {saved.messages:,} messages were saved from it."
    return f"The database was damaged. It was kept as “{damaged.name}”. {what}"
