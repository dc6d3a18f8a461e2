"""A workspace on a server that real clients reach, with a loopback provider behind every route."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.fixtures.credit_server import CreditServer
from tests.server.accounts.computers import Computer, registered
from tests.server.organizations.crew import WORKSPACES, founded, joined
from tests.server.proxy.conftest import Place, open_place
from tests.server.upstreams.scripts import Script
from tests.server.upstreams.upstream import UpstreamCall, upstream

OWN_KEY = "sk-workspace-own-1234567890-own0"
MODEL = "gpt-4o"
# 12 tokens in at $2.50 and 20 out at $10 a million, in picodollars.
COST_PUSD = 12 * 2_500_000 + 20 * 10_000_000
CHARGE_PUSD = -(-COST_PUSD * 4 // 3)


@dataclass
class Workspace:
    """A workspace with an admin, whose calls go over a socket."""

    place: Place
    admin: Computer
    id: str

    @property
    def server(self) -> CreditServer:
        return self.place.server

    @property
    def path(self) -> str:
        return f"{WORKSPACES}/{self.id}"

    async def joined(self, role: str = "builder") -> Computer:
        return await joined(self.server, self.admin, self.id, role, WORKSPACES)

    async def add_key(self, key: str = OWN_KEY, **more: object) -> dict[str, Any]:
        body = {"provider": "openai", "key": key, **more}
        answer = await self.admin.ask("POST", f"{self.path}/keys", body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def with_credit(self, pusd: int) -> None:
        """So much managed credit a month."""
        await self.server.run(
            "UPDATE accounts SET custom_amounts = ? WHERE id = ?",
            f'{{"managed-monthly": {pusd}}}',
            self.id,
        )

    async def call(
        self, token: str, *, as_member: bool = True, model: str = MODEL, **body: object
    ) -> httpx2.Response:
        """A message over the socket, by a session that acts for the workspace, or an API key."""
        headers = {"Authorization": f"Bearer {token}"}
        if as_member:
            headers["x-tuppence-account"] = self.id
        sent = {"model": model, "messages": [{"role": "user", "content": "Hello"}]}
        async with httpx2.AsyncClient(base_url=self.place.url, timeout=30) as client:
            return await client.post(
                "/v1/chat/completions", json={**sent, "max_tokens": 40, **body}, headers=headers
            )

    async def statement(self, month: str = "") -> dict[str, Any]:
        query = f"?month={month}" if month else ""
        answer = await self.admin.ask("GET", f"{self.path}/statement{query}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def chats(self) -> list[UpstreamCall]:
        return list(self.place.provider.calls)

    def key_upstream(self) -> str:
        """The key that the newest call came to the provider with."""
        return self.chats()[-1].headers["authorization"].removeprefix("Bearer ")


@asynccontextmanager
async def workspace_at(
    data: Path, *, database_url: str = "", catalog: str = "workspaces", **own: str
) -> AsyncIterator[Workspace]:
    """A workspace on a server of its own; `own` are variables of that server."""
    with upstream() as provider:
        provider.scripts[MODEL] = Script(tokens=20, prompt_tokens=12)
        async with open_place(
            data, provider, database_url=database_url, catalog=catalog, **own
        ) as place:
            admin = await registered(place.server)
            yield Workspace(place, admin, await founded(place.server, admin, WORKSPACES))
