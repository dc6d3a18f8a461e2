"""Every endpoint of accounts: who may knock, and how it is documented."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute

from app.server.accounts.endpoints import router
from tests.fixtures.credit_server import CreditServer
from tests.server.accounts.computers import code_of, registered
from tests.server.accounts.test_keys import member

OPEN = {
    ("POST", "/api/devices"),
    ("POST", "/api/session"),
    ("POST", "/api/email/recover"),
    ("POST", "/api/email/recover/confirm"),
}
BODIES: dict[tuple[str, str], object] = {
    ("POST", "/api/email"): {"email": "me@example.org"},
    ("POST", "/api/email/confirm"): {"request": "tr_x", "code": "123456"},
    ("POST", "/api/keys"): {"name": "x"},
    ("PATCH", "/api/keys/{key}"): {"name": "x"},
    ("POST", "/api/passphrase"): {"passphrase": "x"},
    ("DELETE", "/api/account"): {"confirm": "x"},
}


def routes() -> list[APIRoute]:
    found: list[APIRoute] = []
    waiting = list(router.routes)
    while waiting:
        route = waiting.pop(0)
        if isinstance(route, APIRoute):
            found.append(route)
        else:
            waiting.extend(route.original_router.routes)  # type: ignore[attr-defined]
    return found


DOORS = [(method, route.path) for route in routes() for method in sorted(route.methods)]
CLOSED = [door for door in DOORS if door not in OPEN]


def test_all_doors_are_known() -> None:
    assert len(DOORS) == 19
    assert set(DOORS) >= OPEN | set(BODIES)


@pytest.mark.parametrize("door", CLOSED, ids=" ".join)
async def test_a_door_opens_to_nobody_without_a_token(
    credit_server: CreditServer, door: tuple[str, str]
) -> None:
    method, path = door
    answer = await credit_server.client.request(method, path, json=BODIES.get(door))
    assert (answer.status_code, code_of(answer)) == (401, "invalid_api_key")


@pytest.mark.parametrize("door", CLOSED, ids=" ".join)
async def test_who_acts_for_somebody_elses_organization_finds_nothing(
    credit_server: CreditServer, door: tuple[str, str]
) -> None:
    await member(credit_server, "o_acme", "admin")
    other = await registered(credit_server)
    stranger = await registered(credit_server)
    for foreign in ("o_acme", other.account, "o_none"):
        stranger.acts_for = foreign
        method, path = door
        answer = await stranger.ask(method, path, BODIES.get(door))
        assert (answer.status_code, code_of(answer)) == (404, "not_found")


@pytest.mark.parametrize("key", ["tp_", "ts_", "tp_" + "A" * 43, "tc_x", "x" * 5000, "%00"])
async def test_a_made_up_token_opens_nothing(credit_server: CreditServer, key: str) -> None:
    answer = await credit_server.client.get(
        "/api/account", headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.status_code == 401


async def test_each_endpoint_says_what_it_is_and_how_it_fails(credit_server: CreditServer) -> None:
    paths = (await credit_server.client.get("/openapi.json")).json()["paths"]
    for method, path in DOORS:
        said = paths[path][method.lower()]
        assert said["summary"], path
        statuses = set(said["responses"])
        assert "429" in statuses, path
        assert ("401" in statuses) or (method, path) in OPEN, path
