"""A look at the database from outside, for `doctor`: nothing is created, mended or migrated."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.store.books import findings_in
from app.store.connection import connect_read_only
from app.store.migrations import version_of
from app.store.opening import FILE_NAME
from app.store.schema import CURRENT_VERSION

# Earlier ones can corrupt a WAL database that has two connections: https://www.sqlite.org/wal.html
SQLITE_VERSION_SAFE = (3, 51, 3)
_TROUBLES_MAX = 3
_LEDGER_SINCE = 4


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
    with _without_traces(path):
        try:
            return _look(path)
        except (sqlite3.Error, OSError) as error:
            return (str(error),)


def ledger_troubles(folder: Path) -> tuple[str, ...] | None:
    """What in the ledger does not add up, empty where all does, None where there is none yet.

    The caller holds the folder.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return None
    with _without_traces(path):
        connection = connect_read_only(path)
        try:
            if not _LEDGER_SINCE <= version_of(connection) <= CURRENT_VERSION:
                return None
            return tuple(
                f"{each.where}: {each.what} (rule {each.invariant})"
                for each in findings_in(connection)
            )
        except sqlite3.Error as error:
            return (str(error),)
        finally:
            connection.close()


@contextmanager
def _without_traces(path: Path) -> Iterator[None]:
    """Take away what SQLite makes beside a database of this kind to look into it."""
    beside = [path.with_name(path.name + suffix) for suffix in ("-shm", "-wal")]
    made = [each for each in beside if not each.exists()]
    try:
        yield
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
