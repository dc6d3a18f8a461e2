"""A license as text: signed by the server, read by the app without a network.

The block of `armor` holds these bytes:

    4   `TPL` and the number of this envelope, 1
    8   the id of the key that signed it: says which pinned key to try, and is believed in nothing
    64  Ed25519 over `tuppence-license-v1\\0` and the body
    …   the body, see `claims`

The signature is checked before a byte of the body is looked at. What a license allows today is
`standing`'s to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.errors import (
    LicenseExpired,
    LicenseNotYetValid,
    LicenseOfOtherDevice,
    LicenseTooNew,
    LicenseUnreadable,
    SignatureWrong,
)
from app.licensing import armor
from app.licensing.claims import BODY_BYTES_MAX, Claims, body_of, claims_of, last_moment
from app.licensing.clock_guard import is_behind
from app.licensing.dates import date_words
from app.licensing.keys import KEY_ID_BYTES, SIGNATURE_BYTES, PublicKey, SigningKey
from app.licensing.pinned import PinnedKeys, check_span

DOMAIN = b"tuppence-license-v1\0"

_MAGIC = b"TPL"
_ENVELOPE = 1
_HEAD_BYTES = len(_MAGIC) + 1
_SIGNATURE_AT = _HEAD_BYTES + KEY_ID_BYTES
_BODY_AT = _SIGNATURE_AT + SIGNATURE_BYTES


@dataclass(frozen=True, slots=True)
class License:
    """A license whose signature was found right. `key_id` is of the key that signed it."""

    claims: Claims
    key_id: str


def sign(claims: Claims, key: SigningKey) -> str:
    """The license as a block of text; the same claims and key give the same text.

    Raises ClaimsWrong where the body would be too large.
    """
    body = body_of(claims, key.id)
    signature = key.signature(DOMAIN + body)
    head = _MAGIC + bytes([_ENVELOPE]) + key.public.id_bytes
    return armor.to_block(head + signature + body, armor.LICENSE)


def read(text: str | bytes, pins: PinnedKeys) -> License:
    """The license in a text or in a file's bytes; neither device nor time is looked at.

    Raises LicenseUnreadable, LicenseTooNew, SigningKeyUnknown, SigningKeyRevoked, SignatureWrong,
    SigningKeyRetired, ClaimsWrong or ValidityTooLong.
    """
    content = armor.from_block(text, armor.LICENSE)
    _check_envelope(content)
    pinned = pins.find(content[_HEAD_BYTES:_SIGNATURE_AT].hex())
    signature, body = content[_SIGNATURE_AT:_BODY_AT], content[_BODY_AT:]
    if not pinned.key.signed(signature, DOMAIN + body):
        raise SignatureWrong(
            "This license was altered after it was signed, or somebody else made it.",
            "Take the license as it came from your server or its operator.",
        )
    claims, issuer = claims_of(body)
    if issuer != pinned.key.id:
        raise SignatureWrong(
            "This license names another key than the one that signed it.",
            "Ask whoever gave you this license for a new one.",
        )
    check_span(pinned, claims.issued)
    return License(claims, issuer)


def accept(text: str | bytes, pins: PinnedKeys, *, now: datetime, device_key: PublicKey) -> License:
    """A license that is pasted or opened here and now: as `read`, and for this device and day.

    An online license may be in its grace. Raises what `read` raises, and LicenseOfOtherDevice,
    LicenseNotYetValid or LicenseExpired.
    """
    found = read(text, pins)
    claims = found.claims
    if claims.device_key != device_key:
        raise LicenseOfOtherDevice(
            "This license is for another computer.",
            f"Ask for one for this computer. Its device key is {device_key.text}.",
        )
    if is_behind(now, claims.issued):
        raise LicenseNotYetValid(
            f"This license is dated {date_words(claims.issued)}, and by this computer's clock it "
            f"is {date_words(now)}.",
            "Set the clock of this computer, then try again.",
        )
    if now >= last_moment(claims):
        raise LicenseExpired(
            f"This license ended on {date_words(claims.expires)}.",
            "Ask for a new one, or connect to the server. If the date is wrong, set the clock.",
        )
    return found


def _check_envelope(content: bytes) -> None:
    """That it is ours and neither too short nor too long to be a license."""
    if not content.startswith(_MAGIC) or len(content) <= _BODY_AT:
        raise LicenseUnreadable("What is in this block is no license.", _AGAIN)
    if content[len(_MAGIC)] != _ENVELOPE:
        raise LicenseTooNew(
            "This license was written for a newer version of Tuppence.",
            "Update Tuppence; the license works then as it is.",
        )
    if len(content) - _BODY_AT > BODY_BYTES_MAX:
        raise LicenseUnreadable("This is far too long for a license.", _AGAIN)


_AGAIN = "Take the license as it came from your server or its operator."
