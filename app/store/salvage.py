"""Reading what can be read of a damaged database into a new one, row by row.

Tables are read along `seq`: where a page is bad, the span around it is halved until only the
rows on it are left out. What the rows then lack of each other is mended at the end.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.store.borrowed_schema import borrow_schema
from app.store.connection import tolerant_text
from app.store.mending import MENDING
from app.store.orphans import orphan_rows
from app.store.schema_account import ACCOUNT_TABLES
from app.store.schema_assistants import ASSISTANT_TABLES
from app.store.schema_ledger import FILL_LEDGER

# Chats before messages, so that a full disk or a second fault loses the least.
TABLES = (
    "chats",
    "chat_groups",
    "panes",
    "messages",
    "pieces",
    "attachments",
    "drafts",
    "usage",
    "holds",
    "settings",
    "keys",
    "model_marks",
    "budgets",
    "budget_notices",
    "generations",
    *ACCOUNT_TABLES,
    *ASSISTANT_TABLES,
)
# Tables that no other one has as many columns as: see orphans.py.
_TOLD_BY_WIDTH = frozenset({"chats", "messages", "usage", "holds", "keys", "attachments"})
_ROWS_PER_PAGE = 40
_FAILURES_MAX = 5_000
_FAILURES_WITHOUT_A_ROW_MAX = 2_000

Row = tuple[Any, ...]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Salvaged:
    """How many chats and messages came back."""

    chats: int = 0
    messages: int = 0


def salvage(damaged: Path, target: sqlite3.Connection) -> Salvaged:
    """Copy every readable row of `damaged` into `target`, an empty current database.

    `damaged` may be changed: hand in a copy. Raises sqlite3.Error for faults of `target` only.
    """
    if not _schema_reads(damaged):
        borrow_schema(damaged)
    target.execute("PRAGMA foreign_keys = OFF")
    target.execute("BEGIN IMMEDIATE")
    torn = []
    with closing(_connect(damaged)) as source:
        _empty_journal(source)
        for table in TABLES:
            if _copy_table(source, target, table):
                torn.append(table)
    for table in torn:
        _copy_orphans(damaged, target, table)
    for statement in (*MENDING, *FILL_LEDGER):
        target.execute(statement)
    target.execute("COMMIT")
    target.execute("PRAGMA foreign_keys = ON")
    return Salvaged(_count(target, "chats"), _count(target, "messages"))


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.text_factory = tolerant_text
    return connection


def _schema_reads(path: Path) -> bool:
    with closing(_connect(path)) as source:
        try:
            found = source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {"chats", "messages"} <= {row[0] for row in found}
        except sqlite3.DatabaseError:
            return False


def _empty_journal(source: sqlite3.Connection) -> None:
    """Bring the journal's pages into the file, where orphans are looked for."""
    try:
        source.execute("PRAGMA journal_mode = DELETE").fetchall()
    except sqlite3.DatabaseError as error:
        _log.warning("the damaged file's journal stays beside it: %s", error)


def _copy_table(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> bool:
    """Copy what the table reaches; whether some of it could not be read."""
    columns = _shared_columns(source, target, table)
    if "seq" not in columns:
        return False
    reader = _TableReader(source, table, columns)
    _insert(target, table, columns, reader.rows())
    return reader.failures > 0


def _copy_orphans(damaged: Path, target: sqlite3.Connection, table: str) -> None:
    if table in _TOLD_BY_WIDTH:
        with closing(_connect(damaged)) as source:
            columns = _shared_columns(source, target, table)
        _insert(target, table, columns, orphan_rows(damaged, table, columns))


def _insert(
    target: sqlite3.Connection, table: str, columns: list[str], rows: Iterable[Row]
) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    insert = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})"
    for row in rows:
        try:
            target.execute(insert, row)
        except sqlite3.IntegrityError:
            # A row that was changed by the damage and fits the table no more.
            continue


def _shared_columns(
    source: sqlite3.Connection, target: sqlite3.Connection, table: str
) -> list[str]:
    """The table's columns on both sides, `seq` first; none where the source has no such table."""
    wanted = [row[1] for row in target.execute(f"PRAGMA table_info ({table})")]
    try:
        there = {row[1] for row in source.execute(f"PRAGMA table_info ({table})")}
    except sqlite3.DatabaseError:
        return []
    return [column for column in wanted if column in there]


class _TableReader:
    """Reads a table's rows around its bad pages and counts the spans that failed."""

    def __init__(self, source: sqlite3.Connection, table: str, columns: list[str]) -> None:
        names = ", ".join(f'"{column}"' for column in columns)
        self._source = source
        self._table = table
        self._columns = columns
        self._select = (
            f"SELECT {names} FROM {table} NOT INDEXED WHERE seq BETWEEN ? AND ? ORDER BY seq"
        )
        self.failures = 0

    def rows(self) -> Iterator[Row]:
        # Wide spans first: what is whole comes back before the bad places are looked at closely.
        spans = deque([(1, _last_seq(self._source, self._table))])
        found = 0
        while spans and self.failures < _failures_max(found):
            low, high = spans.popleft()
            try:
                for row in self._source.execute(self._select, (low, high)):
                    yield row
                    found += 1
                    low = row[0] + 1
            except sqlite3.DatabaseError:
                self.failures += 1
                if low < high:
                    middle = (low + high) // 2
                    spans += [(low, middle), (middle + 1, high)]
                elif low == high and (cut := self._read_by_column(low)):
                    yield cut

    def _read_by_column(self, seq: int) -> Row | None:
        """A row of which some columns cannot be read: a long text may be cut, its cost is not."""
        values: list[Any] = []
        for column in self._columns:
            try:
                found = self._source.execute(
                    f'SELECT "{column}" FROM {self._table} NOT INDEXED WHERE seq = ?', (seq,)
                ).fetchone()
            except sqlite3.DatabaseError:
                found = ("" if column in {"text", "thinking"} else None,)
            if found is None:
                return None
            values.append(found[0])
        known = sum(value not in (None, "") for value in values)
        return tuple(values) if known > 1 else None


def _failures_max(found: int) -> int:
    """Where not one row can be read, the table's first page is gone and trying is soon given up."""
    return _FAILURES_MAX if found else _FAILURES_WITHOUT_A_ROW_MAX


def _last_seq(source: sqlite3.Connection, table: str) -> int:
    """The highest `seq`, or what the file's size allows where that cannot be read."""
    try:
        return int(source.execute(f"SELECT max(seq) FROM {table}").fetchone()[0] or 0)
    except (sqlite3.DatabaseError, TypeError, ValueError):
        pages = int(source.execute("PRAGMA page_count").fetchone()[0])
        return pages * _ROWS_PER_PAGE


def _count(target: sqlite3.Connection, table: str) -> int:
    return int(target.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
