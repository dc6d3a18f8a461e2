"""Rows on leaf pages that their table cannot reach any more, because a page above is lost.

SQLite still reads the rows: each leaf is put, in a copy of the file, where the table begins.
A leaf tells its table by the number of its columns, which no two of the large tables share.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

_PAGE_BYTES = 4096
_LEAF_TABLE_PAGE = 13
_CHANGE_COUNTER_AT = 24

Row = tuple[Any, ...]


def orphan_rows(copy: Path, table: str, columns: list[str]) -> Iterator[Row]:
    """The rows of every leaf that looks like one of `table`'s; stale and double ones too.

    `copy` must have no journal beside it, and is of no other use afterwards.
    """
    names = ", ".join(f'"{column}"' for column in columns)
    with closing(sqlite3.connect(copy, isolation_level=None)) as source:
        source.text_factory = lambda content: content.decode("utf-8", "replace")
        try:
            (root,) = source.execute(
                "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)
            ).fetchone()
            width = len(source.execute(f"PRAGMA table_info ({table})").fetchall())
        except (sqlite3.DatabaseError, TypeError):
            return
        with copy.open("r+b", buffering=0) as file:
            for number, page in enumerate(_leaves(file, width), start=1):
                file.seek((root - 1) * _PAGE_BYTES)
                file.write(page)
                # A changed counter makes SQLite forget the pages that it read before.
                file.seek(_CHANGE_COUNTER_AT)
                file.write((0x4000_0000 + number).to_bytes(4, "big"))
                yield from _rows(source, f"SELECT {names} FROM {table} NOT INDEXED")


def _rows(source: sqlite3.Connection, select: str) -> Iterator[Row]:
    try:
        yield from source.execute(select)
    except sqlite3.DatabaseError:
        # A bad row ends its leaf: what is before it was taken, what is on other leaves will be.
        return


def _leaves(file: BinaryIO, width: int) -> Iterator[bytes]:
    pages = file.seek(0, 2) // _PAGE_BYTES
    for number in range(1, pages):  # page 1 is never a leaf of ours
        file.seek(number * _PAGE_BYTES)
        page = file.read(_PAGE_BYTES)
        if page[0] == _LEAF_TABLE_PAGE and _columns_of_first_row(page) == width:
            yield page


def _columns_of_first_row(page: bytes) -> int | None:
    """How many columns a leaf's first row has; None where that cannot be read."""
    if page[3:5] == b"\0\0":
        return None
    try:
        _, at = _varint(page, int.from_bytes(page[8:10], "big"))
        _, header = _varint(page, at)
        size, at = _varint(page, header)
        columns = 0
        while at < header + size:
            _, at = _varint(page, at)
            columns += 1
    except IndexError:
        return None
    return columns


def _varint(page: bytes, at: int) -> tuple[int, int]:
    """SQLite's variable-length integer at a place, and the place after it."""
    value = 0
    for place in range(at, at + 8):
        value = value << 7 | page[place] & 0x7F
        if page[place] < 0x80:
            return value, place + 1
    return value << 8 | page[at + 8], at + 9
