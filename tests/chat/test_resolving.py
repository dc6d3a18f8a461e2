"""Calls whose end nobody saw: looked up at the provider, or settled as counted after a while."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from app.catalog.prices import Price
from app.chat.resolving import RESOLVE_WITHIN, Resolver
from app.chat.resolving_receipts import LOOKING_UP
from app.config import Config
from app.metering.hold import HoldState, How
from app.metering.receipt import Receipt
from app.seam import commands, events
from app.seam.views import Certainty, MessageState
from app.store.records import KeyRecord, MessageRecord, State
from app.store.shelves import open_shelves
from tests.chat.conversations import SECRET, unchecked_chat
from tests.chat.homes import (
    COST_PUSD,
    NOT_THERE,
    RECORD,
    Home,
    answer_of,
    assert_books_add_up,
    hold_of,
    killed_while_streaming,
    record_is,
    resolved,
)
from tests.end_to_end.long_answers import numbered_words
from tests.fixtures.provider_server import ProviderServer
from tests.store.given import Records


@pytest_asyncio.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    home = Home(tmp_path / "home")
    yield home
    if home.running is not None:
        await home.running.close()


async def test_a_call_that_died_is_pending_until_the_provider_tells_what_it_cost(
    home: Home, provider_server: ProviderServer
) -> None:
    record_is(provider_server, NOT_THERE, 404)
    driver, chat_id = await killed_while_streaming(home, provider_server)
    waiting = await answer_of(driver, chat_id)
    assert waiting.state is MessageState.INCOMPLETE
    assert waiting.cost is not None
    assert (waiting.cost.certainty, waiting.cost.total_pusd) == (Certainty.PENDING, None)
    assert hold_of(driver, waiting).state is HoldState.UNKNOWN
    assert_books_add_up(driver)

    record_is(provider_server, RECORD)
    told = await resolved(driver, waiting.id, Certainty.EXACT)
    assert told.text == waiting.text
    assert told.cost is not None
    assert told.cost.total_pusd == COST_PUSD
    assert (told.cost.input_tokens, told.cost.cached_tokens) == (11, 4)
    assert (told.cost.output_tokens, told.cost.thinking_tokens) == (70, 7)
    assert LOOKING_UP in waiting.cost.note
    assert LOOKING_UP not in told.cost.note
    hold = hold_of(driver, told)
    assert (hold.state, hold.settled_pusd) == (HoldState.SETTLED, COST_PUSD)
    assert hold.basis == "provider_lookup"
    assert driver.core.shelves.chats.rows()[0].total_pusd == COST_PUSD
    assert driver.core.shelves.generations.all_parked() == []
    assert_books_add_up(driver)


async def test_the_provider_is_asked_by_its_own_id_with_the_key_that_made_the_call(
    home: Home, provider_server: ProviderServer
) -> None:
    record_is(provider_server, RECORD)
    driver, chat_id = await killed_while_streaming(home, provider_server)
    answer = await answer_of(driver, chat_id)
    await resolved(driver, answer.id, Certainty.EXACT)
    (asked,) = [each for each in provider_server.asked if "/generation" in each.path]
    recording = provider_server.replies[0].body.split(b"\n\n")[0].removeprefix(b"data: ")
    assert asked.path == f"/v1/generation?id={json.loads(recording)['id']}"
    assert asked.headers["authorization"] == f"Bearer {SECRET}"


async def test_a_record_that_never_comes_leaves_what_was_counted(
    home: Home, provider_server: ProviderServer
) -> None:
    record_is(provider_server, NOT_THERE, 404)
    driver, chat_id = await killed_while_streaming(home, provider_server)
    waiting = await answer_of(driver, chat_id)
    written = driver.core.counting.count_text(waiting.text, "openai/gpt-4o")
    core, ended = driver.core, asyncio.Event()

    def hear(message: MessageRecord) -> None:
        core.call_resolved(message)
        ended.set()

    began = home.time.at

    async def time_passes(seconds: float) -> None:
        home.time.advance(seconds=seconds)

    second = Resolver(
        core.shelves,
        core.settler,
        core.secrets,
        lambda: core.http,
        driver.clock,
        is_busy=core.turns.works_on,
        resolved=hear,
        keep_task=core.in_background,
        sleep=time_passes,
    )
    second.begin()
    await asyncio.wait_for(ended.wait(), 20)
    assert home.time.at - began >= RESOLVE_WITHIN
    told = await resolved(driver, waiting.id, Certainty.ESTIMATED)
    assert told.cost is not None
    assert told.cost.output_tokens == written > 0
    hold = hold_of(driver, told)
    assert (hold.state, hold.basis) == (HoldState.SETTLED, "counted_partial")
    assert hold.settled_pusd == told.cost.total_pusd
    assert_books_add_up(driver)


async def test_a_record_that_comes_after_the_end_changes_nothing(
    home: Home, provider_server: ProviderServer
) -> None:
    record_is(provider_server, NOT_THERE, 404)
    driver, chat_id = await killed_while_streaming(home, provider_server)
    waiting = await answer_of(driver, chat_id)
    (parked,) = driver.core.shelves.generations.all_parked()
    hold = hold_of(driver, waiting)
    driver.core.settler.settle_parked(hold, parked, None)
    settled = hold_of(driver, waiting)
    asked = len(provider_server.asked)
    record_is(provider_server, RECORD)
    driver.core.resolver.begin()
    driver.core.resolver.settle_overdue()
    assert hold_of(driver, waiting) == settled
    assert len(provider_server.asked) == asked
    assert driver.core.shelves.database.rows("SELECT count(*) FROM usage") == [(1,)]
    assert_books_add_up(driver)


async def test_the_next_start_goes_on_with_what_is_pending(
    home: Home, provider_server: ProviderServer
) -> None:
    record_is(provider_server, NOT_THERE, 404)
    driver, chat_id = await killed_while_streaming(home, provider_server)
    waiting = await answer_of(driver, chat_id)
    (parked,) = driver.core.shelves.generations.all_parked()
    home.time.advance(minutes=10)
    third = await home.start_after_a_kill()
    assert third.core.shelves.generations.all_parked() == [parked]
    again = await answer_of(third, chat_id)
    assert again.cost is not None
    assert again.cost.certainty is Certainty.PENDING
    assert_books_add_up(third)
    record_is(provider_server, RECORD)
    told = await resolved(third, waiting.id, Certainty.EXACT)
    assert told.cost is not None
    assert told.cost.total_pusd == COST_PUSD
    assert_books_add_up(third)


@pytest.mark.parametrize("passed", [RESOLVE_WITHIN, -RESOLVE_WITHIN], ids=["later", "set back"])
async def test_a_start_after_the_deadline_settles_at_once(
    home: Home, provider_server: ProviderServer, passed: timedelta
) -> None:
    record_is(provider_server, NOT_THERE, 404)
    driver, chat_id = await killed_while_streaming(home, provider_server)
    await answer_of(driver, chat_id)
    record_is(provider_server, RECORD)
    home.time.at += passed
    third = await home.start_after_a_kill()
    answer = await answer_of(third, chat_id)
    assert answer.cost is not None
    assert answer.cost.certainty is Certainty.ESTIMATED
    assert hold_of(third, answer).basis == "counted_partial"
    assert_books_add_up(third)


async def test_a_call_whose_key_was_removed_is_settled_at_once(
    home: Home, provider_server: ProviderServer
) -> None:
    record_is(provider_server, NOT_THERE, 404)
    driver, chat_id = await killed_while_streaming(home, provider_server)
    waiting = await answer_of(driver, chat_id)
    key = driver.core.shelves.keys.rows()[0]
    driver.core.shelves.keys.remove(key.id)
    third = await home.start_after_a_kill()
    told = await resolved(third, waiting.id, Certainty.ESTIMATED)
    assert hold_of(third, told).state is HoldState.SETTLED
    assert_books_add_up(third)


async def test_a_key_that_has_to_be_pasted_again_is_waited_for(
    home: Home, provider_server: ProviderServer
) -> None:
    record_is(provider_server, RECORD)
    home.forgets_keys = True
    driver, chat_id = await killed_while_streaming(home, provider_server)
    waiting = await answer_of(driver, chat_id)
    assert waiting.cost is not None
    assert waiting.cost.certainty is Certainty.PENDING
    home.keychain.keep(driver.core.shelves.keys.rows()[0].id, SECRET, "session")
    told = await resolved(driver, waiting.id, Certainty.EXACT)
    assert hold_of(driver, told).settled_pusd == COST_PUSD
    assert_books_add_up(driver)


async def test_a_line_that_broke_is_looked_up_while_the_program_runs(
    home: Home, provider_server: ProviderServer
) -> None:
    record_is(provider_server, RECORD)
    reply = numbered_words(200, pace_s=0.001)
    provider_server.replies = [replace(reply, cut_at=len(reply.body) // 3)]
    driver = await home.start()
    chat_id = await unchecked_chat(
        driver, f"{provider_server.url}/v1", provider="openrouter", model="openai/gpt-4o"
    )
    broken = await driver.send(chat_id, "Count for me")
    assert broken.state is MessageState.INCOMPLETE
    assert broken.cost is not None
    assert broken.cost.certainty is Certainty.PENDING
    told = await resolved(driver, broken.id, Certainty.EXACT)
    assert told.text == broken.text != ""
    assert told.cost is not None
    assert told.cost.total_pusd == COST_PUSD
    assert "record" in told.cost.note
    assert hold_of(driver, told).basis == "provider_lookup"
    receipt = await driver.ask(commands.AskReceipt(told.id), events.ReceiptReady)
    (call,) = receipt.receipt.calls
    assert (call.basis, call.certainty) == ("looked up at the provider", Certainty.EXACT)
    assert receipt.receipt.quoted_most_pusd is not None
    assert_books_add_up(driver)


async def test_a_line_that_broke_elsewhere_is_settled_as_counted(
    home: Home, provider_server: ProviderServer
) -> None:
    reply = numbered_words(200, pace_s=0.001)
    provider_server.replies = [replace(reply, cut_at=len(reply.body) // 3)]
    driver = await home.start()
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    broken = await driver.send(chat_id, "Count for me")
    assert broken.cost is not None
    assert broken.cost.certainty is Certainty.ESTIMATED
    assert hold_of(driver, broken).state is HoldState.SETTLED
    assert_books_add_up(driver)


async def test_an_answer_goes_on_while_its_first_part_is_looked_up(
    home: Home, provider_server: ProviderServer
) -> None:
    record_is(provider_server, NOT_THERE, 404)
    driver, chat_id = await killed_while_streaming(home, provider_server)
    waiting = await answer_of(driver, chat_id)
    provider_server.replies = [numbered_words(150, pace_s=0.02)]
    driver.dispatcher.take(commands.ContinueAnswer(chat_id, 0, waiting.id))
    await driver.wait_for(events.TextArrived)
    record_is(provider_server, RECORD)
    await driver.wait_for(events.MessageChanged, lambda event: event.settled)
    told = await resolved(driver, waiting.id, Certainty.EXACT)
    stored = driver.core.shelves.messages.get(waiting.id)
    assert stored is not None
    assert stored.state is State.COMPLETE
    assert stored.text.startswith(waiting.text)
    assert told.text == stored.text
    receipt = Receipt.from_json(stored.receipt_json or "")
    assert [call.basis for call in receipt.calls] == ["provider_lookup", "provider_usage"]
    assert receipt.calls[0].charge.total_pusd == COST_PUSD
    assert_books_add_up(driver)


async def test_a_pending_call_whose_message_is_gone_is_charged_all_the_same(
    home: Home, provider_server: ProviderServer
) -> None:
    record_is(provider_server, NOT_THERE, 404)
    driver, chat_id = await killed_while_streaming(home, provider_server)
    waiting = await answer_of(driver, chat_id)
    driver.core.shelves.chats.hide(chat_id)
    home.time.advance(days=2)
    third = await home.start_after_a_kill()
    assert third.core.shelves.messages.get(waiting.id) is None
    assert hold_of(third, waiting).state is HoldState.SETTLED
    assert_books_add_up(third)


async def test_without_a_network_the_call_waits(home: Home) -> None:
    records = Records()
    home.folder.mkdir()
    shelves = open_shelves(home.folder, home.time.clock())
    shelves.keys.save(
        KeyRecord("key", "openrouter", "", "1234", "", "session", "works", "", None, records.noon)
    )
    home.keychain.keep("key", "sk-or-test-0123456789abcdef", "session")
    price = Price.from_user("openrouter", "openai/gpt-4o", input_usd="1", output_usd="2")
    shelves.chats.create("chat", "Old", [records.pane("answer")])
    shelves.messages.add(records.message("question"))
    shelves.messages.add(
        records.message("answer", "question", role="assistant", state=State.STREAMING, text="")
    )
    shelves.holds.admit(
        records.hold(price_json=price.to_json(), model_ref="key/openai/gpt-4o", input_tokens=100)
    )
    shelves.holds.dispatch("hold")
    shelves.messages.save_partial(
        "answer", text="One two", thinking="", output_tokens=2, generation_id="gen-1"
    )
    shelves.database.close()
    driver = await home.start(Config(offline=True))
    waiting = await answer_of(driver, "chat")
    assert waiting.cost is not None
    assert waiting.cost.certainty is Certainty.PENDING
    (parked,) = driver.core.shelves.generations.all_parked()
    assert (parked.generation_id, parked.how) == ("gen-1", How.DIED)
    assert_books_add_up(driver)
    home.time.advance(minutes=16)
    await driver.close()
    again = await home.start(Config(offline=True))
    told = await answer_of(again, "chat")
    assert told.cost is not None
    assert (told.cost.certainty, told.cost.input_tokens) == (Certainty.ESTIMATED, 100)
    assert_books_add_up(again)
