"""One program per data folder: a lock of the system, and a door for those who come second.

The first start holds the lock and listens; a second one asks it to come forward and ends.
The window's first paint waits for this: standard library only, and no asyncio.
What is said through the door beyond "come forward" belongs to `commands.remote`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import DatabaseBusy, DiskFull, FolderReadOnly, StoreError

if TYPE_CHECKING:
    import socket

LOCK_NAME = "instance.lock"
WAIT_S = 15.0
_PAUSE_S = 0.02
# `sun_path` holds 108 bytes on Linux, 104 on macOS and the BSDs, with the zero at the end.
_SOCKET_PATH_BYTES_MAX = 100
# More than can come while the window is still starting: each waits here until it is asked in.
_BACKLOG = 256
# Windows locks bytes against reading too, so the locked one lies far behind what is written.
_LOCKED_BYTE = 1 << 30
_LOCK_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)


class Kind(StrEnum):
    """What holds a data folder."""

    WINDOW = "window"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a data folder. `address` is a socket's path, or `port:N` on Windows."""

    pid: int
    kind: Kind
    address: str = ""
    token: str = ""


class Place:
    """The data folder, held by this process until `release`."""

    def __init__(self, descriptor: int, holder: Holder, folder: Path) -> None:
        self.holder = holder
        self._descriptor = descriptor
        self._folder = folder
        self._listener: socket.socket | None = None

    @property
    def listener(self) -> socket.socket:
        """The door of a window, opened when it is first asked for: after the first paint.

        Until then a second start finds the lock taken and no address, and tries again.
        Raises FolderReadOnly and StoreError.
        """
        if self._listener is None:
            try:
                address, self._listener = _listen(self._folder)
                self.holder = replace(self.holder, address=address)
                self.write_holder()
            except OSError as error:
                raise _folder_fault(self._folder, error) from error
        return self._listener

    def write_holder(self) -> None:
        """Tell the others who holds the folder."""
        holder = self.holder
        lines = [str(holder.pid), holder.kind.value, holder.token, holder.address]
        os.truncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, "\n".join(lines).encode())

    def release(self) -> None:
        """Close the door, then give up the lock; a second call does nothing."""
        if self._descriptor < 0:
            return
        if self._listener is not None:
            self._listener.close()
            if not self.holder.address.startswith("port:"):
                with contextlib.suppress(OSError):
                    os.unlink(self.holder.address)
        # The file stays: removing it would let two processes lock two files of one name.
        os.truncate(self._descriptor, 0)
        os.close(self._descriptor)
        self._descriptor = -1


def take_window(folder: Path, wait_s: float = WAIT_S) -> Place | None:
    """Hold the folder for the window; None when its window is open already and was called.

    Waits for a command to end. Raises DatabaseBusy when that takes longer than `wait_s`,
    FolderReadOnly and StoreError.
    """
    deadline = time.monotonic() + wait_s
    while True:
        if place := take(folder, Kind.WINDOW):
            return place
        holder = read_holder(folder)
        if holder and holder.kind is Kind.WINDOW:
            left_s = max(deadline - time.monotonic(), _PAUSE_S)
            if call_window(holder, left_s):
                return None
        if time.monotonic() >= deadline:
            raise busy(holder)
        time.sleep(_PAUSE_S)


def take(folder: Path, kind: Kind) -> Place | None:
    """Hold the folder now; None where another process does."""
    descriptor = _open_lock(folder)
    try:
        if not _lock(descriptor):
            os.close(descriptor)
            return None
        place = Place(descriptor, Holder(os.getpid(), kind, "", os.urandom(16).hex()), folder)
        place.write_holder()
    except OSError as error:
        os.close(descriptor)
        raise _folder_fault(folder, error) from error
    return place


def read_holder(folder: Path) -> Holder | None:
    """Who wrote the lock file last; None while nobody holds it or somebody is just taking it."""
    try:
        lines = (folder / LOCK_NAME).read_text(encoding="utf-8").split("\n", 3)
        return Holder(int(lines[0]), Kind(lines[1]), lines[3], lines[2])
    except (OSError, ValueError, IndexError):
        return None


def connect(holder: Holder, timeout_s: float) -> socket.socket | None:
    """A connection to a window's door; None where nobody listens (any more, or yet)."""
    import socket

    try:
        if holder.address.startswith("port:"):
            port = int(holder.address.removeprefix("port:"))
            return socket.create_connection(("127.0.0.1", port), timeout_s)
        door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        door.settimeout(timeout_s)
        try:
            door.connect(holder.address)
        except OSError:
            door.close()
            raise
        return door
    except (OSError, ValueError):
        return None


def call_window(holder: Holder, timeout_s: float) -> bool:
    """Ask the window to come forward; True once it said that it does."""
    door = connect(holder, timeout_s)
    if door is None:
        return False
    _allow_to_come_forward(holder.pid)
    with door:
        try:
            door.sendall(f'{{"token": "{holder.token}", "ask": "raise"}}\n'.encode())
            return door.recv(1) != b""
        except OSError:
            return False


def busy(holder: Holder | None) -> DatabaseBusy:
    """What to say when the folder does not come free."""
    who = f" (process {holder.pid})" if holder else ""
    if holder and holder.kind is Kind.COMMAND:
        return DatabaseBusy(
            f"A command of Tuppence is still at work{who}.", "Wait until it is done, or end it."
        )
    return DatabaseBusy(
        f"Tuppence is running already{who}, but does not answer.",
        "Wait a moment. If it stays so, end that process and start again.",
    )


def _open_lock(folder: Path) -> int:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(folder / LOCK_NAME, _LOCK_FLAGS, 0o600)
    except OSError as error:
        raise _folder_fault(folder, error) from error


def _lock(descriptor: int) -> bool:
    """Take the system's lock, which ends with the process however it ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            os.lseek(descriptor, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            return False
        raise
    return True


def _listen(folder: Path) -> tuple[str, socket.socket]:
    """A door that only this user can reach; those who knock wait until the core asks them in."""
    import socket

    if sys.platform == "win32":
        listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        return f"port:{listener.getsockname()[1]}", listener
    try:
        return _listen_at(folder.absolute() / "run" / "window.sock")
    except OSError:
        # The path is too long for a socket, or the disk (a stick, a share) takes none.
        return _listen_at(_path_elsewhere(folder))


def _listen_at(path: Path) -> tuple[str, socket.socket]:
    import socket

    if len(os.fsencode(path)) > _SOCKET_PATH_BYTES_MAX:
        raise OSError(errno.ENAMETOOLONG, "too long for a socket", str(path))
    path.parent.mkdir(mode=0o700, exist_ok=True)
    _require_private(path.parent)
    with contextlib.suppress(FileNotFoundError):
        path.unlink()  # left by a window that was killed; its lock is ours now
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return str(path), listener


def _path_elsewhere(folder: Path) -> Path:
    import hashlib

    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    base = Path(runtime if runtime and len(os.fsencode(runtime)) < 60 else "/tmp")
    return base / f"tuppence-{os.getuid()}" / f"{name}.sock"


def _require_private(folder: Path) -> None:
    # In a folder for all, somebody else may have made one of this name first.
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PermissionError(errno.EACCES, "not a folder of this user", str(folder))
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(0o700)


def _allow_to_come_forward(pid: int) -> None:
    # Windows lets a window come forward only where the program in front allows it.
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(pid)


def _folder_fault(folder: Path, error: OSError) -> StoreError:
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return FolderReadOnly(
            f"The folder {folder} cannot be written.",
            "Check its rights, or name another one in TUPPENCE_HOME.",
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            f"The disk that holds {folder} is full.",
            "What was saved before is whole. Free some space, then try again.",
        )
    return StoreError(
        f"The folder {folder} cannot be used: {error.strerror or error}.",
        "Name another one in TUPPENCE_HOME.",
    )
