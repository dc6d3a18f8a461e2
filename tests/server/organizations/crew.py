"""People of organizations and workspaces, each with a device, who ask over HTTP."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.fixtures.credit_server import CreditServer
from tests.server.accounts.computers import Computer, registered

ORGANIZATIONS, WORKSPACES = "/api/organizations", "/api/workspaces"


async def founded(
    server: CreditServer, founder: Computer, prefix: str = ORGANIZATIONS, name: str = "Crew"
) -> str:
    """The id of a new organization or workspace."""
    await server.run("DELETE FROM buckets WHERE name LIKE 'accounts/' || ?", "192.0.2.1")
    answer = await founder.ask("POST", prefix, {"name": name})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def with_seats(server: CreditServer, group: str, seats: int, plan: str = "") -> None:
    """As if so many seats had been paid for."""
    await server.run(
        "UPDATE accounts SET plan = ?, seats = ? WHERE id = ?", plan or "organization", seats, group
    )


async def invited(
    admin: Computer, group: str, role: str = "builder", prefix: str = ORGANIZATIONS
) -> dict[str, Any]:
    answer = await admin.ask("POST", f"{prefix}/{group}/invitations", {"role": role})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def accepts(computer: Computer, token: str) -> httpx2.Response:
    return await computer.ask("POST", "/api/invitations/accept", {"token": token})


async def joined(
    server: CreditServer,
    admin: Computer,
    group: str,
    role: str = "builder",
    prefix: str = ORGANIZATIONS,
) -> Computer:
    """A new person who belongs to the group."""
    computer = await registered(server)
    token = (await invited(admin, group, role, prefix))["token"]
    answer = await accepts(computer, token)
    assert answer.status_code == 200, answer.text
    return computer


async def ten_seats(server: CreditServer) -> tuple[Computer, str]:
    """An organization with ten seats and one admin."""
    admin = await registered(server)
    group = await founded(server, admin)
    await with_seats(server, group, 10)
    return admin, group
