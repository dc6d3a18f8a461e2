"""Who may what: every endpoint of a group for every role, and for somebody who is no member."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.server.accounts.computers import Computer, registered
from tests.server.organizations.crew import ORGANIZATIONS, WORKSPACES, invited, joined
from tests.server.organizations.workplace import Workspace, workspace_at

ROLES = ("admin", "builder", "viewer", "outsider")
KEY = {"provider": "openai", "key": "sk-workspace-two-0987654321-two0", "replace": True}

# Method, path in the group, body; then what each role is answered, in the order of ROLES.
TABLE: dict[str, tuple[str, str, Any, tuple[int, int, int, int]]] = {
    "read": ("GET", "", None, (200, 200, 200, 404)),
    "members": ("GET", "/members", None, (200, 200, 200, 404)),
    "usage": ("GET", "/usage", None, (200, 200, 200, 404)),
    "usage as a table": ("GET", "/usage?format=csv", None, (200, 200, 200, 404)),
    "rename": ("PATCH", "", {"name": "New"}, (200, 403, 403, 404)),
    "invite": ("POST", "/invitations", {"role": "viewer"}, (201, 403, 403, 404)),
    "invitations": ("GET", "/invitations", None, (200, 403, 403, 404)),
    "take back": ("DELETE", "/invitations/{invitation}", None, (204, 403, 403, 404)),
    "role": ("PATCH", "/members/{other}", {"role": "viewer"}, (200, 403, 403, 404)),
    "caps": ("PATCH", "/members/{other}", {"caps": {}}, (200, 403, 403, 404)),
    "remove": ("DELETE", "/members/{other}", None, (204, 403, 403, 404)),
    "delete": ("DELETE", "", {"confirm": "{group}"}, (204, 403, 403, 404)),
}
OF_WORKSPACES: dict[str, tuple[str, str, Any, tuple[int, int, int, int]]] = {
    "keys": ("GET", "/keys", None, (200, 200, 200, 404)),
    "add a key": ("POST", "/keys", KEY, (201, 403, 403, 404)),
    "remove a key": ("DELETE", "/keys/{key}", None, (204, 403, 403, 404)),
    "statement": ("GET", "/statement", None, (200, 403, 403, 404)),
    "statement as a table": ("GET", "/statement?format=csv", None, (200, 403, 403, 404)),
}
# Acting for the group, elsewhere.
ACTING: dict[str, tuple[str, str, Any, tuple[int, int, int, int]]] = {
    "balance": ("GET", "/api/me", None, (200, 200, 200, 404)),
    "own usage": ("GET", "/api/usage", None, (200, 200, 200, 404)),
    "requests": ("GET", "/api/requests", None, (200, 200, 200, 404)),
    "license": ("GET", "/api/license", None, (200, 200, 200, 404)),
    "quote": ("POST", "/api/quote", {"input_tokens": 5}, (200, 200, 200, 404)),
    "make an API key": ("POST", "/api/keys", {"name": "CI"}, (201, 201, 403, 404)),
    "purchases": ("GET", "/api/purchases", None, (200, 403, 403, 404)),
    "buy": ("POST", "/api/checkout", {"offer": "pro"}, (409, 403, 403, 404)),
    "the account's page": ("POST", "/api/account/link", None, (201, 201, 201, 404)),
    "portal": ("POST", "/api/billing/portal", {}, (409, 403, 403, 404)),
}


async def _person(here: Workspace, role: str, group: str, prefix: str) -> Computer:
    if role == "outsider":
        return await registered(here.server)
    return await joined(here.server, here.admin, group, role, prefix)


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_may_what_the_table_says(tmp_path: Path, role: str) -> None:
    async with workspace_at(tmp_path) as here:
        place = ROLES.index(role)
        kept = await here.add_key()
        told, wanted = {}, {}
        for name, (method, path, body, codes) in {**OF_WORKSPACES, **ACTING, **TABLE}.items():
            # What the one before did must not matter: somebody new for each.
            person = await _person(here, role, here.id, WORKSPACES)
            other = await here.joined("builder")
            invitation = (await invited(here.admin, here.id, prefix=WORKSPACES))["id"]
            filled = path.format(other=other.account, invitation=invitation, key=kept["id"])
            if name in ACTING:
                person.acts_for = here.id
            full = filled if name in ACTING else here.path + filled
            given = {"confirm": here.id} if name == "delete" else body
            answer = await person.ask(method, full, given)
            told[name], wanted[name] = answer.status_code, codes[place]
            if name == "add a key" and answer.is_success:
                kept = answer.json()
        assert told == wanted


async def test_the_roles_of_organizations_are_the_same(tmp_path: Path) -> None:
    async with workspace_at(tmp_path, catalog="daily-budgets", **_ON_ORGANIZATION) as here:
        founder = here.admin
        await here.server.run("DELETE FROM buckets")
        group = (await founder.ask("POST", ORGANIZATIONS, {"name": "Crew"})).json()["id"]
        await here.server.run(
            "UPDATE accounts SET plan = 'organization', seats = 99 WHERE id = ?", group
        )
        for role in ROLES:
            person = await _person(here, role, group, ORGANIZATIONS)
            other = await joined(here.server, founder, group, "builder", ORGANIZATIONS)
            for name, (method, path, body, codes) in TABLE.items():
                if name in ("delete", "take back"):
                    continue
                full = f"{ORGANIZATIONS}/{group}" + path.format(other=other.account)
                answer = await person.ask(method, full, body)
                assert answer.status_code == codes[ROLES.index(role)], f"{role}: {name}"


_ON_ORGANIZATION = {"DEFAULT_WORKSPACE_PLAN": "organization"}


async def test_a_builder_calls_and_a_viewer_does_not(here: Workspace) -> None:
    await here.with_credit(10**12)
    builder, viewer = await here.joined("builder"), await here.joined("viewer")
    outsider = await registered(here.server)
    codes = [
        (await here.call(each.token)).status_code
        for each in (here.admin, builder, viewer, outsider)
    ]
    assert codes == [200, 200, 403, 404]


async def test_a_role_that_changes_counts_from_the_next_call_on(here: Workspace) -> None:
    await here.with_credit(10**12)
    member = await here.joined("builder")
    member.acts_for = here.id
    token = (await member.ask("POST", "/api/keys", {"name": "CI"})).json()["token"]
    assert (await here.call(token, as_member=False)).status_code == 200
    path = f"{here.path}/members/{member.account}"
    assert (await here.admin.ask("PATCH", path, {"role": "viewer"})).status_code == 200
    assert (await here.call(token, as_member=False)).status_code == 403
    assert (await here.call(member.token)).status_code == 403
    assert (await here.admin.ask("DELETE", path)).status_code == 204
    assert (await here.call(token, as_member=False)).status_code == 401
    assert (await here.call(member.token)).status_code == 404


async def test_members_see_their_own_part_of_the_usage_and_admins_all(here: Workspace) -> None:
    await here.with_credit(10**12)
    builder = await here.joined("builder")
    for each in (here.admin, builder, builder):
        assert (await here.call(each.token)).status_code == 200
    seen = (await here.admin.ask("GET", f"{here.path}/usage")).json()["rows"]
    calls = {row["group"]: row["platform"]["calls"] for row in seen}
    assert calls == {here.admin.account: 1, builder.account: 2}
    own = (await builder.ask("GET", f"{here.path}/usage")).json()["rows"]
    assert [row["group"] for row in own] == [builder.account]


async def test_an_open_page_closes_with_the_membership(here: Workspace) -> None:
    second = await here.joined("builder")
    second.acts_for = here.id
    link = (await second.ask("POST", "/api/account/link")).json()["url"]
    client = here.server.client
    await client.get("/account/enter?" + link.partition("?")[2])
    assert (await client.get("/account")).status_code == 200
    path = f"{here.path}/members/{second.account}"
    assert (await here.admin.ask("DELETE", path)).status_code == 204
    assert (await client.get("/account")).status_code == 401


# Seat caps, in calls that go out.


async def test_a_seat_cap_stops_one_member_and_no_other(tmp_path: Path) -> None:
    async with workspace_at(tmp_path, catalog="daily-budgets", **_ON_ORGANIZATION) as here:
        capped, free = await here.joined("builder"), await here.joined("builder")
        cap_pusd = 500_000_000
        path = f"{here.path}/members/{capped.account}"
        body = {"caps": {"organization-daily": "0.0005"}}
        assert (await here.admin.ask("PATCH", path, body)).status_code == 200
        codes = [(await here.call(capped.token)).status_code for _ in range(4)]
        assert codes[0] == 200
        assert codes[-1] == 402
        spent = await here.server.run(
            "SELECT CAST(sum(charged_pusd) AS BIGINT) FROM requests WHERE account = ?",
            capped.account,
        )
        assert 0 < int(str(spent[0][0])) <= cap_pusd
        assert (await here.call(free.token)).status_code == 200
        cleared = await here.admin.ask("PATCH", path, {"caps": {}})
        assert cleared.status_code == 200
        assert (await here.call(capped.token)).status_code == 200
        assert await here.place.troubles() == []
