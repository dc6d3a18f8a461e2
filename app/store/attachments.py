"""Files that went with messages: kept once each, in a folder, by the SHA-256 of their content."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from pathlib import Path

from sqlmodel import select

from app.errors import AttachmentError
from app.store.backups import sync_folder
from app.store.connection import storable
from app.store.database import Database
from app.store.database_faults import folder_error
from app.store.records import AttachmentRecord
from app.store.rescue import DAMAGED_MARK
from app.store.tables import AttachmentRow

FOLDER_NAME = "attachments"

_log = logging.getLogger(__name__)

_UNUSED = """
SELECT id FROM attachments WHERE id NOT IN (
    SELECT value FROM messages, json_each(messages.attachment_ids)
    WHERE messages.attachment_ids <> '[]'
    UNION ALL
    SELECT value FROM drafts, json_each(drafts.attachment_ids)
)"""


class Attachments:
    """Attachments by id; content in `folder`/attachments/ab/cdef…, rows in the database."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder / FOLDER_NAME

    def keep(
        self, name: str, media_type: str, content: bytes, width: int = 0, height: int = 0
    ) -> AttachmentRecord:
        """Keep a file; the same content again takes the new name and no more room.

        The file is whole on the disk before its row is. Raises DiskFull, FolderReadOnly.
        """
        id_ = hashlib.sha256(content).hexdigest()
        self._write(id_, content)
        record = AttachmentRecord(id_, storable(name), media_type, len(content), width, height)
        with self._database.transaction() as session:
            row = session.exec(select(AttachmentRow).where(AttachmentRow.id == id_)).first()
            seq = None if row is None else row.seq
            session.merge(
                AttachmentRow(
                    seq=seq,
                    id=id_,
                    name=record.name,
                    media_type=media_type,
                    size_bytes=len(content),
                    width=width,
                    height=height,
                )
            )
        return record

    def get(self, attachment_id: str) -> AttachmentRecord | None:
        row = self._database.first(
            "SELECT id, name, media_type, size_bytes, width, height FROM attachments WHERE id = ?",
            (attachment_id,),
        )
        return None if row is None else AttachmentRecord(*row)

    def read(self, attachment_id: str) -> bytes:
        """The content. Raises AttachmentError where the file is gone or was altered."""
        record = self.get(attachment_id)
        name = "A file" if record is None else f"“{record.name}”"
        try:
            content = self._path(attachment_id).read_bytes()
        except FileNotFoundError as error:
            raise AttachmentError(
                f"{name} is not in Tuppence's folder any more.", "Add it again to send it."
            ) from error
        except OSError as error:
            raise AttachmentError(
                f"{name} cannot be read.", f"The system says: {error.strerror or error}."
            ) from error
        if hashlib.sha256(content).hexdigest() != attachment_id:
            raise AttachmentError(
                f"{name} was changed since it was added.", "Add it again to send it."
            )
        return content

    def purge_unused(self) -> int:
        """Delete files that no message and no draft names; how many. For a start, not between.

        While a damaged database is kept beside, nothing goes: its messages may name them.
        """
        if any(self._folder.parent.glob(f"*{DAMAGED_MARK}*")):
            return 0
        with self._database.transaction():
            unused = [row[0] for row in self._database.rows(_UNUSED)]
            self._database.write_many(
                "DELETE FROM attachments WHERE id = ?", [(id_,) for id_ in unused]
            )
        # After the commit: a crash between the two leaves a file too many, never one too few.
        for id_ in unused:
            self._remove(id_)
        return len(unused)

    def _path(self, attachment_id: str) -> Path:
        return self._folder / attachment_id[:2] / attachment_id[2:]

    def _write(self, attachment_id: str, content: bytes) -> None:
        path = self._path(attachment_id)
        try:
            if path.is_file() and path.read_bytes() == content:
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(path, content)
        except OSError as error:
            raise folder_error(error, self._folder) from error

    def _remove(self, attachment_id: str) -> None:
        try:
            self._path(attachment_id).unlink(missing_ok=True)
        except OSError as error:
            # Left for another day: a file too many keeps nobody from working.
            _log.warning("attachment %s stays in the folder: %s", attachment_id, error)


def _write_whole(path: Path, content: bytes) -> None:
    """Write, reach the disk, then take the name: the file is there whole or not at all."""
    descriptor, part = tempfile.mkstemp(prefix=".part-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
