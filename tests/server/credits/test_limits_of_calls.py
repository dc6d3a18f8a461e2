"""Limits beside the catalog's: flags, an API key's cap, the free accounts' day; and all of them
under bursts."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from app.ledger.rows import ms_from
from app.server.credits.calls import admit, settle
from app.server.credits.records import AdmittedCall
from app.server.errors import Refused
from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.credits.given import (
    GPT_4O,
    admitted,
    balance,
    change,
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


@pytest.mark.parametrize(
    ("flag", "code"),
    [("quarantined", "account_quarantined"), ("past_due suspended", "account_suspended")],
)
async def test_a_flagged_account_may_not_send(
    any_credit_server: CreditServer, flag: str, code: str
) -> None:
    person = await any_credit_server.person(flags=flag)
    error = await refused(any_credit_server, person.caller, wish())
    assert (error.status, error.code) == (403, code)


async def test_past_due_skips_what_is_paid_for_by_the_month(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    person = await server.person("premium", **subscribed(server, flags="past_due"))
    await give(server, person, 2_000, "Pack")
    receipt = await whole_call(server, person.caller, GPT_4O, 2_000, 100, 300)
    assert drawn(receipt) == [("Free", 10_000), ("Pack", 500)]
    error = await refused(server, person.caller, wish())
    assert (error.status, error.code) == (402, "past_due")
    await change(server, person, flags="")
    receipt = await whole_call(server, person.caller)
    assert drawn(receipt) == [("Premium", 1_935)]


async def test_what_was_paid_until_yesterday_grants_nothing_today(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    ended_at = server.time.at - timedelta(seconds=1)
    person = await server.person("premium", subscribed_ms=0, paid_until_ms=ms_from(ended_at))
    receipt = await whole_call(server, person.caller)
    assert drawn(receipt) == [("Free", 1_935)]


async def test_an_api_key_spends_no_more_than_its_cap(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person("premium", **subscribed(server))
    await server.run("UPDATE api_keys SET cap_pusd = ?", 10_000_000_000)
    await whole_call(server, person.caller, GPT_4O, 1_000, 200, 200)  # $0.0045
    assert await balance(server, "/key/k_p000/") == (4_500_000_000, 0)
    call = await admitted(server, person.caller, wish(GPT_4O, 1_000, 1_000))
    assert (call.shortened, call.output_tokens_max) == (True, 300)
    error = await refused(server, person.caller, wish(GPT_4O, 1_000, 1_000))
    assert (error.status, error.code) == (402, "key_cap")
    assert error.details["resets"] == "2026-12-01T00:00:00+00:00"
    await sound(server)


async def test_a_deleted_account_is_not_there(any_credit_server: CreditServer) -> None:
    person = await any_credit_server.person(deleted_ms=1)
    error = await refused(any_credit_server, person.caller, wish())
    assert error.status == 404


async def test_a_debt_is_paid_before_anything_is_sent(any_credit_server: CreditServer) -> None:
    from app.ledger.accounts import open_accounts
    from app.ledger.debts import debt_account
    from app.ledger.records import AccountKind, Opening
    from app.metering.payer import Unit

    server = any_credit_server
    person = await server.person()
    tenant = person.caller.tenant
    debt = Opening(
        debt_account(tenant, Unit.PLAN_TOKENS), tenant, AccountKind.DEBT, Unit.PLAN_TOKENS, None
    )
    await server.services.database.run(open_accounts, [debt], server.time.at)
    await server.run("UPDATE ledger_accounts SET posted = -700 WHERE id = ?", debt.id)
    error = await refused(server, person.caller, wish())
    assert (error.status, error.code) == (402, "in_debt")
    assert error.details["short"][0]["amount"] == 700


async def test_all_free_accounts_share_the_operators_day(tmp_path: Path, postgres_url: str) -> None:
    async with running_server(tmp_path, database_url=postgres_url, FREE_DAY_USD="0.01") as server:
        ann, ben = await server.person(), await server.person()
        await whole_call(server, ann.caller, GPT_4O, 1_000, 500, 500)  # $0.0075 of $0.01
        assert await balance(server, "free/day/") == (7_500_000_000, 0)
        error = await refused(server, ben.caller, wish(GPT_4O, 1_000, 500))
        assert (error.status, error.code) == (402, "free_day")
        assert error.details["resets"] == "2026-11-22T00:00:00+00:00"
        await give(server, ben, 100_000, "Pack")
        receipt = await whole_call(server, ben.caller, GPT_4O, 1_000, 500, 500)
        assert drawn(receipt) == [("Pack", 7_500)]
        paying = await server.person("premium", **subscribed(server))
        receipt = await whole_call(server, paying.caller, GPT_4O, 1_000, 500, 500)
        assert drawn(receipt) == [("Premium", 7_500)]
        server.time.pass_by(hours=12)
        await whole_call(server, ann.caller, GPT_4O, 400, 50, 50)
        await sound(server)


async def test_only_the_free_share_of_a_call_counts_for_the_day(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    person = await server.person()
    await give(server, person, 100_000, "Pack")
    receipt = await whole_call(server, person.caller, GPT_4O, 3_000, 1_000, 1_000)
    assert drawn(receipt) == [("Free", 10_000), ("Pack", 10_000)]
    assert await balance(server, "free/day/") == (17_500_000_000 // 2, 0)
    await sound(server)


async def _burst(server: CreditServer, callers: list[object], calls: int) -> tuple[int, set[int]]:
    """How many of so many calls at once were let in, and how the others were refused."""
    barrier = asyncio.Event()

    async def one(number: int) -> object:
        await barrier.wait()
        caller = callers[number % len(callers)]
        try:
            return await admit(
                server.services,
                wish("qwen-turbo", 900, 100),
                caller,  # type: ignore[arg-type]
            )
        except Refused as error:
            return error.status

    tasks = [asyncio.create_task(one(number)) for number in range(calls)]
    barrier.set()
    answers = await asyncio.gather(*tasks)
    statuses = {answer for answer in answers if isinstance(answer, int)}
    return sum(isinstance(answer, AdmittedCall) for answer in answers), statuses


async def test_a_thousand_calls_with_money_for_250_are_250(
    tmp_path: Path, postgres_url: str
) -> None:
    env = {"REQUESTS_PER_MINUTE": "100000", "FREE_DAY_USD": "1000"}
    async with running_server(tmp_path, database_url=postgres_url, **env) as server:
        person = await server.person()
        model = "a_p000/qwen-free/tokens/model/month/2026-11-01T00:00:00.000000Z/qwen-turbo"
        first = await dispatched(server, person.caller, wish("qwen-turbo", 900, 100))
        await settle(server.services, first, ended(first, 1, 0))
        # The month's million less what leaves exactly 250 calls of 1,000 tokens.
        used = await admitted(server, person.caller, wish("qwen-turbo", 749_999, 0))
        assert used.draws[0].grant.id == model
        let_in, statuses = await _burst(server, [person.caller], 1_000)
        assert let_in == 250
        assert statuses <= {402, 503}  # 503: a slow machine let them wait too long for a connection
        assert await balance(server, "qwen-free") == (1, 999_999)
        await sound(server)


async def test_the_free_day_is_passed_by_nobody_in_a_burst(
    tmp_path: Path, postgres_url: str
) -> None:
    # Each call holds 900 x 0.05 + 100 x 0.2 dollars a million = $0.000065.
    env = {"REQUESTS_PER_MINUTE": "100000", "FREE_DAY_USD": "0.0026"}
    async with running_server(tmp_path, database_url=postgres_url, **env) as server:
        people = [(await server.person()).caller for _ in range(20)]
        let_in, statuses = await _burst(server, list(people), 200)
        used, held = await balance(server, "free/day/")
        rows = await server.run(
            "SELECT granted, posted, held FROM ledger_accounts WHERE id LIKE ?", "free/day/%"
        )
        granted = int(str(rows[0][0]))
        cost = held // let_in
        assert used == 0
        assert let_in == granted // cost
        assert statuses <= {402, 429}
        await sound(server)


async def test_the_minute_is_counted_for_all_workers_together(
    tmp_path: Path, postgres_url: str
) -> None:
    env = {"REQUESTS_PER_MINUTE": "30"}
    async with (
        running_server(tmp_path / "one", database_url=postgres_url, **env) as one,
        running_server(tmp_path / "two", database_url=postgres_url, **env) as two,
    ):
        person = await one.person()
        bursts = [_burst(server, [person.caller], 40) for server in (one, two)]
        (first, _), (second, _) = await asyncio.gather(*bursts)
        assert first + second == 30


async def test_calls_that_end_at_once_leave_sound_books(tmp_path: Path, postgres_url: str) -> None:
    env = {"REQUESTS_PER_MINUTE": "100000", "FREE_DAY_USD": "1000"}
    async with running_server(tmp_path, database_url=postgres_url, **env) as server:
        people = [await server.person() for _ in range(5)]
        for person in people:
            await give(server, person, 40_000)

        async def one(number: int) -> None:
            person = people[number % len(people)]
            await whole_call(server, person.caller, GPT_4O, 100 + number, 50, 60)

        await asyncio.gather(*(one(number) for number in range(60)))
        await sound(server)
        total = await server.run("SELECT CAST(sum(plan_tokens) AS BIGINT) FROM requests")
        assert total == [(sum(5 * (150 + number) for number in range(60)),)]
