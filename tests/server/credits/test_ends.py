"""A call that is asked for twice, ends twice, ends late, or whose worker died."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.ledger.holds import hold_by_id
from app.metering.hold import Basis, Proof
from app.server.credits.calls import (
    admit,
    answer_of,
    drop,
    receipt_of,
    settle,
    settle_unknown,
)
from app.server.credits.records import CallDropped, DoneBefore, Ending
from app.server.credits.sides import release_orphans
from app.server.errors import Refused
from tests.fixtures.credit_server import CreditServer
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


async def test_the_same_key_is_one_call_and_one_charge(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    call = await dispatched(server, person.caller, wish(key="mine"))
    running = await refused(server, person.caller, wish(key="mine"))
    assert (running.status, running.retry_after_s) == (409, 2)
    receipt = await settle(server.services, call, ended(call, answer='{"text": "Hello"}'))
    again = await admit(server.services, wish(key="mine"), person.caller)
    assert again == DoneBefore(
        call.request_id, receipt, '{"text": "Hello"}', account=person.caller.account
    )
    other = await refused(server, person.caller, wish(key="mine", body="another"))
    assert other.status == 422
    assert await balance(server, "free-monthly") == (1_935, 0)
    await sound(server)


async def test_the_same_key_of_another_tenant_is_another_call(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    ann, ben = await server.person(), await server.person()
    await admitted(server, ann.caller, wish(key="mine"))
    await admitted(server, ben.caller, wish(key="mine"))
    await sound(server)


async def test_identical_keys_at_once_are_admitted_once(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    answers = await asyncio.gather(
        *(admit(server.services, wish(key="mine"), person.caller) for _ in range(40)),
        return_exceptions=True,
    )
    statuses = [answer.status for answer in answers if isinstance(answer, Refused)]
    assert statuses == [409] * 39
    assert await balance(server, "free-monthly") == (0, 6_560)
    await sound(server)


async def test_a_kept_answer_expires(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    call = await dispatched(server, person.caller, wish())
    await settle(server.services, call, ended(call, answer="42"))
    done = await answer_of(server.services, person.caller, call.request_id)
    assert done.answer == "42"
    server.time.pass_by(days=1)
    done = await answer_of(server.services, person.caller, call.request_id)
    assert done.answer == ""
    assert done.receipt is not None
    assert drawn(done.receipt) == [("Free", 1_935)]


async def test_nobody_reads_a_strangers_receipt(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    ann, ben = await server.person(), await server.person()
    call = await dispatched(server, ann.caller, wish())
    await settle(server.services, call, ended(call))
    with pytest.raises(Refused) as refusal:
        await receipt_of(server.services, ben.caller, call.request_id)
    assert refusal.value.status == 404


async def test_a_hold_settles_in_the_window_that_it_was_taken_from(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    server.time.at = datetime(2026, 11, 30, 23, 59, 50, tzinfo=UTC)
    person = await server.person()
    call = await dispatched(server, person.caller, wish())
    server.time.pass_by(seconds=20)
    await settle(server.services, call, ended(call))
    assert await balance(server, "free-monthly%2026-11-01") == (1_935, 0)
    await whole_call(server, person.caller)
    assert await balance(server, "free-monthly%2026-12-01") == (1_935, 0)
    await sound(server)


async def test_a_dead_workers_call_is_settled_from_what_was_frozen(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    person = await server.person("premium", **subscribed(server))
    await give(server, person, 5_000)
    call = await dispatched(server, person.caller, wish(GPT_4O, 8_000, 1_000))
    hold = await server.services.database.read(hold_by_id, call.request_id)
    assert hold is not None
    end = ended(call, 8_000, 500, basis=Basis.COUNTED_PARTIAL, ending=Ending.INCOMPLETE)
    receipt = await settle_unknown(server.services, hold, end)
    assert drawn(receipt) == [("Premium", 30_000), ("Free", 10_000), ("Pack", 2_500)]
    await sound(server)


async def test_a_late_end_finds_the_receipt_that_the_call_got(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    person = await server.person()
    call = await dispatched(server, person.caller, wish())
    first = await settle(server.services, call, ended(call, 312, 10))
    second = await settle(server.services, call, ended(call, 312, 75))
    third = await drop(server.services, call, CallDropped("too late", Proof.REFUSED))
    assert first == second == third
    assert await balance(server, "free-monthly") == (1_610, 0)
    await sound(server)


async def test_two_ends_at_once_are_one(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    call = await dispatched(server, person.caller, wish())
    ends = [settle(server.services, call, ended(call)) for _ in range(20)]
    assert len(set(await asyncio.gather(*ends))) == 1
    assert await balance(server, "free-monthly") == (1_935, 0)
    assert len(await server.run("SELECT id FROM requests")) == 1
    await sound(server)


async def test_a_held_call_that_never_left_is_given_back_with_its_sides(
    any_credit_server: CreditServer,
) -> None:
    from app.ledger.sweeping import sweep

    server = any_credit_server
    person = await server.person()
    call = await admitted(server, person.caller, wish())
    assert len(call.sides) == 1
    server.time.pass_by(minutes=11)
    await server.services.database.run(sweep, server.time.at)
    assert await balance(server, "free-monthly") == (0, 0)
    assert await server.services.database.run(release_orphans, server.time.at) == 1
    assert await server.services.database.run(release_orphans, server.time.at) == 0
    assert await balance(server, "free/day/") == (0, 0)
    done = await receipt_of(server.services, person.caller, call.request_id)
    assert done.rule == "Nothing was charged: it was never sent."
    await sound(server)


async def test_the_side_of_a_running_call_is_no_orphan(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    call = await dispatched(server, person.caller, wish())
    server.time.pass_by(hours=7)
    assert await server.services.database.run(release_orphans, server.time.at) == 0
    await settle(server.services, call, ended(call))
    assert await balance(server, "free/day/") == (1_530_000_000, 0)
    await sound(server)


async def test_a_call_outlives_its_parked_side(any_credit_server: CreditServer) -> None:
    from app.ledger.sweeping import sweep

    server = any_credit_server
    person = await server.person()
    call = await dispatched(server, person.caller, wish())
    server.time.at += timedelta(hours=7)
    await server.services.database.run(sweep, server.time.at)
    receipt = await settle(server.services, call, ended(call))
    assert drawn(receipt) == [("Free", 1_935)]
    await sound(server)
