"""The demo's keychain: nothing of it reaches the system's keyring, so that nothing stays there.

What opens the demo's simulated account lies in the demo's own folder. Own keys that somebody types
into the demo are real: they are kept for the session, or in the vault where that is chosen.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from app.store.keychain import SESSION, Keychain, KeychainPlace

# What the account room calls the keys of this computer at a server.
_DEVICE = "device:"


class DemoKeychain(Keychain):
    """A keychain of the demo's folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, backends=())
        self._file = folder / "demo-devices.json"

    def place(self) -> KeychainPlace:
        return KeychainPlace(SESSION, "This session only")

    def keep(self, key_id: str, secret: str, where: str) -> None:
        if not key_id.startswith(_DEVICE):
            super().keep(key_id, secret, where)
            return
        self._write({**self._devices(), key_id: secret})

    def read(self, key_id: str, where: str | None = None) -> str | None:
        if not key_id.startswith(_DEVICE):
            return super().read(key_id, where)
        return self._devices().get(key_id)

    def forget(self, key_id: str, where: str | None = None) -> None:
        if not key_id.startswith(_DEVICE):
            super().forget(key_id, where)
            return
        self._write({id_: pem for id_, pem in self._devices().items() if id_ != key_id})

    def _devices(self) -> dict[str, str]:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(id_): str(pem) for id_, pem in kept.items()} if isinstance(kept, dict) else {}

    def _write(self, devices: dict[str, str]) -> None:
        new = self._file.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(devices, file)
        new.replace(self._file)
