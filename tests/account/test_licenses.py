"""The license: renewed, verified before it is read, kept through wrong clocks and copies."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.account.licenses import LicenseKeeper
from app.clock import Clock
from app.errors import (
    LicenseError,
    LicenseExpired,
    LicenseOfOtherDevice,
    LicenseUnreadable,
    SigningKeyUnknown,
)
from app.licensing.armor import LICENSE, from_block, to_block
from app.licensing.keys import SigningKey
from app.server.licenses.service import issue_offline, revoke
from app.store.servers import ServerRecord
from tests.account.servers import Computer, LiveServer, computer


@dataclass
class Licensed:
    """A computer with an account; its clock can be set apart from the server's."""

    live: LiveServer
    one: Computer
    record: ServerRecord
    keeper: LicenseKeeper
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return self.live.credit.time.at + self.ahead

    async def status(self) -> str:
        return (await self.keeper.standing(self.record)).status.value

    @property
    def block(self) -> str:
        return self.one.shelves.licenses.get(self.record.id).block


@pytest.fixture
async def licensed(live: LiveServer, tmp_path: Path) -> AsyncIterator[Licensed]:
    holder: list[Licensed] = []
    clock = Clock(now=lambda: holder[0].now() if holder else live.credit.time.at)
    async with computer(tmp_path / "laptop", clock, live.url) as one:
        record = await one.desk.start(where="session")
        keeper = LicenseKeeper(one.shelves.licenses, one.shelves.settings, one.desk, clock)
        holder.append(Licensed(live, one, record, keeper))
        yield holder[0]


async def test_a_license_is_renewed_and_stands_without_a_network(licensed: Licensed) -> None:
    assert await licensed.status() == "absent"
    await licensed.keeper.renew(licensed.record)
    view = await licensed.keeper.view(licensed.record)
    assert (view.status, view.plan, view.features) == ("valid", "free", ("*",))
    first = licensed.block
    licensed.live.credit.time.pass_by(days=1, minutes=1)
    assert (await licensed.keeper.standing(licensed.record)).renewal_is_due(licensed.now())
    await licensed.keeper.renew(licensed.record)
    assert licensed.block != first
    licensed.live.credit.time.pass_by(days=31)
    assert await licensed.status() == "grace"
    licensed.live.credit.time.pass_by(days=14)
    assert await licensed.status() == "expired"
    await licensed.keeper.renew(licensed.record)
    assert await licensed.status() == "valid"


async def test_a_clock_turned_back_starts_the_grace_and_healing_ends_it(
    licensed: Licensed,
) -> None:
    await licensed.keeper.renew(licensed.record)
    licensed.live.credit.time.pass_by(days=3)
    assert await licensed.status() == "valid"
    licensed.ahead = timedelta(days=-2)
    assert await licensed.status() == "grace"
    found = await licensed.keeper.view(licensed.record)
    assert "clock" in found.message
    licensed.ahead = timedelta(0)
    assert await licensed.status() == "valid"


async def test_days_behind_add_up_through_restarts(licensed: Licensed) -> None:
    await licensed.keeper.renew(licensed.record)
    licensed.live.credit.time.pass_by(days=20)
    assert await licensed.status() == "valid"
    licensed.ahead = timedelta(days=-19)
    for _ in range(15):
        fresh = LicenseKeeper(
            licensed.one.shelves.licenses, licensed.one.shelves.settings, licensed.one.desk,
            Clock(now=licensed.now),
        )  # fmt: skip
        found = await fresh.standing(licensed.record)
        licensed.live.credit.time.pass_by(days=1)
    assert found.status.value == "expired"


async def test_a_pasted_license_of_a_mail_program_is_kept(licensed: Licensed) -> None:
    await licensed.keeper.renew(licensed.record)
    block = licensed.block
    mailed = "Here it is:\r\n\r\n> " + block.replace("\n", "\r\n> ") + "\r\n\r\nBye"
    await licensed.keeper.keep_text(licensed.record, mailed)
    assert await licensed.status() == "valid"


async def test_a_license_of_another_computer_is_refused(
    licensed: Licensed, live: LiveServer, tmp_path: Path
) -> None:
    await licensed.keeper.renew(licensed.record)
    async with computer(tmp_path / "other", live.credit.time.clock, live.url) as other:
        record = await other.desk.start(where="session")
        keeper = LicenseKeeper(
            other.shelves.licenses, other.shelves.settings, other.desk, live.credit.time.clock
        )
        await keeper.renew(record)
        before = other.shelves.licenses.get(record.id)
        with pytest.raises(LicenseOfOtherDevice):
            await keeper.keep_text(record, licensed.block)
        assert other.shelves.licenses.get(record.id) == before


async def test_one_byte_changed_never_passes_and_never_takes_the_old_one_away(
    licensed: Licensed,
) -> None:
    await licensed.keeper.renew(licensed.record)
    block, by = licensed.block, random.Random(7)
    refused = 0
    for _ in range(300):
        place = by.randrange(len(block))
        letter = chr(by.randrange(32, 127))
        if block[place] == letter or block[place].isspace() or not letter.strip():
            continue
        altered = block[:place] + letter + block[place + 1 :]
        try:
            await licensed.keeper.keep_text(licensed.record, altered)
        except LicenseError:
            refused += 1
    assert refused > 250
    assert await licensed.status() == "valid"


async def test_a_file_of_ten_megabytes_is_refused_without_being_read(
    licensed: Licensed, tmp_path: Path
) -> None:
    await licensed.keeper.renew(licensed.record)
    large = tmp_path / "license.txt"
    large.write_bytes(os.urandom(1024) * 10_240)
    with pytest.raises(LicenseUnreadable, match="far too long"):
        await licensed.keeper.keep_file(licensed.record, str(large))
    with pytest.raises(LicenseUnreadable, match="cannot be read"):
        await licensed.keeper.keep_file(licensed.record, str(tmp_path / "nowhere"))
    assert await licensed.status() == "valid"


async def test_a_license_that_is_over_is_said_so(licensed: Licensed) -> None:
    await licensed.keeper.renew(licensed.record)
    old = licensed.block
    licensed.live.credit.time.pass_by(days=50)
    with pytest.raises(LicenseExpired):
        await licensed.keeper.keep_text(licensed.record, old)


async def test_without_the_servers_keys_nothing_is_believed(licensed: Licensed) -> None:
    with pytest.raises(SigningKeyUnknown, match="does not know"):
        await licensed.keeper.keep_text(licensed.record, "x")


async def test_a_row_that_somebody_edited_counts_as_no_license(licensed: Licensed) -> None:
    await licensed.keeper.renew(licensed.record)
    stranger = SigningKey.from_seed(os.urandom(32)).public.text
    assert stranger not in licensed.block
    block = licensed.block
    licensed.one.shelves.database.write(
        "UPDATE licenses SET block = ?",
        (block.replace(block[200], "A" if block[200] != "A" else "B"),),
    )
    assert await licensed.status() == "absent"


async def offline_for(licensed: Licensed) -> str:
    """Keep what the operator sends for this computer; its id."""
    services = licensed.live.credit.services
    key = await licensed.one.desk.device_key(licensed.record.id)
    row = await issue_offline(services, licensed.record.account, key.public.text)
    await licensed.keeper.keep_text(licensed.record, row.block)
    return row.id


async def test_a_license_that_was_sent_stays_while_others_are_renewed(licensed: Licensed) -> None:
    await licensed.keeper.renew(licensed.record)
    await offline_for(licensed)
    sent = licensed.block
    licensed.live.credit.time.pass_by(days=2)
    await licensed.keeper.renew(licensed.record, wanted=False)
    assert licensed.block == sent
    licensed.live.credit.time.pass_by(days=364)
    await licensed.keeper.renew(licensed.record, wanted=False)
    assert licensed.block != sent  # it had ended
    assert await licensed.status() == "valid"


async def test_one_that_was_called_back_goes_at_the_next_renewal(licensed: Licensed) -> None:
    await licensed.keeper.renew(licensed.record)
    license_id = await offline_for(licensed)
    sent = licensed.block
    services = licensed.live.credit.services
    await revoke(services, licensed.record.account, license_id, "sold")
    await licensed.keeper.renew(licensed.record, wanted=False)
    assert licensed.block != sent


async def test_who_asks_for_a_renewal_gets_the_accounts_own(licensed: Licensed) -> None:
    await licensed.keeper.renew(licensed.record)
    await offline_for(licensed)
    sent = licensed.block
    await licensed.keeper.renew(licensed.record)
    assert licensed.block != sent


async def test_what_is_pasted_while_the_server_is_asked_is_not_lost(licensed: Licensed) -> None:
    await licensed.keeper.renew(licensed.record)
    key = await licensed.one.desk.device_key(licensed.record.id)
    services = licensed.live.credit.services
    row = await issue_offline(services, licensed.record.account, key.public.text)
    asked = asyncio.create_task(licensed.keeper.renew(licensed.record, wanted=False))
    await asyncio.sleep(0)  # its question is on the way
    await licensed.keeper.keep_text(licensed.record, row.block)
    await asked
    assert licensed.block == row.block


@pytest.mark.parametrize("days", [-3, -400, 3, 60, 400])
async def test_a_renewal_mends_a_clock_that_is_wrong_for_good(
    licensed: Licensed, days: int
) -> None:
    await licensed.keeper.renew(licensed.record)
    licensed.live.credit.time.pass_by(days=3)
    assert await licensed.status() == "valid"
    licensed.ahead = timedelta(days=days)
    await licensed.keeper.renew(licensed.record)
    assert await licensed.status() == "valid"
    licensed.live.credit.time.pass_by(days=29)
    assert await licensed.status() == "valid"
    licensed.live.credit.time.pass_by(days=2)
    assert await licensed.status() == "grace"


@pytest.mark.parametrize("many", [1_000, pytest.param(10_000, marks=pytest.mark.soak)])
async def test_of_all_altered_licenses_none_is_kept(licensed: Licensed, many: int) -> None:
    """As `tests/licensing` forges them, against all that stands between a paste and the store."""
    await licensed.keeper.renew(licensed.record)
    block, chance = licensed.block, random.Random(20261121)
    content = from_block(block, LICENSE)
    before = licensed.one.shelves.licenses.get(licensed.record.id)
    kept, refusals = 0, list[LicenseError]()
    for turn in range(many):
        if turn % 2:
            altered = to_block(_altered(content, chance), LICENSE)
        else:
            place = chance.randrange(block.index("\n") + 1, block.rindex("-----END"))
            altered = block[:place] + chance.choice("AZaz09+/=") + block[place + 1 :]
        try:
            await licensed.keeper.keep_text(licensed.record, altered)
        except LicenseError as error:
            refusals.append(error)
        else:
            kept += 1
            assert from_block(altered, LICENSE) == content  # the same license, written otherwise
    after = licensed.one.shelves.licenses.get(licensed.record.id)
    assert from_block(after.block, LICENSE) == from_block(before.block, LICENSE)
    assert kept < many / 50
    assert all(error.message and error.advice for error in refusals)
    assert await licensed.status() == "valid"


def _altered(content: bytes, chance: random.Random) -> bytes:
    """One byte is another one; the checksum around it will be right again, as a forger would."""
    place = chance.randrange(len(content))
    other = (content[place] + chance.randrange(1, 256)) % 256
    return content[:place] + bytes([other]) + content[place + 1 :]
