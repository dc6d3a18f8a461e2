"""A call from admission to receipt, with the numbers that users are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from app.catalog.prices import Price, Rate
from app.ledger.holds import hold_by_id
from app.metering.hold import Basis, Proof
from app.metering.receipt import Receipt
from app.metering.receipt_totals import totals_from_json
from app.metering.usage import Usage
from app.server.credits.calls import (
    drop,
    receipt_headers,
    receipt_json,
    receipt_of,
    settle,
)
from app.server.credits.receipts import receipt_text
from app.server.credits.records import CallDropped, CallEnd, Ending
from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.credits.given import (
    GPT_4O,
    admitted,
    balance,
    dispatched,
    drawn,
    ended,
    give,
    refused,
    sound,
    subscribed,
    whole_call,
    wish,
)


async def test_a_message_at_weight_five_costs_what_it_used(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    receipt = await whole_call(server, person.caller, GPT_4O, 312, 75)
    assert drawn(receipt) == [("Free", 1_935)]
    assert receipt.total_pusd == 312 * 2_500_000 + 75 * 10_000_000
    assert await balance(server, "free-monthly") == (1_935, 0)
    await sound(server)


async def test_the_worst_case_is_held_until_the_end(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    call = await admitted(server, person.caller, wish(GPT_4O, 312, 1_000))
    assert await balance(server, "free-monthly") == (0, 5 * 1_312)
    assert call.output_tokens_max == 1_000
    assert [route.route for route in call.routes] == ["openrouter", "openai"]
    await sound(server)


async def test_a_call_is_split_over_three_grants_in_order(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person("premium", **subscribed(server))
    await give(server, person, 2_000_000, "Ultra Pack")
    await whole_call(server, person.caller, GPT_4O, 5_900, 0)  # 29,500 of Premium's 30,000
    await whole_call(server, person.caller, GPT_4O, 2_000, 40)
    assert await balance(server, "free-monthly") == (9_700, 0)
    receipt = await whole_call(server, person.caller, GPT_4O, 312, 75)
    assert drawn(receipt) == [("Free", 300), ("Ultra Pack", 1_635)]
    await sound(server)


async def test_packs_are_drawn_the_oldest_first(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    await give(server, person, 1_000, "Newer")
    await give(server, person, 1_000, "Older", hours_ago=1)
    call = await dispatched(server, person.caller, wish(GPT_4O, 2_000, 380))
    receipt = await settle(server.services, call, ended(call, 2_000, 380))
    assert drawn(receipt) == [("Free", 10_000), ("Older", 1_000), ("Newer", 900)]
    await sound(server)


async def test_an_answer_is_shortened_to_what_is_covered(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    call = await admitted(server, person.caller, wish(GPT_4O, 1_000, 4_000))
    assert call.shortened
    assert call.output_tokens_max == 1_000  # 10,000 at weight 5 are 2,000 tokens
    await sound(server)


async def test_a_refusal_says_what_is_short_and_what_would_help(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    person = await server.person()
    await whole_call(server, person.caller, GPT_4O, 1_700, 250)
    error = await refused(server, person.caller, wish(GPT_4O, 312, 1_000))
    assert (error.status, error.code) == (402, "used_up")
    details = error.details
    assert details["short"] == [
        {
            "limit": "Free",
            "unit": "plan_tokens",
            "amount": 5 * (312 + 256) - 250,
            "resets": "2026-12-01T00:00:00+00:00",
        }
    ]
    assert details["resets"] == "2026-12-01T00:00:00+00:00"
    assert {offer["id"] for offer in details["offers"]} >= {"premium", "starter-pack"}
    assert "qwen-turbo" in details["free_models"]
    assert "google/gemini-2.5-pro-vision" not in details["free_models"]  # it has no price
    await sound(server)


async def test_a_model_without_a_price_is_refused_by_name(credit_server: CreditServer) -> None:
    person = await credit_server.person()
    error = await refused(credit_server, person.caller, wish("deepseek/deepseek-coder"))
    assert (error.status, error.code) == (404, "model_without_price")
    assert "deepseek/deepseek-coder" in error.message


async def test_a_model_that_is_not_sold_is_not_found(tmp_path: Path) -> None:
    async with running_server(tmp_path, catalog="packs-and-weights") as server:
        person = await server.person()
        error = await refused(server, person.caller, wish("nobody/knows-this"))
        assert (error.status, error.code) == (404, "model_not_found")


async def test_a_changed_book_does_not_change_what_was_admitted(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    person = await server.person()
    call = await dispatched(server, person.caller, wish(GPT_4O))
    dearer = replace(server.services, prices=_DearBook())  # type: ignore[arg-type]
    receipt = await settle(dearer, call, ended(call))
    assert receipt.total_pusd == 312 * 2_500_000 + 75 * 10_000_000
    hold = await server.services.database.read(hold_by_id, call.request_id)
    assert hold is not None
    assert receipt == await receipt_of(dearer, person.caller, call.request_id)


class _DearBook:
    """A book in which everything costs a thousand times as much."""

    def lookup(self, provider: str, model: str, at: datetime) -> object:
        from app.catalog.pricebook import Lookup

        rates = (("input", Rate(2_500_000_000)), ("output", Rate(10_000_000_000)))
        return Lookup(Price(provider, model, rates, source="another book"))

    def card(self, provider: str, model: str) -> None:
        return None


async def test_what_was_used_above_the_hold_is_taken_from_what_is_free(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    person = await server.person()
    call = await dispatched(server, person.caller, wish(GPT_4O, 312, 300))
    receipt = await settle(server.services, call, ended(call, 600, 300))
    assert drawn(receipt) == [("Free", 3_060), ("Free", 1_440)]
    assert await balance(server, "free-monthly") == (4_500, 0)
    await sound(server)


async def test_what_nobody_has_is_written_off(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    call = await dispatched(server, person.caller, wish(GPT_4O, 1_700, 300))
    receipt = await settle(server.services, call, ended(call, 2_700, 300))
    assert drawn(receipt) == [("Free", 10_000)]
    assert await balance(server, "free-monthly") == (10_000, 0)
    rows = await server.run(
        "SELECT amount FROM ledger_postings WHERE account LIKE ?", "write_off/plan_tokens/%"
    )
    assert rows == [(-5_000,)]
    lost = await server.run("SELECT lost_pusd, cost_pusd FROM requests")
    cost = 2_700 * 2_500_000 + 300 * 10_000_000
    assert lost == [(cost // 3, cost)]
    await sound(server)


async def test_absurd_usage_is_clamped_and_flagged(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    call = await dispatched(server, person.caller, wish(GPT_4O, 312, 1_000))
    end = CallEnd(
        Basis.PROVIDER_USAGE, Usage(input=10**9, output=-5), "openrouter", Ending.COMPLETE
    )
    receipt = await settle(server.services, call, end)
    assert drawn(receipt) == [("Free", 1_560)]
    assert receipt.calls[0].usage.clamped
    assert any("out of bounds" in note for note in receipt.notes)
    rows = await server.run("SELECT flagged FROM ledger_holds WHERE id = ?", call.request_id)
    assert "input" in str(rows[0][0])
    await sound(server)


async def test_a_stopped_answer_is_charged_for_what_arrived(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    person = await server.person()
    call = await dispatched(server, person.caller, wish())
    end = ended(call, 312, 212, basis=Basis.COUNTED_PARTIAL, ending=Ending.INTERRUPTED)
    receipt = await settle(server.services, call, end)
    said = "You stopped this answer: input and 212 tokens were charged. Each token counts as 5."
    assert receipt.rule == said
    [only] = receipt.calls
    assert only.weight == 5
    assert drawn(receipt) == [("Free", only.weight * (312 + 212))]
    assert receipt_text(receipt) == receipt.to_json()
    assert Receipt.from_json(receipt.to_json()) == receipt
    assert totals_from_json(receipt.to_json()).weight == 5


async def test_a_broken_answer_without_a_count_is_not_said_to_have_never_begun(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    person = await server.person()
    call = await dispatched(server, person.caller, wish())
    end = ended(call, 312, 0, basis=Basis.INPUT_ONLY, ending=Ending.INCOMPLETE)
    receipt = await settle(server.services, call, end)
    assert receipt.rule.startswith("The answer broke off, and the server kept no count of it: ")


@pytest.mark.parametrize("sent", [False, True])
async def test_a_call_that_gave_nothing_costs_nothing(
    any_credit_server: CreditServer, sent: bool
) -> None:
    server = any_credit_server
    person = await server.person()
    begin = dispatched if sent else admitted
    call = await begin(server, person.caller, wish())
    receipt = await drop(
        server.services,
        call,
        CallDropped("the provider failed", Proof.NO_OUTPUT if sent else None, "openrouter"),
    )
    assert receipt.amounts == ()
    assert receipt.rule == "Nothing was charged: the provider failed."
    assert await balance(server, "free-monthly") == (0, 0)
    assert await balance(server, "free/day/") == (0, 0)
    assert await receipt_of(server.services, person.caller, call.request_id) == receipt
    await sound(server)


async def test_what_the_provider_bills_for_a_dropped_call_is_lost(
    credit_server: CreditServer,
) -> None:
    server = credit_server
    person = await server.person()
    call = await dispatched(server, person.caller, wish())
    dropped = CallDropped("it broke", Proof.NO_OUTPUT, "openrouter", lost_pusd=780_000_000)
    await drop(server.services, call, dropped)
    rows = await server.run(
        "SELECT amount FROM ledger_postings WHERE account LIKE ?", "write_off/usd/%"
    )
    assert rows == [(-780_000_000,)]
    await sound(server)


async def test_the_receipt_says_in_headers_and_json_what_was_drawn(
    credit_server: CreditServer,
) -> None:
    person = await credit_server.person()
    receipt = await whole_call(credit_server, person.caller)
    headers = dict(receipt_headers(receipt))
    assert headers[b"x-tuppence-drawn"] == b"1935 plan_tokens"
    assert headers[b"x-tuppence-cost-usd"] == b"0.00153"
    plain = receipt_json(receipt)
    assert plain["drawn"] == [{"name": "Free", "unit": "plan_tokens", "amount": 1_935}]
    assert plain["usage"] == {"input": 312, "output": 75}


async def test_the_minute_has_room_for_so_many_and_no_more(tmp_path: Path) -> None:
    async with running_server(tmp_path, REQUESTS_PER_MINUTE="3") as server:
        person = await server.person()
        for _ in range(3):
            await whole_call(server, person.caller, "qwen-turbo")
        error = await refused(server, person.caller, wish("qwen-turbo"))
        assert (error.status, error.retry_after_s) == (429, 60)
        server.time.pass_by(minutes=1)
        await whole_call(server, person.caller, "qwen-turbo")
