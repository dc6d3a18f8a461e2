"""Signing and reading: whose word counts, for which device, from when to when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.errors import (
    ClaimsWrong,
    LicenseError,
    LicenseExpired,
    LicenseNotYetValid,
    LicenseOfOtherDevice,
    LicenseTooNew,
    LicenseUnreadable,
    SignatureWrong,
    SigningKeyRetired,
    SigningKeyRevoked,
    SigningKeyUnknown,
    ValidityTooLong,
)
from app.licensing import armor
from app.licensing.claims import BODY_BYTES_MAX, Claims, body_of, canonical
from app.licensing.keys import SigningKey
from app.licensing.license import DOMAIN, License, accept, read, sign
from app.licensing.pinned import PinnedKey, PinnedKeys
from tests.licensing.issued import (
    CURRENT,
    DAY,
    DEVICE,
    ISSUED,
    NEXT,
    OFFLINE,
    ONLINE,
    OTHER_DEVICE,
    PINS,
    RETIRED,
    REVOKED,
    STRANGER,
)

SECOND = timedelta(seconds=1)


def enveloped(body: bytes, key: SigningKey = CURRENT, domain: bytes = DOMAIN) -> str:
    """A license that is signed rightly, whatever its body says."""
    head = b"TPL\x01" + key.public.id_bytes
    return armor.to_block(head + key.signature(domain + body) + body, armor.LICENSE)


@pytest.mark.parametrize("claims", [ONLINE, OFFLINE], ids=["online", "offline"])
def test_a_license_says_what_was_signed(claims: Claims) -> None:
    assert read(sign(claims, CURRENT), PINS) == License(claims, CURRENT.id)


def test_the_same_claims_give_the_same_text() -> None:
    assert sign(ONLINE, CURRENT) == sign(replace(ONLINE), CURRENT)


def test_a_license_without_a_limit_of_seats_says_so() -> None:
    claims = replace(OFFLINE, seats=None, features=())
    assert read(sign(claims, CURRENT), PINS).claims == claims


def test_a_license_of_the_next_key_is_taken_before_the_current_one_ends() -> None:
    assert read(sign(ONLINE, NEXT), PINS).key_id == NEXT.id


def test_what_a_retired_key_signed_in_its_time_stays_good() -> None:
    before = replace(OFFLINE, issued=ISSUED - SECOND, expires=ISSUED + 364 * DAY)
    assert read(sign(before, RETIRED), PINS).claims == before
    accepted = accept(sign(before, RETIRED), PINS, now=ISSUED + 363 * DAY, device_key=DEVICE)
    assert accepted.key_id == RETIRED.id


def test_what_a_retired_key_signs_after_its_time_is_refused() -> None:
    with pytest.raises(SigningKeyRetired, match="signed until 21 November 2026"):
        read(sign(ONLINE, RETIRED), PINS)


def test_a_key_signs_nothing_before_its_time() -> None:
    early = replace(ONLINE, issued=ISSUED - 2 * DAY, expires=ISSUED)
    with pytest.raises(SigningKeyRetired, match="had not begun to sign"):
        read(sign(early, NEXT), PINS)


def test_a_revoked_key_takes_its_licenses_with_it() -> None:
    with pytest.raises(SigningKeyRevoked) as told:
        read(sign(ONLINE, REVOKED), PINS)
    assert "called back" in told.value.message


def test_a_license_in_force_is_lost_when_its_key_is_revoked() -> None:
    later = replace(PINS, revoked=PINS.revoked | {CURRENT.id})
    assert read(sign(ONLINE, CURRENT), PINS)
    with pytest.raises(SigningKeyRevoked):
        read(sign(ONLINE, CURRENT), later)


def test_a_license_of_another_server_is_told_from_a_forged_one() -> None:
    with pytest.raises(SigningKeyUnknown) as told:
        read(sign(ONLINE, STRANGER), PINS)
    assert "server that this copy does not know" in told.value.message


def test_a_stranger_who_names_our_key_is_refused() -> None:
    body = body_of(ONLINE, CURRENT.id)
    head = b"TPL\x01" + CURRENT.public.id_bytes
    forged = armor.to_block(head + STRANGER.signature(DOMAIN + body) + body, armor.LICENSE)
    with pytest.raises(SignatureWrong):
        read(forged, PINS)


def test_a_body_that_names_another_key_of_ours_is_refused() -> None:
    with pytest.raises(SignatureWrong, match="names another key"):
        read(enveloped(body_of(ONLINE, NEXT.id)), PINS)


@pytest.mark.parametrize("domain", [b"", b"tuppence-license-v2\0", b"tuppence-license-v1"])
def test_a_signature_made_for_something_else_is_no_license(domain: bytes) -> None:
    with pytest.raises(SignatureWrong):
        read(enveloped(body_of(ONLINE, CURRENT.id), domain=domain), PINS)


def test_a_second_form_of_the_same_signature_is_refused() -> None:
    """S and S + L satisfy the same equation; RFC 8032 takes the smaller alone."""
    order = 2**252 + 27742317777372353535851937790883648493
    body = body_of(ONLINE, CURRENT.id)
    signature = CURRENT.signature(DOMAIN + body)
    other = (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    content = b"TPL\x01" + CURRENT.public.id_bytes + signature[:32] + other + body
    with pytest.raises(SignatureWrong):
        read(armor.to_block(content, armor.LICENSE), PINS)


def test_nothing_of_a_body_is_looked_at_before_its_signature() -> None:
    """A body that nobody signed is refused for that, however wrong it is."""
    for body in (b"[" * 16_000, b"\xff\xfe", b"{}", b'{"format":99}'):
        head = b"TPL\x01" + CURRENT.public.id_bytes
        with pytest.raises(SignatureWrong):
            read(armor.to_block(head + b"\1" * 64 + body, armor.LICENSE), PINS)


def test_a_license_of_a_newer_version_asks_for_an_update() -> None:
    newer = body_of(ONLINE, CURRENT.id).replace(b'"format":1', b'"format":2')
    with pytest.raises(LicenseTooNew, match="Update Tuppence"):
        read(enveloped(newer), PINS)


def test_an_envelope_of_a_newer_version_asks_for_an_update() -> None:
    with pytest.raises(LicenseTooNew, match="Update Tuppence"):
        read(armor.to_block(b"TPL\x02" + b"x" * 200, armor.LICENSE), PINS)


@pytest.mark.parametrize(
    "content",
    [b"x", b"TPL", b"TPL\x01", b"TPL\x01" + b"x" * 72, b"GPG\x01" + b"x" * 200],
    ids=["one byte", "three", "four", "no body", "not ours"],
)
def test_a_whole_block_with_something_else_in_it_is_no_license(content: bytes) -> None:
    with pytest.raises(LicenseUnreadable, match="is no license"):
        read(armor.to_block(content, armor.LICENSE), PINS)


def test_a_body_beyond_all_measure_is_refused_though_it_is_signed() -> None:
    fields = canonical({"format": 1, "more": "x" * BODY_BYTES_MAX})
    with pytest.raises(LicenseUnreadable, match="far too long"):
        read(enveloped(fields), PINS)


def test_fields_of_later_versions_are_passed_over() -> None:
    body = body_of(ONLINE, CURRENT.id).replace(b'"format":1', b'"format":1,"gift":{"a":[1]}')
    assert read(enveloped(body), PINS).claims == ONLINE


def test_a_signed_license_that_is_valid_for_too_long_is_refused() -> None:
    body = body_of(ONLINE, CURRENT.id).replace(b"2026-12-21T10:00:00Z", b"2026-12-21T10:00:01Z")
    with pytest.raises(ValidityTooLong, match="30 days are the most"):
        read(enveloped(body), PINS)


BODIES = {
    "no JSON": b"plan: premium",
    "no object": b"[1]",
    "nested without end": b"[" * 9_000,
    "not UTF-8": b'{"plan":"\xff"}',
    "a field missing": canonical({"format": 1}),
    "blanks": body_of(ONLINE, CURRENT.id).replace(b":", b": ", 1),
    "a field twice": body_of(ONLINE, CURRENT.id).replace(b"{", b'{"account":"eve",', 1),
    "names not in order": b'{"b":1,"a":2}',
    "an infinite number": body_of(ONLINE, CURRENT.id).replace(b'"seats":1', b'"seats":Infinity'),
    "a number with a point": body_of(ONLINE, CURRENT.id).replace(b'"seats":1', b'"seats":1.0'),
    "true as a number": body_of(ONLINE, CURRENT.id).replace(b'"seats":1', b'"seats":true'),
    "true as the format": body_of(ONLINE, CURRENT.id).replace(b'"format":1', b'"format":true'),
    "an old format": body_of(ONLINE, CURRENT.id).replace(b'"format":1', b'"format":0'),
    "an unknown kind": body_of(ONLINE, CURRENT.id).replace(b'"online"', b'"eternal"'),
    "an unknown rule": body_of(ONLINE, CURRENT.id).replace(b'"always"', b'"sometimes"'),
    "features as text": body_of(ONLINE, CURRENT.id).replace(b'["*"]', b'"*"'),
    "a feature as a number": body_of(ONLINE, CURRENT.id).replace(b'["*"]', b"[1]"),
    "a day that is none": body_of(ONLINE, CURRENT.id).replace(b"2026-12-21", b"2026-02-31"),
    "a time of another zone": body_of(ONLINE, CURRENT.id).replace(b"00:00Z", b"00:00+01:00"),
    "digits of another script": body_of(ONLINE, CURRENT.id).replace(b"2026-12", b"\\u0662026-12"),
    "a device key that is none": body_of(ONLINE, CURRENT.id).replace(b"ed25519:", b"rsa:"),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_signed_body_that_is_no_license_is_refused(body: bytes) -> None:
    with pytest.raises(ClaimsWrong) as told:
        read(enveloped(body), PINS)
    assert told.value.advice


ACCEPTED: dict[str, tuple[Claims, datetime, type[LicenseError] | None]] = {
    "at once": (ONLINE, ISSUED, None),
    "by a clock that is a day behind": (ONLINE, ISSUED - DAY, None),
    "by a clock that is further behind": (ONLINE, ISSUED - DAY - SECOND, LicenseNotYetValid),
    "on its last day": (ONLINE, ISSUED + 30 * DAY - SECOND, None),
    "in its grace": (ONLINE, ISSUED + 44 * DAY - SECOND, None),
    "after its grace": (ONLINE, ISSUED + 44 * DAY, LicenseExpired),
    "offline on its last day": (OFFLINE, ISSUED + 365 * DAY - SECOND, None),
    "offline and over": (OFFLINE, ISSUED + 365 * DAY, LicenseExpired),
}


@pytest.mark.parametrize(("claims", "now", "refusal"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_pasted_license_is_taken_in_its_time_alone(
    claims: Claims, now: datetime, refusal: type[LicenseError] | None
) -> None:
    text = sign(claims, CURRENT)
    if refusal is None:
        assert accept(text, PINS, now=now, device_key=DEVICE).claims == claims
        return
    with pytest.raises(refusal) as told:
        accept(text, PINS, now=now, device_key=DEVICE)
    assert "2026" in told.value.message or "2027" in told.value.message
    assert told.value.advice


@pytest.mark.parametrize("claims", [ONLINE, OFFLINE], ids=["online", "offline"])
def test_a_license_of_another_computer_names_this_one_s_key(claims: Claims) -> None:
    with pytest.raises(LicenseOfOtherDevice) as told:
        accept(sign(claims, CURRENT), PINS, now=ISSUED, device_key=OTHER_DEVICE)
    assert OTHER_DEVICE.text in told.value.advice
    assert DEVICE.text not in str(told.value)


def test_a_copy_that_knows_no_key_takes_no_license() -> None:
    with pytest.raises(SigningKeyUnknown):
        read(sign(ONLINE, CURRENT), PinnedKeys(()))


def test_a_key_whose_span_is_open_signs_always() -> None:
    pins = PinnedKeys((PinnedKey(STRANGER.public),))
    assert read(sign(ONLINE, STRANGER), pins).claims == ONLINE
