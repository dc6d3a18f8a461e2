"""How a connection to the database file is made: pragmas, locks, text that is not quite UTF-8."""

from __future__ import annotations

import sqlite3
from pathlib import Path

BUSY_TIMEOUT_MS = 2_000
_CACHE_KIB = 32 * 1024
_JOURNAL_BYTES_KEPT = 16 * 1024 * 1024


def connect(path: Path) -> sqlite3.Connection:
    """The one connection that reads and writes, holding the file for itself.

    Exclusive locking keeps the journal's index in memory, so that no second connection can
    corrupt it (https://www.sqlite.org/wal.html#noshm). Raises sqlite3.Error.
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)
    try:
        for pragma in (
            "locking_mode = EXCLUSIVE",
            "journal_mode = WAL",
            "synchronous = FULL",
            f"journal_size_limit = {_JOURNAL_BYTES_KEPT}",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        _settle(connection)
        # Takes the lock now, where "busy" can still be said in words of its own.
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def connect_in_memory() -> sqlite3.Connection:
    """A database that is gone when it is closed."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    _settle(connection)
    return connection


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A connection that changes no byte of the file; SQLite may leave empty files beside it."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)


def tolerant_text(content: bytes) -> str:
    """Text with what is not UTF-8 replaced: one flipped bit must not hide a whole chat."""
    return content.decode("utf-8", "replace")


def storable(text: str) -> str:
    """Text that SQLite takes: halves of surrogate pairs, as a paste may hold, are replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _settle(connection: sqlite3.Connection) -> None:
    for pragma in (
        "foreign_keys = ON",
        "temp_store = MEMORY",
        f"cache_size = -{_CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}")
