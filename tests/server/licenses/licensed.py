"""Devices with a license, and a copy of the program that follows the server's keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.licensing.key_list import KeyList, first_key_list, next_key_list
from app.licensing.license import License, accept
from tests.fixtures.credit_server import CreditServer
from tests.server.accounts.computers import Computer


async def license_of(computer: Computer, acts_for: str = "") -> dict[str, Any]:
    """What the server answers to a device that signs in and asks for its license."""
    await computer.sign_in()
    headers = computer.headers | ({"x-tuppence-account": acts_for} if acts_for else {})
    answer = await computer.client.get("/api/license", headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@dataclass
class Copy:
    """A program that knows the server's keys from its first visit on."""

    server: CreditServer
    known: KeyList | None = None

    async def follow(self) -> KeyList:
        """Ask for the lists after the one that is known, and check each as the program does."""
        number = self.known.number if self.known else 0
        answer = await self.server.client.get(f"/api/license/keys?after={number}")
        assert answer.status_code == 200, answer.text
        for block in answer.json()["lists"]:
            self.known = next_key_list(block, self.known) if self.known else first_key_list(block)
        assert self.known is not None
        return self.known

    def takes(self, block: str, computer: Computer) -> License:
        """A license by the keys that are known here; raises LicenseError."""
        assert self.known is not None
        return accept(
            block, self.known.pins, now=self.server.time.at, device_key=computer.key.public
        )
