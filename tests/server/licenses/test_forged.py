"""Licenses that this server issued, altered ten thousand ways and presented as a program does: with
the keys that the server announces, for the program's own device, on its own day."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.errors import LicenseError, SigningKeyRetired
from app.licensing import armor
from app.licensing.keys import SigningKey
from app.licensing.license import read, sign
from app.licensing.standing import RENEW_EVERY, Cause, Status, standing
from app.server.licenses.rotation import revoke_key, rotate
from app.server.licenses.service import issue_offline
from app.server.licenses.signing_keys import signing_at
from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.accounts.computers import Computer, registered
from tests.server.licenses.licensed import Copy, license_of

STRANGER = SigningKey.from_seed(bytes([9] * 32))
BETTER = (
    (b'"free"', b'"premium"'),
    (b'"online"', b'"offline"'),
    (b'"seats":1', b'"seats":99'),
    (b"2026-12-21", b"2036-12-21"),
)


async def _issued(server: CreditServer) -> tuple[Computer, Copy, list[str]]:
    """A device with its keys known, and licenses: its online one, its offline one, that of another
    device, of another key, and of another server."""
    computer, other, copy = await registered(server), await registered(server), Copy(server)
    await copy.follow()
    own = [(await license_of(computer))["license"]]
    offline = await issue_offline(server.services, computer.account, computer.key.public.text)
    others = [(await license_of(other))["license"]]
    return computer, copy, [*own, offline.block, *others]


def _altered(blocks: list[str], many: int) -> Iterator[tuple[bytes, str]]:
    """Bytes and text of altered blocks; the checksum is made anew, as a forger would."""
    chance = random.Random(20261121)
    contents = [armor.from_block(block, armor.LICENSE) for block in blocks]
    for _ in range(many):
        content = bytearray(chance.choice(contents))
        for _ in range(chance.choice((1, 1, 1, 2, 5))):
            _alter(content, contents, chance)
        content[:] = content or b"x"
        yield bytes(content), armor.to_block(bytes(content), armor.LICENSE)


def _alter(content: bytearray, contents: list[bytes], chance: random.Random) -> None:
    at, other = chance.randrange(len(content) + 1), chance.choice(contents)
    match chance.randrange(8):
        case 0:
            content[at : at + 1] = bytes([chance.randrange(256)])
        case 1:
            content[at:at] = chance.randbytes(chance.randrange(1, 9))
        case 2:
            del content[at : at + chance.randrange(1, 9)]
        case 3:  # the signature of one, the body of another
            content[12:76] = other[12:76]
        case 4:
            content[76:] = other[76:]
        case 5:
            content[at:] = other[at:]
        case 6:
            old, new = chance.choice(BETTER)
            content[:] = bytes(content).replace(old, new)
        case _:
            content[4:12] = chance.choice((other[4:12], chance.randbytes(8)))


async def test_of_ten_thousand_altered_licenses_none_is_taken(credit_server: CreditServer) -> None:
    computer, copy, blocks = await _issued(credit_server)
    own = [armor.from_block(block, armor.LICENSE) for block in blocks[:2]]
    ends: Counter[str] = Counter()
    for content, block in _altered(blocks, 10_000):
        try:
            copy.takes(block, computer)
        except LicenseError as error:
            ends[type(error).__name__] += 1
            continue
        assert content in own  # by chance as it was issued, byte for byte
        ends["as issued"] += 1
    assert sum(ends.values()) == 10_000
    assert ends["SignatureWrong"] > 5_000
    assert ends["LicenseOfOtherDevice"] > 0
    assert ends["as issued"] < 2_000  # changes that change nothing


async def test_what_others_sign_is_not_taken(credit_server: CreditServer, tmp_path: Path) -> None:
    computer, copy, blocks = await _issued(credit_server)
    claims = copy.takes(blocks[0], computer).claims
    forged = [sign(replace(claims, plan="premium"), STRANGER)]
    async with running_server(tmp_path / "other") as elsewhere:
        signing = await signing_at(elsewhere.services, elsewhere.time.at)
        forged.append(sign(replace(claims, plan="premium"), signing.key))
    for block in (*forged, blocks[2]):
        with pytest.raises(LicenseError):
            copy.takes(block, computer)


async def test_a_copy_that_never_asks_again_takes_what_the_next_key_signs_on_its_day(
    credit_server: CreditServer,
) -> None:
    computer, copy, _ = await _issued(credit_server)
    credit_server.time.pass_by(days=365)
    newer = await license_of(computer)
    assert copy.takes(newer["license"], computer).key_id == newer["key_id"]


async def test_through_rotation_and_revocation_only_what_should_is_taken(
    credit_server: CreditServer,
) -> None:
    server = credit_server
    computer, copy, blocks = await _issued(server)
    first = read(blocks[0], copy.known.pins).key_id  # type: ignore[union-attr]
    await rotate(server.services)
    server.time.pass_by(seconds=1)
    newer = await license_of(computer)
    assert newer["key_id"] != first
    # Earlier than it was announced: a copy asks for the new list first.
    with pytest.raises(SigningKeyRetired, match="Connect to the server"):
        copy.takes(newer["license"], computer)
    await copy.follow()
    assert copy.takes(blocks[0], computer)
    assert copy.takes(newer["license"], computer).key_id == newer["key_id"] != first
    await revoke_key(server.services, first, "stolen")
    await copy.follow()
    for block in blocks[:2]:
        with pytest.raises(LicenseError):
            copy.takes(block, computer)
    assert copy.takes(newer["license"], computer)


# Each step of a clock: on the server that issues, and on the computer that holds the license.

SERVER_STEPS = {
    "at once": (timedelta(0), False),
    "a second later": (timedelta(seconds=1), False),
    "just under a day": (RENEW_EVERY - timedelta(seconds=1), False),
    "a day": (RENEW_EVERY, True),
    "a month": (timedelta(days=31), True),
    "a minute back": (timedelta(minutes=-1), True),
    "a year back": (timedelta(days=-364), True),
}


@pytest.mark.parametrize(("step", "is_new"), SERVER_STEPS.values(), ids=SERVER_STEPS)
async def test_each_step_of_the_servers_clock(
    credit_server: CreditServer, step: timedelta, is_new: bool
) -> None:
    server = credit_server
    computer = await registered(server)
    first = await license_of(computer)
    await server.run("DELETE FROM sessions")
    server.time.at += step
    second = await license_of(computer)
    assert (second["id"] != first["id"]) is is_new
    claims = (await _known(server)).takes(second["license"], computer).claims
    assert claims.expires - claims.issued == timedelta(days=30)
    assert claims.issued <= server.time.at


async def _known(server: CreditServer) -> Copy:
    copy = Copy(server)
    await copy.follow()
    return copy


V, G, E = Status.VALID, Status.GRACE, Status.EXPIRED
LATE, CLOCK = Cause.NOT_RENEWED, Cause.CLOCK_TURNED_BACK
SECOND = timedelta(seconds=1)

# Days since the issue by the computer's clock, the highest day it has seen; online and offline.
DEVICE_STEPS: dict[str, tuple[timedelta, timedelta | None, Status, Status]] = {
    "at once": (timedelta(0), None, V, V),
    "the last second of the month": (timedelta(days=30) - SECOND, None, V, V),
    "not renewed": (timedelta(days=30), None, G, V),
    "the last second of grace": (timedelta(days=44) - SECOND, None, G, V),
    "grace over": (timedelta(days=44), None, E, V),
    "the last second of the year": (timedelta(days=365) - SECOND, None, E, V),
    "the year over": (timedelta(days=365), None, E, E),
    "an hour back": (timedelta(days=9), timedelta(days=9, hours=1), V, V),
    "a day back, to the second": (timedelta(days=9), timedelta(days=10), V, V),
    "a second more than a day back": (timedelta(days=9), timedelta(days=10) + SECOND, G, G),
    "back from after the end": (timedelta(days=9), timedelta(days=400), E, E),
    "before the license, by a day": (timedelta(days=-1), None, V, V),
    "before the license, by a year": (timedelta(days=-365), None, G, G),
}


@pytest.mark.parametrize("name", DEVICE_STEPS)
async def test_each_step_of_the_computers_clock(credit_server: CreditServer, name: str) -> None:
    server = credit_server
    computer, copy, blocks = await _issued(server)
    assert copy.known is not None
    at, highest, online, offline = DEVICE_STEPS[name]
    for block, wanted in zip(blocks, (online, offline), strict=False):
        found = read(block, copy.known.pins)
        issued = found.claims.issued
        stands = standing(
            found,
            now=issued + at,
            device_key=computer.key.public,
            highest_time_seen=None if highest is None else issued + highest,
        )
        assert stands.status is wanted, f"{found.claims.kind} {name}"
        assert stands.is_free is (wanted is E)
        if wanted is G:
            assert stands.cause is (LATE if at >= timedelta(days=30) else CLOCK)
