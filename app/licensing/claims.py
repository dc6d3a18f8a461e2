"""What a license states, and its body: canonical JSON.

The body is one JSON object in UTF-8 with its names sorted, no blanks, letters beyond ASCII escaped,
and these fields, all of them always there:

    account     who it is for, 1 to 200 letters
    device_key  the public key of the one device that it is for, as `PublicKey.text`
    expires     the first moment at which it is over: 2026-12-21T10:00:00Z, UTC, whole seconds
    features    names, sorted, each once; `*` is every feature
    format      1
    id          the license's own id
    issued      when it was signed, as `expires`
    issuer      the id of the key that signed it
    kind        online (renewed daily, at most 30 days) or offline (at most 365 days)
    own_keys    always, after_allowance or never: when a person's own key may pay
    plan        the plan's id in the issuer's catalog
    seats       how many people it is for, at least 1; null where there is no limit

A later version may add fields, which this one passes over; one that changes their meaning raises
`format`, and then this one says that it is too old.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from app.catalog.plans import OwnKeys
from app.errors import ClaimsWrong, LicenseTooNew, SigningKeyUnreadable, ValidityTooLong
from app.licensing.dates import date_words, days_words
from app.licensing.keys import PublicKey

FORMAT = 1
BODY_BYTES_MAX = 16_384
FEATURES_MAX = 256
SEATS_MAX = 10_000_000

_ACCOUNT_LETTERS_MAX = 200
_NAME_LETTERS_MAX = 64
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
C = TypeVar("C", bound=StrEnum)
_ADVICE = "Ask whoever gave you this license for a new one."


class Kind(StrEnum):
    """How a license is kept up."""

    ONLINE = "online"  # renewed daily
    OFFLINE = "offline"  # for a machine without internet


VALIDITY_MAX: Mapping[Kind, timedelta] = {
    Kind.ONLINE: timedelta(days=30),
    Kind.OFFLINE: timedelta(days=365),
}

GRACE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a license states, but for the key that signs it. Times are UTC, whole seconds.

    `seats` None is without limit. Made wrong, it raises ClaimsWrong or ValidityTooLong.
    """

    id: str
    kind: Kind
    account: str
    plan: str
    features: tuple[str, ...]
    own_keys: OwnKeys
    seats: int | None
    device_key: PublicKey
    issued: datetime
    expires: datetime

    def __post_init__(self) -> None:
        _check_name("id", self.id, _NAME_LETTERS_MAX)
        _check_name("account", self.account, _ACCOUNT_LETTERS_MAX)
        _check_name("plan", self.plan, _NAME_LETTERS_MAX)
        for feature in self.features:
            _check_name("features", feature, _NAME_LETTERS_MAX)
        if list(self.features) != sorted(set(self.features)) or len(self.features) > FEATURES_MAX:
            raise _wrong("features", f"names in order, each once, at most {FEATURES_MAX}")
        if self.seats is not None and not 1 <= self.seats <= SEATS_MAX:
            raise _wrong("seats", f"a number from 1 to {SEATS_MAX:,}")
        check_moment("issued", self.issued)
        check_moment("expires", self.expires)
        _check_validity(self)


def last_moment(claims: Claims) -> datetime:
    """When nothing of a license is left: an online one has 14 days of grace, an offline one none.

    An offline license is asked for by hand, a year ahead; it says in time that it will end.
    """
    return claims.expires + (GRACE if claims.kind is Kind.ONLINE else timedelta(0))


def body_of(claims: Claims, issuer: str) -> bytes:
    """The bytes that are signed. `issuer` is the id of the key that signs them."""
    fields = {
        "account": claims.account,
        "device_key": claims.device_key.text,
        "expires": moment_text(claims.expires),
        "features": list(claims.features),
        "format": FORMAT,
        "id": claims.id,
        "issued": moment_text(claims.issued),
        "issuer": issuer,
        "kind": claims.kind.value,
        "own_keys": claims.own_keys.value,
        "plan": claims.plan,
        "seats": claims.seats,
    }
    body = canonical(fields)
    if len(body) > BODY_BYTES_MAX:
        raise _wrong("features", f"so few that the whole has at most {BODY_BYTES_MAX:,} bytes")
    return body


def claims_of(body: bytes) -> tuple[Claims, str]:
    """The claims of a body whose signature was found right, and the id of the key it names.

    Raises LicenseTooNew, ClaimsWrong or ValidityTooLong.
    """
    fields = object_of(body)
    written = fields.get("format")
    if type(written) is int and written > FORMAT:
        raise LicenseTooNew(
            "This license was written for a newer version of Tuppence.",
            "Update Tuppence; the license works then as it is.",
        )
    if type(written) is not int or written != FORMAT:
        raise _wrong("format", str(FORMAT))
    claims = Claims(
        id=_text(fields, "id"),
        kind=_choice(fields, "kind", Kind),
        account=_text(fields, "account"),
        plan=_text(fields, "plan"),
        features=_features(fields),
        own_keys=_choice(fields, "own_keys", OwnKeys),
        seats=_seats(fields),
        device_key=_key(fields),
        issued=moment(fields, "issued"),
        expires=moment(fields, "expires"),
    )
    return claims, _text(fields, "issuer")


def canonical(fields: Mapping[str, object]) -> bytes:
    """The one way in which an object is written."""
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("ascii")


def object_of(body: bytes) -> Mapping[str, object]:
    """The object of a canonical body. Raises ClaimsWrong for any other way to write it."""
    try:
        fields = json.loads(body)
        if isinstance(fields, dict) and canonical(fields) == body:
            return fields
    except (ValueError, RecursionError) as error:
        raise ClaimsWrong("What was signed here is no license.", _ADVICE) from error
    raise ClaimsWrong("What was signed here is no license.", _ADVICE)


def moment(fields: Mapping[str, object], name: str) -> datetime:
    """A time as it is written: `2026-11-21T10:00:00Z`. Raises ClaimsWrong."""
    text = _text(fields, name)
    try:
        if _MOMENT.fullmatch(text):
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise _wrong(name, "a moment that exists") from error
    raise _wrong(name, "a moment as 2026-11-21T10:00:00Z")


def moment_text(at: datetime) -> str:
    """As `moment` reads it; for whole seconds, see `check_moment`."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _check_name(name: str, text: str, letters_max: int) -> None:
    # What cannot be seen, or turns the writing direction, has no place in a name that is shown.
    if not 1 <= len(text) <= letters_max or not text.isprintable() or text != text.strip():
        raise _wrong(name, f"1 to {letters_max} letters that can be seen")


def check_moment(name: str, at: datetime) -> None:
    """That a time can be written. Raises ClaimsWrong."""
    if at.utcoffset() != timedelta(0) or at.microsecond:
        raise _wrong(name, "a moment in UTC, in whole seconds")


def _check_validity(claims: Claims) -> None:
    longest = VALIDITY_MAX[claims.kind]
    if claims.expires <= claims.issued:
        raise _wrong("expires", "later than issued")
    if claims.expires - claims.issued > longest:
        raise ValidityTooLong(
            f"This {claims.kind.value} license would be valid from {date_words(claims.issued)} to "
            f"{date_words(claims.expires)}; {days_words(longest)} are the most there can be.",
            _ADVICE,
        )


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise _wrong(name, "text")
    return value


def _choice(fields: Mapping[str, object], name: str, kinds: type[C]) -> C:
    try:
        return kinds(_text(fields, name))
    except ValueError as error:
        raise _wrong(name, " or ".join(kinds)) from error


def _features(fields: Mapping[str, object]) -> tuple[str, ...]:
    values = fields.get("features")
    names = [each for each in values if isinstance(each, str)] if isinstance(values, list) else None
    if names is None or names != values:
        raise _wrong("features", "a list of names")
    return tuple(names)


def _seats(fields: Mapping[str, object]) -> int | None:
    value = fields.get("seats", "")
    if value is None or type(value) is int:
        return value
    raise _wrong("seats", "a number, or null")


def _key(fields: Mapping[str, object]) -> PublicKey:
    try:
        return PublicKey.from_text(_text(fields, "device_key"))
    except SigningKeyUnreadable as error:
        raise _wrong("device_key", "a public key") from error


def _wrong(name: str, wanted: str) -> ClaimsWrong:
    return ClaimsWrong(f"This license cannot be used: “{name}” has to be {wanted}.", _ADVICE)
