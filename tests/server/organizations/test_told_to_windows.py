"""What a window has to know of a group before it shows a button: rights, roles, caps, providers."""

from __future__ import annotations

from pathlib import Path

from tests.server.organizations.workplace import Workspace, workspace_at

_ON_ORGANIZATION = {"DEFAULT_WORKSPACE_PLAN": "organization"}
ALL = ["billing", "seats", "members", "use", "read"]


async def test_each_member_is_told_what_their_role_may(here: Workspace) -> None:
    rights = {"admin": (await here.admin.ask("GET", here.path)).json()["rights"]}
    for role in ("builder", "viewer"):
        member = await here.joined(role)
        rights[role] = (await member.ask("GET", here.path)).json()["rights"]
    assert rights == {"admin": ALL, "builder": ["use", "read"], "viewer": ["read"]}
    told = (await here.admin.ask("GET", f"{here.path}/members")).json()["roles"]
    assert {role["id"]: role["rights"] for role in told} == rights


async def test_only_allowances_that_can_be_capped_are_told(here: Workspace, tmp_path: Path) -> None:
    assert (await here.admin.ask("GET", f"{here.path}/members")).json()["capped"] == []
    own = {"catalog": "daily-budgets", **_ON_ORGANIZATION}
    async with workspace_at(tmp_path / "other", **own) as other:
        told = (await other.admin.ask("GET", f"{other.path}/members")).json()["capped"]
    assert told == [
        {
            "allowance": "organization-daily",
            "name": "Organization",
            "unit": "usd",
            "window": "day",
        }
    ]


async def test_the_providers_that_a_key_can_be_for_are_told(here: Workspace) -> None:
    providers = (await here.admin.ask("GET", f"{here.path}/keys")).json()["providers"]
    assert {"id": "openai", "name": "OpenAI"} in providers
    names = [each["id"] for each in providers]
    assert names == sorted(names)
    body = {"provider": "elsewhere", "key": "sk-workspace-two-0987654321-two0"}
    refused = await here.admin.ask("POST", f"{here.path}/keys", body)
    assert ", ".join(names) in refused.json()["error"]["message"]
