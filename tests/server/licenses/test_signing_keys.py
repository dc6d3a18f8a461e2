"""The keys that sign licenses: made once, kept from others, rotated, called back, never replaced
in silence."""

from __future__ import annotations

import asyncio
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from app.errors import ConfigError, SignatureWrong, SigningKeyRevoked
from app.server.errors import Refused
from app.server.licenses.rotation import begin_anew, have_next, revoke_key, rotate
from app.server.licenses.signing_keys import (
    FIRST_FILE,
    KEY_LIFE,
    make_ready,
    private_keys,
    signing_at,
)
from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.accounts.computers import registered
from tests.server.licenses.licensed import Copy, license_of


def _data(server: CreditServer) -> Path:
    return server.services.settings.data


async def test_the_first_start_makes_keys_that_only_their_owner_reads(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        await server.services.database.close()
        await make_ready(server.services)
        await server.services.database.open()
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("*.pem")}
    assert modes == {FIRST_FILE: 0o600, "license-signing-2.pem": 0o600}


async def test_a_second_start_signs_with_the_same_key(tmp_path: Path) -> None:
    found = []
    for _ in range(2):
        async with running_server(tmp_path) as server:
            found.append((await signing_at(server.services, server.time.at)).key.id)
    assert found[0] == found[1]


async def test_a_key_that_others_can_read_is_refused(credit_server: CreditServer) -> None:
    await signing_at(credit_server.services, credit_server.time.at)
    (_data(credit_server) / FIRST_FILE).chmod(0o644)
    with pytest.raises(ConfigError, match="can be read by others"):
        await signing_at(credit_server.services, credit_server.time.at)


async def test_a_lost_key_is_said_and_none_is_made_in_its_place(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    await license_of(await registered(server))
    (_data(server) / FIRST_FILE).unlink()
    with pytest.raises(ConfigError, match="is not in"):
        await signing_at(server.services, server.time.at)
    assert not (_data(server) / FIRST_FILE).exists()
    assert await server.run("SELECT count(*) FROM license_key_lists") == [(1,)]


async def test_no_private_key_is_in_the_database(credit_server: CreditServer) -> None:
    server = credit_server
    await rotate(server.services)
    seeds = [
        b"".join(key.to_pem().splitlines()[1:-1]) for key in private_keys(_data(server)).values()
    ]
    assert len(seeds) == 3
    written = b"".join(path.read_bytes() for path in _data(server).glob("server.db*"))
    assert not any(seed in written for seed in seeds)


async def test_rotation_breaks_no_license(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    computer, copy = await registered(server), Copy(server)
    await copy.follow()
    old = await license_of(computer)
    await rotate(server.services)
    await copy.follow()
    server.time.pass_by(seconds=1)
    new = await license_of(computer)
    assert new["key_id"] != old["key_id"]
    assert copy.takes(old["license"], computer).key_id == old["key_id"]
    assert copy.takes(new["license"], computer).key_id == new["key_id"]


async def test_a_copy_that_slept_through_three_rotations_follows_them_all(
    credit_server: CreditServer,
) -> None:
    server = credit_server
    computer, copy = await registered(server), Copy(server)
    await copy.follow()
    for _ in range(3):
        server.time.pass_by(days=1)
        await rotate(server.services)
    assert (await copy.follow()).number == 4
    assert copy.takes((await license_of(computer))["license"], computer)


async def test_the_planned_day_comes_by_itself_and_a_next_key_is_made(
    credit_server: CreditServer,
) -> None:
    server = credit_server
    copy = Copy(server)
    before = await copy.follow()
    assert not await have_next(server.services)
    coming = before.pins.coming(server.time.at)
    server.time.pass_by(seconds=KEY_LIFE.total_seconds())
    assert coming is not None
    assert (await signing_at(server.services, server.time.at)).key.id == coming.key.id
    assert await have_next(server.services)
    after = await copy.follow()
    assert after.pins.current(server.time.at) is not None
    assert after.pins.coming(server.time.at) is not None


async def test_a_rotation_can_be_planned_for_a_later_day(credit_server: CreditServer) -> None:
    server = credit_server
    first = (await signing_at(server.services, server.time.at)).key.id
    begins = server.time.at + timedelta(days=400)  # later than planned at first
    await rotate(server.services, begins)
    for day in range(0, 400, 50):
        at = server.time.at + timedelta(days=day)
        assert (await signing_at(server.services, at)).key.id == first
    assert (await signing_at(server.services, begins)).key.id != first


async def test_a_revoked_key_takes_its_licenses_with_it(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    computer, copy = await registered(server), Copy(server)
    await copy.follow()
    old = await license_of(computer)
    await revoke_key(server.services, old["key_id"], "stolen")
    await copy.follow()
    with pytest.raises(SigningKeyRevoked):
        copy.takes(old["license"], computer)
    assert copy.takes((await license_of(computer))["license"], computer)
    kept = await server.run("SELECT reason FROM license_keys WHERE revoked_ms IS NOT NULL")
    assert kept == [("stolen",)]


async def test_a_revoked_next_key_is_replaced_for_the_same_day(
    credit_server: CreditServer,
) -> None:
    server = credit_server
    copy = Copy(server)
    before = await copy.follow()
    coming = before.pins.coming(server.time.at)
    assert coming is not None
    await revoke_key(server.services, coming.key.id, "lost drawer")
    replaced = (await copy.follow()).pins.coming(server.time.at)
    assert replaced is not None
    assert replaced.key != coming.key
    assert replaced.signs_from == coming.signs_from


async def test_only_the_newest_key_announces_a_change(credit_server: CreditServer) -> None:
    server = credit_server
    await signing_at(server.services, server.time.at)
    drawer = _data(server) / "license-signing-2.pem"
    pem = drawer.read_bytes()
    drawer.unlink()
    with pytest.raises(ConfigError, match="newest"):
        await rotate(server.services)
    drawer.write_bytes(pem)
    drawer.chmod(0o600)
    await rotate(server.services)
    assert (await Copy(server).follow()).number == 2


async def test_a_lost_signing_key_is_left_behind_with_the_next_one(
    credit_server: CreditServer,
) -> None:
    server = credit_server
    computer, copy = await registered(server), Copy(server)
    await copy.follow()
    old = await license_of(computer)
    (_data(server) / FIRST_FILE).unlink()
    await rotate(server.services)
    await copy.follow()
    server.time.pass_by(seconds=1)
    assert copy.takes(old["license"], computer)
    assert copy.takes((await license_of(computer))["license"], computer)


async def test_beginning_anew_is_for_lost_keys_alone_and_no_copy_follows_by_itself(
    credit_server: CreditServer,
) -> None:
    server = credit_server
    copy = Copy(server)
    await copy.follow()
    with pytest.raises(Refused, match="rotate instead"):
        await begin_anew(server.services, "")
    for path in _data(server).glob("*.pem"):
        path.unlink()
    await begin_anew(server.services, "fire")
    with pytest.raises(SignatureWrong):
        await copy.follow()
    fresh, computer = Copy(server), await registered(server)
    await fresh.follow()
    assert fresh.takes((await license_of(computer))["license"], computer)


async def test_of_two_rotations_at_once_one_is_refused_or_comes_after(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    copy = Copy(server)
    await copy.follow()
    ends = await asyncio.gather(
        *(rotate(server.services) for _ in range(4)), return_exceptions=True
    )
    assert all(not isinstance(end, BaseException) or isinstance(end, Refused) for end in ends)
    done = sum(not isinstance(end, BaseException) for end in ends)
    assert done >= 1
    assert (await copy.follow()).number == 1 + done
