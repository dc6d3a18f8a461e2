"""What SQLite and the file system say, as errors in the user's words.

Told apart by SQLite's result codes (https://www.sqlite.org/rescode.html) and by errno.
"""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from app.errors import (
    DatabaseBusy,
    DatabaseDamaged,
    DiskFull,
    FolderReadOnly,
    StoreError,
)

_READ_ONLY_ERRNOS = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def store_error(error: sqlite3.Error, path: Path | None) -> StoreError:
    """The StoreError for an error of the driver; `path` None: a database in memory."""
    code = getattr(error, "sqlite_errorcode", None)
    where = f"“{path.parent}”" if path is not None else "memory"
    match None if code is None else code & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return DatabaseBusy(
                "Another program holds the database.",
                "Close other copies of Tuppence and programs that opened it, then try again.",
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return DatabaseDamaged(
                "The database is damaged.",
                "Restart Tuppence: it keeps the damaged file and saves what can be read.",
            )
        case sqlite3.SQLITE_FULL:
            return disk_full(where)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN:
            return read_only(where)
        case sqlite3.SQLITE_IOERR:
            return StoreError(
                f"The disk that holds {where} reported an error.",
                "What was saved before is whole. Check the disk, then try again.",
            )
        case sqlite3.SQLITE_CONSTRAINT:
            return StoreError(f"The database refused a row that does not fit: {error}.")
        case _:
            return StoreError(f"The database did not do as asked: {error}.")


def folder_error(error: OSError, folder: Path) -> StoreError:
    """The StoreError for an error of the file system in the store's folder."""
    where = f"“{folder}”"
    if error.errno in _READ_ONLY_ERRNOS:
        return read_only(where)
    if error.errno in _FULL_ERRNOS:
        return disk_full(where)
    return StoreError(
        f"The folder {where} cannot be used: {error.strerror or error}.",
        "Check that it is a folder and that the disk is there.",
    )


def read_only(where: str) -> FolderReadOnly:
    return FolderReadOnly(
        f"Tuppence may not write to {where}.",
        "Allow it to write there, or set another folder with TUPPENCE_HOME.",
    )


def disk_full(where: str) -> DiskFull:
    return DiskFull(
        f"The disk that holds {where} is full.",
        "What was saved before is whole. Free some space, then try again.",
    )
