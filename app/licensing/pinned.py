"""The public keys that a copy takes licenses from: the current, the next, and those of before.

A key has a span in which it signs. What it signed in that span stays good until it expires, so
keys rotate without breaking anything; only a revoked key takes its licenses with it. A span is no
help against a thief, who can date a license as they like: a stolen key is revoked.

Form, for a resource or a file: canonical JSON, one object:
`{"format":1,"keys":[{"key":"ed25519:…","signs_from":…,"signs_until":…}],"revoked":["<key id>"]}`,
with times as in a license, or null where a span is open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from app.errors import (
    ClaimsWrong,
    SigningKeyRetired,
    SigningKeyRevoked,
    SigningKeyUnknown,
    SigningKeyUnreadable,
)
from app.licensing.claims import canonical, moment, moment_text, object_of
from app.licensing.dates import date_words
from app.licensing.keys import PublicKey

FORMAT = 1
KEYS_MAX = 32
REVOKED_MAX = 256


@dataclass(frozen=True, slots=True)
class PinnedKey:
    """A key and the span in which it signs: from `signs_from` on, before `signs_until`.

    None is an open end. Both are about when a license was issued, never about when it is read.
    """

    key: PublicKey
    signs_from: datetime | None = None
    signs_until: datetime | None = None

    def signs_at(self, at: datetime) -> bool:
        after = self.signs_from is None or at >= self.signs_from
        return after and (self.signs_until is None or at < self.signs_until)


@dataclass(frozen=True, slots=True)
class PinnedKeys:
    """All that a copy knows about its server's keys. `revoked` holds key ids."""

    keys: tuple[PinnedKey, ...]
    revoked: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        ids = [each.key.id for each in self.keys]
        if len(set(ids)) != len(ids) or len(ids) > KEYS_MAX or len(self.revoked) > REVOKED_MAX:
            raise SigningKeyUnreadable("This list of keys has a key twice, or too many.", _ADVICE)

    def find(self, key_id: str) -> PinnedKey:
        """The key of an id. Raises SigningKeyRevoked or SigningKeyUnknown."""
        if key_id in self.revoked:
            raise SigningKeyRevoked(
                "The key that signed this license was called back by the server's operator.",
                "Connect to the server to get a new license, or ask its operator for one.",
            )
        for each in self.keys:
            if each.key.id == key_id:
                return each
        raise SigningKeyUnknown(
            "This license was signed by a server that this copy does not know.",
            "Check that it is for the server you use. If it is, connect to that server once, or "
            "update Tuppence, so that its new key is known here.",
        )

    def current(self, at: datetime) -> PinnedKey | None:
        """The key that signs at a time: of several the one that began last."""
        able = [each for each in self._usable() if each.signs_at(at)]
        return max(able, key=_beginning, default=None)

    def coming(self, at: datetime) -> PinnedKey | None:
        """The key that begins next after a time."""
        later = [e for e in self._usable() if e.signs_from is not None and e.signs_from > at]
        return min(later, key=_beginning, default=None)

    def with_next(self, key: PublicKey, begins: datetime) -> PinnedKeys:
        """With a key that signs from a moment on, at which every key without an end ends.

        Given to the copies well before that moment, nothing breaks at it.
        """
        kept = tuple(
            replace(each, signs_until=begins) if each.signs_until is None else each
            for each in self.keys
        )
        return replace(self, keys=(*kept, PinnedKey(key, begins)))

    def with_revoked(self, key_id: str) -> PinnedKeys:
        """Without trust in a key, for good; also in one that is not in the list any more."""
        return replace(self, revoked=self.revoked | {key_id})

    @property
    def last(self) -> PinnedKey | None:
        """Of the keys that are not revoked, the one that begins last."""
        return max(self._usable(), key=_beginning, default=None)

    def to_bytes(self) -> bytes:
        return canonical(pins_to_fields(self))

    @classmethod
    def from_bytes(cls, content: bytes) -> PinnedKeys:
        """What `to_bytes` wrote. Raises SigningKeyUnreadable."""
        try:
            return pins_from_fields(object_of(content))
        except ClaimsWrong as error:
            raise SigningKeyUnreadable("This list of keys cannot be read.", _ADVICE) from error

    def _usable(self) -> list[PinnedKey]:
        return [each for each in self.keys if each.key.id not in self.revoked]


def check_span(pinned: PinnedKey, issued: datetime) -> None:
    """Raises SigningKeyRetired for a license that was issued outside of its key's span."""
    if pinned.signs_at(issued):
        return
    until = pinned.signs_until
    ended = until is not None and issued >= until
    since = f"signed until {date_words(until)}" if ended and until else "had not begun to sign"
    raise SigningKeyRetired(
        f"This license is dated {date_words(issued)}, but its key {since}.",
        "Connect to the server to get a new license, or ask its operator for one.",
    )


def pins_to_fields(pins: PinnedKeys) -> dict[str, object]:
    """The object that is written; keys by their id, so that equal lists are equal bytes."""
    return {
        "format": FORMAT,
        "keys": [
            {
                "key": each.key.text,
                "signs_from": each.signs_from and moment_text(each.signs_from),
                "signs_until": each.signs_until and moment_text(each.signs_until),
            }
            for each in sorted(pins.keys, key=lambda each: each.key.id)
        ],
        "revoked": sorted(pins.revoked),
    }


def pins_from_fields(fields: Mapping[str, object]) -> PinnedKeys:
    """Raises SigningKeyUnreadable or ClaimsWrong."""
    keys, revoked = fields.get("keys"), fields.get("revoked")
    if fields.get("format") != FORMAT or not isinstance(keys, list):
        raise SigningKeyUnreadable("This list of keys cannot be read.", _ADVICE)
    if not isinstance(revoked, list) or not all(isinstance(each, str) for each in revoked):
        raise SigningKeyUnreadable("This list of keys cannot be read.", _ADVICE)
    return PinnedKeys(tuple(_pinned(each) for each in keys), frozenset(revoked))


def _pinned(value: object) -> PinnedKey:
    if not isinstance(value, dict) or not isinstance(text := value.get("key"), str):
        raise SigningKeyUnreadable("This list of keys cannot be read.", _ADVICE)
    return PinnedKey(
        PublicKey.from_text(text), _end(value, "signs_from"), _end(value, "signs_until")
    )


def _end(fields: Mapping[str, object], name: str) -> datetime | None:
    return None if fields.get(name) is None else moment(fields, name)


def _beginning(pinned: PinnedKey) -> datetime:
    return pinned.signs_from or datetime.min.replace(tzinfo=UTC)


_ADVICE = "Get it anew from the server."
