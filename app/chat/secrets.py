"""Kept keys on their way to a provider: read once, then held in memory until the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from app.errors import KeychainError
from app.logs import register_secret

ReadSecret = Callable[[str], Awaitable[str | None]]


class KeyMissing(KeychainError):
    """The keychain works and does not have this key."""


class Secrets:
    """Reads secrets by key id; the keychain is asked once for each."""

    def __init__(self, read: ReadSecret) -> None:
        self._read = read
        self._known: dict[str, str] = {}

    async def read(self, key_id: str) -> str:
        """The secret; raises KeychainError, KeyMissing where the keychain does not have it."""
        if (known := self._known.get(key_id)) is not None:
            return known
        secret = await self._read(key_id)
        if secret is None:
            raise KeyMissing(
                "The key for this model is not in the keychain any more.",
                "Paste it again under Keys.",
            )
        self.remember(key_id, secret)
        return secret

    def remember(self, key_id: str, secret: str) -> None:
        """Hold a key in memory; no log line will ever show it."""
        register_secret(secret)
        self._known[key_id] = secret

    def forget(self, key_id: str) -> None:
        self._known.pop(key_id, None)
