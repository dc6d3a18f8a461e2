"""A server's keys as it announces them itself, so that copies which trust it learn of new ones.

A block of `armor` with these bytes:

    4   `TPK` and the number of this envelope, 1
    32  the public key that signed it
    64  Ed25519 over `tuppence-key-list-v1\\0` and the body
    …   the body: the object of `pinned`, with `issued` and `number`, which rises with each list

A copy takes a newer list only from the key that begins last of those it knows. So the next key can
lie in a drawer until its day: a thief of the one that signs licenses can neither bring in a key of
their own nor revoke one. A server keeps all its lists and gives a copy those after its number, in
order, since each is signed by the newest key of the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.errors import (
    ClaimsWrong,
    LicenseTooNew,
    LicenseUnreadable,
    SignatureWrong,
    SigningKeyUnreadable,
)
from app.licensing import armor
from app.licensing.claims import (
    BODY_BYTES_MAX,
    canonical,
    check_moment,
    moment,
    moment_text,
    object_of,
)
from app.licensing.keys import KEY_BYTES, SIGNATURE_BYTES, PublicKey, SigningKey
from app.licensing.pinned import PinnedKeys, pins_from_fields, pins_to_fields

DOMAIN = b"tuppence-key-list-v1\0"
NUMBER_MAX = 1_000_000_000

_MAGIC = b"TPK"
_ENVELOPE = 1
_KEY_AT = len(_MAGIC) + 1
_SIGNATURE_AT = _KEY_AT + KEY_BYTES
_BODY_AT = _SIGNATURE_AT + SIGNATURE_BYTES


@dataclass(frozen=True, slots=True)
class KeyList:
    """The keys of a server, the number of this announcement, at least 1, and its time in UTC."""

    pins: PinnedKeys
    number: int
    issued: datetime


def sign_key_list(announced: KeyList, key: SigningKey) -> str:
    """The list as a block of text, signed by the key that began last in the list before.

    Raises SigningKeyUnreadable where the key is not in the list, or its number is none.
    """
    if key.public not in _keys(announced) or not 1 <= announced.number <= NUMBER_MAX:
        raise SigningKeyUnreadable(
            "A list of keys is signed by a key in it, and numbered from 1.",
            "Use the newest key of the list before, and a number above that of it.",
        )
    check_moment("issued", announced.issued)
    more = {"issued": moment_text(announced.issued), "number": announced.number}
    body = canonical(pins_to_fields(announced.pins) | more)
    signature = key.signature(DOMAIN + body)
    head = _MAGIC + bytes([_ENVELOPE]) + key.public.raw
    return armor.to_block(head + signature + body, armor.KEY_LIST)


def first_key_list(text: str | bytes) -> KeyList:
    """A list from a server that is met for the first time, or the one that was kept since.

    It proves that a key in it signed it; whether to trust that server is not known here.
    Raises LicenseUnreadable, LicenseTooNew, SignatureWrong or SigningKeyUnreadable.
    """
    signer, announced = _read(text)
    if signer not in _keys(announced):
        raise SignatureWrong("This key list was signed by a key that is not in it.", _AGAIN)
    return announced


def next_key_list(text: str | bytes, known: KeyList) -> KeyList:
    """What holds after a server announced a list to a copy that trusts `known`.

    `known` itself where the list is not newer. Raises what `first_key_list` raises; SignatureWrong
    also where another than the newest key that is known signed it.
    """
    signer, announced = _read(text)
    if announced.number <= known.number:
        return known
    trusted = known.pins.last
    if trusted is None or trusted.key != signer or signer not in _keys(announced):
        raise SignatureWrong(
            "This key list was not signed by the newest key of the server that is known here.",
            "If the server was set up anew, remove it here and add it again.",
        )
    if not known.pins.revoked <= announced.pins.revoked:
        raise SigningKeyUnreadable("This key list forgets that a key was called back.", _AGAIN)
    return announced


def _keys(announced: KeyList) -> set[PublicKey]:
    return {each.key for each in announced.pins.keys}


def _read(text: str | bytes) -> tuple[PublicKey, KeyList]:
    """Who signed a list, and what it says. Nothing is parsed before the signature is right."""
    content = armor.from_block(text, armor.KEY_LIST)
    if not content.startswith(_MAGIC) or len(content) <= _BODY_AT:
        raise LicenseUnreadable("What is in this block is no key list.", _AGAIN)
    if content[len(_MAGIC)] != _ENVELOPE:
        raise LicenseTooNew("This key list is of a newer version of Tuppence.", "Update Tuppence.")
    body = content[_BODY_AT:]
    if len(body) > BODY_BYTES_MAX:
        raise LicenseUnreadable("This is far too long for a key list.", _AGAIN)
    signer = PublicKey(content[_KEY_AT:_SIGNATURE_AT])
    if not signer.signed(content[_SIGNATURE_AT:_BODY_AT], DOMAIN + body):
        raise SignatureWrong("This key list was altered after it was signed.", _AGAIN)
    try:
        fields = object_of(body)
        number = fields.get("number")
        if type(number) is not int or not 1 <= number <= NUMBER_MAX:
            raise SigningKeyUnreadable("This list of keys has no number.", _AGAIN)
        return signer, KeyList(pins_from_fields(fields), number, moment(fields, "issued"))
    except ClaimsWrong as error:
        raise SigningKeyUnreadable("This list of keys cannot be read.", _AGAIN) from error


_AGAIN = "Get it anew from the server."
