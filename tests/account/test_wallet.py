"""What is left: read once, kept with its age, brought up to date by events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import psutil
import pytest

from app.account.event_stream import EventReader
from app.account.listening import Listener, Pace, Told
from app.account.shapes import Fields
from app.account.wallet import ME, MODELS, OFFERS, Wallets
from app.account.wallet_shapes import read_models, read_wallet
from app.errors import AnswerImpossible
from app.ledger.steps import Steps
from app.metering.payer import Unit
from app.server.events import Kind, announce
from app.store.servers import ServerRecord
from tests.account.servers import Computer, LiveServer
from tests.end_to_end.hosted_faults.faulty_line import faulty_line
from tests.fixtures.provider_server import ProviderServer

QUICK = Pace(first_s=0.02, most_s=0.1, poll_s=0.2, gather_s=0.01, late_s=0.2)


def wallets_of(one: Computer, live: LiveServer, heard: list[str] | None = None) -> Wallets:
    said: list[str] = [] if heard is None else heard
    return Wallets(
        one.shelves.servers,
        one.desk,
        live.credit.time.clock,
        lambda _, subject: said.append(subject),
    )


async def until(happened: Callable[[], object], limit_s: float = 10.0) -> None:
    async with asyncio.timeout(limit_s):
        while not happened():
            await asyncio.sleep(0.01)


async def test_a_wallet_is_kept_with_its_age_and_there_at_once(
    laptop: Computer, live: LiveServer
) -> None:
    record = await laptop.desk.start(where="session")
    wallets = wallets_of(laptop, live)
    assert wallets.wallet(record) is None
    await wallets.refresh(record)
    fresh = wallets_of(laptop, live)  # as after a start
    wallet = fresh.wallet(record)
    assert wallet is not None
    free = next(grant for grant in wallet.grants if grant.source == "free-monthly")
    assert (free.unit, free.granted, free.left) == (Unit.PLAN_TOKENS, 10_000, 10_000)
    assert wallet.available == 10_000
    aged = fresh.aged(record, ME)
    assert aged is not None
    assert aged.at == live.credit.time.at
    live.credit.time.pass_by(hours=3)
    assert fresh.aged(record, ME) == aged


async def test_models_and_offers_are_the_catalogs(laptop: Computer, live: LiveServer) -> None:
    record = await laptop.desk.start(where="session")
    wallets = wallets_of(laptop, live)
    await wallets.refresh(record, MODELS, OFFERS)
    models = {model.id: model for model in wallets.models(record)}
    assert models["openai/gpt-4o"].weight == 5
    assert models["qwen-turbo"].free
    assert models["openai/gpt-4o"].input_rate is not None
    offers = wallets.offers(record)
    assert offers is not None
    packs = {pack.id: (pack.price_cents, pack.amount) for pack in offers.packs}
    assert packs["pro-pack"] == (1500, 1_000_000)
    about = wallets.about(record)
    assert about is not None
    assert [each.audience for each in about.recommended] == [
        "Beginners", "Power users", "Developers",
    ]  # fmt: skip


async def test_a_free_model_draws_on_its_own_allowance_alone(
    laptop: Computer, live: LiveServer
) -> None:
    record = await laptop.desk.start(where="session")
    wallets = wallets_of(laptop, live)
    await wallets.refresh(record, ME)
    wallet = wallets.wallet(record)
    assert wallet is not None
    assert {grant.source for grant in wallet.grants_for("qwen-turbo")} == {"qwen-free"}
    assert {grant.source for grant in wallet.grants_for("openai/gpt-4o")} == {"free-monthly"}


GRANT = {
    "grant": "g", "source": "free", "name": "Free", "unit": "plan_tokens", "window": "month",
    "granted": 10, "used": 4, "held": 0, "left": 6, "resets": None, "models": ["*"], "only": False,
}  # fmt: skip
SAID = {
    "user": {"id": "a", "email": None, "subscriptionStatus": "free"},
    "account": "a", "account_name": "", "account_kind": "person", "role": None,
    "plan": {"id": "free", "name": "Free", "price": "Free", "own_keys": "always"},
    "balances": [GRANT], "availableTokens": 6, "tokenSource": "free",
    "resetInfo": {"nextReset": None, "tokensUsedThisMonth": 4, "monthlyLimit": 10},
    "flags": [], "in_debt": False,
}  # fmt: skip


def test_what_is_said_well_is_read() -> None:
    assert read_wallet(Fields(SAID, "server")).grants[0].left == 6


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"left": -1}, r"balances\[0\].left is -1, below zero"),
        ({"left": "6"}, "is no whole number"),
        ({"left": 6.0}, "is no whole number"),
        ({"left": True}, "is no whole number"),
        ({"left": 11}, "more than was granted"),
        ({"left": 2**70}, "larger than anything"),
        ({"left": None}, "is missing"),
        ({"unit": "apples"}, "no unit"),
        ({"unit": "usd", "left": 6}, "exact text"),
        ({"unit": "usd", "left": "-0.5", "granted": "1", "used": "0", "held": "0"}, "below zero"),
        ({"unit": "usd", "left": "1e3", "granted": "1", "used": "0", "held": "0"}, "exact text"),
        ({"unit": "usd", "left": "NaN", "granted": "1", "used": "0", "held": "0"}, "exact text"),
        ({"resets": "tomorrow"}, "is no time"),
        ({"resets": "2026-12-01T00:00:00"}, "without its zone"),
        ({"models": "*"}, "no list of texts"),
    ],
)
def test_a_balance_that_cannot_be_is_refused_by_name(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(AnswerImpossible, match=words):
        read_wallet(Fields(SAID | {"balances": [GRANT | wrong]}, "server"))


@pytest.mark.parametrize("price", [2.5, 5, "2,5", "-1", "0.0000001234567", "", True])
def test_a_price_that_is_no_exact_text_is_refused(price: object) -> None:
    model = {
        "id": "m", "name": "M", "owned_by": "v", "free": False, "weight": 5,
        "input_usd_per_million": price, "output_usd_per_million": "1",
    }  # fmt: skip
    with pytest.raises(AnswerImpossible):
        read_models(Fields({"data": [model]}, "server"))


async def test_an_answer_that_cannot_be_leaves_the_old_figure(
    laptop: Computer, live: LiveServer, provider_server: ProviderServer
) -> None:
    record = await laptop.desk.start(where="session")
    wallets = wallets_of(laptop, live)
    await wallets.refresh(record, ME)
    before = wallets.aged(record, ME)
    await live.credit.run("UPDATE accounts SET plan = plan")
    bad = json.dumps(SAID | {"balances": [GRANT | {"left": -5}]}).encode()
    provider_server.show("/api/me", bad)
    session = laptop.desk.session(record.id)
    object.__setattr__(
        session.server, "address",
        type(session.server.address)(provider_server.url, session.server.address.name),
    )  # fmt: skip
    with pytest.raises(AnswerImpossible, match="below zero"):
        await wallets.refresh(record, ME)
    assert wallets.aged(record, ME) == before


def test_events_come_whole_wherever_the_stream_is_cut() -> None:
    text = (
        b"retry: 3000\n\n: still here\n\nid: 7\nevent: balance_changed\ndata: {}\n\n"
        b'id: 8\r\nevent: notice\r\ndata: {"a":\r\ndata: 1}\r\n\r\n'
    )
    whole = EventReader().feed(text)
    assert [(event.name, event.id) for event in whole] == [
        ("balance_changed", "7"),
        ("notice", "8"),
    ]
    assert json.loads(whole[1].data) == {"a": 1}
    for cut in range(len(text)):
        reader = EventReader()
        assert [*reader.feed(text[:cut]), *reader.feed(text[cut:])] == whole
        assert reader.retry_s == 3.0


def listener_of(
    one: Computer, record: ServerRecord, wallets: Wallets, told: list[Told], lines: list[bool]
) -> Listener:
    session = one.desk.session(record.id)
    return Listener(session, one.shelves.servers, wallets, told.append, lines.append, pace=QUICK)


async def tell(live: LiveServer, tenant: str, kind: Kind = Kind.BALANCE_CHANGED) -> None:
    def say() -> Steps[None]:
        from app.clock import now

        yield from announce(tenant, kind, now(), {})

    await live.credit.services.database.run(say)


async def test_an_event_brings_the_wallet_up_to_date(laptop: Computer, live: LiveServer) -> None:
    record = await laptop.desk.start(where="session")
    heard: list[str] = []
    wallets = wallets_of(laptop, live, heard)
    told: list[Told] = []
    lines: list[bool] = []
    listening = asyncio.ensure_future(listener_of(laptop, record, wallets, told, lines).run())
    try:
        await until(lambda: lines[-1:] == [True] and heard)
        before = len(heard)
        await tell(live, record.account)
        await until(lambda: told and len(heard) > before)
        assert [(one.kind, one.tenant) for one in told] == [("balance_changed", record.account)]
        kept = laptop.shelves.servers.get(record.id)
        assert kept is not None
        assert len(kept.last_event) == 32
        for _ in range(30):
            await tell(live, record.account)
        await until(lambda: len(told) == 31)
        await asyncio.sleep(0.1)
        assert len(heard) <= 10  # one question for many changes
    finally:
        listening.cancel()


async def test_a_stream_that_broke_goes_on_where_it_was(laptop: Computer, live: LiveServer) -> None:
    record = await laptop.desk.start(where="session")
    wallets = wallets_of(laptop, live)
    told: list[Told] = []
    lines: list[bool] = []
    first = asyncio.ensure_future(listener_of(laptop, record, wallets, told, lines).run())
    await until(lambda: lines == [True])
    await tell(live, record.account)
    await until(lambda: len(told) == 1)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await tell(live, record.account, Kind.PURCHASE_LANDED)  # nobody listens
    fresh = laptop.shelves.servers.get(record.id)
    assert fresh is not None
    second = asyncio.ensure_future(listener_of(laptop, fresh, wallets, told, lines).run())
    try:
        await until(lambda: len(told) == 2)
        assert told[1].kind == "purchase_landed"
    finally:
        second.cancel()


async def test_a_wallet_that_cannot_be_had_is_offline_although_its_stream_stands(
    laptop: Computer, live: LiveServer
) -> None:
    record = await laptop.desk.start(where="session")
    async with faulty_line(live.url) as line:
        laptop.shelves.servers.save(replace(record, url=line.url))
        laptop.desk._sessions.clear()
        wallets = wallets_of(laptop, live)
        told: list[Told] = []
        lines: list[bool] = []
        listening = asyncio.ensure_future(listener_of(laptop, record, wallets, told, lines).run())
        try:
            await until(lambda: lines[-1:] == [True])
            line.fail("lost", "GET /api/me", times=1000)
            await tell(live, record.account)
            await until(lambda: lines[-1] is False and told)
            assert line.heard.count("GET /api/events") == 1  # the stream stands all the while
            line.mend()
            await until(lambda: lines[-1] is True)
            line.fail("silent", "GET /api/me", times=1000)
            await tell(live, record.account)
            await until(lambda: lines[-1] is False)  # said before the question is given up
            line.mend()
            await until(lambda: lines[-1] is True)
        finally:
            listening.cancel()


async def test_a_stream_that_falls_silent_is_given_up(laptop: Computer, live: LiveServer) -> None:
    record = await laptop.desk.start(where="session")
    async with faulty_line(live.url) as line:
        laptop.shelves.servers.save(replace(record, url=line.url))
        laptop.desk._sessions.clear()
        fault = line.fail("silent", "GET /api/events", after=400, times=2)
        lines: list[bool] = []
        listener = Listener(
            laptop.desk.session(record.id), laptop.shelves.servers, wallets_of(laptop, live),
            lambda _: None, lines.append, pace=replace(QUICK, silent_s=0.1),
        )  # fmt: skip
        listening = asyncio.ensure_future(listener.run())
        try:
            await until(lambda: fault.met == 2 and False in lines)
        finally:
            listening.cancel()


async def test_who_asks_while_an_answer_is_under_way_gets_the_next_one(
    laptop: Computer, live: LiveServer
) -> None:
    """The answer under way may have left the server before what the second one knows of."""
    record = await laptop.desk.start(where="session")
    async with faulty_line(live.url) as line:
        laptop.shelves.servers.save(replace(record, url=line.url))
        laptop.desk._sessions.clear()
        wallets = wallets_of(laptop, live)
        await wallets.refresh(record, ME)
        line.heard.clear()
        line.fail("slow", "GET /api/me")
        asked = [asyncio.ensure_future(wallets.refresh(record, ME))]
        await until(lambda: "GET /api/me" in line.heard)
        await live.credit.run("UPDATE accounts SET flags = 'unlimited'")
        asked += [asyncio.ensure_future(wallets.refresh(record, ME)) for _ in range(3)]
        await asyncio.gather(*asked)
        wallet = wallets.wallet(record)
        assert wallet is not None
        assert wallet.is_unlimited
        assert line.heard == ["GET /api/me", "GET /api/me"]


async def test_where_no_stream_can_be_had_the_wallet_is_asked_for(
    laptop: Computer, live: LiveServer
) -> None:
    record = await laptop.desk.start(where="session")
    heard: list[str] = []
    wallets = wallets_of(laptop, live, heard)
    await live.credit.run(
        "INSERT INTO streams (account, id, until_ms) SELECT ?, value, ? FROM json_each(?)",
        record.account, 2**45, json.dumps([str(each) for each in range(20)]),
    )  # fmt: skip
    lines: list[bool] = []
    listening = asyncio.ensure_future(listener_of(laptop, record, wallets, [], lines).run())
    try:
        await until(lambda: len(heard) >= 3)
        assert lines == [False]
    finally:
        listening.cancel()


async def test_listening_ends_when_the_computer_is_removed(
    laptop: Computer, live: LiveServer
) -> None:
    record = await laptop.desk.start(where="session")
    wallets = wallets_of(laptop, live)
    await live.credit.run("UPDATE devices SET removed_ms = 1")
    await live.credit.run("DELETE FROM sessions")
    laptop.desk.session(record.id).forget()
    async with asyncio.timeout(60):
        await listener_of(laptop, record, wallets, [], []).run()


async def test_an_open_stream_costs_next_to_nothing(laptop: Computer, live: LiveServer) -> None:
    """The client alone: the server of this test shares the process and stands still meanwhile."""
    record = await laptop.desk.start(where="session")
    listener = Listener(
        laptop.desk.session(record.id), laptop.shelves.servers, wallets_of(laptop, live),
        lambda _: None, lambda _: None,
    )  # fmt: skip
    listening = asyncio.ensure_future(listener.run())
    try:
        await until(lambda: listener._is_online)
        await asyncio.sleep(1.0)
        process = psutil.Process()
        before = process.cpu_times()
        await asyncio.sleep(4.0)
        after = process.cpu_times()
        spent = (after.user - before.user) + (after.system - before.system)
        # Four seconds with the server's own look each second: both together below 3 %.
        assert spent < 0.12
    finally:
        listening.cancel()
