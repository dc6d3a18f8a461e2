"""The table of contents of a database, put back from a new one where the file's own is lost.

Our first step makes the same tables on the same pages in every file, and nothing moves them
(nobody runs VACUUM on the file itself). So the pages that hold the list of tables can be taken
from a new database. Page layout: https://www.sqlite.org/fileformat2.html
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from app.store.migrations import migrate
from app.store.schema import STEPS

_PAGE_BYTES = 4096
_HEADER_BYTES = 100
_INTERIOR_TABLE_PAGE = 5
_WAL_FORMAT = bytes((2, 2))


def borrow_schema(path: Path) -> None:
    """Write the list of tables of a new database over the one of the file at `path`."""
    fresh = _fresh_database()
    size_bytes = max(path.stat().st_size, len(fresh))
    with path.open("r+b") as file:
        for page in _schema_pages(fresh):
            content = fresh[(page - 1) * _PAGE_BYTES : page * _PAGE_BYTES]
            file.seek((page - 1) * _PAGE_BYTES)
            file.write(_first_page(content, path) if page == 1 else content)
        # Whole pages only: a cut one would make the file look shorter than it is.
        file.truncate(-(-size_bytes // _PAGE_BYTES) * _PAGE_BYTES)


def _fresh_database() -> bytes:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        migrate(connection, STEPS[:1])
        return connection.serialize()


def _schema_pages(fresh: bytes) -> list[int]:
    """Page 1, and the pages below it where the list of tables outgrew it."""
    if fresh[_HEADER_BYTES] != _INTERIOR_TABLE_PAGE:
        return [1]
    cells = _number(fresh, _HEADER_BYTES + 3, 2)
    pointers = (_number(fresh, _HEADER_BYTES + 12 + 2 * cell, 2) for cell in range(cells))
    children = [_number(fresh, pointer, 4) for pointer in pointers]
    return [1, *children, _number(fresh, _HEADER_BYTES + 8, 4)]


def _first_page(content: bytes, path: Path) -> bytes:
    """Page 1 with a header that promises nothing about this file's size and free pages."""
    page = bytearray(content)
    page[28:40] = bytes(12)  # size in pages, first free page, number of free pages
    if path.with_name(path.name + "-wal").exists():
        page[18:20] = _WAL_FORMAT
    return bytes(page)


def _number(content: bytes, at: int, size: int) -> int:
    return int.from_bytes(content[at : at + size], "big")
