"""What the tests of credits begin with: calls of real people, and the books' invariants."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from app.ledger.rows import ms_from
from app.metering.allowances import BoughtPack
from app.metering.hold import Basis
from app.metering.payer import Unit
from app.metering.receipt import Receipt
from app.metering.usage import Usage
from app.server.accounts.identify import Caller
from app.server.credits.calls import admit, settle
from app.server.credits.packs import give_pack
from app.server.credits.records import (
    AdmittedCall,
    CallEnd,
    CallKind,
    CallWish,
    Ending,
)
from app.server.errors import Refused
from tests.fixtures.credit_server import CreditServer, Person
from tests.ledger.invariants import _COLUMNS, read_rows, troubles

_numbers = itertools.count()

GPT_4O = "openai/gpt-4o"
DEAR = 10**6


def wish(
    model: str = GPT_4O,
    input_tokens: int = 312,
    output_tokens_max: int | None = 1_000,
    *,
    key: str = "",
    body: str = "body",
) -> CallWish:
    """A call with a request id of its own."""
    request_id = f"request-{next(_numbers)}"
    return CallWish(
        request_id,
        key or request_id,
        body,
        CallKind.CHAT,
        model,
        input_tokens,
        output_tokens_max,
    )


async def admitted(server: CreditServer, caller: Caller, call: CallWish) -> AdmittedCall:
    """The call, which the test expects to be let in."""
    found = await admit(server.services, call, caller)
    assert isinstance(found, AdmittedCall), found
    return found


async def dispatched(server: CreditServer, caller: Caller, call: CallWish) -> AdmittedCall:
    """The call on its way to the first of its routes."""
    found = await admitted(server, caller, call)
    await server.services.database.dispatch(
        found.request_id,
        route=found.routes[0].route,
        owner="tests",
        lease_until=server.time.at + timedelta(seconds=30),
    )
    return found


def ended(
    call: AdmittedCall,
    input_tokens: int = 312,
    output_tokens: int = 75,
    *,
    basis: Basis = Basis.PROVIDER_USAGE,
    ending: Ending = Ending.COMPLETE,
    answer: str = "",
    **usage: Any,
) -> CallEnd:
    """The call's end on its first route."""
    used = Usage(input=input_tokens, output=output_tokens, **usage)
    return CallEnd(basis, used, call.routes[0].route, ending, answer=answer)


async def whole_call(
    server: CreditServer,
    caller: Caller,
    model: str = GPT_4O,
    input_tokens: int = 312,
    output_tokens: int = 75,
    output_tokens_max: int | None = 1_000,
) -> Receipt:
    """A call from admission to receipt."""
    call = await dispatched(server, caller, wish(model, input_tokens, output_tokens_max))
    return await settle(server.services, call, ended(call, input_tokens, output_tokens))


async def refused(server: CreditServer, caller: Caller, call: CallWish) -> Refused:
    """Why the call is not let in, which the test expects."""
    try:
        found = await admit(server.services, call, caller)
    except Refused as error:
        return error
    raise AssertionError(f"it was let in: {found}")


def drawn(receipt: Receipt) -> list[tuple[str, int]]:
    """What was drawn, by the names that people read."""
    return [(amount.payer.words, amount.value) for amount in receipt.amounts]


async def give(
    server: CreditServer, person: Person, amount: int, name: str = "Pack", *, hours_ago: int = 0
) -> str:
    """A pack of plan tokens."""
    tenant = person.caller.tenant
    at = server.time.at - timedelta(hours=hours_ago)
    pack = BoughtPack(f"{tenant}/pack/tests/{next(_numbers)}", Unit.PLAN_TOKENS, amount, at, name)
    await server.services.database.run(give_pack, pack, tenant, "tests", server.time.at)
    return pack.id


async def balance(server: CreditServer, account_like: str) -> tuple[int, int]:
    """What an account of the ledger has been charged and what is held, by a part of its id."""
    rows = await server.run(
        "SELECT granted - posted, held FROM ledger_accounts WHERE id LIKE ?", f"%{account_like}%"
    )
    assert len(rows) == 1, rows
    return int(str(rows[0][0])), int(str(rows[0][1]))


async def sound(server: CreditServer) -> None:
    """Every invariant of the ledger holds."""
    rows = {}
    for name, columns in _COLUMNS.items():
        text = f"SELECT {', '.join(columns.split())} FROM ledger_{name}"
        rows[text] = await server.run(text)
    assert troubles(read_rows(lambda text: rows[text])) == []


async def change(server: CreditServer, person: Person, **columns: object) -> None:
    """Set columns of an account's row."""
    marks = ", ".join(f"{name} = ?" for name in columns)
    await server.run(
        f"UPDATE accounts SET {marks} WHERE id = ?", *columns.values(), person.caller.tenant
    )


def subscribed(server: CreditServer, **columns: object) -> dict[str, object]:
    """The columns of somebody who subscribed now and has paid for a month."""
    until = server.time.at + timedelta(days=30)
    return {
        "subscribed_ms": ms_from(server.time.at),
        "paid_until_ms": ms_from(until),
        **columns,
    }
