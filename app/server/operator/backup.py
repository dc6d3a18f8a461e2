"""Backup and restore of the SQLite file.

A backup is made while the server runs, by SQLite's own interface, and is looked through before it
gets its name: https://www.sqlite.org/backup.html (read 2026-11-21). A restore wants the file alone.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.errors import ConfigError, TuppenceError
from app.ledger.audit import audit
from app.ledger.sqlite import run
from app.server.schema import VERSION

FILE_MODE = 0o600
_BUSY_S = 5.0


class BackupTrouble(TuppenceError):
    """A file that is no backup, or that cannot be put in place."""


@dataclass(frozen=True, slots=True)
class BackupMade:
    """A copy that was looked through. `accounts` and `entries` are how many rows it has."""

    path: Path
    bytes: int
    sha256: str
    accounts: int
    entries: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place, and where the file that was there before is now."""

    backup: BackupMade
    before: Path | None


def back_up(database: Path, target: Path) -> BackupMade:
    """Copy the database into a new file and look through the copy.

    Raises BackupTrouble where the target is there, cannot be written, or the copy is not sound.
    """
    if not database.is_file():
        raise BackupTrouble(f"There is no database {database}.", "Start the server once.")
    if target.exists():
        raise BackupTrouble(f"{target} is there already.", "Name another file.")
    part = target.with_name(f"{target.name}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        os.close(descriptor)
        with closing(_connect(database)) as source, closing(_connect(part)) as copy:
            # One pass over one state of the file: writers go on meanwhile, in the log beside it.
            source.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode = DELETE")
        made = look_through(part)
        _synced(part)
        part.rename(target)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise BackupTrouble(f"{target} cannot be written: {error}.", "Check the folder.") from error
    except BackupTrouble:
        part.unlink(missing_ok=True)
        raise
    return BackupMade(target, made.bytes, made.sha256, made.accounts, made.entries)


def look_through(path: Path) -> BackupMade:
    """Whether a file is a sound database of this server: its pages, its tables' version, and every
    row of the ledger. Raises BackupTrouble."""
    if not path.is_file():
        raise BackupTrouble(f"There is no file {path}.", "Name a backup.")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as found:
            _look(found, path)
            accounts = found.execute("SELECT count(*) FROM accounts").fetchone()[0]
            entries = found.execute("SELECT count(*) FROM ledger_entries").fetchone()[0]
    except sqlite3.Error as error:
        raise BackupTrouble(f"{path} is no sound database: {error}.", "Use another one.") from error
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return BackupMade(path, path.stat().st_size, digest.hexdigest(), accounts, entries)


def restore(database: Path, backup: Path, now: datetime) -> Restored:
    """Put a backup in the place of the database, which is kept beside it under another name.

    Raises BackupTrouble where the backup is not sound or anybody has the database open.
    """
    looked = look_through(backup)
    before: Path | None = None
    try:
        if database.exists():
            before = database.with_name(f"{database.name}.before-{now:%Y%m%d-%H%M%S}")
        with _alone(database) as target:
            if before is not None:
                if before.exists():
                    raise BackupTrouble(f"{before} is there already.", "Wait a second.")
                os.close(os.open(before, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
                with closing(_connect(before)) as kept:
                    target.backup(kept, pages=-1)
            with closing(_connect(backup, read_only=True)) as source:
                source.backup(target, pages=-1)
    except (OSError, sqlite3.Error) as error:
        raise BackupTrouble(f"{database} cannot be replaced: {error}.", "Stop the server.") from (
            error
        )
    database.chmod(FILE_MODE)
    return Restored(looked, before)


@contextmanager
def _alone(database: Path) -> Iterator[sqlite3.Connection]:
    """The only connection to the file. Raises BackupTrouble where there is another one."""
    database.parent.mkdir(parents=True, exist_ok=True)
    if not database.exists():
        os.close(os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
    with closing(_connect(database, timeout_s=0.2)) as connection:
        try:
            # Leaving the write-ahead log behind wants the file alone: whoever has it open, also
            # idle, holds a lock that forbids it.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")  # the lock stays with this mode
        except sqlite3.OperationalError as error:
            raise _in_use(database) from error
        if mode != "delete":
            raise _in_use(database)
        yield connection


def _look(found: sqlite3.Connection, path: Path) -> None:
    said = found.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if said != "ok":
        raise BackupTrouble(f"{path} is damaged: {said}.", "Use another one.")
    version = found.execute("SELECT version FROM server_schema").fetchone()[0]
    if version > VERSION:
        raise ConfigError(f"{path} was written by a newer version.", "Use that version.")
    findings = run(found, audit())
    if findings:
        first = findings[0]
        raise BackupTrouble(
            f"The books in {path} do not add up, {len(findings)} times: {first.where}: "
            f"{first.what}.",
            "Run: tuppence-server admin ledger check",
        )


def _connect(
    path: Path, *, timeout_s: float = _BUSY_S, read_only: bool = False
) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
    return sqlite3.connect(address, uri=True, timeout=timeout_s, isolation_level=None)


def _in_use(database: Path) -> BackupTrouble:
    return BackupTrouble(f"{database} is in use: the server runs.", "Stop it first.")


def _synced(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
