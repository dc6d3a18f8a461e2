"""The vault from a terminal: ask for its passphrase when a command needs it, and only then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from app.errors import VaultLocked

if TYPE_CHECKING:
    from app.commands.streams import Streams
    from app.engine.core import Core

T = TypeVar("T")


async def with_vault_open(
    core: Core, streams: Streams, use: Callable[[], Awaitable[T]], *, make: bool = False
) -> T:
    """Do something with the keychain; where the vault is locked, open it first and do it then.

    With `make` a vault is made where there is none. Raises VaultLocked without a passphrase.
    """
    keychain = core.keychain.keychain
    try:
        return await use()
    except VaultLocked:
        if not keychain.vault_exists and not make:
            raise
        passphrase = await streams.ask_passphrase()
        if not passphrase:
            raise
    await core.keychain.open_vault(passphrase)
    return await use()
