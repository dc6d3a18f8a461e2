"""Whole, checked copies of the database: before a migration, and when the user asks."""

from __future__ import annotations

import os
import sqlite3
from datetime import datetime
from pathlib import Path

from app.errors import DatabaseDamaged
from app.store.database_faults import folder_error

FOLDER_NAME = "backups"
KEPT = 7
_PAGES_PER_STEP = -1  # all at once: nobody else writes meanwhile


def back_up(connection: sqlite3.Connection, folder: Path, version: int, at: datetime) -> Path:
    """Keep a copy of a database of `version` in `folder`/backups; the newest seven stay.

    Raises StoreError where no whole copy could be made; sqlite3.Error where it cannot be read.
    """
    backups = folder / FOLDER_NAME
    stamp = f"{at:%Y%m%d-%H%M%S}"
    path = backups / f"tuppence-{stamp}-v{version}.db"
    copy_database(connection, path)
    prune(backups)
    return path


def copy_database(connection: sqlite3.Connection, path: Path) -> None:
    """A copy that was checked and reached the disk before it gets its name."""
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        try:
            _copy(connection, part)
            sync_file(part)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise folder_error(error, path.parent) from error


def prune(backups: Path) -> None:
    """Delete all but the newest copies; names sort by date."""
    found = sorted(backups.glob("tuppence-*.db"))
    for old in found[:-KEPT]:
        old.unlink(missing_ok=True)


def sync_file(path: Path) -> None:
    """Wait until the file's bytes are on the disk."""
    # Windows syncs only what was opened for writing.
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy(source: sqlite3.Connection, part: Path) -> None:
    target = sqlite3.connect(part, isolation_level=None)
    try:
        source.backup(target, pages=_PAGES_PER_STEP)
        # One plain file: a backup that needs a journal beside it is easily torn apart.
        target.execute("PRAGMA journal_mode = DELETE").fetchall()
        found = target.execute("PRAGMA integrity_check(1)").fetchone()[0]
    finally:
        target.close()
    if found != "ok":
        raise DatabaseDamaged("The backup is not whole, so nothing was changed.", str(found))
