"""From a folder to an open, whole, current database, and back.

Looks before it touches: too new, busy, read-only and full leave every file as it was. What is
damaged goes to rescue.py. What a database holds is none of this file's business.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from app.clock import Clock
from app.errors import DatabaseBusy, DatabaseDamaged, DatabaseTooNew, StoreError
from app.store import rescue
from app.store.backups import back_up, sync_folder
from app.store.connection import connect
from app.store.database_faults import folder_error, read_only, store_error
from app.store.journal import journal_of, read_identity
from app.store.migrations import migrate, version_of
from app.store.schema import APPLICATION_ID, CURRENT_VERSION, REBUILD_SEARCH, SEARCH_INDEXES

FILE_NAME = "tuppence.db"
_OPEN_MARK = ".open"
_DAMAGE_SEEN = b"damage seen"
_ALWAYS_CHECKED_BYTES = 32 * 1024 * 1024
_CHECKED_EVERY = timedelta(days=30)

# Closing any descriptor of a file drops this process's locks on it (POSIX), so a second
# opening in one process is refused before it looks at the file.
_open_here: set[Path] = set()


@dataclass(slots=True)
class Opened:
    """An open connection and what it took; see `OpenReport`."""

    path: Path
    connection: sqlite3.Connection
    created: bool = False
    migrated_from: int | None = None
    backup: Path | None = None
    damaged: Path | None = None
    salvaged_chats: int = 0
    salvaged_messages: int = 0
    notes: list[str] = field(default_factory=list)


def open_file(folder: Path, clock: Clock) -> Opened:
    """Open `folder`/tuppence.db whatever state it is in. Raises StoreError."""
    _prepare(folder)
    path = folder.resolve() / FILE_NAME
    if path in _open_here:
        raise DatabaseBusy("The database is open already.", "Close the other window first.")
    try:
        opened = _open(path, clock)
        _mark(path).write_bytes(b"")
    except sqlite3.Error as error:
        raise store_error(error, path) from error
    except OSError as error:
        raise folder_error(error, folder) from error
    _open_here.add(path)
    return opened


def note_damage(path: Path) -> None:
    """Damage was met while running: the next start looks at every page."""
    try:
        _mark(path).write_bytes(_DAMAGE_SEEN)
    except OSError as error:
        raise folder_error(error, path.parent) from error


def close_file(connection: sqlite3.Connection, path: Path, *, damaged: bool) -> None:
    """Checkpoint and close. After damage the mark stays, so that the next start checks."""
    _open_here.discard(path)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.OperationalError:
        # A full disk: the journal stays beside the file and is read at the next start.
        damaged = True
    connection.close()
    if damaged or journal_of(path).exists():
        return
    try:
        _mark(path).unlink(missing_ok=True)
    except OSError as error:
        raise folder_error(error, path.parent) from error


def _open(path: Path, clock: Clock) -> Opened:
    rescue.finish_exchange(path)
    if path.is_dir():
        raise StoreError(
            f"There is a folder where the database should be: “{path}”.",
            "Rename or move that folder, then start again.",
        )
    if not path.exists():
        return _create(path, clock)
    if not os.access(path, os.W_OK):
        raise read_only(f"“{path}”")
    unclean = _mark(path).exists()
    lost_journal = unclean and not journal_of(path).exists()
    try:
        damage_seen = unclean and _mark(path).read_bytes() == _DAMAGE_SEEN
        opened = _open_whole(path, clock, check=damage_seen)
    except DatabaseDamaged:
        opened = _open_rescued(path, clock)
    if lost_journal:
        opened.notes.append(
            "The database's journal is missing: what was written last before Tuppence ended"
            " may be missing too."
        )
    return opened


def _damage_behind(
    error: sqlite3.Error, connection: sqlite3.Connection, path: Path
) -> StoreError | None:
    """The damage that makes SQLite refuse our own statements: letters of the schema that changed.

    It says no more of it than of a mistake in a statement.
    """
    if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_ERROR:
        return None
    try:
        _check_pages(connection, path)
    except DatabaseDamaged as damaged:
        return damaged
    except sqlite3.Error:
        return DatabaseDamaged("The database is damaged: its own description cannot be read.")
    return None


def _create(path: Path, clock: Clock) -> Opened:
    """A new database gets its name once it is whole, so that none is ever found half made."""
    stray = rescue.set_aside_journal(path, clock.now())
    building = rescue.building_path(path)
    connection = connect(building)
    try:
        migrate(connection)
    finally:
        connection.close()
    rescue.take_place(building, path)
    opened = Opened(path, connect(path), created=True, damaged=stray)
    if stray is not None:
        opened.notes.append(
            "The database was gone and only its journal was left. The journal was kept as"
            f" “{stray.name}” and a new database was begun."
        )
    return opened


def _open_whole(path: Path, clock: Clock, *, check: bool) -> Opened:
    """Open a file that must turn out whole; raises DatabaseDamaged where it does not."""
    connection: sqlite3.Connection | None = None
    try:
        _check_version(path)
        connection = connect(path)
        version = version_of(connection)
        if check or _is_check_due(path, clock):
            _check_pages(connection, path)
            _note_check(path, clock)
        opened = Opened(path, connection)
        if check and version == CURRENT_VERSION:
            _mend_search(connection)
        if version < CURRENT_VERSION:
            opened.backup = back_up(connection, path.parent, version, clock.now())
            opened.migrated_from = migrate(connection)
    except sqlite3.Error as error:
        fault = store_error(error, path)
        if connection is not None:
            fault = _damage_behind(error, connection, path) or fault
            connection.close()
        raise fault from error
    except BaseException:
        if connection is not None:
            connection.close()
        raise
    return opened


def _open_rescued(path: Path, clock: Clock) -> Opened:
    rescued = rescue.rescue(path, clock.now())
    opened = Opened(path, connect(path), damaged=rescued.damaged)
    opened.salvaged_chats = rescued.chats
    opened.salvaged_messages = rescued.messages
    opened.notes.append(rescued.note)
    return opened


def _prepare(folder: Path) -> None:
    """Make the folder, and write in it once: no other question is answered for every system."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise folder_error(error, folder) from error


def _check_version(path: Path) -> None:
    """Refuse what a newer version wrote, without a byte of it changed."""
    identity = read_identity(path)
    if identity is None:
        raise DatabaseDamaged("The file is not a database.")
    version, application_id = identity
    if version > CURRENT_VERSION:
        raise DatabaseTooNew(
            f"The database was written by a newer Tuppence (version {version} of its format;"
            f" this one reads up to {CURRENT_VERSION}).",
            "Install the newest Tuppence. Nothing was changed.",
        )
    if version < 1 or application_id != APPLICATION_ID:
        raise DatabaseDamaged("The file is a database, but not one of Tuppence's.")


def _check_pages(connection: sqlite3.Connection, path: Path) -> None:
    """Small files are checked with their indexes, large ones by their pages."""
    check = "integrity_check" if path.stat().st_size <= _ALWAYS_CHECKED_BYTES else "quick_check"
    found = connection.execute(f"PRAGMA {check}(1)").fetchone()[0]
    if found != "ok":
        raise DatabaseDamaged("The database is damaged.", str(found))


def _mend_search(connection: sqlite3.Connection) -> None:
    """Make the search index again where it is damaged; what it was made of is whole."""
    try:
        for index in SEARCH_INDEXES:
            connection.execute(f"INSERT INTO {index} ({index}) VALUES ('integrity-check')")
    except sqlite3.DatabaseError:
        for statement in REBUILD_SEARCH:
            connection.execute(statement)


def _is_check_due(path: Path, clock: Clock) -> bool:
    """Small files always; large ones, where it takes seconds, once a month."""
    if path.stat().st_size <= _ALWAYS_CHECKED_BYTES:
        return True
    try:
        checked_s = _checked(path).stat().st_mtime
    except FileNotFoundError:
        return True
    return abs(clock.now().timestamp() - checked_s) > _CHECKED_EVERY.total_seconds()


def _note_check(path: Path, clock: Clock) -> None:
    checked = _checked(path)
    checked.touch()
    at_s = clock.now().timestamp()
    os.utime(checked, (at_s, at_s))
    sync_folder(path.parent)


def _mark(path: Path) -> Path:
    """Is there while the database is open: found at a start, the last end was not clean."""
    return path.with_name(path.name + _OPEN_MARK)


def _checked(path: Path) -> Path:
    return path.with_name(path.name + ".checked")
