"""New keys of a server: who may announce them, and what a rotation does to licenses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from app.errors import (
    LicenseError,
    LicenseTooNew,
    LicenseUnreadable,
    SignatureWrong,
    SigningKeyRetired,
    SigningKeyRevoked,
    SigningKeyUnreadable,
)
from app.licensing import armor
from app.licensing.claims import canonical
from app.licensing.key_list import DOMAIN, KeyList, first_key_list, next_key_list, sign_key_list
from app.licensing.keys import SigningKey
from app.licensing.license import read, sign
from app.licensing.pinned import PinnedKey, PinnedKeys
from tests.licensing.issued import CURRENT, DAY, ISSUED, NEXT, ONLINE, STRANGER

ONE = KeyList(PinnedKeys((PinnedKey(CURRENT.public),)), 1, ISSUED)
# The next key is announced a month ahead, then one after it.
TWO = KeyList(ONE.pins.with_next(NEXT.public, ISSUED + 30 * DAY), 2, ISSUED + DAY)
THREE = KeyList(TWO.pins.with_next(STRANGER.public, ISSUED + 90 * DAY), 3, ISSUED + 40 * DAY)


def test_a_server_s_first_list_is_read() -> None:
    assert first_key_list(sign_key_list(ONE, CURRENT)) == ONE


def test_each_list_is_taken_from_the_newest_key_of_the_one_before() -> None:
    second = next_key_list(sign_key_list(TWO, CURRENT), ONE)
    third = next_key_list(sign_key_list(THREE, NEXT), second)
    assert third.number == 3
    assert set(third.pins.keys) == set(THREE.pins.keys)


def test_a_list_that_was_kept_is_read_again() -> None:
    assert first_key_list(sign_key_list(THREE, NEXT)).pins.to_bytes() == THREE.pins.to_bytes()


def test_a_list_that_is_not_newer_changes_nothing() -> None:
    assert next_key_list(sign_key_list(ONE, CURRENT), TWO) is TWO
    assert next_key_list(sign_key_list(TWO, CURRENT), TWO) is TWO


def test_a_thief_of_the_signing_key_cannot_bring_in_a_key() -> None:
    """The next key lies elsewhere: the stolen current one signs licenses and no list."""
    theirs = KeyList(TWO.pins.with_next(STRANGER.public, ISSUED + 31 * DAY), 3, ISSUED + 2 * DAY)
    with pytest.raises(SignatureWrong, match="newest key"):
        next_key_list(sign_key_list(theirs, CURRENT), TWO)


def test_a_stranger_cannot_announce_anything() -> None:
    theirs = KeyList(TWO.pins.with_next(STRANGER.public, ISSUED), 3, ISSUED + 2 * DAY)
    with pytest.raises(SignatureWrong):
        next_key_list(sign_key_list(theirs, STRANGER), TWO)


def test_the_next_key_calls_a_stolen_one_back() -> None:
    without = KeyList(TWO.pins.with_revoked(CURRENT.id), 3, ISSUED + 2 * DAY)
    pins = next_key_list(sign_key_list(without, NEXT), TWO).pins
    with pytest.raises(SigningKeyRevoked):
        read(sign(ONLINE, CURRENT), pins)


def test_a_key_that_was_called_back_is_not_forgotten() -> None:
    known = replace(TWO, pins=TWO.pins.with_revoked(STRANGER.id))
    with pytest.raises(SigningKeyUnreadable, match="forgets"):
        next_key_list(sign_key_list(replace(TWO, number=3), NEXT), known)


ROTATION: dict[str, tuple[SigningKey, int, type[LicenseError] | None]] = {
    "the old key, before": (CURRENT, 0, None),
    "the old key, on its last day": (CURRENT, 29, None),
    "the old key, afterwards": (CURRENT, 30, SigningKeyRetired),
    "the next key, too early": (NEXT, 29, SigningKeyRetired),
    "the next key, from its first day": (NEXT, 30, None),
    "the next key, after its end": (NEXT, 90, SigningKeyRetired),
    "the one after, from its first day": (STRANGER, 90, None),
}


@pytest.mark.parametrize(("key", "day", "refusal"), ROTATION.values(), ids=ROTATION.keys())
def test_keys_rotate_without_breaking_what_they_signed(
    key: SigningKey, day: int, refusal: type[LicenseError] | None
) -> None:
    issued: datetime = ISSUED + day * DAY
    text = sign(replace(ONLINE, issued=issued, expires=issued + 30 * DAY), key)
    if refusal:
        with pytest.raises(refusal):
            read(text, THREE.pins)
        return
    assert read(text, THREE.pins).key_id == key.id


def test_no_byte_of_a_list_can_be_changed() -> None:
    content = armor.from_block(sign_key_list(TWO, CURRENT), armor.KEY_LIST)
    for at in range(len(content)):
        altered = bytearray(content)
        altered[at] ^= 1
        with pytest.raises(LicenseError):
            next_key_list(armor.to_block(bytes(altered), armor.KEY_LIST), ONE)


def enveloped(body: bytes) -> str:
    head = b"TPK\x01" + CURRENT.public.raw
    return armor.to_block(head + CURRENT.signature(DOMAIN + body) + body, armor.KEY_LIST)


LISTS = {
    "no JSON": (enveloped(b"x"), SigningKeyUnreadable),
    "no number": (enveloped(ONE.pins.to_bytes()), SigningKeyUnreadable),
    "true as a number": (
        enveloped(canonical({"format": 1, "keys": [], "number": True, "revoked": []})),
        SigningKeyUnreadable,
    ),
    "signed by a key that is not in it": (
        enveloped(
            canonical(
                {
                    "format": 1,
                    "issued": "2026-11-21T10:00:00Z",
                    "keys": [],
                    "number": 1,
                    "revoked": [],
                }
            )
        ),
        SignatureWrong,
    ),
    "not ours": (armor.to_block(b"x" * 300, armor.KEY_LIST), LicenseUnreadable),
    "too short": (armor.to_block(b"TPK\x01", armor.KEY_LIST), LicenseUnreadable),
    "of a newer version": (armor.to_block(b"TPK\x02" * 99, armor.KEY_LIST), LicenseTooNew),
    "far too long": (enveloped(canonical({"x": "x" * 17_000})), LicenseUnreadable),
    "a license": (sign(ONLINE, CURRENT), LicenseUnreadable),
}


@pytest.mark.parametrize(("text", "refusal"), LISTS.values(), ids=LISTS.keys())
def test_what_is_no_key_list_is_refused(text: str, refusal: type[LicenseError]) -> None:
    with pytest.raises(refusal):
        first_key_list(text)


@pytest.mark.parametrize("number", [0, -1, 10**10])
def test_a_list_is_numbered_from_one(number: int) -> None:
    with pytest.raises(SigningKeyUnreadable):
        sign_key_list(replace(ONE, number=number), CURRENT)


def test_a_list_is_signed_by_a_key_in_it() -> None:
    with pytest.raises(SigningKeyUnreadable):
        sign_key_list(ONE, STRANGER)
