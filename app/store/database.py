"""The one database of the desktop: its connection, transactions and errors.

How a file is opened, mended and migrated is in opening.py; what is in it, in the files named
after it. All of it belongs to the thread that opened it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, create_engine

from app.clock import Clock
from app.errors import DatabaseDamaged, StoreError
from app.ledger.sqlite import run as run_steps
from app.ledger.steps import Steps
from app.store import opening
from app.store.backups import copy_database
from app.store.connection import connect_in_memory, tolerant_text
from app.store.database_faults import store_error
from app.store.migrations import migrate
from app.store.schema import REBUILD_SEARCH, SEARCH_INDEXES

Row = tuple[Any, ...]
T = TypeVar("T")
_UNDECODABLE = "Could not decode to UTF-8"


@dataclass(frozen=True, slots=True)
class OpenReport:
    """What opening had to do. `damaged` is the kept file, None where nothing was wrong.

    `migrated_from` is the version it had, None where it was current. `notes` are sentences
    for the user.
    """

    created: bool = False
    migrated_from: int | None = None
    backup: Path | None = None
    damaged: Path | None = None
    salvaged_chats: int = 0
    salvaged_messages: int = 0
    notes: tuple[str, ...] = ()


class Database:
    """A single SQLite connection, used by one thread only; another thread gets an error.

    Rows that are read often come as plain tuples (`rows`), the rest through SQLModel sessions
    on the same connection.
    """

    def __init__(
        self, connection: sqlite3.Connection, report: OpenReport, path: Path | None
    ) -> None:
        self.report = report
        self._connection = connection
        self._path = path
        self._damage_seen = False
        self._closed = False
        self._session: Session | None = None
        self._depth = 0
        self._engine = _engine_over(connection)

    @classmethod
    def open(cls, folder: Path, clock: Clock = Clock()) -> Database:  # noqa: B008 - it is frozen
        """Open `folder`/tuppence.db, made, migrated or rescued as needed; `report` says what.

        Raises DatabaseTooNew, DatabaseBusy, FolderReadOnly, DiskFull or another StoreError;
        the file is then as it was.
        """
        opened = opening.open_file(folder, clock)
        report = OpenReport(
            created=opened.created,
            migrated_from=opened.migrated_from,
            backup=opened.backup,
            damaged=opened.damaged,
            salvaged_chats=opened.salvaged_chats,
            salvaged_messages=opened.salvaged_messages,
            notes=tuple(opened.notes),
        )
        return cls(opened.connection, report, opened.path)

    @classmethod
    def in_memory(cls, clock: Clock = Clock()) -> Database:  # noqa: B008 - it is frozen
        """An empty database of the current version that no file holds."""
        connection = connect_in_memory()
        migrate(connection)
        return cls(connection, OpenReport(created=True), None)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """All or nothing: committed at the end, rolled back when anything is raised.

        A nested use joins the outer transaction; an error that leaves the inner block undoes
        the inner block. The driver's errors come out as StoreErrors.
        """
        if self._session is not None:
            yield from self._nested(self._session)
            return
        with self._mapped():
            self._connection.execute("BEGIN IMMEDIATE")
            session = self._session = Session(self._engine, expire_on_commit=False)
            try:
                yield session
                session.commit()
                if self._connection.in_transaction:
                    self._connection.execute("COMMIT")
            except BaseException:
                self._undo(session, "ROLLBACK")
                raise
            finally:
                self._session = None
                session.close()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to read with; inside a transaction it sees what that wrote."""
        with self._mapped():
            if self._session is not None:
                yield self._session
                return
            with Session(self._engine) as session:
                yield session

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """All rows of a plain statement."""
        with self._mapped():
            try:
                return self._connection.execute(statement, parameters).fetchall()
            except sqlite3.OperationalError as error:
                if _UNDECODABLE not in str(error):
                    raise
                self._connection.text_factory = tolerant_text
                return self._connection.execute(statement, parameters).fetchall()

    def first(self, statement: str, parameters: Sequence[Any] = ()) -> Row | None:
        """The first row of a plain statement."""
        found = self.rows(statement, parameters)
        return found[0] if found else None

    def write(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        """Run one writing statement, in the running transaction or its own; rows changed."""
        with self.transaction() as session:
            session.flush()
            return self._write(statement, parameters).rowcount

    def returning(self, statement: str, parameters: Sequence[Any] = ()) -> Row:
        """Run one writing statement that returns a row, as `write` does; that row."""
        with self.transaction() as session:
            session.flush()
            return self._write(statement, parameters).fetchall()[0]

    def run(self, steps: Steps[T]) -> T:
        """Take the ledger's steps, in the running transaction or in one of their own."""
        with self.transaction() as session:
            session.flush()
            return run_steps(self._connection, steps)

    def write_many(self, statement: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Run one writing statement for many rows."""
        with self.transaction() as session:
            session.flush()
            self._connection.executemany(statement, parameters)

    def close(self) -> None:
        """Move the journal into the file, then let go of it. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        if self._path is None:
            self._connection.close()
        else:
            opening.close_file(self._connection, self._path, damaged=self._damage_seen)

    def integrity(self) -> tuple[str, ...]:
        """What SQLite finds wrong: pages, indexes, references, search. Empty when whole."""
        found = [str(row[0]) for row in self.rows("PRAGMA integrity_check(20)")]
        findings = [] if found == ["ok"] else found
        for table, seq, parent, _ in self.rows("PRAGMA foreign_key_check"):
            findings.append(f"{table} row {seq} names a row of {parent} that is not there")
        for index in SEARCH_INDEXES:
            try:
                self.write(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
            except StoreError as error:
                findings.append(f"{index}: {error.message}")
        return tuple(findings)

    def backup_to(self, path: Path) -> None:
        """A verified copy; an old file at `path` is replaced only once the copy is whole."""
        with self._mapped():
            copy_database(self._connection, path)

    def _write(self, statement: str, parameters: Sequence[Any]) -> sqlite3.Cursor:
        try:
            return self._connection.execute(statement, parameters)
        except sqlite3.DatabaseError as error:
            if not _blames_the_index(error):
                raise
            # Only the search index is damaged: no message may be lost for it.
            for rebuild in REBUILD_SEARCH:
                self._connection.execute(rebuild)
            return self._connection.execute(statement, parameters)

    def _nested(self, session: Session) -> Iterator[Session]:
        self._depth += 1
        savepoint = f"nested_{self._depth}"
        try:
            session.flush()
            self._connection.execute(f"SAVEPOINT {savepoint}")
            yield session
            session.flush()
            self._connection.execute(f"RELEASE {savepoint}")
        except BaseException:
            # A full disk may have ended the whole transaction already.
            if self._connection.in_transaction:
                self._undo(session, f"ROLLBACK TO {savepoint}")
            raise
        finally:
            self._depth -= 1

    def _undo(self, session: Session, statement: str) -> None:
        session.expunge_all()
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):  # the reason for undoing is on its way out already
                self._connection.execute(statement)

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._fault(error) from error
        except DBAPIError as error:
            if isinstance(error.orig, sqlite3.Error):
                raise self._fault(error.orig) from error
            raise

    def _fault(self, error: sqlite3.Error) -> StoreError:
        fault = store_error(error, self._path)
        if isinstance(fault, DatabaseDamaged) and not self._damage_seen:
            self._damage_seen = True
            if self._path is not None:
                opening.note_damage(self._path)
        return fault


def _blames_the_index(error: sqlite3.DatabaseError) -> bool:
    """Whether the search index is damaged. A constraint without a name is one of its own."""
    code = getattr(error, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_CORRUPT_VTAB or str(error) == "constraint failed"


def _engine_over(connection: sqlite3.Connection) -> Engine:
    """SQLAlchemy over our connection. Transactions are begun and ended here, never there."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: connection,
        poolclass=StaticPool,
        pool_reset_on_return=None,
    )
    engine.connect().close()  # its first connection asks and rolls back: not inside a transaction
    return engine
