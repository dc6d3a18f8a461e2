"""Sealing with AES-256-GCM: what is sealed is bound to its name, so two values cannot be swapped.

The vault and the files for long secrets use it; where the sealing key lives is theirs to know.
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass

KEY_BYTES = 32
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Sealed:
    """A nonce and the sealed bytes with their tag; useless without the key."""

    nonce: bytes
    content: bytes


class SealBroken(ValueError):
    """The key is not the one it was sealed with, or a byte or the name was changed."""


def new_key() -> bytes:
    """A random key of 256 bits."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, name: str, content: bytes) -> Sealed:
    """Seal bytes for one name; every call takes a fresh nonce."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(NONCE_BYTES)
    return Sealed(nonce, AESGCM(key).encrypt(nonce, content, _bound(name)))


def unseal(key: bytes, name: str, sealed: Sealed) -> bytes:
    """The bytes that were sealed for this name; raises SealBroken."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed.nonce, sealed.content, _bound(name))
    except (InvalidTag, ValueError) as error:
        raise SealBroken("the seal does not open") from error


def to_text(content: bytes) -> str:
    """Bytes as base64 text."""
    return base64.b64encode(content).decode("ascii")


def from_text(text: str) -> bytes:
    """Bytes of base64 text; raises ValueError where it is not base64."""
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64") from error


def _bound(name: str) -> bytes:
    return b"tuppence\0" + name.encode("utf-8")
