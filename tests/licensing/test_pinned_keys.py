"""The keys that a copy knows: which signs when, and how the list is kept."""

from __future__ import annotations

import pytest

from app.errors import SigningKeyRevoked, SigningKeyUnknown, SigningKeyUnreadable
from app.licensing.keys import SigningKey
from app.licensing.pinned import PinnedKey, PinnedKeys
from tests.licensing.issued import CURRENT, DAY, ISSUED, NEXT, PINS, RETIRED, REVOKED, STRANGER

ROTATION = PinnedKeys(
    (
        PinnedKey(CURRENT.public, None, ISSUED + 10 * DAY),
        PinnedKey(NEXT.public, ISSUED + 9 * DAY),
    )
)
AT = {
    "long before": (-100, CURRENT, NEXT),
    "the day before they overlap": (8, CURRENT, NEXT),
    "from the first moment of the overlap": (9, NEXT, None),
    "after the old one's end": (10, NEXT, None),
    "long after": (1_000, NEXT, None),
}


@pytest.mark.parametrize(("days", "signs", "comes"), AT.values(), ids=AT.keys())
def test_the_key_that_began_last_signs(
    days: int, signs: SigningKey, comes: SigningKey | None
) -> None:
    at = ISSUED + days * DAY
    current, coming = ROTATION.current(at), ROTATION.coming(at)
    assert current is not None
    assert current.key == signs.public
    assert (coming.key if coming else None) == (comes.public if comes else None)


def test_a_revoked_key_neither_signs_nor_comes() -> None:
    pins = PinnedKeys(
        (*ROTATION.keys, PinnedKey(STRANGER.public)), frozenset({NEXT.id, CURRENT.id})
    )
    current = pins.current(ISSUED + 9 * DAY)
    assert current is not None
    assert current.key == STRANGER.public
    assert pins.coming(ISSUED) is None


def test_no_key_signs_where_all_have_ended() -> None:
    assert PinnedKeys((PinnedKey(CURRENT.public, None, ISSUED),)).current(ISSUED) is None


def test_a_key_is_found_by_its_id() -> None:
    assert PINS.find(RETIRED.id).key == RETIRED.public
    with pytest.raises(SigningKeyUnknown):
        PINS.find(STRANGER.id)
    with pytest.raises(SigningKeyRevoked):
        PINS.find(REVOKED.id)


def test_a_key_can_be_revoked_that_is_not_in_the_list_any_more() -> None:
    with pytest.raises(SigningKeyRevoked):
        PinnedKeys((), frozenset({STRANGER.id})).find(STRANGER.id)


def test_the_list_comes_back_from_its_bytes() -> None:
    again = PinnedKeys.from_bytes(PINS.to_bytes())
    assert set(again.keys) == set(PINS.keys)
    assert again.revoked == PINS.revoked
    assert again.to_bytes() == PINS.to_bytes()


def test_the_order_of_keys_changes_no_byte() -> None:
    assert PinnedKeys(PINS.keys[::-1], PINS.revoked).to_bytes() == PINS.to_bytes()


LISTS = {
    "nothing": b"",
    "no JSON": b"keys",
    "no object": b"[]",
    "no keys": b'{"format":1,"revoked":[]}',
    "no list of revoked": b'{"format":1,"keys":[]}',
    "a newer format": b'{"format":2,"keys":[],"revoked":[]}',
    "a number as a key": b'{"format":1,"keys":[1],"revoked":[]}',
    "no key": b'{"format":1,"keys":[{"key":"rsa:1"}],"revoked":[]}',
    "a time that is none": PINS.to_bytes().replace(b"2026-", b"2026/"),
    "a number as revoked": b'{"format":1,"keys":[],"revoked":[1]}',
}


@pytest.mark.parametrize("content", LISTS.values(), ids=LISTS.keys())
def test_a_list_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(SigningKeyUnreadable):
        PinnedKeys.from_bytes(content)


def test_a_key_stands_in_the_list_once() -> None:
    with pytest.raises(SigningKeyUnreadable):
        PinnedKeys((PinnedKey(CURRENT.public), PinnedKey(CURRENT.public, ISSUED)))
