"""Licenses of devices: issued, renewed, following the plan; offline ones; called back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from app.errors import LicenseOfOtherDevice
from app.licensing.claims import Kind
from app.licensing.keys import SigningKey
from app.server.errors import Refused
from app.server.licenses.repository import forget_licenses, licenses_of, restore_license
from app.server.licenses.service import issue_offline, revoke
from tests.fixtures.credit_server import CreditServer
from tests.server.accounts.computers import code_of, registered
from tests.server.licenses.licensed import Copy, license_of


async def test_a_device_gets_a_license_that_a_copy_takes(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    computer, copy = await registered(server), Copy(server)
    await copy.follow()
    answer = await license_of(computer)
    claims = copy.takes(answer["license"], computer).claims
    assert (claims.account, claims.plan, claims.seats) == (computer.account, "free", 1)
    assert claims.kind is Kind.ONLINE
    assert claims.expires - claims.issued == timedelta(days=30)
    assert str(claims.own_keys) == answer["own_keys"] == "always"


async def test_another_device_cannot_use_it(credit_server: CreditServer) -> None:
    one, other = await registered(credit_server), await registered(credit_server)
    copy = Copy(credit_server)
    await copy.follow()
    block = (await license_of(one))["license"]
    with pytest.raises(LicenseOfOtherDevice):
        copy.takes(block, other)


async def test_it_is_renewed_once_a_day_and_told(credit_server: CreditServer) -> None:
    computer = await registered(credit_server)
    first = await license_of(computer)
    credit_server.time.pass_by(hours=23)
    assert (await license_of(computer))["license"] == first["license"]
    credit_server.time.pass_by(hours=2)
    later = await license_of(computer)
    assert later["issued_at"] > first["issued_at"]
    told = await credit_server.run(
        "SELECT tenant FROM announcements WHERE kind = 'license_renewed'"
    )
    assert told == [(computer.account,)] * 2
    kept = await credit_server.run("SELECT id FROM licenses")
    assert kept == [(later["id"],)]


async def test_twenty_who_ask_at_once_get_the_same(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    computer = await registered(server)
    asked = (computer.ask("GET", "/api/license") for _ in range(20))
    answers = await asyncio.gather(*asked)
    assert len({answer.json()["license"] for answer in answers}) == 1
    assert await server.run("SELECT count(*) FROM licenses") == [(1,)]
    assert await server.run("SELECT count(*) FROM license_key_lists") == [(1,)]


async def test_a_changed_plan_changes_the_license_at_once(credit_server: CreditServer) -> None:
    server = credit_server
    computer = await registered(server)
    assert (await license_of(computer))["plan"] == "free"
    until = int((server.time.at + timedelta(days=30)).timestamp() * 1000)
    await server.run("UPDATE accounts SET plan = 'premium', paid_until_ms = ?", until)
    assert (await license_of(computer))["plan"] == "premium"
    await server.run("UPDATE accounts SET flags = 'past_due'")
    assert (await license_of(computer))["plan"] == "free"


@pytest.mark.parametrize("flag", ["suspended", "quarantined"])
async def test_a_stopped_account_has_the_free_rules(credit_server: CreditServer, flag: str) -> None:
    computer = await registered(credit_server)
    await credit_server.run("UPDATE accounts SET plan = 'premium', flags = ?", flag)
    assert (await license_of(computer))["plan"] == "free"


async def test_a_plan_that_ended_is_not_licensed(credit_server: CreditServer) -> None:
    computer = await registered(credit_server)
    now_ms = int(credit_server.time.at.timestamp() * 1000)
    await credit_server.run("UPDATE accounts SET plan = 'premium', paid_until_ms = ?", now_ms)
    assert (await license_of(computer))["plan"] == "free"


async def test_an_organization_is_licensed_with_the_seats_it_bought(
    credit_server: CreditServer,
) -> None:
    server = credit_server
    computer = await registered(server)
    await server.person("organization", id="o_one", kind="organization", seats=7)
    await server.run(
        "INSERT INTO members (tenant, account, role, joined_ms) VALUES ('o_one', ?, 'builder', 0)",
        computer.account,
    )
    answer = await license_of(computer, acts_for="o_one")
    assert (answer["account"], answer["plan"], answer["seats"]) == ("o_one", "organization", 7)


async def test_an_api_key_has_no_license(credit_server: CreditServer) -> None:
    person = await credit_server.person()
    answer = await credit_server.client.get("/api/license", headers=person.headers)
    assert (answer.status_code, code_of(answer)) == (403, "not_allowed")


async def test_the_operator_issues_an_offline_license_for_a_device_nobody_knows(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    computer, copy = await registered(server), Copy(server)
    await copy.follow()
    computer.key = SigningKey.from_seed(bytes(range(32)))  # of a machine that was never online
    row = await issue_offline(
        server.services, computer.account, computer.key.public.text, note="ship 12"
    )
    server.time.pass_by(days=364)
    claims = copy.takes(row.block, computer).claims
    assert claims.kind is Kind.OFFLINE
    assert claims.expires - claims.issued == timedelta(days=365)
    (kept,) = await server.services.database.read(licenses_of, computer.account)
    assert kept == row


@pytest.mark.parametrize("days", [0, 366])
async def test_an_offline_license_has_its_bounds(credit_server: CreditServer, days: int) -> None:
    computer = await registered(credit_server)
    with pytest.raises(Refused, match="365 days"):
        await issue_offline(
            credit_server.services, computer.account, computer.key.public.text, days=days
        )


async def test_an_offline_license_needs_an_account_and_a_key(credit_server: CreditServer) -> None:
    computer = await registered(credit_server)
    services = credit_server.services
    with pytest.raises(Refused, match="no such account"):
        await issue_offline(services, "a_nobody", computer.key.public.text)
    with pytest.raises(Refused, match="begins with"):
        await issue_offline(services, computer.account, "not a key")


async def test_a_revoked_license_is_not_renewed_until_it_is_restored(
    credit_server: CreditServer,
) -> None:
    server = credit_server
    computer = await registered(server)
    first = await license_of(computer)
    await revoke(server.services, computer.account, first["id"], "stolen laptop")
    answer = await computer.ask("GET", "/api/license")
    assert (answer.status_code, code_of(answer)) == (403, "license_revoked")
    assert "stolen laptop" in answer.text
    with pytest.raises(Refused, match="revoked before"):
        await revoke(server.services, computer.account, first["id"], "again")
    await server.services.database.run(restore_license, computer.account, first["id"])
    assert (await license_of(computer))["id"] == first["id"]


async def test_a_device_learns_which_offline_license_was_revoked(
    credit_server: CreditServer,
) -> None:
    server = credit_server
    computer = await registered(server)
    row = await issue_offline(server.services, computer.account, computer.key.public.text)
    await revoke(server.services, computer.account, row.id, "sold")
    assert (await license_of(computer))["revoked"] == [row.id]


async def test_another_accounts_license_is_not_there_to_revoke(
    credit_server: CreditServer,
) -> None:
    computer, other = await registered(credit_server), await registered(credit_server)
    mine = await license_of(computer)
    with pytest.raises(Refused) as refused:
        await revoke(credit_server.services, other.account, mine["id"], "no")
    assert refused.value.status == 404


async def test_licenses_that_are_over_are_forgotten_and_revocations_are_not(
    credit_server: CreditServer,
) -> None:
    server = credit_server
    kept, gone = await registered(server), await registered(server)
    revoked = await license_of(kept)
    await license_of(gone)
    await revoke(server.services, kept.account, revoked["id"], "")
    server.time.pass_by(days=45)
    await server.services.database.run(forget_licenses, server.time.at)
    assert await server.run("SELECT id FROM licenses") == [(revoked["id"],)]
