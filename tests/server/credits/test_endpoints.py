"""What clients read: balances, quotes, usage, requests, models; each only their own."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.metering.hold import Proof
from app.server.accounts.identify import Caller
from app.server.credits.calls import drop, settle
from app.server.credits.notices import claim_mail, give_up_mail, mail_of, notices_to_mail
from app.server.credits.records import CallDropped
from app.server.secret import hash_of, new_token
from tests.fixtures.credit_server import CreditServer, Person, running_server
from tests.server.credits.given import (
    GPT_4O,
    admitted,
    dispatched,
    ended,
    give,
    subscribed,
    whole_call,
    wish,
)


async def get(server: CreditServer, person: Person, path: str, status: int = 200) -> Any:
    answer = await server.client.get(path, headers=person.headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_free_account_reads_what_it_has(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person(email="ann@example.org")
    await whole_call(server, person.caller)
    await admitted(server, person.caller, wish(GPT_4O, 100, 300))
    me = await get(server, person, "/api/me")
    assert me["user"] == {
        "id": "a_p000",
        "email": "ann@example.org",
        "subscriptionStatus": "free",
    }
    assert me["availableTokens"] == 10_000 - 1_935 - 2_000
    assert me["tokenSource"] == "free-monthly"
    assert me["resetInfo"] == {
        "nextReset": "2026-12-01T00:00:00Z",
        "tokensUsedThisMonth": 1_935,
        "monthlyLimit": 10_000,
    }
    (general,) = [each for each in me["balances"] if not each["only"]]
    assert (general["used"], general["held"], general["left"]) == (1_935, 2_000, 6_065)
    assert sum(each["source"] == "qwen-free" for each in me["balances"]) == 5


async def test_who_subscribed_and_who_bought_are_told_apart(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    premium = await server.person("premium", **subscribed(server))
    me = await get(server, premium, "/api/me")
    assert me["user"]["subscriptionStatus"] == "premium_monthly"
    assert me["tokenSource"] == "premium-daily"
    assert me["availableTokens"] == 40_000
    assert me["resetInfo"]["monthlyLimit"] == 910_000
    assert me["plan"]["paid_until"] == "2026-12-21T12:00:00Z"
    buyer = await server.person()
    await give(server, buyer, 200_000, "Starter Pack")
    me = await get(server, buyer, "/api/me")
    assert me["user"]["subscriptionStatus"] == "paid_tokens"
    assert me["balances"][-1]["name"] == "Starter Pack"
    assert me["balances"][-1]["resets"] is None


async def test_a_daily_budget_is_told_in_tokens_of_the_reference(tmp_path: Path) -> None:
    async with running_server(tmp_path, catalog="daily-budgets") as server:
        person = await server.person("basic", **subscribed(server))
        me = await get(server, person, "/api/me")
        assert me["availableTokens"] == 9_545
        (budget,) = me["balances"]
        assert (budget["unit"], budget["granted"], budget["window"]) == ("usd", "0.105", "day")


async def test_a_quote_is_what_sending_would_answer(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    asked = {"model": GPT_4O, "input_tokens": 312, "output_tokens_max": 1_000}
    answer = await server.client.post("/api/quote", json=asked, headers=person.headers)
    (quote,) = answer.json()["quotes"]
    assert quote["available"]
    assert quote["payer_name"] == "Free"
    assert [draw["amount"] for draw in quote["most"]] == [6_560]
    assert [draw["amount"] for draw in quote["likely"]] == [5 * (312 + 400)]
    assert (quote["most_usd"], quote["likely_usd"]) == ("0.01078", "0.00478")
    assert await server.run("SELECT id FROM ledger_holds") == []
    asked["input_tokens"] = 50_000
    answer = await server.client.post("/api/quote", json=asked, headers=person.headers)
    (quote,) = answer.json()["quotes"]
    assert not quote["available"]
    assert quote["error"]["code"] == "used_up"
    assert quote["error"]["details"]["offers"]


async def test_a_quote_counts_messages_and_answers_for_every_model(
    credit_server: CreditServer,
) -> None:
    server = credit_server
    person = await server.person()
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Why is the sky blue?"}]},
    ]
    answer = await server.client.post(
        "/api/quote", json={"messages": messages}, headers=person.headers
    )
    body = answer.json()
    assert 10 < body["input_tokens"] < 60
    by_model = {quote["model"]: quote for quote in body["quotes"]}
    assert set(by_model) == {model.id for model in server.services.catalog.models}
    assert by_model["qwen-turbo"]["most"][0]["unit"] == "tokens"
    assert by_model["qwen-32b-chat"]["error"]["code"] == "model_without_price"


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"input_tokens": -1},
        {"input_tokens": 1, "price": 0},
        {"messages": [{"role": "nobody", "content": "Hello"}]},
        {"messages": [{"role": "user", "content": 5}]},
    ],
)
async def test_a_quote_for_nonsense_is_refused(
    credit_server: CreditServer, asked: dict[str, Any]
) -> None:
    person = await credit_server.person()
    answer = await credit_server.client.post("/api/quote", json=asked, headers=person.headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


async def test_usage_is_added_up_by_day_model_and_key(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    await whole_call(server, person.caller)
    await whole_call(server, person.caller, "qwen-turbo", 100, 20, 20)
    server.time.pass_by(days=1)
    await whole_call(server, person.caller, GPT_4O, 100, 20, 300)
    call = await dispatched(server, person.caller, wish())
    await drop(server.services, call, CallDropped("it failed", Proof.REFUSED))
    days = await get(server, person, "/api/usage")
    assert [
        (row["group"], row["platform"]["calls"], row["platform"]["plan_tokens"])
        for row in days["rows"]
    ] == [("2026-11-21", 2, 1_935), ("2026-11-22", 1, 600)]
    models = await get(server, person, "/api/usage?by=model")
    assert {row["group"]: row["platform"]["input_tokens"] for row in models["rows"]} == {
        GPT_4O: 412,
        "qwen-turbo": 100,
    }
    keys = await get(server, person, "/api/usage?by=key&start=2026-11-22")
    assert [(row["group"], row["platform"]["calls"]) for row in keys["rows"]] == [("k_p000", 1)]
    answer = await server.client.get("/api/usage?by=model&format=csv", headers=person.headers)
    table = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["model"], row["plan_tokens"]) for row in table] == [
        (GPT_4O, "2535"),
        ("qwen-turbo", "0"),
    ]


@pytest.mark.parametrize("query", ["start=yesterday", "start=2026-12-01", "start=2020-01-01"])
async def test_usage_of_nonsense_is_refused(credit_server: CreditServer, query: str) -> None:
    person = await credit_server.person()
    await get(credit_server, person, f"/api/usage?{query}", 400)


async def test_a_lost_answer_is_fetched_with_its_receipt(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    call = await dispatched(server, person.caller, wish())
    await get(server, person, f"/api/requests/{call.request_id}", 409)
    await settle(server.services, call, ended(call, answer='{"id": "x", "text": "Hello"}'))
    found = await get(server, person, f"/api/requests/{call.request_id}")
    assert found["answer"] == {"id": "x", "text": "Hello"}
    assert found["receipt"]["drawn"][0]["amount"] == 1_935
    listed = await get(server, person, "/api/requests")
    assert [each["id"] for each in listed["requests"]] == [call.request_id]


async def test_requests_come_in_pages_the_newest_first(credit_server: CreditServer) -> None:
    server = credit_server
    person = await server.person()
    for _ in range(5):
        await whole_call(server, person.caller, "qwen-turbo", 10, 10, 10)
        server.time.pass_by(seconds=1)
    first = await get(server, person, "/api/requests?limit=3")
    rest = await get(server, person, f"/api/requests?limit=3&before={first['before']}")
    assert (len(first["requests"]), len(rest["requests"]), rest["before"]) == (3, 2, None)
    times = [each["at"] for each in [*first["requests"], *rest["requests"]]]
    assert times == sorted(times, reverse=True)


async def test_a_stranger_finds_nothing(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    ann, ben = await server.person(), await server.person()
    call = await dispatched(server, ann.caller, wish())
    await settle(server.services, call, ended(call, answer="secret"))
    await get(server, ben, f"/api/requests/{call.request_id}", 404)
    assert (await get(server, ben, "/api/requests"))["requests"] == []
    assert (await get(server, ben, "/api/usage"))["rows"] == []
    assert (await get(server, ben, "/api/me"))["availableTokens"] == 10_000


async def test_a_side_hold_is_nobodys_request(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()
    call = await admitted(server, person.caller, wish())
    await get(server, person, f"/api/requests/{call.sides[0].id}", 404)


async def test_a_member_sees_their_own_requests_and_an_admin_all(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    pool = await server.person("organization", kind="organization", **subscribed(server))
    ann, ben = [
        await _member(server, pool, *each) for each in (("ann", "admin"), ("ben", "builder"))
    ]
    of_ann = await dispatched(server, ann.caller, wish())
    await settle(server.services, of_ann, ended(of_ann, answer="for Ann alone"))
    of_ben = await dispatched(server, ben.caller, wish())
    await settle(server.services, of_ben, ended(of_ben, answer="for Ben alone"))
    await get(server, ben, f"/api/requests/{of_ann.request_id}", 404)
    assert len((await get(server, ben, "/api/requests"))["requests"]) == 1
    assert len((await get(server, ann, "/api/requests"))["requests"]) == 2
    seen = await get(server, ann, f"/api/requests/{of_ben.request_id}")
    assert seen["answer"] is None
    assert seen["receipt"]["drawn"][0]["unit"] == "usd"
    members = await get(server, ann, "/api/usage?by=member")
    assert [row["group"] for row in members["rows"]] == ["ann", "ben"]
    members = await get(server, ben, "/api/usage?by=member")
    assert [row["group"] for row in members["rows"]] == ["ben"]


async def _member(server: CreditServer, pool: Person, name: str, role: str) -> Person:
    token, tenant = new_token("tp_"), pool.caller.tenant
    await server.run(
        "INSERT INTO members (tenant, account, role, caps, joined_ms) VALUES (?, ?, ?, '{}', 0)",
        tenant,
        name,
        role,
    )
    await server.run(
        "INSERT INTO api_keys (tenant, id, token_hash, account, name, shown, created_ms)"
        " VALUES (?, ?, ?, ?, 'tests', 'tp_', 0)",
        tenant,
        f"k_{name}",
        hash_of(token),
        name,
    )
    return Person(Caller(tenant, name, api_key=f"k_{name}", role=role), token)


async def test_models_are_listed_as_clients_of_openai_expect(credit_server: CreditServer) -> None:
    person = await credit_server.person()
    listed = await get(credit_server, person, "/v1/models")
    assert listed["object"] == "list"
    by_id = {model["id"]: model for model in listed["data"]}
    assert by_id[GPT_4O]["object"] == "model"
    assert by_id[GPT_4O]["weight"] == 5
    assert by_id[GPT_4O]["input_usd_per_million"] == "2.5"
    assert by_id["qwen-turbo"]["free"]
    assert not by_id["qwen-32b-chat"]["available"]
    assert (await get(credit_server, person, "/v1/models/openai/gpt-4o"))["id"] == GPT_4O
    unlisted = await get(credit_server, person, "/v1/models/openai/gpt-5-mini")
    assert unlisted["weight"] == 1
    await get(credit_server, person, "/v1/models/nobody/at-all", 404)
    answer = await credit_server.client.get("/v1/models")
    assert answer.status_code == 401


async def test_a_disabled_route_is_shown_with_its_reason(tmp_path: Path) -> None:
    async with running_server(tmp_path, catalog="packs-and-weights") as server:
        person = await server.person()
        model = await get(server, person, "/v1/models/openai/gpt-4")
        assert [(route["id"], bool(route["disabled"])) for route in model["routes"]] == [
            ("openrouter", False),
            ("openai", True),
        ]


async def test_each_threshold_is_told_once(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person(email="ann@example.org")
    await whole_call(server, person.caller, GPT_4O, 1_600, 0, 256)
    await whole_call(server, person.caller, GPT_4O, 100, 0, 256)
    told = await server.run("SELECT facts FROM announcements WHERE kind = 'notice'")
    assert len(told) == 1
    assert '"percent": 80' in str(told[0][0]).replace('" : ', '": ')
    changes = await server.run("SELECT id FROM announcements WHERE kind = 'balance_changed'")
    assert len(changes) == 2
    long_ago = server.time.at - timedelta(days=7)
    (waiting,) = await server.services.database.read(notices_to_mail, long_ago, 10)
    subject, text = mail_of(waiting)
    assert subject == "Free is 80 % used"
    assert "8,500 tokens of 10,000 tokens" in text
    run = server.services.database.run
    assert await run(claim_mail, waiting, server.time.at)
    assert not await run(claim_mail, waiting, server.time.at)
    assert await server.services.database.read(notices_to_mail, long_ago, 10) == ()
    await run(give_up_mail, waiting)
    assert await server.services.database.read(notices_to_mail, long_ago, 10) == (waiting,)


async def test_both_databases_tell_a_notice_in_the_same_words(
    any_credit_server: CreditServer,
) -> None:
    import json

    server = any_credit_server
    person = await server.person()
    await whole_call(server, person.caller, GPT_4O, 1_600, 40, 256)
    rows = await server.run("SELECT facts FROM announcements WHERE kind = 'notice'")
    assert [json.loads(str(row[0])) for row in rows] == [
        {
            "grant": "a_p000/free-monthly/plan_tokens/account/month/2026-11-01T00:00:00.000000Z",
            "name": "Free",
            "unit": "plan_tokens",
            "percent": 80,
            "used": 8_200,
            "granted": 10_000,
        }
    ]


async def test_an_account_acts_for_itself_beside_an_organization(
    credit_server: CreditServer,
) -> None:
    person = await credit_server.person()
    caller = replace(person.caller, address="203.0.113.9")
    receipt = await whole_call(credit_server, caller)
    assert receipt.payer.words == "Free"
