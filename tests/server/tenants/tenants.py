"""A person with one of everything: what another tenant must neither see nor change."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.config import resources_folder
from app.licensing.keys import SigningKey
from app.server.licenses.service import issue_offline
from tests.fixtures.credit_server import CreditServer
from tests.server.accounts.computers import Computer, registered
from tests.server.organizations.crew import ORGANIZATIONS, WORKSPACES, accepts, founded, invited

CHAT = {
    "model": "openai/gpt-4o",
    "messages": [{"role": "user", "content": "Hello"}],
    "max_tokens": 300,
}


@dataclass
class Tenant:
    """Ids and secrets of one person. Those of `nobody` look the same and were never given."""

    account: str
    name: str
    email: str
    token: str
    device: str
    other_device: str
    api_key: str
    api_token: str
    org: str
    workspace: str
    member: str
    org_invitation: str
    workspace_invitation: str
    invitation_token: str
    provider_key: str
    request: str
    org_request: str
    idempotency_key: str
    checkout: str
    secret: str
    purchase: str
    org_purchase: str
    license: str
    offline_license: str
    email_request: str
    cookie: str

    @property
    def marks(self) -> set[str]:
        """Every text that is this tenant's alone."""
        return {str(getattr(self, field.name)) for field in fields(self)}


def nobody() -> Tenant:
    """Ids in the shapes of real ones."""
    made = "0" * 31
    return Tenant(
        account=f"a_{made}1", name="Nobody", email="nobody@example.org", token=f"ts_{made}2",
        device=f"d_{made}3", other_device=f"d_{made}4", api_key=f"k_{made}5",
        api_token=f"tp_{made}6", org=f"o_{made}7", workspace=f"w_{made}8", member=f"a_{made}9",
        org_invitation=f"i_{made}a", workspace_invitation=f"i_{made}b",
        invitation_token=f"ti_{made}c", provider_key=f"pk_{made}d", request=f"{made}e",
        org_request=f"{made}f", idempotency_key="key of nobody", checkout=f"1{made}",
        secret=f"sim_{made}", purchase=f"simulated-2{made}", org_purchase=f"simulated-3{made}",
        license=f"l_{made}1", offline_license=f"l_{made}2", email_request=f"c_{made}3",
        cookie=f"tv_{made}4",
    )  # fmt: skip


def catalog_with_keys_of_workspaces(folder: Path) -> str:
    """The shipped catalog, with organizations that hold their own keys themselves."""
    text = (resources_folder() / "catalogs" / "tuppence.toml").read_text()
    changed = text.replace('own_keys_held_by = "member"', 'own_keys_held_by = "organization"')
    assert changed != text
    (folder / "tuppence.toml").write_text(changed)
    return str(folder / "tuppence")


async def tenant(server: CreditServer, name: str) -> Tenant:
    """Somebody called so, who has used everything that there is. The server is a demo."""
    computer = await registered(server, f"{name}'s laptop")
    email = f"{name.lower()}@example.org"
    await server.run("UPDATE accounts SET email = ? WHERE id = ?", email, computer.account)
    other = await _second_device(server, computer)
    made = (await _ok(computer, "POST", "/api/keys", {"name": f"{name}'s tool"})).json()
    purchase = await _bought(computer, "starter-pack")
    org, org_member, org_invitation, _ = await _group(server, computer, name, ORGANIZATIONS)
    workspace, _, invitation, token = await _group(server, computer, name, WORKSPACES, org_member)
    key = {"provider": "openai", "key": f"sk-{name.lower()}-of-its-own-0123456789"}
    kept = (await _ok(computer, "POST", f"{WORKSPACES}/{workspace}/keys", key)).json()
    checkout, secret = await _begun(computer, "power-pack")
    offline = await issue_offline(server.services, computer.account, computer.key.public.text)
    asked = await _ok(computer, "POST", "/api/email", {"email": f"new-{email}"})
    return Tenant(
        account=computer.account,
        name=name,
        email=email,
        token=computer.token,
        device=computer.device,
        other_device=other,
        api_key=made["id"],
        api_token=made["token"],
        org=org,
        workspace=workspace,
        member=org_member.account,
        org_invitation=org_invitation,
        workspace_invitation=invitation,
        invitation_token=token,
        provider_key=kept["id"],
        request=await _called(computer, f"key-of-{name}"),
        org_request=await _called(computer, "", org),
        idempotency_key=f"key-of-{name}",
        checkout=checkout,
        secret=secret,
        purchase=purchase,
        org_purchase=await _purchase_of(computer, org),
        license=(await _ok(computer, "GET", "/api/license")).json()["id"],
        offline_license=offline.id,
        email_request=asked.json()["request"],
        cookie=await _visit(server, computer),
    )


async def _ok(computer: Computer, method: str, path: str, body: Any = None) -> Any:
    answer = await computer.ask(method, path, body)
    assert answer.is_success, f"{method} {path}: {answer.text}"
    return answer


async def _second_device(server: CreditServer, computer: Computer) -> str:
    device = f"d_second_of_{computer.account}"
    await server.run(
        "INSERT INTO devices (account, id, public_key, name, created_ms, seen_ms)"
        " VALUES (?, ?, ?, 'Desktop', 0, 0)",
        computer.account,
        device,
        SigningKey.from_seed(os.urandom(32)).public.text,
    )
    return device


async def _group(
    server: CreditServer,
    admin: Computer,
    name: str,
    prefix: str,
    member: Computer | None = None,
) -> tuple[str, Computer, str, str]:
    """A paid group with two people and an open invitation: id, member, invitation, token."""
    group = await founded(server, admin, prefix, f"{name} {prefix.rpartition('/')[2]}")
    if prefix == ORGANIZATIONS:
        admin.acts_for = group
        await _bought(admin, "organization")
        admin.acts_for = ""
    member = member or await registered(server)
    sent = await invited(admin, group, prefix=prefix)
    assert (await accepts(member, sent["token"])).status_code == 200
    waiting = await invited(admin, group, prefix=prefix)
    return group, member, waiting["id"], waiting["token"]


async def _begun(computer: Computer, offer: str) -> tuple[str, str]:
    """A checkout and the secret of its page."""
    path = "/api/checkout"
    body: dict[str, object] = {"offer": offer}
    if offer == "organization":
        path, body = "/api/subscription/subscribe", {"action": "new", **body}
    answer = (await _ok(computer, "POST", path, body)).json()
    begun = answer.get("checkout") or answer
    secret = parse_qs(urlsplit(begun["url"]).query)["secret"][0]
    return begun["id"], secret


async def _bought(computer: Computer, offer: str) -> str:
    """The purchase of a paid checkout."""
    checkout, secret = await _begun(computer, offer)
    body = {"secret": secret, "pay": True}
    await _ok(computer, "POST", f"/api/checkout/{checkout}/simulate", body)
    return await _purchase_of(computer, computer.acts_for)


async def _purchase_of(computer: Computer, acts_for: str) -> str:
    before, computer.acts_for = computer.acts_for, acts_for
    found = (await _ok(computer, "GET", "/api/purchases")).json()["purchases"]
    computer.acts_for = before
    return str(found[0]["id"])


async def _called(computer: Computer, idempotency_key: str, acts_for: str = "") -> str:
    """A request that was answered."""
    headers = computer.headers | ({"x-tuppence-account": acts_for} if acts_for else {})
    headers |= {"Idempotency-Key": idempotency_key} if idempotency_key else {}
    answer = await computer.client.post("/v1/chat/completions", json=CHAT, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.headers["x-tuppence-request"]


async def _visit(server: CreditServer, computer: Computer) -> str:
    """A browser's cookie."""
    link = urlsplit((await _ok(computer, "POST", "/api/account/link")).json()["url"])
    entered = await server.client.get(f"{link.path}?{link.query}")
    assert entered.status_code == 303
    server.client.cookies.clear()
    found = re.search(r"tuppence_visit=([^;]+)", entered.headers["set-cookie"])
    assert found is not None
    return found.group(1)
