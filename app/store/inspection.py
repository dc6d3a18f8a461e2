"""A look at the database from outside, for `doctor`: nothing is created, mended or migrated."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from app.store.connection import connect_read_only
from app.store.migrations import version_of
from app.store.opening import FILE_NAME
from app.store.schema import CURRENT_VERSION

# Earlier ones can corrupt a WAL database that has two connections: https://www.sqlite.org/wal.html
SQLITE_VERSION_SAFE = (3, 51, 3)
_TROUBLES_MAX = 3


def sqlite_version() -> tuple[int, ...]:
    """The version of SQLite that this Python brings."""
    return sqlite3.sqlite_version_info


def database_troubles(folder: Path) -> tuple[str, ...] | None:
    """What is wrong with the database in a folder, empty where it is whole, None without one.

    The caller holds the folder, so that nobody writes meanwhile.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return None
    # SQLite makes both to look into a database of this kind.
    beside = [path.with_name(path.name + suffix) for suffix in ("-shm", "-wal")]
    made = [each for each in beside if not each.exists()]
    try:
        return _look(path)
    except (sqlite3.Error, OSError) as error:
        return (str(error),)
    finally:
        for each in made:
            each.unlink(missing_ok=True)


def _look(path: Path) -> tuple[str, ...]:
    connection = connect_read_only(path)
    try:
        version = version_of(connection)
        if version > CURRENT_VERSION:
            return (f"it was written by a newer version ({version})",)
        rows = connection.execute(f"PRAGMA integrity_check({_TROUBLES_MAX})").fetchall()
        return tuple(str(row[0]) for row in rows if row[0] != "ok")
    finally:
        connection.close()
