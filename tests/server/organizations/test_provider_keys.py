"""A workspace's own keys: used by its members through the server, sealed, shown to nobody again."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from app.server.organizations.sealing import SealBroken, seal, unseal
from app.server.secret import ServerSecret
from tests.server.accounts.computers import code_of, registered
from tests.server.organizations.crew import WORKSPACES, founded
from tests.server.organizations.workplace import (
    CHARGE_PUSD,
    COST_PUSD,
    MODEL,
    OWN_KEY,
    Workspace,
    workspace_at,
)
from tests.server.upstreams.scripts import CANARY_KEY, Script

OTHER_KEY = "sk-workspace-two-0987654321-two0"


async def test_members_calls_go_by_the_workspaces_key_and_cost_the_platform_nothing(
    workspace: Workspace,
) -> None:
    await workspace.add_key()
    builder = await workspace.joined()
    answer = await workspace.call(builder.token)
    assert answer.status_code == 200, answer.text
    assert workspace.key_upstream() == OWN_KEY
    assert answer.json()["tuppence"]["drawn"] == []
    rows = await workspace.server.run(
        "SELECT payer, account, charged_pusd, cost_pusd, lost_pusd FROM requests"
    )
    assert rows == [("own_key", builder.account, 0, COST_PUSD, 0)]
    kinds = await workspace.server.run("SELECT DISTINCT CAST(kind AS TEXT) FROM ledger_accounts")
    assert kinds == [("spent",)]  # counted, and no wallet, window or revenue touched
    usage = (await workspace.admin.ask("GET", f"{workspace.path}/usage")).json()
    (row,) = usage["rows"]
    assert row["platform"]["calls"] == 0
    assert (row["own_key"]["calls"], row["own_key"]["usd"]) == (1, "0.00023")
    assert await workspace.place.troubles() == []


async def test_a_members_api_key_goes_by_it_too(here: Workspace) -> None:
    await here.add_key()
    builder = await here.joined()
    builder.acts_for = here.id
    made = (await builder.ask("POST", "/api/keys", {"name": "CI"})).json()
    answer = await here.call(made["token"], as_member=False, stream=True)
    assert answer.status_code == 200
    assert here.key_upstream() == OWN_KEY


async def test_the_same_person_for_themselves_has_no_use_of_it(here: Workspace) -> None:
    await here.add_key()
    answer = await here.call(here.admin.token, as_member=False)
    assert answer.status_code == 402
    assert here.chats() == []


async def test_own_key_and_managed_credit_side_by_side(workspace: Workspace) -> None:
    await workspace.with_credit(10**12)
    assert (await workspace.call(workspace.admin.token)).status_code == 200
    assert workspace.key_upstream() == CANARY_KEY  # the operator's
    key = await workspace.add_key()
    assert (await workspace.call(workspace.admin.token)).status_code == 200
    assert workspace.key_upstream() == OWN_KEY
    path = f"{workspace.path}/keys/{key['id']}"
    assert (await workspace.admin.ask("DELETE", path)).status_code == 204
    assert (await workspace.call(workspace.admin.token)).status_code == 200
    assert workspace.key_upstream() == CANARY_KEY
    charged = await workspace.server.run("SELECT payer, charged_pusd FROM requests ORDER BY id")
    assert charged == [("allowance", CHARGE_PUSD), ("own_key", 0), ("allowance", CHARGE_PUSD)]
    sheet = await workspace.statement()
    assert sheet["own_key_usd"] == "0.00023"
    assert sheet["charged_usd"] == "0.000613333334"  # two times $0.000306666667
    assert await workspace.place.troubles() == []


async def test_a_viewer_asks_nothing_and_only_an_admin_sees_to_keys(here: Workspace) -> None:
    key = await here.add_key()
    viewer, builder = await here.joined("viewer"), await here.joined("builder")
    assert (await here.call(viewer.token)).status_code == 403
    for member in (viewer, builder):
        listed = await member.ask("GET", f"{here.path}/keys")
        assert [each["ends_with"] for each in listed.json()["keys"]] == ["own0"]
        body = {"provider": "openai", "key": OTHER_KEY, "replace": True}
        assert (await member.ask("POST", f"{here.path}/keys", body)).status_code == 403
        path = f"{here.path}/keys/{key['id']}"
        assert (await member.ask("DELETE", path)).status_code == 403
    assert (await here.call(builder.token)).status_code == 200


@pytest.mark.parametrize(
    ("status", "told", "code"),
    [(401, 403, "own_key_refused"), (402, 402, "own_key_without_credit"), (500, 502, None)],
)
async def test_what_fails_on_an_own_key_is_not_paid_by_the_platform(
    here: Workspace, status: int, told: int, code: str | None
) -> None:
    await here.with_credit(10**12)
    await here.add_key()
    here.place.provider.scripts[MODEL] = Script(refuse=status)
    answer = await here.call(here.admin.token)
    assert answer.status_code == told, answer.text
    assert code is None or code_of(answer) == code
    keys = {call.headers["authorization"] for call in here.chats()}
    assert keys == {f"Bearer {OWN_KEY}"}
    assert await here.server.run("SELECT charged_pusd, lost_pusd FROM requests") == [(0, 0)]
    assert await here.place.troubles() == []


async def test_the_key_is_in_no_answer_no_log_line_and_no_row(
    here: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    here.place.provider.scripts[MODEL] = Script(tokens=5, leaks=True)
    key = await here.add_key()
    answers = [await here.call(here.admin.token), await here.call(here.admin.token, stream=True)]
    here.place.provider.scripts[MODEL] = Script(refuse=401)
    answers.append(await here.call(here.admin.token))
    assert [answer.status_code for answer in answers] == [200, 200, 403]
    body = {"provider": "openai", "key": OWN_KEY}
    answers.append(await here.admin.ask("POST", f"{here.path}/keys", body))
    answers.append(await here.admin.ask("POST", f"{here.path}/keys", {**body, "more": 1}))
    answers.append(await here.admin.ask("POST", f"{here.path}/keys", {**body, "provider": "x"}))
    assert [answer.status_code for answer in answers[3:]] == [409, 400, 400]
    here.admin.acts_for = here.id
    for path in (f"{here.path}/keys", here.path, f"{here.path}/statement", "/api/requests"):
        answers.append(await here.admin.ask("GET", path))
    here.admin.acts_for = ""
    answers.append(await here.admin.ask("GET", "/api/account/export"))
    assert not any(OWN_KEY in answer.text + str(answer.headers) for answer in answers)
    assert OWN_KEY not in repr(key)
    assert not any(OWN_KEY in record.getMessage() for record in caplog.records)
    data = here.server.services.settings.data
    written = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert OWN_KEY.encode() not in written
    assert OWN_KEY[3:-4].encode() not in written


async def test_a_key_that_the_provider_refuses_is_not_kept(tmp_path: Path) -> None:
    async def refuse(request: web.Request) -> web.Response:
        told = {"error": {"message": f"Wrong key {OWN_KEY}", "code": "invalid_api_key"}}
        return web.json_response(told, status=401)

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", refuse)
    async with (
        TestServer(app) as refusing,
        workspace_at(tmp_path, _OPENAI_BASE_URL=str(refusing.make_url("/v1"))) as here,
    ):
        body = {"provider": "openai", "key": OWN_KEY}
        answer = await here.admin.ask("POST", f"{here.path}/keys", body)
        assert (answer.status_code, code_of(answer)) == (400, "key_refused")
        assert OWN_KEY not in answer.text
        assert await here.server.run("SELECT count(*) FROM provider_keys") == [(0,)]
        assert await here.server.run("SELECT count(*) FROM own_keys") == [(0,)]


async def test_one_that_cannot_be_checked_is_kept_and_says_so(tmp_path: Path) -> None:
    nobody = "http://127.0.0.1:9/v1"
    async with workspace_at(tmp_path, _OPENAI_BASE_URL=nobody) as here:
        assert (await here.add_key())["checked"] is False


async def test_there_is_one_for_each_provider_until_it_is_replaced(workspace: Workspace) -> None:
    first = await workspace.add_key()
    assert first["checked"] is True
    body = {"provider": "openai", "key": OTHER_KEY}
    answer = await workspace.admin.ask("POST", f"{workspace.path}/keys", body)
    assert (answer.status_code, code_of(answer)) == (409, "key_there")
    await workspace.add_key(OTHER_KEY, replace=True)
    await workspace.call(workspace.admin.token)
    assert workspace.key_upstream() == OTHER_KEY
    assert await workspace.server.run("SELECT count(*) FROM provider_keys") == [(1,)]


async def test_where_members_hold_their_keys_the_server_takes_none(tmp_path: Path) -> None:
    env = {"DEFAULT_WORKSPACE_PLAN": "organization"}
    async with workspace_at(tmp_path, catalog="daily-budgets", **env) as here:
        body = {"provider": "openai", "key": OWN_KEY}
        answer = await here.admin.ask("POST", f"{here.path}/keys", body)
        assert (answer.status_code, code_of(answer)) == (409, "keys_of_members")


# What is kept of a key, and who can open it.


async def _refused_call(here: Workspace) -> None:
    """The next call says what is wrong, goes nowhere and costs nothing."""
    calls = len(here.chats())
    answer = await here.call(here.admin.token)
    assert (answer.status_code, code_of(answer)) == (503, "key_sealed")
    assert "Remove it and add it again" in answer.text
    assert OWN_KEY not in answer.text
    assert len(here.chats()) == calls
    assert await here.place.open_holds() == 0


async def test_a_sealed_key_that_was_altered_is_said_and_can_be_replaced(
    workspace: Workspace,
) -> None:
    await workspace.add_key()
    ((sealed,),) = await workspace.server.run("SELECT sealed FROM provider_keys")
    altered = str(sealed)[:-6] + ("AAAAA=" if not str(sealed).endswith("AAAAA=") else "BBBBB=")
    await workspace.server.run("UPDATE provider_keys SET sealed = ?", altered)
    await _refused_call(workspace)
    await workspace.add_key(replace=True)
    assert (await workspace.call(workspace.admin.token)).status_code == 200


async def test_under_another_secret_it_stays_shut(here: Workspace) -> None:
    await here.add_key()
    secret = ServerSecret(b"another secret of the same server, 32")
    services = here.place.desk.services
    here.place.desk.services = replace(services, secret=secret)
    await _refused_call(here)
    here.place.desk.services = services
    assert (await here.call(here.admin.token)).status_code == 200


async def test_rows_that_change_places_open_nothing(workspace: Workspace) -> None:
    await workspace.add_key()
    other = await registered(workspace.server)
    group = await founded(workspace.server, other, WORKSPACES)
    body = {"provider": "openai", "key": OTHER_KEY}
    assert (await other.ask("POST", f"{WORKSPACES}/{group}/keys", body)).status_code == 201
    ((theirs,),) = await workspace.server.run(
        "SELECT sealed FROM provider_keys WHERE tenant = ?", group
    )
    await workspace.server.run(
        "UPDATE provider_keys SET sealed = ? WHERE tenant = ?", theirs, workspace.id
    )
    await _refused_call(workspace)


@pytest.mark.parametrize(
    "broken", ["", "v1:", "v1:AAAA", "v1:not base64!", "v2:AAAA", "ä", "v1:" + "A" * 400]
)
def test_what_was_never_sealed_is_refused(broken: str) -> None:
    secret = ServerSecret(b"s" * 32)
    with pytest.raises(SealBroken):
        unseal(secret, "w_one", "pk_one", broken)


def test_no_letter_of_a_sealed_key_can_be_another() -> None:
    secret = ServerSecret(b"s" * 32)
    sealed = seal(secret, "w_one", "pk_one", OWN_KEY)
    assert unseal(secret, "w_one", "pk_one", sealed) == OWN_KEY
    assert seal(secret, "w_one", "pk_one", OWN_KEY) != sealed
    opened = 0
    for at in range(3, len(sealed)):
        altered = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]
        try:
            unseal(secret, "w_one", "pk_one", altered)
        except SealBroken:
            continue
        opened += 1
    assert opened <= 1  # the last letter before `=` has bits that mean nothing
    for tenant, key_id in (("w_two", "pk_one"), ("w_one", "pk_two"), ("w_one\0pk", "one")):
        with pytest.raises(SealBroken):
            unseal(secret, tenant, key_id, sealed)
