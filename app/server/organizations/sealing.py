"""Sealing a provider's key: AES-GCM with a key of the server's secret, bound to whose it is and to
its own id, so that a sealed text moved to another row opens nothing."""

from __future__ import annotations

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.server.secret import ServerSecret

PURPOSE = "workspace-provider-keys"
_FORM = "v1:"
_NONCE_BYTES = 12


class SealBroken(Exception):
    """The sealed text is not what this server sealed for this row."""


def seal(secret: ServerSecret, tenant: str, key_id: str, plain: str) -> str:
    """The sealed text, which differs each time."""
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(secret.key(PURPOSE)).encrypt(nonce, plain.encode(), _bound(tenant, key_id))
    return _FORM + base64.b64encode(nonce + sealed).decode("ascii")


def unseal(secret: ServerSecret, tenant: str, key_id: str, sealed: str) -> str:
    """Raises SealBroken, also where the server's secret is another one now."""
    try:
        content = base64.b64decode(sealed.removeprefix(_FORM), validate=True)
        nonce, rest = content[:_NONCE_BYTES], content[_NONCE_BYTES:]
        return AESGCM(secret.key(PURPOSE)).decrypt(nonce, rest, _bound(tenant, key_id)).decode()
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise SealBroken(f"the provider key {key_id}") from error


def _bound(tenant: str, key_id: str) -> bytes:
    return f"{tenant}\0{key_id}".encode()
