"""What a license may state, and the bytes that state it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from app.errors import ClaimsWrong, ValidityTooLong
from app.licensing.claims import BODY_BYTES_MAX, Kind, body_of, claims_of
from tests.licensing.issued import CURRENT, DAY, DEVICE, ISSUED, OFFLINE, ONLINE

SECOND = timedelta(seconds=1)

REFUSED = {
    "no account": {"account": ""},
    "an account of blanks": {"account": "  "},
    "an account that turns the writing direction": {"account": "ada\u202e@example.org"},
    "an account on two lines": {"account": "ada\nPlan: all"},
    "an endless account": {"account": "a" * 201},
    "no plan": {"plan": ""},
    "no id": {"id": ""},
    "features twice": {"features": ("a", "a")},
    "features not in order": {"features": ("b", "a")},
    "a feature without a name": {"features": ("",)},
    "no seat": {"seats": 0},
    "less than none": {"seats": -1},
    "seats beyond all measure": {"seats": 10_000_001},
    "over before it began": {"expires": ISSUED},
    "a time without a zone": {"issued": ISSUED.replace(tzinfo=None)},
    "a time of another zone": {"issued": ISSUED.astimezone(timezone(timedelta(hours=1)))},
    "parts of a second": {"issued": ISSUED + timedelta(microseconds=1)},
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED.keys())
def test_what_no_license_may_state_cannot_be_made(change: dict[str, object]) -> None:
    with pytest.raises(ClaimsWrong) as told:
        replace(ONLINE, **change)
    assert next(iter(change)) in told.value.message or "“features”" in told.value.message


def test_an_online_license_is_valid_for_thirty_days_at_most() -> None:
    assert replace(ONLINE, expires=ISSUED + 30 * DAY)
    with pytest.raises(ValidityTooLong, match="30 days are the most"):
        replace(ONLINE, expires=ISSUED + 30 * DAY + SECOND)


def test_an_offline_license_is_valid_for_a_year_at_most() -> None:
    assert replace(OFFLINE, expires=ISSUED + 365 * DAY)
    with pytest.raises(ValidityTooLong, match="365 days are the most"):
        replace(OFFLINE, expires=ISSUED + 365 * DAY + SECOND)


def test_an_online_license_does_not_become_offline_by_its_length() -> None:
    with pytest.raises(ValidityTooLong):
        replace(OFFLINE, kind=Kind.ONLINE)


def test_the_body_is_canonical_json() -> None:
    assert body_of(OFFLINE, CURRENT.id).decode() == (
        '{"account":"Grace Hopper\\u2019s lab",'
        f'"device_key":"{DEVICE.text}",'
        '"expires":"2027-11-21T10:00:00Z",'
        '"features":["knowledge","web_search"],'
        '"format":1,'
        '"id":"0199aa00c0ffee000000000000000002",'
        '"issued":"2026-11-21T10:00:00Z",'
        f'"issuer":"{CURRENT.id}",'
        '"kind":"offline",'
        '"own_keys":"after_allowance",'
        '"plan":"organization",'
        '"seats":25}'
    )


def test_a_body_gives_its_claims_back() -> None:
    assert claims_of(body_of(OFFLINE, "f00d")) == (OFFLINE, "f00d")


def test_more_features_than_a_body_holds_are_refused_before_they_are_signed() -> None:
    many = tuple(sorted(f"{number:03}" + "é" * 61 for number in range(256)))
    with pytest.raises(ClaimsWrong, match=f"{BODY_BYTES_MAX:,} bytes"):
        body_of(replace(OFFLINE, features=many), CURRENT.id)
