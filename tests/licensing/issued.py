"""Keys and claims that the tests of licenses share; fixed, so that every run signs the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.catalog.plans import OwnKeys
from app.licensing.claims import Claims, Kind
from app.licensing.keys import SigningKey
from app.licensing.license import License, read, sign
from app.licensing.pinned import PinnedKey, PinnedKeys

DAY = timedelta(days=1)
ISSUED = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)

CURRENT = SigningKey.from_seed(bytes(range(32)))
NEXT = SigningKey.from_seed(bytes(range(1, 33)))
RETIRED = SigningKey.from_seed(bytes(range(2, 34)))
REVOKED = SigningKey.from_seed(bytes(range(3, 35)))
STRANGER = SigningKey.from_seed(bytes(range(4, 36)))
DEVICE = SigningKey.from_seed(bytes([7] * 32)).public
OTHER_DEVICE = SigningKey.from_seed(bytes([8] * 32)).public

PINS = PinnedKeys(
    (
        PinnedKey(RETIRED.public, None, ISSUED),
        PinnedKey(CURRENT.public, ISSUED - 30 * DAY, ISSUED + 365 * DAY),
        PinnedKey(NEXT.public, ISSUED - DAY),
        PinnedKey(REVOKED.public),
    ),
    frozenset({REVOKED.id}),
)

ONLINE = Claims(
    id="0199aa00c0ffee000000000000000001",
    kind=Kind.ONLINE,
    account="ada@example.org",
    plan="premium",
    features=("*",),
    own_keys=OwnKeys.ALWAYS,
    seats=1,
    device_key=DEVICE,
    issued=ISSUED,
    expires=ISSUED + 30 * DAY,
)
OFFLINE = replace(
    ONLINE,
    id="0199aa00c0ffee000000000000000002",
    kind=Kind.OFFLINE,
    account="Grace Hopper’s lab",
    plan="organization",
    features=("knowledge", "web_search"),
    own_keys=OwnKeys.AFTER_ALLOWANCE,
    seats=25,
    expires=ISSUED + 365 * DAY,
)


def licensed(claims: Claims = ONLINE, key: SigningKey = CURRENT) -> License:
    """A license that went through its text, as a real one does."""
    return read(sign(claims, key), PINS)
