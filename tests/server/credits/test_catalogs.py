"""Every catalog through admission and settlement: the numbers that each is about."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.catalog.plans import WhenReached
from app.ledger.rows import ms_from
from app.metering.hold import Proof
from app.metering.payer import PayerKind
from app.money import pico_from_usd
from app.server.accounts.identify import Caller
from app.server.credits.calls import drop, settle
from app.server.credits.own_keys import forget_own_key, note_own_key
from app.server.credits.records import CallDropped
from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.credits.given import (
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


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """Where a server's data is, on each database."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    return tmp_path / "server", url


async def test_monthly_plans_share_their_tokens_among_an_organization(
    place: tuple[Path, str],
) -> None:
    data, url = place
    async with running_server(data, database_url=url, catalog="monthly-plans") as server:
        person = await server.person()
        receipt = await whole_call(server, person.caller, "gpt-4o", 60_000, 1_000)
        assert drawn(receipt) == [("Starter", 61_000)]
        call = await admitted(server, person.caller, wish("claude-3-opus", 30_000, 20_000))
        assert (call.shortened, call.output_tokens_max) == (False, 4_096)  # the model's own most
        error = await refused(server, person.caller, wish("gpt-4o", 40_000, 1_000))
        assert error.details["short"][0]["unit"] == "tokens"
        await change(server, person, plan="professional", **subscribed(server))
        receipt = await whole_call(server, person.caller, "gpt-4o", 40_000, 1_000)
        assert drawn(receipt) == [("Professional", 41_000)]
        server.time.at = datetime(2026, 12, 1, tzinfo=UTC)
        await change(server, person, plan="starter")
        receipt = await whole_call(server, person.caller, "gpt-4o", 60_000, 1_000)
        assert drawn(receipt) == [("Starter", 61_000)]
        await sound(server)


async def test_packs_and_weights_draw_free_then_packs_then_premium(
    place: tuple[Path, str],
) -> None:
    data, url = place
    async with running_server(data, database_url=url, catalog="packs-and-weights") as server:
        person = await server.person("premium", **subscribed(server))
        await give(server, person, 5_000)
        receipt = await whole_call(
            server, person.caller, "anthropic/claude-3-opus", 2_000, 200, 200
        )
        assert drawn(receipt) == [("Free", 10_000), ("Pack", 5_000), ("Premium", 7_000)]
        call = await admitted(server, person.caller, wish("openai/gpt-4"))
        assert [route.route for route in call.routes] == ["openrouter"]
        await sound(server)


async def test_premium_begins_anew_24_hours_after_its_start(place: tuple[Path, str]) -> None:
    data, url = place
    async with running_server(data, database_url=url, catalog="packs-and-weights") as server:
        begun = server.time.at - timedelta(hours=23)
        person = await server.person("premium", **subscribed(server, subscribed_ms=ms_from(begun)))
        await whole_call(server, person.caller, "openai/gpt-4", 4_700, 0, 256)
        error = await refused(server, person.caller, wish("openai/gpt-4"))
        assert error.details["resets"] == "2026-11-21T13:00:00+00:00"
        server.time.pass_by(hours=1)
        receipt = await whole_call(server, person.caller, "openai/gpt-4")
        assert drawn(receipt) == [("Premium", 387 * 8)]
        await sound(server)


async def test_free_models_have_their_own_limits_and_never_touch_premium_tokens(
    place: tuple[Path, str],
) -> None:
    data, url = place
    async with running_server(
        data, database_url=url, catalog="free-models", FREE_DAY_USD="1000"
    ) as server:
        person = await server.person()
        await give(server, person, 1_000_000)
        receipt = await whole_call(server, person.caller, "qwen-max", 20_000, 500)
        assert drawn(receipt) == [("Free Qwen models", 20_500)]
        for _ in range(50):
            receipt = await whole_call(
                server, person.caller, "mistralai/mistral-7b-instruct", 10, 10, 10
            )
            assert drawn(receipt) == [("Free OpenRouter models", 1)]
        error = await refused(server, person.caller, wish("mistralai/mistral-7b-instruct", 10, 10))
        assert error.details["resets"] == "2026-11-22T00:00:00+00:00"
        assert error.details["offers"] == []
        receipt = await whole_call(
            server, person.caller, "mistralai/mixtral-8x7b-instruct", 10, 10, 10
        )
        assert drawn(receipt) == [("Free OpenRouter models", 1)]
        assert (
            await server.run("SELECT id FROM ledger_accounts WHERE id LIKE ?", "%free-monthly%")
            == []
        )
        await sound(server)


async def test_a_daily_budget_is_paid_in_dollars(place: tuple[Path, str]) -> None:
    data, url = place
    async with running_server(data, database_url=url, catalog="daily-budgets") as server:
        person = await server.person("basic", **subscribed(server))
        receipt = await whole_call(server, person.caller, "gpt-4o", 1_000, 500, 500)
        assert drawn(receipt) == [("Basic", 1_000 * 2_500_000 + 500 * 10_000_000)]
        used, held = await balance(server, "basic-daily")
        assert (used, held) == (7_500_000_000, 0)
        rows = await server.run(
            "SELECT granted FROM ledger_accounts WHERE id LIKE ?", "%basic-daily%"
        )
        assert rows == [(pico_from_usd("0.105"),)]
        await sound(server)


async def test_one_address_shares_its_lifetime_allowance(place: tuple[Path, str]) -> None:
    data, url = place
    async with running_server(data, database_url=url, catalog="daily-budgets") as server:
        ann, ben = [await server.person("global-lifetime") for _ in range(2)]
        here, there = "2001:db8:1:2::1", "2001:db8:1:2::ffff"
        await whole_call(server, replace(ann.caller, address=here), "gpt-4o", 100_000, 5_000, 5_000)
        error = await refused(
            server, replace(ben.caller, address=there), wish("gpt-4o", 20_000, 5_000)
        )
        assert error.code == "used_up"
        other = replace(ben.caller, address="203.0.113.9")
        receipt = await whole_call(server, other, "gpt-4o", 20_000, 4_000, 5_000)
        assert drawn(receipt) == [("Global Lifetime Access", 90_000_000_000)]
        used, held = await balance(server, "address/203.0.113.9")
        assert (used, held) == (90_000_000_000, 0)
        await sound(server)


async def test_members_share_a_pool_within_their_caps(place: tuple[Path, str]) -> None:
    data, url = place
    async with running_server(data, database_url=url, catalog="daily-budgets") as server:
        pool = await _organization(server, "organization", caps={"ann": 50_000_000_000})
        ann, ben = _member(pool, "ann", "builder"), _member(pool, "ben", "builder")
        receipt = await whole_call(server, ann, "gpt-4o", 12_000, 1_000, 1_000)
        assert drawn(receipt) == [("Organization", 40_000_000_000)]
        call = await admitted(server, ann, wish("gpt-4o", 2_000, 1_000))
        assert (call.shortened, call.output_tokens_max) == (True, 500)
        error = await refused(server, ann, wish("gpt-4o", 2_000, 1_000))
        assert error.code == "capped"
        await whole_call(server, ben, "gpt-4o", 100_000, 10_000, 10_000)
        assert await balance(server, "organization-daily%/member/ann") == (
            40_000_000_000,
            10_000_000_000,
        )
        viewer = await refused(server, _member(pool, "cid", "viewer"), wish("gpt-4o"))
        assert viewer.status == 403
        await sound(server)


async def test_managed_credit_is_charged_with_its_markup_up_to_the_limit(
    place: tuple[Path, str],
) -> None:
    data, url = place
    async with running_server(data, database_url=url, catalog="workspaces") as server:
        person = await server.person("pro", custom_amounts='{"managed-monthly": 40000000000}')
        receipt = await whole_call(server, person.caller, "gpt-4o", 6_000, 1_000, 1_000)
        assert drawn(receipt) == [("Managed credit", 25_000_000_000 * 4 // 3 + 1)]
        error = await refused(server, person.caller, wish("gpt-4o", 6_000, 1_000))
        assert error.code == "used_up"
        assert error.details["short"][0]["unit"] == "usd"
        notices = await server.run("SELECT percent FROM ledger_notices")
        assert notices == [(80,)]
        await sound(server)


async def test_an_own_key_goes_before_managed_credit_and_is_counted_apart(
    place: tuple[Path, str],
) -> None:
    data, url = place
    async with running_server(data, database_url=url, catalog="workspaces") as server:
        person = await server.person("pro", custom_amounts='{"managed-monthly": 40000000000}')
        tenant = person.caller.tenant
        await server.services.database.run(note_own_key, tenant, "openai", "key-1")
        call = await dispatched(server, person.caller, wish("gpt-4o"))
        assert call.payer is PayerKind.OWN_KEY
        assert [(route.host, route.own_key) for route in call.routes] == [("openai", "key-1")]
        receipt = await settle(server.services, call, ended(call))
        assert (receipt.amounts, receipt.payer.kind) == ((), PayerKind.OWN_KEY)
        assert await balance(server, "/own/key-1") == (1_530_000_000, 0)
        await server.services.database.run(forget_own_key, tenant, "key-1")
        call = await admitted(server, person.caller, wish("gpt-4o"))
        assert call.payer is PayerKind.ALLOWANCE
        usage = (await server.client.get("/api/usage", headers=person.headers)).json()
        (day,) = usage["rows"]
        assert day["platform"]["calls"] == 0
        assert (day["own_key"]["calls"], day["own_key"]["usd"]) == (1, "0.00153")
        await sound(server)


async def test_what_an_own_key_was_billed_without_an_answer_is_no_loss_of_the_operators(
    place: tuple[Path, str],
) -> None:
    data, url = place
    async with running_server(data, database_url=url, catalog="workspaces") as server:
        person = await server.person("pro")
        await server.services.database.run(note_own_key, person.caller.tenant, "openai", "key-1")
        call = await dispatched(server, person.caller, wish("gpt-4o"))
        dropped = CallDropped("it broke", Proof.NO_OUTPUT, call.routes[0].route, 780_000_000)
        receipt = await drop(server.services, call, dropped)
        assert (receipt.total_pusd, receipt.payer.kind) == (780_000_000, PayerKind.OWN_KEY)
        assert await balance(server, "/own/key-1") == (780_000_000, 0)
        assert await server.run(
            "SELECT account FROM ledger_postings WHERE account LIKE ?", "write_off/%"
        ) == []  # fmt: skip
        rows = await server.run("SELECT ending, cost_pusd, lost_pusd FROM requests")
        assert rows == [("incomplete", 780_000_000, 0)]
        await sound(server)


async def test_an_unlimited_workspace_is_counted_and_draws_nothing(
    place: tuple[Path, str],
) -> None:
    data, url = place
    async with running_server(data, database_url=url, catalog="workspaces") as server:
        person = await server.person("unlimited", flags="unlimited")
        receipt = await whole_call(server, person.caller, "gpt-4o")
        assert receipt.amounts == ()
        assert receipt.payer.words == "no limit"
        assert await balance(server, "/unlimited/") == (1_530_000_000, 0)
        assert await balance(server, "unlimited") == (1_530_000_000, 0)
        await sound(server)


async def test_a_workspace_at_its_limit_goes_on_slowed_where_the_catalog_says_so(
    place: tuple[Path, str],
) -> None:
    data, url = place
    async with running_server(data, database_url=url, catalog="workspaces") as server:
        credit = server.services.catalog.managed_credit
        assert credit is not None
        slowed = replace(
            server.services.catalog,
            managed_credit=replace(credit, when_reached=WhenReached.THROTTLE),
        )
        slow = replace(server, services=replace(server.services, catalog=slowed))
        person = await slow.person("pro", custom_amounts='{"managed-monthly": 1000000}')
        first = await dispatched(slow, person.caller, wish("gpt-4o"))
        second = await admitted(slow, person.caller, wish("gpt-4o"))
        third = await refused(slow, person.caller, wish("gpt-4o"))
        assert first.not_before is None
        assert second.not_before == slow.time.at + timedelta(seconds=60)
        assert (third.status, third.code, third.retry_after_s) == (429, "throttled", 60)
        slow.time.pass_by(seconds=61)
        fourth = await admitted(slow, person.caller, wish("gpt-4o"))
        assert fourth.not_before == slow.time.at + timedelta(seconds=59)
        receipt = await settle(slow.services, first, ended(first))
        assert ("Managed credit", 1_000_000) in drawn(receipt)
        await sound(slow)


async def test_the_shipped_organization_shares_a_dollar_budget_and_its_free_models(
    place: tuple[Path, str],
) -> None:
    data, url = place
    async with running_server(data, database_url=url) as server:
        pool = await _organization(server, "organization")
        ann = _member(pool, "ann", "builder")
        receipt = await whole_call(server, ann, "openai/gpt-4o")
        assert drawn(receipt) == [("Organization", 1_530_000_000)]
        receipt = await whole_call(server, ann, "qwen-turbo")
        assert drawn(receipt) == [("Free Qwen models", 387)]
        await sound(server)


async def _organization(server: CreditServer, plan: str, caps: dict[str, int] | None = None) -> str:
    person = await server.person(plan, kind="organization", **subscribed(server))
    roles = {"ann": "builder", "ben": "builder", "cid": "viewer"}
    for name, role in roles.items():
        cap = {"organization-daily": caps[name]} if caps and name in caps else {}
        await server.run(
            "INSERT INTO members (tenant, account, role, caps, joined_ms) VALUES (?, ?, ?, ?, 0)",
            person.caller.tenant,
            name,
            role,
            json.dumps(cap),
        )
    return person.caller.tenant


def _member(tenant: str, account: str, role: str) -> Caller:
    return Caller(tenant, account, device=f"d_{account}", role=role)
