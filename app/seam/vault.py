"""Orders about the vault: opened, sealed anew under another passphrase, or set aside.

Each is answered by `KeychainReady`, its `trouble` or `news` told.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OpenVault:
    """Open the vault, or make it where there is none."""

    passphrase: str

    def __repr__(self) -> str:
        return "OpenVault()"


@dataclass(frozen=True, slots=True)
class ChangeVaultPassphrase:
    """Seal the vault under another passphrase; nothing changes where the old one is wrong."""

    old: str
    new: str

    def __repr__(self) -> str:
        return "ChangeVaultPassphrase()"


@dataclass(frozen=True, slots=True)
class SetVaultAside:
    """Move a vault that cannot be read out of the way; the file is kept beside its old place."""


VaultCommand = OpenVault | ChangeVaultPassphrase | SetVaultAside
