"""The vault: secrets in a file under a passphrase, for machines without a keyring.

The passphrase goes through scrypt; each secret is sealed with AES-GCM under its own name.
Nothing is written in plain text but the names. Choosing the vault is the user's, in `keychain`.
"""

from __future__ import annotations

import json
import os
import threading
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

from app.errors import KeychainError, VaultLocked
from app.store.keychain_files import read_private, write_private
from app.store.keychain_sealing import (
    KEY_BYTES,
    SealBroken,
    Sealed,
    from_text,
    new_key,
    seal,
    to_text,
    unseal,
)

FILE_NAME = "vault.json"
FORMAT = "tuppence-vault"
VERSION = 1
PASSPHRASE_LENGTH_MIN = 8
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**17, 8, 1
# A prepared file must not make us reserve all memory of the machine (128 x n x r bytes).
_SCRYPT_N_RANGE = (2**14, 2**20)
_KEY_NAME = "vault-key"
_ENTRY_PREFIX = "vault-entry/"


class VaultUnreadable(KeychainError):
    """The vault's file is damaged or from a newer version; it is left as it is."""


class VaultDamaged(VaultUnreadable):
    """No version can read it: it can be brought back from a backup, or set aside."""


@dataclass(frozen=True, slots=True)
class _Contents:
    """What the file holds: how the passphrase becomes a key, the sealed key, the sealed secrets."""

    salt: bytes
    scrypt_n: int
    wrapped_key: Sealed
    entries: tuple[tuple[str, Sealed], ...]


class Vault:
    """One vault file. All methods block; opening takes about half a second by design.

    Raises VaultLocked, VaultUnreadable and StoreError.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._key: bytes | None = None
        # Calls come from threads; a change reads, changes and writes the file as one.
        self._lock = threading.RLock()

    @property
    def exists(self) -> bool:
        return self.path.exists()

    @property
    def is_open(self) -> bool:
        return self._key is not None

    def open(self, passphrase: str) -> None:
        """Open the vault, or make it where there is none; raises VaultLocked when wrong."""
        with self._lock:
            contents = self._load()
            if contents is None:
                self._key = self._create(passphrase)
            else:
                self._key = _unwrap(contents, passphrase)

    def close(self) -> None:
        """Forget the key; the secrets stay sealed in the file."""
        with self._lock:
            self._key = None

    def change_passphrase(self, old: str, new: str) -> None:
        """Seal everything anew under another passphrase; raises VaultLocked when `old` is wrong."""
        with self._lock:
            contents = self._load()
            if contents is None:
                raise VaultLocked("There is no vault on this computer yet.")
            old_key = _unwrap(contents, old)
            secrets = {name: _unseal_entry(old_key, name, one) for name, one in contents.entries}
            key, changed = _fresh_contents(new)
            entries = tuple((name, _seal_entry(key, name, one)) for name, one in secrets.items())
            self._save(replace(changed, entries=entries))
            self._key = key

    def names(self) -> frozenset[str]:
        """The names of what is kept; works while the vault is locked."""
        contents = self._load()
        return frozenset() if contents is None else frozenset(name for name, _ in contents.entries)

    def keep(self, name: str, secret: str) -> None:
        with self._lock:
            key = self._opened()
            contents = self._load()
            if contents is None:
                raise KeychainError(
                    "The vault's file was removed while it was open, so nothing was kept.",
                    "Open the vault again to make a new one.",
                )
            entries = dict(contents.entries)
            entries[name] = _seal_entry(key, name, secret.encode("utf-8"))
            self._save(replace(contents, entries=tuple(entries.items())))

    def read(self, name: str) -> str | None:
        """The secret under a name, None where the vault has none; raises VaultLocked."""
        with self._lock:
            contents = self._load()
            sealed = dict(contents.entries).get(name) if contents else None
            if sealed is None:
                return None
            return _unseal_entry(self._opened(), name, sealed).decode("utf-8")

    def forget(self, name: str) -> bool:
        """Remove a secret, also while the vault is locked; whether it was there."""
        with self._lock:
            contents = self._load()
            if contents is None or name not in dict(contents.entries):
                return False
            rest = tuple(entry for entry in contents.entries if entry[0] != name)
            self._save(replace(contents, entries=rest))
            return True

    def set_aside(self) -> Path:
        """Move a file that cannot be read out of the way, so that a new vault can be made."""
        with self._lock:
            number = 1
            while (kept := self.path.with_name(f"{FILE_NAME}.damaged-{number}")).exists():
                number += 1
            try:
                os.replace(self.path, kept)
            except OSError as error:
                raise KeychainError(
                    f"The vault's file could not be renamed: {error.strerror}.",
                    f"Move {self.path} away yourself.",
                ) from error
            self._key = None
            return kept

    def _create(self, passphrase: str) -> bytes:
        key, contents = _fresh_contents(passphrase)
        self._save(contents)
        return key

    def _opened(self) -> bytes:
        if self._key is None:
            raise VaultLocked("The vault is locked.", "Enter its passphrase to open it.")
        return self._key

    def _load(self) -> _Contents | None:
        content = read_private(self.path)
        return None if content is None else _decode(content, self.path)

    def _save(self, contents: _Contents) -> None:
        write_private(self.path, _encode(contents))


def _derive(passphrase: str, salt: bytes, n: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    # The same passphrase typed on another system must give the same bytes.
    typed = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    return Scrypt(salt=salt, length=KEY_BYTES, n=n, r=_SCRYPT_R, p=_SCRYPT_P).derive(typed)


def _fresh_contents(passphrase: str) -> tuple[bytes, _Contents]:
    if len(passphrase) < PASSPHRASE_LENGTH_MIN:
        raise VaultLocked(
            f"The passphrase is too short: it needs at least {PASSPHRASE_LENGTH_MIN} characters.",
            "A few words that only you would put together are best.",
        )
    key, salt = new_key(), os.urandom(16)
    wrapped = seal(_derive(passphrase, salt, _SCRYPT_N), _KEY_NAME, key)
    return key, _Contents(salt, _SCRYPT_N, wrapped, ())


def _unwrap(contents: _Contents, passphrase: str) -> bytes:
    try:
        wrapping = _derive(passphrase, contents.salt, contents.scrypt_n)
        return unseal(wrapping, _KEY_NAME, contents.wrapped_key)
    except SealBroken as error:
        raise VaultLocked(
            "This is not the vault's passphrase.",
            "Try again; capital letters and spaces count. Nothing was changed.",
        ) from error


def _seal_entry(key: bytes, name: str, secret: bytes) -> Sealed:
    return seal(key, _ENTRY_PREFIX + name, secret)


def _unseal_entry(key: bytes, name: str, sealed: Sealed) -> bytes:
    try:
        return unseal(key, _ENTRY_PREFIX + name, sealed)
    except SealBroken as error:
        raise KeychainError(
            "One key in the vault is damaged and cannot be read; the others are not affected.",
            "Remove this key and add it again.",
        ) from error


def _encode(contents: _Contents) -> bytes:
    document = {
        "format": FORMAT,
        "version": VERSION,
        "kdf": {
            "name": "scrypt",
            "n": contents.scrypt_n,
            "r": _SCRYPT_R,
            "p": _SCRYPT_P,
            "salt": to_text(contents.salt),
        },
        "key": _sealed_json(contents.wrapped_key),
        "entries": {name: _sealed_json(sealed) for name, sealed in contents.entries},
    }
    return json.dumps(document, indent=1).encode("ascii") + b"\n"


def _decode(content: bytes, path: Path) -> _Contents:
    try:
        document = json.loads(content)
        if document["format"] != FORMAT:
            raise ValueError("another format")
        newer = document["version"] > VERSION
        if not newer:
            return _contents_of(document)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise VaultDamaged(
            "The vault's file is damaged and cannot be read. It was left as it is.",
            f"Bring back {path} from a backup, or set it aside and begin a new vault.",
        ) from error
    raise VaultUnreadable(
        "The vault was written by a newer version of Tuppence. It was left as it is.",
        "Update Tuppence to open it.",
    )


def _contents_of(document: dict[str, object]) -> _Contents:
    kdf, key, entries = document["kdf"], document["key"], document["entries"]
    if not (isinstance(kdf, dict) and isinstance(entries, dict)):
        raise TypeError("not the shape of a vault")
    if (kdf["name"], kdf["r"], kdf["p"]) != ("scrypt", _SCRYPT_R, _SCRYPT_P):
        raise ValueError("another key derivation")
    n = kdf["n"]
    low, high = _SCRYPT_N_RANGE
    if not isinstance(n, int) or not low <= n <= high or n & (n - 1):
        raise ValueError("scrypt's cost is out of bounds")
    sealed = tuple((str(name), _sealed_of(one)) for name, one in entries.items())
    return _Contents(from_text(kdf["salt"]), n, _sealed_of(key), sealed)


def _sealed_json(sealed: Sealed) -> dict[str, str]:
    return {"nonce": to_text(sealed.nonce), "sealed": to_text(sealed.content)}


def _sealed_of(value: object) -> Sealed:
    if not isinstance(value, dict):
        raise TypeError("not a sealed value")
    return Sealed(from_text(value["nonce"]), from_text(value["sealed"]))
