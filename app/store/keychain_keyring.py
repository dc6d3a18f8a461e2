"""The system's keyring behind our errors; what it cannot hold is sealed into a file beside it.

Back-ends come in ready from `keychain`; the library itself is not known here.
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.errors import KeychainError, KeyringFailed, StoreError
from app.store import keychain_faults as faults
from app.store.keychain_files import read_private, remove_private, write_private
from app.store.keychain_sealing import (
    NONCE_BYTES,
    SealBroken,
    Sealed,
    from_text,
    new_key,
    seal,
    to_text,
    unseal,
)

SERVICE_NAME = "Tuppence"
_SEALED_MARK = "tuppence-sealed:1:"
_SEALED_FOLDER = "sealed"
_SEALED_ID = re.compile(r"[0-9a-f]{32}")
_log = logging.getLogger(__name__)


class Backend(Protocol):
    """What we use of one of the library's back-ends."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


@dataclass(frozen=True, slots=True)
class NamedBackend:
    """One keyring that we trust.

    `load` gives an instance, or raises where the machine does not have it. `bytes_max` is the
    longest secret it takes as UTF-16; longer ones are sealed. `daemon` names the program that
    keeps the secrets, where several can.
    """

    name: str
    load: Callable[[], Backend]
    bytes_max: int | None = None
    daemon: Callable[[], str] | None = None


class SystemKeyring:
    """The first keyring of a list that this machine has.

    Raises KeyringAbsent, KeyringLocked, KeyringDenied or KeyringFailed.
    """

    def __init__(self, folder: Path, backends: Sequence[NamedBackend]) -> None:
        self._backends = tuple(backends)
        self._found: _Opened | None = None
        self._sealed = _SealedFiles(folder / _SEALED_FOLDER)

    def is_there(self) -> bool:
        """Whether this machine has a keyring that we trust."""
        return self._find() is not None

    def name(self) -> str | None:
        """The keyring's name as people know it, None where there is none that we trust."""
        found = self._find()
        if found is None:
            return None
        program = _ask_name(found.named)
        return f"{found.named.name} ({program})" if program else found.named.name

    def keep(self, key_id: str, secret: str) -> None:
        opened = self._require()
        old = opened.get(key_id)
        if _fits(secret, opened.named.bytes_max):
            opened.put(key_id, secret, old)
        else:
            self._keep_sealed(opened, key_id, secret, old)
        self._sealed.remove_of(old)

    def read(self, key_id: str) -> str | None:
        stored = self._require().get(key_id)
        if stored is None or not stored.startswith(_SEALED_MARK):
            return stored
        return self._sealed.read(key_id, stored)

    def forget(self, key_id: str) -> None:
        opened = self._require()
        old = opened.get(key_id)
        if old is not None:
            opened.delete(key_id)
            self._sealed.remove_of(old)

    def _find(self) -> _Opened | None:
        # Once found it is remembered: from then on a failure is a failure, not an absence.
        if self._found is None:
            loaded = (_load(named) for named in self._backends)
            self._found = next((opened for opened in loaded if opened), None)
        return self._found

    def _require(self) -> _Opened:
        if found := self._find():
            return found
        raise faults.absent()

    def _keep_sealed(self, opened: _Opened, key_id: str, secret: str, old: str | None) -> None:
        # A new file each time: until the keyring has the new key, the old pair stays whole.
        value = self._sealed.write(key_id, secret)
        try:
            opened.put(key_id, value, old)
        except KeychainError:
            self._sealed.remove_of(value)
            raise


@dataclass(frozen=True, slots=True)
class _Opened:
    """A back-end that is there, with its failures in our words."""

    named: NamedBackend
    backend: Backend

    def get(self, key_id: str) -> str | None:
        try:
            return self.backend.get_password(SERVICE_NAME, key_id)
        except faults.keyring_errors() as error:
            raise faults.keyring_fault(error, self.named.name) from error

    def put(self, key_id: str, value: str, old: str | None) -> None:
        """Set a value and read it back; where that fails, `old` is there again."""
        try:
            self.backend.set_password(SERVICE_NAME, key_id, value)
            kept = self.backend.get_password(SERVICE_NAME, key_id)
        except faults.keyring_errors() as error:
            self._put_back(key_id, old)
            raise faults.keyring_fault(error, self.named.name) from error
        if kept != value:
            self._put_back(key_id, old)
            raise faults.failed(self.named.name)

    def delete(self, key_id: str) -> None:
        try:
            self.backend.delete_password(SERVICE_NAME, key_id)
        except faults.keyring_errors() as error:
            raise faults.keyring_fault(error, self.named.name) from error

    def _put_back(self, key_id: str, old: str | None) -> None:
        # macOS replaces by removing first: when the second half fails, the old one must return.
        if old is None:
            return
        try:
            if self.backend.get_password(SERVICE_NAME, key_id) != old:
                self.backend.set_password(SERVICE_NAME, key_id, old)
        except faults.keyring_errors():
            _log.warning("%s failed again while a key was put back", self.named.name)


class _SealedFiles:
    """Secrets too long for the keyring: the file is here, its random key in the keyring.

    What the keyring holds for one is the mark, the file's id and the key.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, key_id: str, secret: str) -> str:
        key, sealed_id = new_key(), uuid.uuid4().hex
        sealed = seal(key, key_id, secret.encode("utf-8"))
        write_private(self._folder / sealed_id, sealed.nonce + sealed.content)
        return f"{_SEALED_MARK}{sealed_id}:{to_text(key)}"

    def read(self, key_id: str, stored: str) -> str:
        try:
            sealed_id, key = _parse_sealed(stored)
            content = read_private(self._folder / sealed_id)
            if content is None:
                raise SealBroken("the file is gone")
            sealed = Sealed(content[:NONCE_BYTES], content[NONCE_BYTES:])
            return unseal(key, key_id, sealed).decode("utf-8")
        except ValueError as error:
            raise KeyringFailed(
                "The sealed file of this key is missing or damaged, so the key cannot be read.",
                "Bring the data folder back from a backup, or remove the key and add it again.",
            ) from error

    def remove_of(self, stored: str | None) -> None:
        """Remove the file that a keyring's value names, if it names one."""
        if stored is None or not stored.startswith(_SEALED_MARK):
            return
        try:
            remove_private(self._folder / _parse_sealed(stored)[0])
        except (ValueError, StoreError):
            # Useless without its key, which is gone: a leftover, not a secret.
            _log.warning("a sealed file could not be removed")


def _load(named: NamedBackend) -> _Opened | None:
    try:
        return _Opened(named, named.load())
    except faults.keyring_errors() as error:
        _log.info("%s is not usable here: %s", named.name, type(error).__name__)
        return None


def _ask_name(named: NamedBackend) -> str:
    if named.daemon is None:
        return ""
    try:
        return named.daemon()
    except faults.keyring_errors() as error:
        _log.info("%s does not say what it is: %s", named.name, type(error).__name__)
        return ""


def _fits(secret: str, bytes_max: int | None) -> bool:
    # Control characters and byte-order marks do not survive every keyring: those are sealed too.
    if not secret.isprintable() or "\ufeff" in secret or secret.startswith(_SEALED_MARK):
        return False
    return bytes_max is None or len(secret.encode("utf-16-le")) <= bytes_max


def _parse_sealed(stored: str) -> tuple[str, bytes]:
    sealed_id, _, key = stored.removeprefix(_SEALED_MARK).partition(":")
    if not _SEALED_ID.fullmatch(sealed_id):
        raise ValueError("not the name of a sealed file")
    return sealed_id, from_text(key)
