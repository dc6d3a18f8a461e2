"""Ed25519 keys as values: those that sign licenses, and those that name a device.

Forms, which stay readable for ever:
- public key, text: `ed25519:` and 43 letters of base64 (RFC 4648, without padding) of its 32 bytes;
- key id: the first 16 hexadecimal digits of SHA-256 over `tuppence-key-id-v1\\0` and the 32 bytes;
- private key, file: PEM, PKCS #8, not encrypted (RFC 8410). Who writes it sees to mode 600.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.errors import SigningKeyUnreadable

KEY_BYTES = 32
SIGNATURE_BYTES = 64
KEY_ID_BYTES = 8
PEM_BYTES_MAX = 16_384  # one of ours has 119

_SCHEME = "ed25519:"
_ID_DOMAIN = b"tuppence-key-id-v1\0"
_TEXT_LETTERS_MAX = 200


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a key, 32 bytes; equal when the bytes are."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != KEY_BYTES:
            raise SigningKeyUnreadable("A public key has 32 bytes; this one has not.", _AGAIN)

    @classmethod
    def from_text(cls, text: str) -> PublicKey:
        """Blanks around it are taken off. Raises SigningKeyUnreadable."""
        if len(text) > _TEXT_LETTERS_MAX:
            raise SigningKeyUnreadable("This text is too long for a public key.", _AGAIN)
        letters = text.strip()
        if not letters.startswith(_SCHEME):
            raise SigningKeyUnreadable(f"A public key begins with “{_SCHEME}”.", _AGAIN)
        try:
            key = cls(base64.b64decode(letters.removeprefix(_SCHEME) + "=", validate=True))
        except (binascii.Error, ValueError) as error:
            raise SigningKeyUnreadable("A letter of this public key is wrong.", _AGAIN) from error
        # The last letter has bits to spare: one key, one text.
        if key.text != letters:
            raise SigningKeyUnreadable("A letter of this public key is wrong.", _AGAIN)
        return key

    @property
    def text(self) -> str:
        return _SCHEME + base64.b64encode(self.raw).decode("ascii").rstrip("=")

    @property
    def id_bytes(self) -> bytes:
        return hashlib.sha256(_ID_DOMAIN + self.raw).digest()[:KEY_ID_BYTES]

    @property
    def id(self) -> str:
        """16 hexadecimal digits."""
        return self.id_bytes.hex()

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Whether this key's other half made the signature over exactly these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key; its `repr` shows the public half alone."""

    _key: Ed25519PrivateKey = field(repr=False)
    public: PublicKey

    @classmethod
    def from_seed(cls, seed: bytes) -> SigningKey:
        """A key from 32 bytes, which have to be random: `os.urandom(32)` outside of tests.

        Raises SigningKeyUnreadable when they are not 32.
        """
        if len(seed) != KEY_BYTES:
            raise SigningKeyUnreadable("A private key is made from 32 random bytes.", "")
        return _with_public(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def from_pem(cls, pem: bytes) -> SigningKey:
        """What `to_pem` wrote. Raises SigningKeyUnreadable, never with the content in its words."""
        if len(pem) > PEM_BYTES_MAX:
            raise SigningKeyUnreadable("This file is too long for a private key.", _PEM_ADVICE)
        try:
            key = serialization.load_pem_private_key(pem, password=None)
        except TypeError as error:  # says cryptography where a passphrase is wanted
            words = "This private key is locked with a passphrase."
            raise SigningKeyUnreadable(words, "Unlock it first: openssl pkey -in …") from error
        except (ValueError, UnsupportedAlgorithm) as error:
            words = "This file holds no private key that can be read."
            raise SigningKeyUnreadable(words, _PEM_ADVICE) from error
        if not isinstance(key, Ed25519PrivateKey):
            words = "This private key is of another kind; licenses are signed with Ed25519."
            raise SigningKeyUnreadable(words, _PEM_ADVICE)
        return _with_public(key)

    def to_pem(self) -> bytes:
        """The whole secret, as the bytes of a file that only the server may read."""
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def id(self) -> str:
        return self.public.id

    def signature(self, message: bytes) -> bytes:
        """64 bytes; the same for the same message, always (RFC 8032)."""
        return self._key.sign(message)


def _with_public(key: Ed25519PrivateKey) -> SigningKey:
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return SigningKey(key, PublicKey(raw))


_AGAIN = "Copy it again, whole, from where it is shown."
_PEM_ADVICE = "Take the file that the server made, or its backup."
