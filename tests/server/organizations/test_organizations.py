"""Organizations: founded, renamed, deleted; who may what; the last admin; caps."""

from __future__ import annotations

import asyncio

import pytest

from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.accounts.computers import code_of, registered
from tests.server.organizations.crew import (
    ORGANIZATIONS,
    founded,
    joined,
    ten_seats,
    with_seats,
)


async def test_who_founds_one_is_its_admin(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    admin = await registered(server)
    group = await founded(server, admin, name="  The   Crew ")
    found = (await admin.ask("GET", f"{ORGANIZATIONS}/{group}")).json()
    assert (found["name"], found["role"], found["kind"]) == ("The Crew", "admin", "organization")
    assert (found["members"], found["seats"]) == (1, 1)
    listed = (await admin.ask("GET", ORGANIZATIONS)).json()["items"]
    assert [each["id"] for each in listed] == [group]
    assert (await admin.ask("GET", "/api/workspaces")).json()["items"] == []


async def test_who_asks_again_because_the_answer_was_lost_founds_one_alone(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    admin, other = await registered(server), await registered(server)
    crews = await asyncio.gather(*(founded(server, admin) for _ in range(4)))
    assert len(set(crews)) == 1
    others = {
        await founded(server, admin, name="Other"),
        await founded(server, other),
    }
    assert len(others | set(crews)) == 3
    server.time.pass_by(minutes=11)
    assert await founded(server, admin) not in crews


async def test_founding_counts_as_one_more_free_account_of_the_address(
    credit_server: CreditServer,
) -> None:
    admin = await registered(credit_server)
    codes = [
        (await admin.ask("POST", ORGANIZATIONS, {"name": f"Crew {n}"})).status_code
        for n in range(6)
    ]
    most = credit_server.services.settings.limits.devices_per_address_day
    assert codes.count(201) == most - 1  # the device was the first
    assert codes[-1] == 429


async def test_an_api_key_founds_nothing(credit_server: CreditServer) -> None:
    person = await credit_server.person()
    answer = await credit_server.client.post(
        ORGANIZATIONS, json={"name": "Crew"}, headers=person.headers
    )
    assert answer.status_code == 403


async def test_a_catalog_without_organizations_offers_none(tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    async with running_server(tmp_path, catalog="packs-and-weights") as server:
        admin = await registered(server)
        answer = await admin.ask("POST", ORGANIZATIONS, {"name": "Crew"})
    assert (answer.status_code, code_of(answer)) == (409, "not_offered")


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\u202eb"])
async def test_a_name_can_be_seen(credit_server: CreditServer, name: str) -> None:
    admin = await registered(credit_server)
    answer = await admin.ask("POST", ORGANIZATIONS, {"name": name})
    assert answer.status_code == 400


async def test_an_admin_renames_it_and_a_builder_does_not(credit_server: CreditServer) -> None:
    admin, group = await ten_seats(credit_server)
    builder = await joined(credit_server, admin, group)
    path = f"{ORGANIZATIONS}/{group}"
    assert (await builder.ask("PATCH", path, {"name": "Mine"})).status_code == 403
    assert (await admin.ask("PATCH", path, {"name": "Ours"})).json()["name"] == "Ours"


@pytest.mark.parametrize("role", ["builder", "viewer"])
async def test_only_who_may_changes_members_and_seats(
    credit_server: CreditServer, role: str
) -> None:
    admin, group = await ten_seats(credit_server)
    other = await joined(credit_server, admin, group)
    member = await joined(credit_server, admin, group, role)
    path = f"{ORGANIZATIONS}/{group}"
    tried: list[tuple[str, str, object]] = [
        ("POST", f"{path}/invitations", {"role": "admin"}),
        ("GET", f"{path}/invitations", None),
        ("PATCH", f"{path}/members/{other.account}", {"role": "viewer"}),
        ("PATCH", f"{path}/members/{member.account}", {"role": "admin"}),
        ("PATCH", f"{path}/members/{member.account}", {"caps": {}}),
        ("DELETE", f"{path}/members/{other.account}", None),
        ("DELETE", path, {"confirm": group}),
    ]
    codes = [(await member.ask(*each)).status_code for each in tried]
    assert codes == [403] * len(tried)


async def test_addresses_are_told_to_admins_alone(credit_server: CreditServer) -> None:
    admin, group = await ten_seats(credit_server)
    builder = await joined(credit_server, admin, group)
    await credit_server.run(
        "UPDATE accounts SET email = 'ann@example.org' WHERE id = ?", admin.account
    )
    path = f"{ORGANIZATIONS}/{group}/members"
    assert "ann@example.org" in (await admin.ask("GET", path)).text
    seen = await builder.ask("GET", path)
    assert "ann@example.org" not in seen.text
    assert [each["role"] for each in seen.json()["members"]] == ["admin", "builder"]


async def test_the_last_admin_can_neither_leave_nor_step_down(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    admin, group = await ten_seats(server)
    builder = await joined(server, admin, group)
    path = f"{ORGANIZATIONS}/{group}/members"
    for method, body in (("DELETE", None), ("PATCH", {"role": "viewer"})):
        answer = await admin.ask(method, f"{path}/{admin.account}", body)
        assert (answer.status_code, code_of(answer)) == (409, "last_admin")
    made = await admin.ask("PATCH", f"{path}/{builder.account}", {"role": "admin"})
    assert made.json()["role"] == "admin"
    assert (await admin.ask("DELETE", f"{path}/{admin.account}")).status_code == 204
    assert (await admin.ask("GET", path)).status_code == 404


async def test_of_two_admins_who_leave_at_once_one_stays(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    one, group = await ten_seats(server)
    other = await joined(server, one, group, "admin")
    path = f"{ORGANIZATIONS}/{group}/members"
    answers = await asyncio.gather(
        *(each.ask("DELETE", f"{path}/{each.account}") for each in (one, other))
    )
    assert sorted(answer.status_code for answer in answers) == [204, 409]


async def test_who_is_removed_loses_their_api_keys_there(credit_server: CreditServer) -> None:
    server = credit_server
    admin, group = await ten_seats(server)
    builder = await joined(server, admin, group)
    builder.acts_for = group
    made = await builder.ask("POST", "/api/keys", {"name": "CI"})
    assert made.status_code == 201, made.text
    token = {"Authorization": f"Bearer {made.json()['token']}"}
    assert (await server.client.get("/api/me", headers=token)).json()["account"] == group
    path = f"{ORGANIZATIONS}/{group}/members/{builder.account}"
    assert (await admin.ask("DELETE", path)).status_code == 204
    assert (await server.client.get("/api/me", headers=token)).status_code == 401
    assert (await builder.ask("GET", "/api/me")).status_code == 404
    builder.acts_for = ""
    await server.run(
        "INSERT INTO members (tenant, account, role, joined_ms) VALUES (?, ?, 'builder', 0)",
        group,
        builder.account,
    )
    assert (await server.client.get("/api/me", headers=token)).status_code == 401


async def test_deleting_wants_the_id_and_no_running_subscription(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    admin, group = await ten_seats(server)
    path = f"{ORGANIZATIONS}/{group}"
    assert (await admin.ask("DELETE", path, {"confirm": "yes"})).status_code == 400
    await server.run(
        "INSERT INTO subscriptions (tenant, processor, mode, id, plan, price, quantity, state,"
        " cancel_at_end, subscribed_ms, seen)"
        " VALUES (?, 'stripe', 'live', 's', 'organization', 'p', 1, 'active', 0, 0, '1')",
        group,
    )
    refused = await admin.ask("DELETE", path, {"confirm": group})
    assert (refused.status_code, code_of(refused)) == (409, "subscription_runs")
    await server.run("UPDATE subscriptions SET cancel_at_end = 1")
    assert (await admin.ask("DELETE", path, {"confirm": group})).status_code == 204
    assert (await admin.ask("GET", path)).status_code == 404
    assert await server.run("SELECT count(*) FROM members WHERE tenant = ?", group) == [(0,)]


async def test_caps_are_kept_in_the_units_of_the_shared_pool(
    credit_server: CreditServer,
) -> None:
    admin, group = await ten_seats(credit_server)
    builder = await joined(credit_server, admin, group)
    path = f"{ORGANIZATIONS}/{group}/members/{builder.account}"
    answer = await admin.ask("PATCH", path, {"caps": {"organization-daily": "0.25"}})
    assert answer.json()["caps"] == {"organization-daily": "0.25"}
    kept = await credit_server.run("SELECT caps FROM members WHERE account = ?", builder.account)
    assert kept == [('{"organization-daily": 250000000000}',)]
    # Their wallet knows it before a message meets it; a pool of dollars is not "0 tokens".
    builder.acts_for = group
    me = (await builder.ask("GET", "/api/me")).json()
    [pool] = [each for each in me["balances"] if each["source"] == "organization-daily"]
    assert (pool["granted"], pool["cap"], pool["left"]) == ("1.485", "0.25", "0.25")
    assert me["availableTokens"] is None
    builder.acts_for = ""
    assert (await admin.ask("PATCH", path, {"caps": {}})).json()["caps"] == {}


@pytest.mark.parametrize(
    "caps",
    [
        {"free-monthly": 5},
        {"nothing": 5},
        {"organization-daily": "-1"},
        {"organization-daily": "x"},
    ],
)
async def test_a_cap_that_cannot_be_is_refused(
    credit_server: CreditServer, caps: dict[str, object]
) -> None:
    admin, group = await ten_seats(credit_server)
    path = f"{ORGANIZATIONS}/{group}/members/{admin.account}"
    assert (await admin.ask("PATCH", path, {"caps": caps})).status_code == 400


async def test_a_plan_without_caps_takes_none(credit_server: CreditServer) -> None:
    admin, group = await ten_seats(credit_server)
    await with_seats(credit_server, group, 1, plan="free")
    path = f"{ORGANIZATIONS}/{group}/members/{admin.account}"
    answer = await admin.ask("PATCH", path, {"caps": {"organization-daily": "1"}})
    assert (answer.status_code, code_of(answer)) == (409, "no_member_caps")


async def test_a_role_that_the_catalog_does_not_have_is_refused(
    credit_server: CreditServer,
) -> None:
    admin, group = await ten_seats(credit_server)
    builder = await joined(credit_server, admin, group)
    path = f"{ORGANIZATIONS}/{group}/members/{builder.account}"
    answer = await admin.ask("PATCH", path, {"role": "owner"})
    assert answer.status_code == 400
    assert "admin, builder, viewer" in answer.text
