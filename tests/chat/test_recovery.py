"""What a kill leaves behind, opened again: half answers named, holds ended once, nothing free."""

from __future__ import annotations

import pytest

from app.catalog.prices import Price
from app.clock import Clock
from app.seam import commands, events
from app.seam.views import Certainty, MessageState
from app.store.records import HoldState, KeyRecord, State
from app.store.shelves import open_shelves
from tests.chat.conversations import opened_after_a_kill, unchecked_chat
from tests.end_to_end.long_answers import numbered_words
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, recorded
from tests.store.given import Records


async def killed_while_streaming(
    driver: CoreDriver, server: ProviderServer
) -> tuple[CoreDriver, str, str]:
    """A core opened after a kill in the middle of an answer; the chat, and what was saved of it."""
    server.replies = [numbered_words(2000, pace_s=0.02), recorded("openai-chat-1bc05d89")]
    chat_id = await unchecked_chat(driver, f"{server.url}/v1")
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Count for me"))
    await driver.wait_for(events.TextArrived, lambda event: "40" in event.text)
    started = await driver.wait_for(events.MessageAdded, lambda e: e.message.role == "assistant")
    row = driver.core.shelves.messages.get(started.message.id)
    assert row is not None
    again = await opened_after_a_kill(driver, driver.folder.parent / "after")
    return again, chat_id, row.text


async def test_a_half_answer_is_shown_as_such_with_a_way_on(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    again, chat_id, saved = await killed_while_streaming(driver, provider_server)
    opened = await again.ask(commands.OpenChat(chat_id), events.ChatOpened)
    question, answer = opened.chat.panes[0].messages
    assert question.text == "Count for me"
    assert answer.state is MessageState.INCOMPLETE
    assert answer.text == saved != ""
    assert answer.fault is not None
    assert (answer.fault.kind, answer.fault.action) == ("ProgramEnded", "retry")
    rows = await again.ask(commands.ListChats(), events.ChatsListed)
    assert rows.rows[0].unfinished
    await again.close()


async def test_a_call_that_died_is_charged_once_for_input_and_what_was_saved(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    again, chat_id, saved = await killed_while_streaming(driver, provider_server)
    shelves = again.core.shelves
    opened = await again.ask(commands.OpenChat(chat_id), events.ChatOpened)
    answer = opened.chat.panes[0].messages[1]
    hold = shelves.holds.for_message(answer.id)
    assert hold is not None
    assert hold.state is HoldState.SETTLED
    assert answer.cost is not None
    assert answer.cost.certainty is Certainty.ESTIMATED
    written = again.core.counting.count_text(saved, "gpt-4o")
    assert answer.cost.output_tokens == written
    # GPT-4o: 2.50 and 10 dollars per million tokens.
    assert answer.cost.total_pusd == answer.cost.input_tokens * 2_500_000 + written * 10_000_000
    assert hold.settled_pusd == answer.cost.total_pusd < hold.amount_pusd
    assert shelves.chats.rows()[0].total_pusd == answer.cost.total_pusd
    assert shelves.holds.open_holds() == []
    await again.close()


async def test_a_second_start_after_the_kill_charges_nothing_more(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    again, _, _ = await killed_while_streaming(driver, provider_server)
    before = again.core.shelves.chats.rows()[0].total_pusd
    await again.close()
    third = CoreDriver(again.folder)
    await third.open()
    assert third.core.shelves.chats.rows()[0].total_pusd == before
    assert len(list(third.core.shelves.usage.recent_outputs("gpt-4o"))) <= 1
    await third.close()


async def test_a_half_answer_goes_on_where_it_ended(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    again, chat_id, saved = await killed_while_streaming(driver, provider_server)
    key = again.core.shelves.keys.rows()[0]
    await again.core.keychain.keep(key.id, "sk-test-0123456789abcdef", "session")
    opened = await again.ask(commands.OpenChat(chat_id), events.ChatOpened)
    answer = opened.chat.panes[0].messages[1]
    done = await again.ask(
        commands.ContinueAnswer(chat_id, 0, answer.id),
        events.MessageChanged,
        lambda event: event.settled,
    )
    assert done.message.id == answer.id
    assert done.message.state is MessageState.COMPLETE
    assert done.message.text.startswith(saved)
    assert done.message.fault is None
    assert answer.cost is not None
    assert answer.cost.total_pusd is not None
    assert done.message.cost is not None
    assert (done.message.cost.total_pusd or 0) > answer.cost.total_pusd
    await again.close()


async def test_a_half_answer_can_be_kept_as_it_is(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    again, chat_id, saved = await killed_while_streaming(driver, provider_server)
    opened = await again.ask(commands.OpenChat(chat_id), events.ChatOpened)
    answer = opened.chat.panes[0].messages[1]
    kept = await again.ask(commands.KeepAnswer(chat_id, answer.id), events.MessageChanged)
    assert kept.message.text == saved
    assert kept.message.fault is None
    await again.close()


@pytest.mark.parametrize(
    ("state", "ended"),
    [
        (HoldState.HELD, HoldState.RELEASED),
        (HoldState.DISPATCHED, HoldState.SETTLED),
        (HoldState.UNKNOWN, HoldState.SETTLED),
    ],
)
async def test_every_open_hold_is_ended_at_the_start(
    driver: CoreDriver, state: HoldState, ended: HoldState
) -> None:
    records = Records()
    folder = driver.folder.parent / "old"
    folder.mkdir()
    shelves = open_shelves(folder, Clock())
    shelves.chats.create("chat", "Old", [records.pane()])
    shelves.messages.add(records.message("question"))
    shelves.messages.add(
        records.message("answer", "question", role="assistant", state=State.STREAMING, text="")
    )
    shelves.holds.admit(records.hold(price_json=None, amount_pusd=0))
    if state is not HoldState.HELD:
        shelves.holds.dispatch("hold")
    if state is HoldState.UNKNOWN:
        shelves.holds.park("hold")
    shelves.database.close()
    again = CoreDriver(folder)
    await again.open()
    hold = again.core.shelves.holds.get("hold")
    assert hold is not None
    assert hold.state is ended
    answer = again.core.shelves.messages.get("answer")
    assert answer is not None
    assert answer.state is State.INCOMPLETE
    assert (answer.receipt_json is None) == (ended is HoldState.RELEASED)
    await again.close()


@pytest.mark.parametrize("price_json", ["{}", "not json", "[1]"])
async def test_a_price_that_cannot_be_read_keeps_no_start_from_settling(
    driver: CoreDriver, price_json: str
) -> None:
    records = Records()
    folder = driver.folder.parent / "old"
    folder.mkdir()
    shelves = open_shelves(folder, Clock())
    shelves.chats.create("chat", "Old", [records.pane()])
    shelves.messages.add(records.message("question"))
    shelves.messages.add(
        records.message("answer", "question", role="assistant", state=State.STREAMING, text="")
    )
    shelves.holds.admit(records.hold(price_json=price_json))
    shelves.holds.dispatch("hold")
    shelves.database.close()
    again = CoreDriver(folder)
    await again.open()
    assert again.core.shelves.holds.open_holds() == []
    receipt = await again.ask(commands.AskReceipt("answer"), events.ReceiptReady)
    assert receipt.receipt.total_pusd is None
    await again.close()


async def test_a_call_that_died_is_summed_up_with_those_of_its_provider_that_did_not(
    driver: CoreDriver,
) -> None:
    records = Records()
    folder = driver.folder.parent / "old"
    folder.mkdir()
    price = Price.from_user("google", "gemini-2.5-pro", input_usd="1", output_usd="2")
    shelves = open_shelves(folder, Clock())
    shelves.keys.save(
        KeyRecord("key", "gemini", "", "1234", "", "session", "works", "", None, records.noon)
    )
    shelves.chats.create("chat", "Old", [records.pane()])
    shelves.messages.add(records.message("question"))
    shelves.messages.add(
        records.message("answer", "question", role="assistant", state=State.STREAMING, text="")
    )
    shelves.holds.admit(records.hold(price_json=price.to_json(), model_ref="key/gemini-2.5-pro"))
    shelves.holds.dispatch("hold")
    shelves.database.close()
    again = CoreDriver(folder)
    await again.open()
    rows = again.core.shelves.database.rows("SELECT provider FROM usage")
    assert rows == [("gemini",)]
    receipt = await again.ask(commands.AskReceipt("answer"), events.ReceiptReady)
    (call,) = receipt.receipt.calls
    assert (call.provider, call.payer) == ("Google Gemini", "your Google Gemini key")
    await again.close()


async def test_a_call_that_died_after_a_switch_costs_what_the_second_key_charges(
    driver: CoreDriver,
) -> None:
    records = Records()
    folder = driver.folder.parent / "old"
    folder.mkdir()
    dear = Price.from_user("openai", "gpt-4o", input_usd="100", output_usd="100")
    cheap = Price.from_user("openrouter", "openai/gpt-4o", input_usd="1", output_usd="1")
    shelves = open_shelves(folder, Clock())
    shelves.chats.create("chat", "Old", [records.pane()])
    shelves.messages.add(records.message("question"))
    shelves.messages.add(
        records.message("answer", "question", role="assistant", state=State.STREAMING, text="")
    )
    shelves.holds.admit(records.hold(price_json=dear.to_json(), input_tokens=1000))
    shelves.holds.dispatch("hold")
    shelves.holds.reroute(
        "hold", key_id="second", model_ref="second/openai/gpt-4o", price_json=cheap.to_json()
    )
    shelves.database.close()
    again = CoreDriver(folder)
    await again.open()
    receipt = await again.ask(commands.AskReceipt("answer"), events.ReceiptReady)
    assert receipt.receipt.total_pusd == 1000 * 1_000_000
    spent = again.core.shelves.database.rows(
        "SELECT id, posted, held FROM ledger_accounts WHERE kind = 'spent' ORDER BY id"
    )
    assert spent == [("spent/key", 0, 0), ("spent/second", -1000 * 1_000_000, 0)]
    await again.close()


async def test_a_call_whose_message_never_was_is_charged_and_counted_once(
    driver: CoreDriver,
) -> None:
    records = Records()
    folder = driver.folder.parent / "old"
    folder.mkdir()
    price = Price.from_user("openai", "gpt-4o", input_usd="1", output_usd="2")
    shelves = open_shelves(folder, Clock())
    shelves.holds.admit(records.hold(price_json=price.to_json(), input_tokens=1000))
    shelves.holds.dispatch("hold")
    shelves.holds.heartbeat("answer", 10)
    shelves.database.close()
    again = CoreDriver(folder)
    await again.open()
    hold = again.core.shelves.holds.get("hold")
    assert hold is not None
    assert (hold.state, hold.settled_pusd) == (HoldState.SETTLED, 1_020_000_000)
    assert again.core.shelves.books.findings() == ()
    await again.close()
