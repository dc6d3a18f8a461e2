"""Signing in with a device's key: challenges, sessions, devices."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.server.accounts.proofs import Purpose, keep_challenge, server_name, signed_bytes
from app.server.secret import new_token
from app.server.settings import load_settings
from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.accounts.computers import Computer, code_of, registered


async def test_a_new_device_gets_a_free_account_and_a_session(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    computer = await registered(server, "  My   laptop ")
    rows = await server.run("SELECT id, plan, kind, email FROM accounts")
    assert rows == [(computer.account, server.services.catalog.start_plan, "person", None)]
    devices = (await computer.ask("GET", "/api/devices")).json()["devices"]
    assert [(each["name"], each["current"]) for each in devices] == [("My laptop", True)]
    assert devices[0]["key_id"] == computer.key.id


async def test_a_device_that_registers_again_finds_its_account(
    credit_server: CreditServer,
) -> None:
    computer = await registered(credit_server)
    account = computer.account
    await computer.register()
    assert computer.account == account
    assert await credit_server.run("SELECT count(*) FROM accounts") == [(1,)]


async def test_one_key_that_registers_twice_at_once_is_one_account(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    computer = Computer(server.client)
    proofs = [
        computer.proof(Purpose.REGISTER, await computer.challenge()) | {"name": "Laptop"}
        for _ in range(4)
    ]
    answers = await asyncio.gather(*(computer.ask("POST", "/api/devices", body) for body in proofs))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["account"] for answer in answers}) == 1
    assert await server.run("SELECT count(*) FROM accounts") == [(1,)]


async def test_a_session_ends_after_an_hour(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    computer = await registered(server)
    server.time.pass_by(minutes=59)
    assert (await computer.ask("GET", "/api/devices")).status_code == 200
    server.time.pass_by(minutes=2)
    assert (await computer.ask("GET", "/api/devices")).status_code == 401
    assert (await computer.sign_in()).status_code == 200
    assert (await computer.ask("GET", "/api/devices")).status_code == 200


async def test_who_signs_out_has_no_session_any_more(credit_server: CreditServer) -> None:
    computer = await registered(credit_server)
    assert (await computer.ask("DELETE", "/api/session")).status_code == 204
    assert (await computer.ask("GET", "/api/devices")).status_code == 401


async def test_a_challenge_is_good_once(any_credit_server: CreditServer) -> None:
    computer = await registered(any_credit_server)
    body = computer.proof(Purpose.SIGN_IN, await computer.challenge())
    assert (await computer.ask("POST", "/api/session", body)).status_code == 200
    again = await computer.ask("POST", "/api/session", body)
    assert (again.status_code, code_of(again)) == (401, "challenge_used")


async def test_of_a_hundred_replays_at_once_one_signs_in(
    any_credit_server: CreditServer,
) -> None:
    computer = await registered(any_credit_server)
    body = computer.proof(Purpose.SIGN_IN, await computer.challenge())
    answers = await asyncio.gather(
        *(computer.ask("POST", "/api/session", body) for _ in range(100))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 99


async def test_a_challenge_expires_after_two_minutes(credit_server: CreditServer) -> None:
    computer = await registered(credit_server)
    body = computer.proof(Purpose.SIGN_IN, await computer.challenge())
    credit_server.time.pass_by(minutes=2)
    answer = await computer.ask("POST", "/api/session", body)
    assert (answer.status_code, code_of(answer)) == (401, "challenge_expired")


async def test_a_wrong_signature_uses_the_challenge_up(credit_server: CreditServer) -> None:
    computer = await registered(credit_server)
    challenge = await computer.challenge()
    forged = Computer(credit_server.client).proof(Purpose.SIGN_IN, challenge)
    forged["public_key"] = computer.key.public.text
    first = await computer.ask("POST", "/api/session", forged)
    assert (first.status_code, code_of(first)) == (401, "signature_wrong")
    right = computer.proof(Purpose.SIGN_IN, challenge)
    assert code_of(await computer.ask("POST", "/api/session", right)) == "challenge_used"


@pytest.mark.parametrize(
    ("purpose", "server"), [(Purpose.REGISTER, "server"), (Purpose.SIGN_IN, "other.example")]
)
async def test_a_signature_for_something_else_opens_nothing(
    credit_server: CreditServer, purpose: Purpose, server: str
) -> None:
    computer = await registered(credit_server)
    body = computer.proof(purpose, await computer.challenge(), server)
    assert code_of(await computer.ask("POST", "/api/session", body)) == "signature_wrong"


async def test_a_challenge_of_one_device_is_none_for_another(
    credit_server: CreditServer,
) -> None:
    mine, other = await registered(credit_server), await registered(credit_server)
    body = other.proof(Purpose.SIGN_IN, await mine.challenge())
    assert code_of(await other.ask("POST", "/api/session", body)) == "challenge_used"


async def test_an_unknown_device_has_to_register_first(credit_server: CreditServer) -> None:
    computer = Computer(credit_server.client)
    assert code_of(await computer.sign_in()) == "device_unknown"


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"public_key": "ed25519:short"}, "public_key"),
        ({"signature": "!!"}, "signature"),
        ({"signature": "AAAA"}, "signature"),
        ({"more": 1}, "more"),
        ({"name": "n" * 81}, "name"),
    ],
)
async def test_a_malformed_proof_is_named(
    credit_server: CreditServer, change: dict[str, object], param: str
) -> None:
    computer = Computer(credit_server.client)
    body = computer.proof(Purpose.REGISTER, await computer.challenge()) | {"name": "x"} | change
    answer = await computer.ask("POST", "/api/devices", body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


async def test_the_only_device_of_an_account_without_an_address_stays(
    credit_server: CreditServer,
) -> None:
    computer = await registered(credit_server)
    answer = await computer.ask("DELETE", f"/api/devices/{computer.device}")
    assert (answer.status_code, code_of(answer)) == (409, "last_device")
    assert (await computer.ask("GET", "/api/devices")).status_code == 200


async def test_a_removed_device_has_no_session_and_cannot_come_back(
    credit_server: CreditServer,
) -> None:
    computer = await registered(credit_server)
    await credit_server.run(
        "UPDATE accounts SET email = 'one@example.org' WHERE id = ?", computer.account
    )
    assert (await computer.ask("DELETE", f"/api/devices/{computer.device}")).status_code == 204
    assert (await computer.ask("GET", "/api/devices")).status_code == 401
    assert code_of(await computer.sign_in()) == "device_removed"
    assert code_of(await computer.register()) == "device_removed"


async def test_nobody_removes_a_device_of_somebody_else(credit_server: CreditServer) -> None:
    mine, other = await registered(credit_server), await registered(credit_server)
    answer = await mine.ask("DELETE", f"/api/devices/{other.device}")
    assert answer.status_code == 404
    assert (await other.ask("GET", "/api/devices")).status_code == 200


async def test_two_devices_cannot_remove_each_other_at_once(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    first, second = await registered(server), await registered(server)
    await server.run("UPDATE devices SET account = ?", first.account)
    await server.run("UPDATE sessions SET account = ?", first.account)
    answers = await asyncio.gather(
        first.ask("DELETE", f"/api/devices/{second.device}"),
        second.ask("DELETE", f"/api/devices/{first.device}"),
    )
    # The second either came after its own removal, or is the last one left.
    assert sorted(answer.status_code for answer in answers)[0] == 204
    left = await server.run("SELECT count(*) FROM devices WHERE removed_ms IS NULL")
    assert left == [(1,)]


async def test_an_api_key_manages_no_devices(credit_server: CreditServer) -> None:
    person = await credit_server.person()
    answer = await credit_server.client.get("/api/devices", headers=person.headers)
    assert (answer.status_code, code_of(answer)) == (403, "not_allowed")


async def test_a_session_keeps_ten_of_a_device_at_most(credit_server: CreditServer) -> None:
    computer = await registered(credit_server)
    first = computer.token
    for _ in range(10):
        credit_server.time.pass_by(seconds=10)
        await computer.sign_in()
    assert await credit_server.run("SELECT count(*) FROM sessions") == [(10,)]
    computer.token = first
    assert (await computer.ask("GET", "/api/devices")).status_code == 401


async def test_a_clock_that_is_set_back_ends_no_session_as_it_begins(
    any_credit_server: CreditServer,
) -> None:
    computer = await registered(any_credit_server)
    for _ in range(12):
        await computer.sign_in()
    any_credit_server.time.pass_by(hours=-3)
    await computer.sign_in()
    assert (await computer.ask("GET", "/api/devices")).status_code == 200


@pytest.mark.parametrize(
    ("public_url", "host", "name"),
    [
        ("", "LocalHost:8700", "localhost:8700"),
        ("https://Credits.example:443", "10.0.0.2:8700", "credits.example"),
        ("https://credits.example:8443/x", "evil.example", "credits.example:8443"),
    ],
)
def test_a_server_with_a_public_address_has_one_name(
    tmp_path: Path, public_url: str, host: str, name: str
) -> None:
    settings = load_settings({"TUPPENCE_SERVER_PUBLIC_URL": public_url}, data=tmp_path)
    assert server_name(settings, host) == name


async def test_five_free_accounts_a_day_come_from_one_address(
    credit_server: CreditServer,
) -> None:
    answers = [await Computer(credit_server.client).register() for _ in range(7)]
    assert [answer.status_code for answer in answers] == [201] * 5 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) == 12 * 3600
    credit_server.time.pass_by(days=1)
    assert (await Computer(credit_server.client).register()).status_code == 201


async def test_a_thousand_forged_addresses_are_one(credit_server: CreditServer) -> None:
    forged = [f"10.{number // 250}.0.{number % 250}" for number in range(1000)]
    made = await _register_at_once(credit_server, forged)
    assert (made.count(201), made.count(429)) == (5, 995)


async def test_a_thousand_addresses_of_one_network_are_one(tmp_path: Path) -> None:
    """Behind a proxy that is trusted, so that the address is the one it names."""
    async with running_server(tmp_path / "server", TRUSTED_PROXIES="192.0.2.0/24") as server:
        network = [f"2001:db8:1:2:{number:x}::1" for number in range(1000)]
        made = await _register_at_once(server, network)
        assert (made.count(201), made.count(429)) == (5, 995)
        assert await _register_at_once(server, ["2001:db8:1:3::1"]) == [201]


async def _register_at_once(server: CreditServer, addresses: list[str]) -> list[int]:
    """What each of these gets, at whose challenges nobody counts."""

    async def one(address: str) -> int:
        computer = Computer(server.client, address=address)
        challenge = new_token("tc_")
        now = server.time.at
        await server.services.database.run(keep_challenge, challenge, computer.key.public, now)
        body = computer.proof(Purpose.REGISTER, challenge)
        return (await computer.ask("POST", "/api/devices", body)).status_code

    return await asyncio.gather(*(one(address) for address in addresses))


async def test_challenges_are_limited_for_each_address(credit_server: CreditServer) -> None:
    computer = Computer(credit_server.client)
    body = {"public_key": computer.key.public.text}
    answers = [await computer.ask("POST", "/api/session", body) for _ in range(61)]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429]


def test_what_a_device_signs_never_changes() -> None:
    """Programs that are out there sign these bytes."""
    assert signed_bytes(Purpose.SIGN_IN, "credits.example", "tc_abc") == (
        b"tuppence-device-v1\0sign-in\0credits.example\0tc_abc"
    )
    assert [str(purpose) for purpose in Purpose] == ["register", "sign-in", "add"]
