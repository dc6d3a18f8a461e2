"""This computer's key at a server: made once, kept in the keychain, and what it signs."""

from __future__ import annotations

import base64
import logging
import os
import platform
from typing import TYPE_CHECKING

from app.account.address import ServerAddress
from app.errors import KeychainError, SignedOut, SigningKeyUnreadable
from app.logs import register_secret
from app.store.keychain_calls import KeychainCalls

if TYPE_CHECKING:
    # It brings a library along that takes 100 ms to import: only who signs waits for it.
    from app.licensing.keys import SigningKey

_log = logging.getLogger(__name__)

# What the server calls a signature's purpose; the signed bytes are the server's `proofs`.
REGISTER, SIGN_IN, ADD = "register", "sign-in", "add"
_DOMAIN = b"tuppence-device-v1\0"
_NAME_MAX = 80


def key_entry(server_id: str) -> str:
    """Under which name the keychain has the key of a server."""
    return f"device:{server_id}"


def next_key_entry(server_id: str) -> str:
    """The same for a key that is to replace it, until the server took it."""
    return f"device-next:{server_id}"


def signed_bytes(purpose: str, server: str, challenge: str) -> bytes:
    """What a device signs; `server` is the name of the address that it was told to use, so that
    no server can have a challenge signed for another one."""
    return _DOMAIN + "\0".join((purpose, server, challenge)).encode()


def proof(
    key: SigningKey, purpose: str, address: ServerAddress, challenge: str
) -> dict[str, object]:
    """The fields that show a server who asks."""
    signature = key.signature(signed_bytes(purpose, address.name, challenge))
    return {
        "public_key": key.public.text,
        "challenge": challenge,
        "signature": base64.b64encode(signature).decode(),
    }


def device_name() -> str:
    """What this computer is called in the list of devices."""
    return " ".join(platform.node().split())[:_NAME_MAX] or "This computer"


class DeviceKeys:
    """The keys in the keychain, one for each server; a keychain that fails for a moment never
    makes a new one."""

    def __init__(self, keychain: KeychainCalls) -> None:
        self._keychain = keychain
        self._known: dict[str, SigningKey] = {}

    async def read(self, server_id: str, where: str) -> SigningKey:
        """The key of a server, kept `where` its row says.

        Raises KeychainError, and SignedOut where the keychain lost it.
        """
        from app.licensing.keys import SigningKey

        if (known := self._known.get(server_id)) is not None:
            return known
        pem = await self._keychain.read(key_entry(server_id), where)
        if pem is None:
            raise SignedOut(
                "This computer's key for the server is not in the keychain any more.",
                "Find your account again by its e-mail address, or begin a new one.",
            )
        register_secret(pem)
        try:
            key = SigningKey.from_pem(pem.encode())
        except SigningKeyUnreadable as error:
            raise SignedOut(
                "This computer's key for the server cannot be read.",
                "Find your account again by its e-mail address, or begin a new one.",
            ) from error
        self._known[server_id] = key
        return key

    async def make(self, server_id: str, where: str) -> SigningKey:
        """A new key, kept before it is used; one that is there already is taken as it is."""
        kept = await self._keychain.read(key_entry(server_id), where)
        if kept is not None:
            return await self.read(server_id, where)
        key = await self._new(key_entry(server_id), where)
        self._known[server_id] = key
        return key

    async def make_next(self, server_id: str, where: str) -> SigningKey:
        """A new key beside the one in force, which stays what it is until `take_next`."""
        return await self._new(next_key_entry(server_id), where)

    async def take_next(self, server_id: str, key: SigningKey, *, where: str, before: str) -> None:
        """The server took a key of `make_next`: it replaces the one that was kept at `before`."""
        await self._keychain.keep(key_entry(server_id), key.to_pem().decode(), where)
        self._known[server_id] = key
        await self._drop(next_key_entry(server_id), where)
        if before not in ("", where):
            await self._drop(key_entry(server_id), before)

    async def forget(self, server_id: str, where: str) -> None:
        """The computer is off its account: its key is good for nothing."""
        self._known.pop(server_id, None)
        await self._drop(key_entry(server_id), where)

    async def _drop(self, entry: str, where: str) -> None:
        try:
            await self._keychain.forget(entry, where or None)
        except KeychainError as error:
            # A keyring that is gone must not hold up what has to be done: no server takes it.
            _log.warning("a key that is good for nothing may be left: %s", error.message)

    async def _new(self, entry: str, where: str) -> SigningKey:
        from app.licensing.keys import SigningKey

        key = SigningKey.from_seed(os.urandom(32))
        pem = key.to_pem().decode()
        register_secret(pem)
        await self._keychain.keep(entry, pem, where)
        return key
