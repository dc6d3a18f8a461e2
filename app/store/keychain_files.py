"""Small files that only their owner may read, replaced whole or not at all.

Used for the vault and for sealed secrets; nothing in plain text passes through here.
"""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path

from app.errors import DiskFull, FolderReadOnly, StoreError, TuppenceError


def write_private(path: Path, content: bytes) -> None:
    """Write a file of mode 600 beside its place, sync it, then move it over the old one.

    Raises DiskFull, FolderReadOnly or StoreError; the old file is whole in every case.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(path, content)
    except OSError as error:
        raise _file_fault(path, error) from error


def read_private(path: Path) -> bytes | None:
    """The content of a file, None where there is none; raises StoreError where it is refused."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(
            f"The file {path.name} cannot be read: {error.strerror}.",
            f"Check the rights of the folder {path.parent}.",
        ) from error


def remove_private(path: Path) -> None:
    """Remove a file if it is there; raises StoreError where that is refused."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _file_fault(path, error) from error


def _replace(path: Path, content: bytes) -> None:
    # mkstemp makes the file with mode 600, so that it is never readable by others.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder; there the move itself is the record.
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _file_fault(path: Path, error: OSError) -> TuppenceError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            "The disk is full, so nothing could be kept.",
            f"Make room on the disk of {path.parent}, then try again.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return FolderReadOnly(
            f"The folder {path.parent} cannot be written.", "Check the rights of the folder."
        )
    return StoreError(f"The file {path.name} cannot be written: {error.strerror}.")
