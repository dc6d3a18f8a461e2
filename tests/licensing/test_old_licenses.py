"""What was written by the first version of the formats, which every later one has to read."""

from __future__ import annotations

from pathlib import Path

from app.licensing.keys import SigningKey
from app.licensing.license import read, sign
from app.licensing.pinned import PinnedKeys
from tests.licensing.issued import CURRENT, NEXT, OFFLINE, ONLINE, PINS

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "licenses"


def old_pins() -> PinnedKeys:
    return PinnedKeys.from_bytes((GOLDEN / "keys-1.json").read_bytes().strip())


def test_an_old_online_license_is_read_with_its_old_key_list() -> None:
    found = read((GOLDEN / "online-1.txt").read_bytes(), old_pins())
    assert (found.claims, found.key_id) == (ONLINE, CURRENT.id)


def test_an_old_offline_license_is_read_with_its_old_key_list() -> None:
    found = read((GOLDEN / "offline-1.txt").read_text(encoding="utf-8"), old_pins())
    assert (found.claims, found.key_id) == (OFFLINE, NEXT.id)


def test_an_old_key_list_says_what_it_said() -> None:
    assert set(old_pins().keys) == set(PINS.keys)
    assert old_pins().revoked == PINS.revoked


def test_an_old_signing_key_still_signs_the_same_text() -> None:
    key = SigningKey.from_pem((GOLDEN / "signing-key-1.pem").read_bytes())
    assert sign(ONLINE, key) == (GOLDEN / "online-1.txt").read_text(encoding="utf-8")
