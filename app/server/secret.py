"""The server's own secret, and the keys derived from it: it is used for nothing else itself."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import ConfigError

SECRET_FILE = "server.secret"
FILE_MODE = 0o600
_LENGTH_MIN = 32


def read_or_make(path: Path, make: bytes) -> bytes:
    """A file that only its owner can read; `make` is written where there is none.

    Of several processes that begin together one makes it, whole, and the others read that. Raises
    ConfigError for a file that others can read, or that cannot be read or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path, make)
        is_open = os.name == "posix" and path.stat().st_mode & 0o077
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}.", "Check the folder's rights."
        ) from error
    if is_open:
        raise ConfigError(
            f"{path} can be read by others.", f"Take their rights away: chmod 600 {path}"
        )
    return _read(path)


def _make(path: Path, content: bytes) -> None:
    """All of a file or nothing: another process never sees it empty."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first
            os.link(draft, path)
    finally:
        draft.unlink()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}.", "Check the file and its rights."
        ) from error


class ServerSecret:
    """Keys for one purpose each, from one secret of at least 32 characters."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def load(cls, given: str, data: Path) -> ServerSecret:
        """The operator's, else the one in `data`, made on the first start. Raises ConfigError."""
        if given:
            return cls(given.encode())
        path = data / SECRET_FILE
        secret = read_or_make(path, secrets.token_hex(32).encode()).strip()
        if len(secret) < _LENGTH_MIN:
            # Never made anew by itself: what was sealed with the right one would be lost.
            raise ConfigError(
                f"{path} is empty or cut off.", "Take it from a backup of the data folder."
            )
        return cls(secret)

    def key(self, purpose: str) -> bytes:
        """32 bytes for a purpose, always the same."""
        derive = HKDF(hashes.SHA256(), 32, salt=b"tuppence-server-v1", info=purpose.encode())
        return derive.derive(self._secret)

    def mac(self, purpose: str, text: str) -> str:
        """A keyed hash, in hex: for what is too short to be hashed without a key."""
        return hmac.new(self.key(purpose), text.encode(), hashlib.sha256).hexdigest()


def new_token(prefix: str) -> str:
    """A secret of 256 bits that says what it is for, such as `tp_...`."""
    return prefix + secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is kept of a token of full length: it cannot be guessed, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
