"""A call from admission to receipt, with real numbers."""

from __future__ import annotations

from datetime import timedelta

from app.metering.hold import Basis
from app.metering.usage import Usage
from app.server.credits.calls import admit, drop, settle
from app.server.credits.records import (
    AdmittedCall,
    CallDropped,
    CallEnd,
    CallKind,
    CallWish,
    Ending,
)
from tests.fixtures.credit_server import CreditServer


async def test_a_message_at_weight_five_costs_what_it_used(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    wish = CallWish("r1", "r1", "h", CallKind.CHAT, "openai/gpt-4o", 312, 1_000)
    call = await admit(server.services, wish, person.caller)
    assert isinstance(call, AdmittedCall)
    await server.services.database.dispatch(
        "r1", route="openrouter", owner="w", lease_until=server.time.at + timedelta(seconds=60)
    )
    receipt = await settle(
        server.services,
        call,
        CallEnd(Basis.PROVIDER_USAGE, Usage(input=312, output=75), "openrouter", Ending.COMPLETE),
    )

    assert [(a.payer.words, a.value) for a in receipt.amounts] == [("Free", 1_935)]


async def test_drop(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    wish = CallWish("r1", "r1", "h", CallKind.CHAT, "openai/gpt-4o", 312, 1_000)
    call = await admit(server.services, wish, person.caller)
    assert isinstance(call, AdmittedCall)
    receipt = await drop(server.services, call, CallDropped("the client was gone"))
    assert receipt.total_pusd == 0
