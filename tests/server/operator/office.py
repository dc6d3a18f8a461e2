"""A server with a life behind it, and its operator: people, packs, calls, an open call whose worker
died, an event that was set aside."""

from __future__ import annotations

import argparse
import shlex
from dataclasses import dataclass
from datetime import timedelta

from app.metering.hold import Proof
from app.server.credits.calls import drop
from app.server.credits.records import CallDropped
from app.server.operator.commands import admin_parser
from app.server.operator.commands_said import Said
from app.server.operator.operator import Operator
from tests.fixtures.credit_server import CreditServer, Person
from tests.server.credits.given import admitted, dispatched, give, whole_call, wish

WHY = "because the test says so"


@dataclass
class Office:
    """The operator at a shell beside a server."""

    server: CreditServer

    @property
    def operator(self) -> Operator:
        return Operator(self.server.services, "olga")

    async def admin(self, words: str) -> Said:
        """What a command says; it is the command line's own parser that reads the words. Raises
        what the command raises, SystemExit for wrong use."""
        given: argparse.Namespace = admin_parser().parse_args(shlex.split(words))
        said: Said = await given.command_.carry_out(self.operator, given)
        return said

    async def log(self) -> list[tuple[object, ...]]:
        return await self.server.run(
            "SELECT act, subject, who, reason FROM operator_acts ORDER BY at_ms, id, part, subject"
        )


async def lively(server: CreditServer) -> tuple[Person, Person, str]:
    """Two people with calls behind them, and the id of a call whose worker died."""
    ada = await server.person("premium", name="Ada Lovelace", email="ada@example.org",
                              subscribed_ms=0)  # fmt: skip
    bob = await server.person(name="Bob", email="bob@example.org")
    await give(server, bob, 200_000, "Starter pack")
    for model in ("openai/gpt-4o", "anthropic/claude-sonnet-4"):
        for _ in range(3):
            await whole_call(server, ada.caller, model=model, input_tokens=900, output_tokens=400)
    server.time.pass_by(hours=13)
    await whole_call(server, bob.caller, input_tokens=2_000, output_tokens=800)
    refused = await dispatched(server, bob.caller, wish())
    await drop(server.services, refused, CallDropped("the provider refused", Proof.REFUSED))
    dead = await dispatched(server, ada.caller, wish())
    server.time.pass_by(minutes=2)
    await admitted(server, bob.caller, wish())
    await server.run(
        "INSERT INTO payment_events (processor, mode, event_id, kind, outcome, reason, body, at_ms)"
        " VALUES ('stripe', 'live', 'evt_1QxSetAside', 'checkout.session.completed', 'set_aside',"
        " 'the account is not there any more', '{}', ?)",
        int((server.time.at - timedelta(hours=3)).timestamp() * 1000),
    )  # fmt: skip
    return ada, bob, dead.request_id
