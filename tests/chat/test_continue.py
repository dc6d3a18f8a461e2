"""An answer that goes on: one call more on its receipt, nothing of what it had is lost."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from app.chat.answer import Answer
from app.chat.extras import Extras, read_extras
from app.providers import events as stream
from app.seam import commands, events
from app.seam.views import Certainty, CitationView, ToolCallView
from app.store.records import MessageRecord, State
from tests.chat.conversations import unchecked_chat
from tests.chat.test_drains import GROQ
from tests.end_to_end.long_answers import numbered_words
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, recorded

STREAM = "openai-chat-1bc05d89"


async def settled(driver: CoreDriver, command: commands.Command) -> events.MessageChanged:
    return await driver.ask(command, events.MessageChanged, lambda event: event.settled)


async def test_an_answer_goes_on_once_though_it_is_asked_twice(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(STREAM)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    answer = await driver.send(chat_id, "One")
    await driver.ask(commands.AddPane(chat_id, 0), events.ChatOpened)
    seen = len(driver.heard)
    # Both panes stand on the same answer.
    driver.dispatcher.take(commands.ContinueAnswer(chat_id, 0, answer.id))
    driver.dispatcher.take(commands.ContinueAnswer(chat_id, 1, answer.id))
    refused = await driver.wait_for(events.SendRefused)
    await driver.wait_for(events.MessageChanged, lambda event: event.settled, since=seen)
    assert "still being written" in refused.fault.message
    assert len(provider_server.posts) == 2
    assert driver.core.shelves.holds.open_holds() == []
    receipt = await driver.ask(commands.AskReceipt(answer.id), events.ReceiptReady)
    assert len(receipt.receipt.calls) == 2


async def test_an_answer_does_not_go_on_before_its_bill_is_known(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(GROQ, pace_s=0.01)]
    chat_id = await unchecked_chat(
        driver, f"{provider_server.url}/v1", provider="groq", model="openai/gpt-oss-120b"
    )
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Tell me"))
    await driver.wait_for(events.ThinkingArrived)
    pending = await settled(driver, commands.StopTurn(chat_id))
    answer_id = pending.message.id
    refused = await driver.ask(commands.ContinueAnswer(chat_id, 0, answer_id), events.SendRefused)
    assert "still coming in" in refused.fault.message
    known = await driver.wait_for(
        events.MessageChanged,
        lambda event: (
            event.message.cost is not None and event.message.cost.certainty is not Certainty.PENDING
        ),
    )
    assert known.message.cost is not None
    assert known.message.cost.certainty is Certainty.EXACT
    provider_server.replies = [recorded(GROQ)]
    done = await settled(driver, commands.ContinueAnswer(chat_id, 0, answer_id))
    rows = driver.core.shelves.database.rows("SELECT sum(cost_pusd), count(*) FROM usage")
    assert done.message.cost is not None
    assert rows[0] == (done.message.cost.total_pusd, 2)


async def test_what_is_kept_while_its_bill_comes_in_stays_kept(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(GROQ, pace_s=0.01)]
    chat_id = await unchecked_chat(
        driver, f"{provider_server.url}/v1", provider="groq", model="openai/gpt-oss-120b"
    )
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Tell me"))
    await driver.wait_for(events.ThinkingArrived)
    pending = await settled(driver, commands.StopTurn(chat_id))
    driver.dispatcher.take(commands.KeepAnswer(chat_id, pending.message.id))
    await driver.wait_for(
        events.MessageChanged,
        lambda event: (
            event.message.cost is not None and event.message.cost.certainty is not Certainty.PENDING
        ),
    )
    row = driver.core.shelves.messages.get(pending.message.id)
    assert row is not None
    assert read_extras(row.extras_json).kept


async def test_a_crash_while_an_answer_goes_on_does_not_charge_its_beginning_again(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [numbered_words(400, pace_s=0.0), numbered_words(400, pace_s=0.05)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    first = await driver.send(chat_id, "Count for me")
    seen = len(driver.heard)
    driver.dispatcher.take(commands.ContinueAnswer(chat_id, 0, first.id))
    await driver.wait_for(events.TextArrived, since=seen)
    folder = driver.folder.parent / "after"
    shutil.copytree(driver.folder, folder)
    again = CoreDriver(folder)
    await again.open()
    receipt = await again.ask(commands.AskReceipt(first.id), events.ReceiptReady)
    assert len(receipt.receipt.calls) == 2
    died = receipt.receipt.calls[-1]
    output = sum(part.quantity for part in died.parts if part.label == "Output")
    # The first call wrote 400 numbers; of the second a few had come.
    assert len(first.text.split()) == 400
    assert output < 100
    await again.close()


def base() -> MessageRecord:
    extras = Extras(
        tool_calls=[ToolCallView("call_1", "search", "{}")],
        citations=[CitationView("https://example.org", "Example")],
        thinking_signature="signed",
        host="anthropic",
    )
    return MessageRecord(
        id="answer",
        chat_id="chat",
        parent_id="question",
        role="assistant",
        text="Half",
        state=State.STREAMING,
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
        thinking="Hm. ",
        thinking_s=2.0,
        extras_json=extras.to_json(),
    )


def going_on(arrived: Sequence[stream.StreamEvent]) -> MessageRecord:
    answer = Answer(base(), 0, "anthropic")
    for second, event in enumerate(arrived):
        answer.take(event, float(second))
    return answer.record(State.COMPLETE)


def test_sources_and_calls_of_the_beginning_stay() -> None:
    extras = read_extras(going_on([stream.TextArrived(" and whole.")]).extras_json)
    assert [call.id for call in extras.tool_calls] == ["call_1"]
    assert [citation.url for citation in extras.citations] == ["https://example.org"]
    assert extras.thinking_signature == "signed"


def test_thinking_that_was_joined_has_no_signature_that_is_still_true() -> None:
    for signature in (None, "signed too"):
        row = going_on([stream.ThinkingArrived("Further.", signature), stream.TextArrived("!")])
        assert row.thinking == "Hm. Further."
        assert not read_extras(row.extras_json).thinking_signature


def test_the_time_of_thinking_adds_up() -> None:
    row = going_on([stream.ThinkingArrived("Further."), stream.TextArrived("!")])
    assert row.thinking_s == pytest.approx(3.0)
