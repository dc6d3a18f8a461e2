"""A charge that is taken back: once, on every side, and wherever the call is shown or added up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.metering.hold import Proof
from app.server.accounts.identify import Caller
from app.server.credits.calls import answer_of, drop, receipt_of
from app.server.credits.own_keys import note_own_key
from app.server.credits.reading import Ask
from app.server.credits.records import CallDropped
from app.server.credits.standing import read_standing
from app.server.credits.usage import By, usage_by
from app.server.errors import Refused
from app.server.operator.margins import margins
from tests.fixtures.credit_server import CreditServer, Person, running_server
from tests.server.accounts.computers import registered
from tests.server.credits.given import (
    balance,
    dispatched,
    drawn,
    give,
    sound,
    subscribed,
    whole_call,
    wish,
)
from tests.server.operator.office import WHY, Office

Json = dict[str, Any]


async def corrected(server: CreditServer, request_id: str, more: str = "") -> Json:
    said = await Office(server).admin(f"ledger correct {request_id} --reason '{WHY}' {more}")
    assert isinstance(said.plain, dict)
    return said.plain


async def shown(server: CreditServer, person: Person) -> tuple[object, ...]:
    """What the account's own pages and the operator's margins say of it."""
    at, tenant = server.time.at, person.caller.tenant
    read = server.services.database.read
    standing = await read(read_standing, server.services.catalog, Ask(person.caller, at))
    since = at - timedelta(days=2)
    used = await read(usage_by, tenant, By.MODEL, since, at + timedelta(days=1))
    day = at.astimezone(UTC).date()
    (margin,) = await read(margins, day, day)
    plan_tokens = sum(each.platform_plan_tokens for each in used)
    return standing.used_this_month, plan_tokens, margin.plan_tokens, margin.earned_pusd


async def test_what_a_request_was_charged_goes_back_to_where_it_came_from(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    ada = await server.person()
    pack = await give(server, ada, 50_000)
    kept = await whole_call(server, ada.caller, input_tokens=400, output_tokens=100)
    before = await shown(server, ada)
    wrong = await whole_call(server, ada.caller, input_tokens=4_000, output_tokens=1_000)
    taken = drawn(wrong)
    assert len(taken) == 2, "the free tokens and the pack"

    planned = await corrected(server, wrong.request_id, "--dry-run")
    assert sorted(each["amount"] for each in planned["back"] if each["unit"] == "plan_tokens") == (
        sorted(amount for _, amount in taken)
    )
    assert (await shown(server, ada))[0] > before[0]  # nothing was changed

    done = await corrected(server, wrong.request_id)
    assert done == {**planned, "dry_run": False}
    assert await balance(server, pack) == (0, 0)
    assert await shown(server, ada) == before
    ((lost, cost),) = await server.run(
        "SELECT lost_pusd, cost_pusd FROM requests WHERE id = ?", wrong.request_id
    )
    assert lost == cost > 0, "the operator pays what its provider bills"
    assert kept.request_id not in str(done)
    await sound(server)


async def test_the_receipt_stays_and_says_that_it_was_corrected(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    ada = await server.person()
    receipt = await whole_call(server, ada.caller)

    async def asked(path: str) -> Json:
        found: Json = (await server.client.get(path, headers=ada.headers)).json()
        return found

    before = await asked(f"/api/requests/{receipt.request_id}")
    assert before["corrected"] is None
    await corrected(server, receipt.request_id)
    assert await asked(f"/api/requests/{receipt.request_id}") == {**before, "corrected": WHY}
    (row,) = (await asked("/api/requests"))["requests"]
    assert (row["ending"], row["reason"], row["plan_tokens"]) == ("corrected", WHY, 0)
    assert await receipt_of(server.services, ada.caller, receipt.request_id) == receipt
    assert (await answer_of(server.services, ada.caller, receipt.request_id)).corrected == WHY


async def test_a_request_is_corrected_once(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    ada = await server.person()
    receipt = await whole_call(server, ada.caller)
    await corrected(server, receipt.request_id)
    log = await Office(server).log()
    with pytest.raises(Refused, match="corrected already"):
        await corrected(server, receipt.request_id)
    assert await Office(server).log() == log
    await sound(server)


async def test_what_all_free_accounts_share_goes_back_too(credit_server: CreditServer) -> None:
    ada = await credit_server.person()
    receipt = await whole_call(credit_server, ada.caller)
    day = "SELECT sum(granted - posted) FROM ledger_accounts WHERE tenant = 'free'"
    ((used,),) = await credit_server.run(day)
    assert used
    await corrected(credit_server, receipt.request_id)
    assert await credit_server.run(day) == [(0,)]


async def test_a_window_that_is_over_is_named(credit_server: CreditServer) -> None:
    ada = await credit_server.person()
    receipt = await whole_call(credit_server, ada.caller)
    credit_server.time.pass_by(days=40)
    said = await Office(credit_server).admin(
        f"ledger correct {receipt.request_id} --dry-run --reason '{WHY}'"
    )
    assert "is over" in said.text
    assert "grants give" in said.text


async def test_a_key_has_its_cap_back(credit_server: CreditServer) -> None:
    server = credit_server
    computer = await registered(server)
    made = (await computer.ask("POST", "/api/keys", {"name": "k", "cap_usd": "1"})).json()
    assert computer.account
    receipt = await whole_call(
        server, Caller(computer.account, computer.account, api_key=made["id"])
    )

    async def drew() -> tuple[object, object]:
        (key,) = (await computer.ask("GET", "/api/keys")).json()["keys"]
        counted = await server.run(
            "SELECT granted - posted FROM ledger_accounts WHERE id LIKE ?", f"%{made['id']}%"
        )
        return key["drawn_this_month_usd"], counted

    assert (await drew())[0] != "0"
    await corrected(server, receipt.request_id)
    assert await drew() == ("0", [(0,)])
    await sound(server)


async def _released(server: CreditServer, ada: Person) -> str:
    call = await dispatched(server, ada.caller, wish())
    await drop(server.services, call, CallDropped("refused", Proof.REFUSED))
    return call.request_id


async def _running(server: CreditServer, ada: Person) -> str:
    return (await dispatched(server, ada.caller, wish())).request_id


async def _side(server: CreditServer, ada: Person) -> str:
    return f"{(await whole_call(server, ada.caller)).request_id}/0"


@pytest.mark.parametrize(
    "begun", [_released, _running, _side], ids=["released", "running", "a side of a call"]
)
async def test_what_has_no_charge_of_its_own_cannot_be_corrected(
    credit_server: CreditServer, begun: Callable[[CreditServer, Person], Awaitable[str]]
) -> None:
    request_id = await begun(credit_server, await credit_server.person())
    for more in ("", "--dry-run"):
        with pytest.raises(Refused):
            await corrected(credit_server, request_id, more)
    assert await Office(credit_server).log() == []


async def test_what_an_own_key_was_charged_is_not_the_operators_to_give_back(
    tmp_path: Path,
) -> None:
    async with running_server(tmp_path / "server", catalog="workspaces") as server:
        plan = next(each for each in server.services.catalog.plans if each.own_keys != "never")
        ada = await server.person(plan.id, **subscribed(server))
        await server.services.database.run(note_own_key, ada.caller.tenant, "openai", "key-1")
        call = await dispatched(server, ada.caller, wish())
        assert call.payer == "own_key"
        await drop(server.services, call, CallDropped("refused", Proof.REFUSED))
        with pytest.raises(Refused, match="own key"):
            await corrected(server, call.request_id)
