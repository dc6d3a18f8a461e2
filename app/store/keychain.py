"""Where secrets are kept: the system's keyring, the vault, or this session's memory.

The only file that knows the `keyring` library. It takes back-ends from its own list by name and
never asks the library to choose, so a plain-text or chained back-end cannot slip in, installed or
configured. Calls block and may wait for a person: `keychain_calls` runs them off the loop.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import KeychainError
from app.store import keychain_faults as faults
from app.store.keychain_keyring import NamedBackend, SystemKeyring
from app.store.vault import Vault, VaultUnreadable

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SECRET_LENGTH_MAX = 10_000
KEYRING, VAULT, SESSION, UNDECIDED = "keyring", "vault", "session", "undecided"
# CRED_MAX_CREDENTIAL_BLOB_SIZE: https://learn.microsoft.com/windows/win32/api/wincred/
_WINDOWS_BYTES_MAX = 2_560
_SECRET_SERVICE = "org.freedesktop.secrets"
_DAEMONS = {
    "gnome-keyring-d": "GNOME Keyring",
    "kwalletd5": "KWallet",
    "kwalletd6": "KWallet",
    "ksecretd": "KWallet",
    "keepassxc": "KeePassXC",
}


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeychainPlace:
    """Where a new secret would go. `trouble` says why it is not the keyring, in words."""

    where: str  # keyring, vault, session, undecided
    name: str
    trouble: str = ""


def _secret_service() -> KeyringBackend:
    from keyring.backends import SecretService

    _require_usable(SecretService.Keyring)
    return SecretService.Keyring()


def _secret_service_daemon() -> str:
    """The program behind the Secret Service, as people know it; empty where it is not known."""
    from jeepney import message_bus  # type: ignore[import-untyped]
    from jeepney.io.blocking import (  # type: ignore[import-untyped]
        Proxy,
        open_dbus_connection,
    )

    with open_dbus_connection() as connection:
        bus = Proxy(message_bus, connection)
        if not bus.NameHasOwner(_SECRET_SERVICE)[0]:
            return ""
        process = bus.GetConnectionUnixProcessID(_SECRET_SERVICE)[0]
    # The kernel cuts the name after 15 characters.
    return _DAEMONS.get(Path(f"/proc/{process}/comm").read_text().strip(), "")


def _kwallet() -> KeyringBackend:
    from keyring.backends import kwallet

    _require_usable(kwallet.DBusKeyring)
    return kwallet.DBusKeyring()


def _mac_keychain() -> KeyringBackend:
    from keyring.backends import macOS

    _require_usable(macOS.Keyring)
    return macOS.Keyring()


def _windows_credentials() -> KeyringBackend:
    from keyring.backends import Windows

    _require_usable(Windows.WinVaultKeyring)
    backend = Windows.WinVaultKeyring()
    # The library's default would send the keys to every computer of a roaming profile.
    backend.persist = "local machine"
    return backend


def _require_usable(kind: type[KeyringBackend]) -> None:
    # Reading the priority is how the library asks a back-end whether its daemon is there;
    # it raises RuntimeError where it is not.
    if kind.priority <= 0:
        raise RuntimeError("not usable on this system")


def trusted_backends(platform: str = sys.platform) -> tuple[NamedBackend, ...]:
    """The keyrings that we trust on a system, the one to prefer first."""
    match platform:
        case "darwin":
            return (NamedBackend("macOS Keychain", _mac_keychain),)
        case "win32":
            name = "Windows Credential Manager"
            return (NamedBackend(name, _windows_credentials, _WINDOWS_BYTES_MAX),)
        case _:
            return (
                NamedBackend("Secret Service", _secret_service, daemon=_secret_service_daemon),
                NamedBackend("KWallet", _kwallet),
            )


class Keychain:
    """The secrets of one data folder, each under its key's id.

    A secret that was kept in several places is read from memory first, then the vault, then the
    keyring; `forget` removes all of them. Every failure is one of the KeychainError or
    StoreError tree, and none of them removes what was kept.
    """

    def __init__(self, folder: Path, *, backends: Sequence[NamedBackend] | None = None) -> None:
        self._vault = Vault(folder)
        self._session: dict[str, str] = {}
        self._session_chosen = False
        self._keyring = SystemKeyring(folder, trusted_backends() if backends is None else backends)

    @property
    def vault_exists(self) -> bool:
        return self._vault.exists

    @property
    def vault_open(self) -> bool:
        return self._vault.is_open

    def place(self) -> KeychainPlace:
        """Where a new secret goes by itself; `undecided` where only the user can choose."""
        if (name := self._keyring.name()) is not None:
            return KeychainPlace(KEYRING, name)
        trouble = str(faults.absent())
        if self._vault.exists:
            return KeychainPlace(VAULT, "Vault", trouble)
        if self._session_chosen:
            return KeychainPlace(SESSION, "This session only", trouble)
        return KeychainPlace(UNDECIDED, "", trouble)

    def keep(self, key_id: str, secret: str, where: str) -> None:
        """Keep a secret of 1 to 10,000 characters where the user chose: keyring, vault, session."""
        _require_secret(secret)
        match where:
            case "keyring":
                self._keyring.keep(key_id, secret)
            case "vault":
                self._vault.keep(key_id, secret)
            case "session":
                self._session_chosen = True
                self._session[key_id] = secret
            case _:
                raise KeychainError(
                    "There is no place yet for this key.",
                    "Choose a vault with a passphrase, or this session only.",
                )
        self._forget_elsewhere(key_id, where)

    def read(self, key_id: str, where: str | None = None) -> str | None:
        """A secret, None where it is not there; looks in all places unless told where.

        Raises KeyringAbsent, KeyringLocked, KeyringDenied, KeyringFailed or VaultLocked where
        it cannot be known.
        """
        match where:
            case None:
                return self._read_anywhere(key_id)
            case "session":
                return self._session.get(key_id)
            case "vault":
                return self._vault.read(key_id)
            case _:
                return self._keyring.read(key_id) if where == KEYRING else None

    def forget(self, key_id: str, where: str | None = None) -> None:
        """Remove a secret from every place, or the one told; a locked vault is no hindrance.

        Where it was found in one place, another one that fails is no failure.
        """
        if where == KEYRING:
            self._keyring.forget(key_id)
            return
        found = where != VAULT and self._session.pop(key_id, None) is not None
        if where != SESSION:
            found = self._forget_in_vault(key_id) or found
        if where is None and self._keyring.is_there():
            self._forget_in_keyring(key_id, found=found)

    def open_vault(self, passphrase: str) -> None:
        """Open the vault, or make it where there is none; raises VaultLocked when wrong."""
        self._vault.open(passphrase)

    def close_vault(self) -> None:
        self._vault.close()

    def change_passphrase(self, old: str, new: str) -> None:
        self._vault.change_passphrase(old, new)

    def set_vault_aside(self) -> Path:
        """Move a vault that cannot be read out of the way; returns where it is kept."""
        return self._vault.set_aside()

    def _read_anywhere(self, key_id: str) -> str | None:
        if key_id in self._session:
            return self._session[key_id]
        try:
            secret = self._vault.read(key_id)
        except VaultUnreadable:
            # It can only matter for what is not in the keyring.
            secret = self._keyring.read(key_id) if self._keyring.is_there() else None
            if secret is None:
                raise
        return self._keyring.read(key_id) if secret is None else secret

    def _forget_elsewhere(self, key_id: str, where: str) -> None:
        # A copy left in an older place would be found before the new one.
        if where != SESSION:
            self._session.pop(key_id, None)
        if where != VAULT:
            self._forget_in_vault(key_id)

    def _forget_in_vault(self, key_id: str) -> bool:
        """Whether it was there. A file that cannot be read stays as it is."""
        try:
            return self._vault.forget(key_id)
        except VaultUnreadable:
            _log.warning("the vault cannot be read and was left as it is")
            return False

    def _forget_in_keyring(self, key_id: str, *, found: bool) -> None:
        try:
            self._keyring.forget(key_id)
        except KeychainError as error:
            if not found:
                raise
            _log.warning("an older copy may be left in the keyring: %s", error.message)


def _require_secret(secret: str) -> None:
    if not 1 <= len(secret) <= SECRET_LENGTH_MAX:
        raise KeychainError(
            "A key has 1 to 10,000 characters.", "Check what was pasted: this is not a key."
        )
    if any("\ud800" <= character <= "\udfff" for character in secret):
        raise KeychainError("This key holds characters that are not text.", "Copy it again.")
