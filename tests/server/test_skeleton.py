"""The server's frame: identity, bounds, limits, error form, both databases."""

from __future__ import annotations

import asyncio
import gzip
from datetime import timedelta
from pathlib import Path

import pytest

from app.errors import ConfigError
from app.server.accounts.identify import Caller, identify
from app.server.addresses import client_address, person_network
from app.server.errors import Refused
from app.server.limits import take
from app.server.settings import load_settings
from tests.fixtures.credit_server import CreditServer


async def test_an_api_key_names_its_caller(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    found = await server.services.database.read(
        identify, person.token, "", "192.0.2.1", server.time.at
    )
    assert found == Caller(
        person.caller.tenant, person.caller.account, api_key="k_p000", address="192.0.2.1"
    )


async def test_a_wrong_key_is_refused(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    with pytest.raises(Refused, match="not known here"):
        await server.services.database.read(identify, "tp_wrong", "", "", server.time.at)


async def test_a_hundred_takers_of_a_limit_of_ten_are_ten(any_credit_server: CreditServer) -> None:
    server = any_credit_server

    async def one() -> bool:
        wait_s = await server.services.database.run(
            take, "tests", 10, timedelta(minutes=1), server.time.at
        )
        return wait_s is None

    assert sum(await asyncio.gather(*(one() for _ in range(100)))) == 10


async def test_what_fails_beside_others_undoes_only_itself(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    people = await asyncio.gather(
        server.person(), server.run("INSERT INTO nothing VALUES (1)"), return_exceptions=True
    )
    assert isinstance(people[1], Exception)
    assert await server.run("SELECT id FROM accounts") == [("a_p000",)]


async def test_an_unknown_address_answers_in_the_form_of_openai(
    credit_server: CreditServer,
) -> None:
    answer = await credit_server.client.get("/nothing")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize("packed", [False, True])
async def test_a_body_over_the_limit_is_refused(credit_server: CreditServer, packed: bool) -> None:
    most = credit_server.services.settings.limits.body_bytes
    body = b" " * (most + 1)
    headers = {"Content-Encoding": "gzip"} if packed else {}
    answer = await credit_server.client.post(
        "/openapi.json", content=gzip.compress(body) if packed else body, headers=headers
    )
    # Nobody reads the body of an address that takes none: only its length is looked at.
    assert answer.status_code == (405 if packed else 413)


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.9", "1.2.3.4", "203.0.113.9"),
        ("10.0.0.2", "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.2", "1.2.3.4, 203.0.113.9, 10.0.0.3", "203.0.113.9"),
        ("10.0.0.2", "nonsense", "unknown"),
        ("::ffff:203.0.113.9", "", "203.0.113.9"),
    ],
)
def test_only_a_trusted_proxy_is_believed(peer: str, forwarded: str, found: str) -> None:
    from ipaddress import ip_network

    assert client_address(peer, forwarded, [ip_network("10.0.0.0/8")]) == found


def test_sixty_four_bits_of_an_address_are_one_person() -> None:
    networks = {person_network(f"2001:db8:1:2::{number:x}") for number in range(1000)}
    assert networks == {"2001:db8:1:2::/64"}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET", ""),
        ("SECRET", "change-me-change-me-change-me-change-me"),
        ("SECRET", "short"),
        ("HOST", "0.0.0.0"),
        ("PORT", "70000"),
        ("BODY_BYTES_MAX", "-1"),
        ("FREE_DAY_USD", "NaN"),
        ("TRUSTED_PROXIES", "everybody"),
        ("BEHIND_TLS", "perhaps"),
    ],
)
def test_a_setting_that_is_wrong_or_unsafe_is_named(
    tmp_path: Path, variable: str, value: str
) -> None:
    with pytest.raises(ConfigError, match=variable if variable != "HOST" else "reached"):
        load_settings({f"TUPPENCE_SERVER_{variable}": value}, data=tmp_path)


def test_the_demo_never_runs_beside_live_payment_keys(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="live payment keys"):
        load_settings({"STRIPE_SECRET_KEY": "sk_live_1"}, data=tmp_path, demo=True)
