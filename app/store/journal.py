"""A look into a database's header and journal without opening it, so that no byte changes.

Formats: https://www.sqlite.org/fileformat2.html, sections 1.3 and 4.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\0"
_JOURNAL_HEADER_BYTES = 32
_FRAME_HEADER_BYTES = 24


def journal_of(path: Path) -> Path:
    """Where SQLite keeps what it has not moved into the file yet."""
    return path.with_name(path.name + "-wal")


def read_identity(path: Path) -> tuple[int, int] | None:
    """A database's `user_version`, as last committed, and `application_id`; None: no database."""
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    if len(head) < HEADER_BYTES or not head.startswith(_MAGIC):
        return None
    if journal_of(path).exists():
        with journal_of(path).open("rb") as journal:
            head = _committed_header(journal) or head
    return _number(head[60:64]), _number(head[68:72])


def _committed_header(journal: BinaryIO) -> bytes | None:
    """Page 1's header in the newest committed transaction; None where it is in none."""
    written: bytes | None = None
    committed: bytes | None = None
    for page, is_commit, head in _frames(journal):
        if page == 1:
            written = head
        if is_commit:
            committed = written
    return committed


def _frames(journal: BinaryIO) -> Iterator[tuple[int, bool, bytes]]:
    """Page number, whether it ends a transaction, and the page's first bytes, of each frame.

    Frames of an earlier round of the journal have another salt, and end it.
    """
    head = journal.read(_JOURNAL_HEADER_BYTES)
    if len(head) < _JOURNAL_HEADER_BYTES:
        return
    page_bytes, salt = _number(head[8:12]), head[16:24]
    while True:
        frame = journal.read(_FRAME_HEADER_BYTES + HEADER_BYTES)
        if len(frame) < _FRAME_HEADER_BYTES + HEADER_BYTES or frame[8:16] != salt:
            return
        yield _number(frame[:4]), frame[4:8] != bytes(4), frame[_FRAME_HEADER_BYTES:]
        journal.seek(max(0, page_bytes - HEADER_BYTES), 1)


def _number(content: bytes) -> int:
    return int.from_bytes(content, "big")
