"""Devices for tests: a key of their own, and what a client does with it over HTTP."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, field
from typing import Any

import httpx2

from app.licensing.keys import SigningKey
from app.server.accounts.proofs import Purpose, signed_bytes
from tests.fixtures.credit_server import CreditServer

SERVER = "server"


@dataclass
class Computer:
    """A device with its key. `address` is what it says in `X-Forwarded-For`, empty for nothing."""

    client: httpx2.AsyncClient
    key: SigningKey = field(default_factory=lambda: SigningKey.from_seed(os.urandom(32)))
    token: str = ""
    account: str = ""
    device: str = ""
    address: str = ""
    acts_for: str = ""

    @property
    def headers(self) -> dict[str, str]:
        told = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        told |= {"X-Forwarded-For": self.address} if self.address else {}
        return told | ({"X-Tuppence-Account": self.acts_for} if self.acts_for else {})

    async def challenge(self) -> str:
        answer = await self.ask("POST", "/api/session", {"public_key": self.key.public.text})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["challenge"])

    def proof(self, purpose: Purpose, challenge: str, server: str = SERVER) -> dict[str, str]:
        signature = self.key.signature(signed_bytes(purpose, server, challenge))
        return {
            "public_key": self.key.public.text,
            "challenge": challenge,
            "signature": base64.b64encode(signature).decode(),
        }

    async def register(self, name: str = "Laptop") -> httpx2.Response:
        body = self.proof(Purpose.REGISTER, await self.challenge()) | {"name": name}
        return self._took(await self.ask("POST", "/api/devices", body))

    async def sign_in(self) -> httpx2.Response:
        body = self.proof(Purpose.SIGN_IN, await self.challenge())
        return self._took(await self.ask("POST", "/api/session", body))

    async def ask(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        return await self.client.request(method, path, json=body, headers=self.headers)

    def _took(self, answer: httpx2.Response) -> httpx2.Response:
        if answer.is_success:
            facts = answer.json()
            self.token, self.account, self.device = (
                facts["token"],
                facts["account"],
                facts["device"],
            )
        return answer


async def registered(server: CreditServer, name: str = "Laptop") -> Computer:
    """A computer with an account of its own, from an address that no other has."""
    computer = Computer(server.client)
    await server.run("DELETE FROM buckets WHERE name LIKE 'accounts/' || ?", "192.0.2.1")
    answer = await computer.register(name)
    assert answer.status_code == 201, answer.text
    return computer


def code_of(answer: httpx2.Response) -> str:
    """The error's code."""
    return str(answer.json()["error"]["code"])
