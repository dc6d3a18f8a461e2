"""Licenses that somebody altered: each byte, each letter, and ten thousand ways at random.

The checksum of the block is made anew where bytes are altered, as a forger would: it must be the
signature that refuses them.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.errors import LicenseError, LicenseUnreadable, SignatureWrong, SigningKeyUnknown
from app.licensing import armor
from app.licensing.license import License, read, sign
from tests.licensing.issued import CURRENT, ISSUED, NEXT, OFFLINE, ONLINE, PINS

TEXT = sign(ONLINE, CURRENT)
CONTENT = armor.from_block(TEXT, armor.LICENSE)
OTHERS = [
    armor.from_block(text, armor.LICENSE)
    for text in (
        sign(OFFLINE, CURRENT),
        sign(ONLINE, NEXT),
        sign(replace(ONLINE, plan="free"), CURRENT),
    )
]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
MUTATIONS = 10_000


def outcome(text: str) -> License | type[LicenseError]:
    """The license, or the kind of error; any other exception goes through and fails the test."""
    try:
        return read(text, PINS)
    except LicenseError as error:
        return type(error) if error.message and error.advice else LicenseError


def outcome_of(content: bytes) -> License | type[LicenseError]:
    return outcome(armor.to_block(content, armor.LICENSE))


@pytest.mark.parametrize("change", [0x01, 0x80, 0xFF], ids=["low bit", "high bit", "all bits"])
def test_no_byte_can_be_changed(change: int) -> None:
    for at in range(len(CONTENT)):
        altered = bytearray(CONTENT)
        altered[at] ^= change
        told = outcome_of(bytes(altered))
        assert isinstance(told, type), f"byte {at} was changed to no effect"
        if at >= 12:  # past the envelope's head the signature itself refuses
            assert told is SignatureWrong, at


@pytest.mark.soak
def test_no_byte_can_be_any_other() -> None:
    for at in range(len(CONTENT)):
        for value in range(256):
            altered = bytearray(CONTENT)
            altered[at] = value
            taken = isinstance(outcome_of(bytes(altered)), License)
            assert taken is (value == CONTENT[at])


def test_no_byte_can_be_left_out_or_put_in() -> None:
    for at in range(len(CONTENT)):
        assert isinstance(outcome_of(CONTENT[:at] + CONTENT[at + 1 :]), type), at
        assert isinstance(outcome_of(CONTENT[:at] + b"\0" + CONTENT[at:]), type), at
        assert isinstance(outcome_of(CONTENT[: at or 1] if at else b"x"), type), at


def test_no_letter_of_the_text_can_be_another() -> None:
    begin, end = TEXT.index("\n") + 1, TEXT.rindex("-----END")
    for at in range(begin, end):
        if TEXT[at] != "\n":
            other = LETTERS[(LETTERS.index(TEXT[at]) + 1) % 64]
            told = outcome(TEXT[:at] + other + TEXT[at + 1 :])
            assert told is LicenseUnreadable, at


def test_ten_thousand_altered_licenses_are_none() -> None:
    counted: dict[object, int] = {}
    for altered in mutations(random.Random(20261121)):
        told = outcome_of(altered)
        if isinstance(told, License):
            # Only a license that was signed as it stands may be taken.
            assert altered in (CONTENT, *OTHERS)
        counted[told if isinstance(told, type) else License] = (
            counted.get(told if isinstance(told, type) else License, 0) + 1
        )
    assert counted[SignatureWrong] > MUTATIONS / 2
    assert counted[SigningKeyUnknown] > 0
    assert LicenseError not in counted
    assert sum(counted.values()) == MUTATIONS


def test_ten_thousand_altered_texts_give_the_license_or_an_error() -> None:
    signed = read(TEXT, PINS)
    chance = random.Random(11)
    taken = 0
    for _ in range(MUTATIONS):
        told = outcome(altered_text(chance))
        assert isinstance(told, type) or told == signed
        taken += isinstance(told, License)
    assert 0 < taken < MUTATIONS


def mutations(chance: random.Random) -> Iterator[bytes]:
    for _ in range(MUTATIONS):
        altered = bytearray(CONTENT)
        for _ in range(chance.choice((1, 1, 1, 2, 5))):
            alter(altered, chance)
        yield bytes(altered) or b"x"


def alter(content: bytearray, chance: random.Random) -> None:
    """One change, more often than not one that a forger would try."""
    at = chance.randrange(len(content) + 1)
    other = chance.choice(OTHERS)
    match chance.randrange(8):
        case 0:
            content[at : at + 1] = bytes([chance.randrange(256)])
        case 1:
            content[at:at] = chance.randbytes(chance.randrange(1, 9))
        case 2:
            del content[at : at + chance.randrange(1, 9)]
        case 3:  # the signature of one, the body of the other
            content[12:76] = other[12:76]
        case 4:
            content[76:] = other[76:]
        case 5:
            content[at:] = other[at:]
        case 6:  # a better plan, a later day
            old, new = chance.choice(BETTER)
            content[:] = bytes(content).replace(old, new)
        case _:
            content[4:12] = chance.choice((other[4:12], chance.randbytes(8)))


BETTER = (
    (b'"premium"', b'"unlimited"'),
    (b"2026-12-21", b"2036-12-21"),
    (b'"online"', b'"offline"'),
    (b'"seats":1', b'"seats":99'),
    (b"ed25519:", b"ed25519:A"),
    (CURRENT.id.encode(), NEXT.id.encode()),
)


def altered_text(chance: random.Random) -> str:
    at, length = chance.randrange(len(TEXT)), chance.randrange(1, 70)
    match chance.randrange(6):
        case 0:
            return TEXT[:at] + chance.choice("\n\r\t >|\u00a0\u200b") * 2 + TEXT[at:]
        case 1:
            return TEXT[:at] + TEXT[at + length :]
        case 2:
            return TEXT[:at] + TEXT[at : at + length] + TEXT[at:]
        case 3:
            return TEXT[:at] + chance.choice(LETTERS) + TEXT[at + 1 :]
        case 4:
            return TEXT[:at] + chr(chance.randrange(0xD7FF)) + TEXT[at:]
        case _:
            noise = base64.b64encode(chance.randbytes(length)).decode()
            return TEXT[:at] + noise + TEXT[at:]


def test_the_mutations_reach_what_a_forger_wants() -> None:
    """The changes above do make better licenses, if only somebody signed them."""
    assert all(old in CONTENT for old, _ in BETTER)
    assert ISSUED.isoformat()[:10].encode() in CONTENT
