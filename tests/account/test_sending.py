"""Messages on hosted tokens: quoted, sent once, charged once, and the same here as there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.chat.hosted_routes import hosted_ref
from app.seam import commands, events, hosted
from app.seam.views import Certainty
from app.store.records import State
from tests.account.desktop import FREE_MODEL, MODEL, Desktop, desktop_at
from tests.server.proxy.conftest import open_place
from tests.server.upstreams.scripts import Script
from tests.server.upstreams.upstream import Upstream, upstream

ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def provider() -> Iterator[Upstream]:
    with upstream() as running:
        running.scripts[MODEL] = Script(tokens=20)
        running.scripts["qwen-turbo"] = Script(tokens=20)
        yield running


@pytest.fixture
async def desktop(provider: Upstream, tmp_path: Path) -> AsyncIterator[Desktop]:
    async with open_place(tmp_path / "server", provider) as place:
        one = await desktop_at(place, tmp_path / "home")
        try:
            yield one
        finally:
            await one.driver.close()


async def test_hosted_models_come_first_with_what_is_left(desktop: Desktop) -> None:
    rows = desktop.driver.core.model_list.rows()
    first = [row.name for row in rows[:3]]
    assert first == ["Qwen Turbo", "Gemini 2.5 Pro", "Llama 3 70B"]
    assert rows[0].hosted is not None
    assert rows[0].hosted.recommended == ("Beginners",)
    assert (rows[0].free, rows[0].hosted.left[0].left) == (True, 1_000_000)
    gpt = next(row for row in rows if row.ref == desktop.ref)
    assert gpt.hosted is not None
    assert (gpt.hosted.weight, gpt.hosted.left[0].left, gpt.payer) == (5, 10_000, "Tuppence tokens")
    assert gpt.input_rate is not None


async def test_a_quote_says_tokens_payer_and_what_is_left(desktop: Desktop) -> None:
    chat_id = await desktop.chat()
    ready = await desktop.driver.ask(commands.AskQuote(1, chat_id, "Hello"), events.QuoteReady)
    [quote] = ready.quotes
    assert quote.hosted is not None
    assert (quote.hosted.weight, quote.hosted.covered) == (5, True)
    [share] = quote.shares
    tokens = quote.input_tokens + quote.input_spread + quote.likely_output_tokens
    assert (share.unit, share.likely) == ("plan_tokens", 5 * tokens)
    [after] = quote.hosted.after
    assert (after.left, after.after) == (10_000, 10_000 - 5 * tokens)
    assert quote.shortened_by is not None  # 10,000 pay for 2,000 tokens at most
    assert quote.shortened_by.kind == "allowance"
    said = await desktop.driver.core.hosted.desk.session(desktop.server_id).ask(
        "POST", "/api/quote",
        {"model": MODEL, "input_tokens": quote.input_tokens + quote.input_spread,
         "output_tokens_max": 8192},
    )  # fmt: skip
    [there] = said.objects("quotes")
    assert there.whole("output_tokens_max") == quote.most_output_tokens
    assert next(there.objects("likely")).whole("amount") == share.likely


async def test_an_answer_is_stored_with_the_servers_receipt(desktop: Desktop) -> None:
    chat_id = await desktop.chat()
    message = await desktop.driver.send(chat_id, "Hello")
    assert message.cost is not None
    assert message.cost.certainty is Certainty.EXACT
    [drawn] = message.cost.drawn
    assert (drawn.name, drawn.unit, drawn.amount) == ("Free", "plan_tokens", 5 * (12 + 20))
    await desktop.agrees()
    ready = await desktop.driver.ask(commands.AskReceipt(message.id), events.ReceiptReady)
    assert ready.receipt.drawn == message.cost.drawn
    shown = await desktop.driver.wait_for(
        hosted.AccountsShown,
        lambda event: (
            event.accounts.wallet is not None and event.accounts.wallet.available == 10_000 - 160
        ),
    )
    assert shown.accounts.wallet is not None
    assert shown.accounts.wallet.online


async def test_a_free_model_leaves_the_tokens_alone(desktop: Desktop) -> None:
    message = await desktop.driver.send(await desktop.chat(FREE_MODEL), "Hello")
    assert message.cost is not None
    assert [(one.unit, one.amount) for one in message.cost.drawn] == [("tokens", 32)]
    assert (await desktop.asked("/api/me"))["availableTokens"] == 10_000
    await desktop.agrees()


async def test_one_press_of_send_is_one_message_however_often_it_arrives(desktop: Desktop) -> None:
    chat_id = await desktop.chat()
    order = commands.SendMessage(chat_id, (0,), "Hello", request_id=ID)
    for _ in range(3):
        desktop.driver.dispatcher.take(order)
    await desktop.driver.wait_for(events.MessageChanged, lambda event: event.settled)
    desktop.driver.dispatcher.take(order)
    async with asyncio.timeout(60):
        while len(desktop.driver.all(events.SendAccepted)) < 2:
            await asyncio.sleep(0.01)
    assert len(desktop.place.provider.calls) == 1
    assert desktop.driver.core.shelves.holds.get(ID) is not None
    await desktop.agrees()


async def test_an_order_of_another_making_has_no_say_over_ids(desktop: Desktop) -> None:
    chat_id = await desktop.chat()
    order = commands.SendMessage(chat_id, (0,), "Hello", request_id="../../me")
    refused = await desktop.driver.ask(order, events.SendRefused)
    assert "id" in refused.fault.message
    assert desktop.place.provider.calls == []


async def test_a_stopped_answer_costs_what_the_server_says(
    desktop: Desktop, provider: Upstream
) -> None:
    provider.scripts[MODEL] = Script(tokens=400, chunk_s=0.02)
    chat_id = await desktop.chat()
    desktop.driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Hello"))
    await desktop.driver.wait_for(events.TextArrived)
    settled = await desktop.driver.ask(
        commands.StopTurn(chat_id), events.MessageChanged, lambda event: event.settled
    )
    message = await desktop.resolved(settled.message.id)
    assert message.cost is not None
    assert "You stopped" in message.cost.note
    assert message.state.value == "interrupted"
    await desktop.agrees()


async def test_a_kill_in_the_middle_loses_no_figure_and_no_word(
    desktop: Desktop, provider: Upstream
) -> None:
    provider.scripts[MODEL] = Script(tokens=300, chunk_s=0.01)
    chat_id = await desktop.chat()
    desktop.driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Hello", request_id=ID))
    await desktop.driver.wait_for(events.TextArrived)
    await asyncio.sleep(0.4)
    await desktop.start_after_a_kill()
    message_id = desktop.driver.core.shelves.database.rows(
        "SELECT message_id FROM holds WHERE id = ?", (ID,)
    )[0][0]
    message = await desktop.resolved(message_id)
    assert message.cost is not None
    assert message.text.startswith("word0 word1 ")
    assert len(provider.calls) == 1
    await desktop.agrees()


async def test_an_answer_that_was_written_while_nobody_listened_is_fetched(
    desktop: Desktop, provider: Upstream
) -> None:
    """The kill comes as the answer is on its way: it was paid for, so it is had."""
    chat_id = await desktop.chat()
    provider.scripts[MODEL] = Script(tokens=30)
    core = desktop.driver.core

    def dies(*_: object) -> bool:
        return False  # as if the program had ended before the answer was stored

    core.turns._stored = dies  # type: ignore[method-assign]
    desktop.driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Hello", request_id=ID))
    async with asyncio.timeout(60):
        while not await desktop.place.rows("id"):
            await asyncio.sleep(0.02)
    await desktop.start_after_a_kill()
    message_id = desktop.driver.core.shelves.database.rows(
        "SELECT message_id FROM holds WHERE id = ?", (ID,)
    )[0][0]
    message = await desktop.resolved(message_id)
    assert message.text == "".join(f"word{place} " for place in range(30))
    assert message.state.value == State.COMPLETE.value
    assert message.fault is None
    await desktop.agrees()


async def test_a_message_that_never_arrived_costs_nothing_once_that_is_sure(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat_id = await desktop.chat()
    core = desktop.driver.core
    session = core.hosted.desk.session(desktop.server_id)
    good = session.server.address

    from app.account import hosted as hosted_provider

    monkeypatch.setattr(hosted_provider, "_PATH", "/v1/nowhere-that-answers")
    from app.errors import ProviderUnreachable

    def lost(*_: object, **__: object) -> object:
        raise ProviderUnreachable("The line broke.", billed=None)

    with monkeypatch.context() as broken:
        broken.setattr(type(session.server), "opened", lost)
        desktop.driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Hello", request_id=ID))
        settled = await desktop.driver.wait_for(events.MessageChanged, lambda event: event.settled)
    assert session.server.address == good
    assert settled.message.cost is not None
    assert settled.message.cost.certainty is Certainty.PENDING
    await asyncio.sleep(0.5)
    assert core.shelves.holds.open_holds() != []  # it may still be on its way
    desktop.place.server.time.pass_by(seconds=61)
    core.hosted.resolver.begin()
    async with asyncio.timeout(60):
        while core.shelves.holds.open_holds():
            await asyncio.sleep(0.02)
    row = core.shelves.messages.get(settled.message.id)
    assert row is not None
    assert row.receipt_json is None
    assert await desktop.drawn_there() == 0


async def test_what_is_not_covered_is_refused_with_every_way_on(
    desktop: Desktop, provider: Upstream
) -> None:
    provider.scripts[MODEL] = Script(tokens=1_800)
    chat_id = await desktop.chat()
    await desktop.driver.send(chat_id, "Hello")
    told = await desktop.driver.wait_for(hosted.BalanceNotice)
    assert (told.name, told.percent) == ("Free", 80)
    await desktop.driver.wait_for(
        hosted.AccountsShown,
        lambda event: (
            event.accounts.wallet is not None and (event.accounts.wallet.available or 0) < 1_280
        ),
    )
    before = len(provider.calls)
    desktop.driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "And more?"))
    refused = await desktop.driver.wait_for(events.SendRefused)
    assert refused.fault.kind == "OutOfTokens"
    out = (await desktop.driver.wait_for(hosted.SendOutOfTokens)).view
    assert out.reason == "used_up"
    assert [short.unit for short in out.short] == ["plan_tokens"]
    assert out.resets is not None
    assert hosted_ref(desktop.server_id, FREE_MODEL) in [one.ref for one in out.free_models]
    kinds = [offer.kind for offer in out.offers]
    assert kinds == sorted(kinds)  # packs, then plans
    packs = [offer.price_cents or 0 for offer in out.offers if offer.kind == "pack"]
    assert packs
    assert packs == sorted(packs)
    assert {"pro-pack", "premium"} <= {offer.id for offer in out.offers}
    assert "organization" not in {offer.holder for offer in out.offers}
    assert len(provider.calls) == before
    chat = desktop.driver.core.shelves.messages
    assert len(chat.path(desktop.driver.core.chat(chat_id).panes[0].leaf_id)) == 2
    ready = await desktop.driver.ask(commands.AskQuote(9, chat_id, "More"), events.QuoteReady)
    assert ready.quotes[0].hosted is not None
    assert not ready.quotes[0].hosted.covered
    assert len(desktop.driver.all(hosted.BalanceNotice)) == 1
    await desktop.agrees()


async def test_tokens_bought_elsewhere_are_spent_although_this_window_does_not_know_yet(
    desktop: Desktop,
) -> None:
    await desktop.place.server.run("UPDATE accounts SET plan = plan")
    chat_id = await desktop.chat()
    core = desktop.driver.core
    record = core.hosted.desk.chosen()
    assert record is not None
    me = core.hosted.wallets.aged(record, "me")
    assert me is not None
    core.hosted._stop_listening()
    poor = json.loads(json.dumps(dict(me.fields.value)))
    for balance in poor["balances"]:
        balance |= {"left": 0, "used": balance["granted"]}
    now = core.clock.now()
    core.shelves.servers.keep(record.id, record.holder, "me", json.dumps(poor), now)
    core.hosted.wallets._read.clear()
    message = await desktop.driver.send(chat_id, "Hello")
    assert message.state.value == "complete"
    await desktop.agrees()


async def test_tokens_spent_elsewhere_end_in_the_card_under_the_message(
    desktop: Desktop, provider: Upstream
) -> None:
    provider.scripts[MODEL] = Script(tokens=1_800)
    chat_id = await desktop.chat()
    await desktop.driver.send(chat_id, "Hello")
    core = desktop.driver.core
    core.hosted._stop_listening()
    record = core.hosted.desk.chosen()
    assert record is not None
    await core.hosted.caught_up([desktop.ref])
    me = core.hosted.wallets.aged(record, "me")
    assert me is not None
    rich = json.loads(json.dumps(dict(me.fields.value)))
    for balance in rich["balances"]:
        balance |= {"granted": 1_000_000, "left": 1_000_000, "used": 0}
    now = core.clock.now()
    core.shelves.servers.keep(record.id, record.holder, "me", json.dumps(rich), now)
    out = await desktop.driver.ask(
        commands.SendMessage(chat_id, (0,), "And more?"), hosted.SendOutOfTokens
    )
    message = next(
        event.message
        for event in desktop.driver.all(events.MessageChanged)
        if event.message.id == out.message_id
    )
    assert (out.message_id, out.view.reason) == (message.id, "used_up")
    assert message.fault is not None
    assert message.fault.kind == "OutOfTokens"
    assert message.fault.message == "What was left did not cover this message."
    assert message.cost is None
    await desktop.agrees()


async def test_a_message_right_after_an_answer_is_refused_before_it_leaves_the_composer(
    desktop: Desktop, provider: Upstream
) -> None:
    provider.scripts[MODEL] = Script(tokens=1_800)
    desktop.driver.core.hosted._stop_listening()  # the server tells nothing by itself
    await desktop.driver.send(await desktop.chat(), "Hello")
    second = await desktop.chat()
    out = await desktop.driver.ask(
        commands.SendMessage(second, (0,), "And more? " * 80), hosted.SendOutOfTokens
    )
    assert (out.message_id, out.view.reason) == ("", "used_up")
    assert desktop.driver.core.chat(second).panes[0].leaf_id is None
    await desktop.agrees()
