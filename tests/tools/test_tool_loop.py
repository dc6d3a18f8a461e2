"""A message whose model calls tools: each call with its hold, all of them on one receipt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.seam import assistants, commands, events
from app.seam.views import Certainty, MessageState
from app.store.records import State
from tests.chat.conversations import opened_after_a_kill
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer
from tests.tools.chats import (
    ALL,
    assert_books_add_up,
    bodies,
    chat_with_tools,
    receipt_of,
    settled,
    stored,
)
from tests.tools.wire_traffic import WIRES, Call, OllamaChat, OpenAIChat, Wire

CHAT = OpenAIChat()


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: type(wire).__name__)
async def test_a_tool_is_run_and_its_result_goes_back_in_each_language(
    driver: CoreDriver, provider_server: ProviderServer, wire: Wire
) -> None:
    provider_server.replies = [wire.calling(Call(), text=""), wire.saying("It is 42.")]
    chat_id = await chat_with_tools(driver, provider_server, wire)
    answer = await driver.send(chat_id, "What is 6*7?")
    first, second = bodies(provider_server)
    assert wire.tools_in(first) == wire.tools_in(second) == list(ALL)
    assert wire.result_in(second) == "42"
    assert answer.text == "It is 42."
    assert answer.state is MessageState.COMPLETE
    [call] = answer.tool_calls
    assert (call.name, json.loads(call.arguments)) == ("calculator", {"expression": "6*7"})
    assert (call.result, call.failed) == ("42", False)
    receipt = receipt_of(driver, answer.id)
    assert [(each.usage.input_total, each.usage.output_total) for each in receipt.calls] == [
        (100, 20),
        (150, 10),
    ]
    assert answer.cost is not None
    assert answer.cost.certainty is Certainty.EXACT
    assert answer.cost.total_pusd == sum(each.charge.total_pusd or 0 for each in receipt.calls)
    assert (await stored(driver, chat_id)).tool_calls == answer.tool_calls
    assert_books_add_up(driver)


async def test_a_local_model_calls_tools_too(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    wire = OllamaChat()
    provider_server.replies = [wire.calling(Call()), wire.saying("42")]
    chat_id = await chat_with_tools(driver, provider_server, wire)
    answer = await driver.send(chat_id, "6*7?")
    assert wire.result_in(bodies(provider_server)[1]) == "42"
    assert answer.text == "42"
    assert_books_add_up(driver)


async def test_without_a_word_of_the_user_no_tool_is_told_of(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [CHAT.calling(Call(), text="Hm."), CHAT.saying("never asked")]
    chat_id = await chat_with_tools(driver, provider_server, tools=())
    answer = await driver.send(chat_id, "6*7?")
    [body] = bodies(provider_server)
    assert "tools" not in body
    assert answer.text == "Hm."  # a call that it dreamed of is shown, and run by nobody
    assert answer.tool_calls[0].result is None


async def test_what_was_written_before_a_tool_stays_a_paragraph_of_its_own(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [
        CHAT.calling(Call(), text="Let me see."),
        CHAT.saying("It is 42."),
    ]
    chat_id = await chat_with_tools(driver, provider_server)
    seen = len(driver.heard)
    answer = await driver.send(chat_id, "6*7?")
    assert answer.text == "Let me see.\n\nIt is 42."
    streamed = "".join(
        event.text for event in driver.heard[seen:] if isinstance(event, events.TextArrived)
    )
    assert streamed == answer.text
    called = bodies(provider_server)[1]["messages"][-2]  # type: ignore[index]
    assert called["content"] == "Let me see."


async def test_the_next_message_takes_the_rounds_along(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [
        CHAT.calling(Call(), text="Let me see."),
        CHAT.saying("It is 42."),
        CHAT.saying("Gladly."),
    ]
    chat_id = await chat_with_tools(driver, provider_server)
    await driver.send(chat_id, "6*7?")
    await driver.send(chat_id, "Thanks")
    roles = [message["role"] for message in bodies(provider_server)[2]["messages"]]  # type: ignore[union-attr]
    assert roles == ["user", "assistant", "tool", "assistant", "user"]
    said = bodies(provider_server)[2]["messages"]
    assert said[1]["tool_calls"][0]["id"] == said[2]["tool_call_id"]  # type: ignore[index]
    assert said[3]["content"] == "It is 42."  # type: ignore[index]


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: type(wire).__name__)
async def test_once_tools_are_off_what_they_said_goes_on_as_words(
    driver: CoreDriver, provider_server: ProviderServer, wire: Wire
) -> None:
    provider_server.replies = [wire.calling(Call()), wire.saying("It is 42."), wire.saying("Yes.")]
    chat_id = await chat_with_tools(driver, provider_server, wire)
    await driver.send(chat_id, "6*7?")
    await driver.ask(assistants.ChooseTools(chat_id, ()), assistants.SetupShown)
    assert (await driver.send(chat_id, "Sure?")).text == "Yes."
    body = provider_server.posts[-1].body.decode()
    assert "tools" not in json.loads(body)
    assert "What the tools said:" in body
    for word in ("tool_calls", "tool_use", "functionCall", "function_call"):
        assert word not in body


async def test_several_calls_at_once_each_get_their_result(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    two = (Call(id="call_1"), Call(arguments='{"expression": "1/0"}', id="call_2"))
    provider_server.replies = [CHAT.calling(*two), CHAT.saying("Done.")]
    chat_id = await chat_with_tools(driver, provider_server)
    answer = await driver.send(chat_id, "Both")
    assert [(call.result, call.failed) for call in answer.tool_calls] == [
        ("42", False),
        ("Division by zero.", True),
    ]
    *_, one, other = bodies(provider_server)[1]["messages"]  # type: ignore[misc]
    assert [one["tool_call_id"], other["tool_call_id"]] == ["call_1", "call_2"]


async def test_ids_that_a_provider_gives_twice_are_told_apart(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    again = Call("date_and_time", '{"date": "2026-11-21"}')
    provider_server.replies = [CHAT.calling(Call()), CHAT.calling(again), CHAT.saying("Done.")]
    chat_id = await chat_with_tools(driver, provider_server)
    answer = await driver.send(chat_id, "Both")
    assert [call.id for call in answer.tool_calls] == ["call_a1", "call_a1_2"]
    assert answer.tool_calls[1].result == "2026-11-21, Saturday, week 47"
    last = bodies(provider_server)[2]["messages"]
    assert last[-2]["tool_calls"][0]["id"] == last[-1]["tool_call_id"] == "call_a1_2"  # type: ignore[index]


async def test_each_call_is_held_before_its_first_byte_and_settled_after_its_last(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [CHAT.calling(Call()), CHAT.saying("It is 42.")]
    chat_id = await chat_with_tools(driver, provider_server)
    answer = await driver.send(chat_id, "6*7?")
    rows = driver.core.shelves.database.rows(
        "SELECT state, amount_pusd, settled_pusd FROM holds WHERE message_id = ? ORDER BY seq",
        (answer.id,),
    )
    assert [row[0] for row in rows] == ["settled", "settled"]
    assert all(amount >= charged > 0 for _, amount, charged in rows)
    calls = receipt_of(driver, answer.id).calls
    assert [row[2] for row in rows] == [call.charge.total_pusd for call in calls]
    usage = driver.core.shelves.database.rows(
        "SELECT cost_pusd FROM usage WHERE message_id = ? ORDER BY seq", (answer.id,)
    )
    assert [row[0] for row in usage] == [row[2] for row in rows]


async def test_the_quote_counts_what_the_tools_schemas_cost(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    with_tools = await chat_with_tools(driver, provider_server)
    told = await driver.ask(commands.AskQuote(1, with_tools, "Hello"), events.QuoteReady)
    without = await chat_with_tools(driver, provider_server, tools=())
    bare = await driver.ask(commands.AskQuote(2, without, "Hello"), events.QuoteReady)
    assert told.quotes[0].input_tokens > bare.quotes[0].input_tokens + 80


async def test_the_admitted_call_is_counted_as_it_was_quoted(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [CHAT.saying("Hello.")]
    chat_id = await chat_with_tools(driver, provider_server)
    told = await driver.ask(commands.AskQuote(1, chat_id, "Hello"), events.QuoteReady)
    answer = await driver.send(chat_id, "Hello")
    hold = driver.core.shelves.holds.for_message(answer.id)
    assert hold is not None
    assert (hold.input_tokens, hold.amount_pusd) == (
        told.quotes[0].input_tokens,
        told.quotes[0].most_pusd,
    )


async def test_a_second_call_that_fails_leaves_the_first_one_charged(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    broken = CHAT.saying("It is")
    broken.cut_at = 200
    provider_server.replies = [CHAT.calling(Call(), text="Let me see."), broken]
    chat_id = await chat_with_tools(driver, provider_server)
    answer = await driver.send(chat_id, "6*7?")
    assert answer.state is MessageState.INCOMPLETE
    assert answer.text.startswith("Let me see.")
    assert answer.tool_calls[0].result == "42"
    calls = receipt_of(driver, answer.id).calls
    assert calls[0].usage.input_total == 100
    assert_books_add_up(driver)


@pytest.mark.parametrize("moment", ["tool", "call"])
async def test_stop_in_the_middle_of_a_loop_charges_what_was_asked_and_no_more(
    driver: CoreDriver, provider_server: ProviderServer, moment: str
) -> None:
    slow = CHAT.saying("one two three four five six seven eight nine ten eleven twelve")
    slow.pace_s = 0.15
    provider_server.replies = [CHAT.calling(Call()), slow]
    chat_id = await chat_with_tools(driver, provider_server)
    seen = len(driver.heard)
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "6*7?"))
    if moment == "tool":
        await driver.wait_for(events.ToolCallShown, since=seen)
    else:
        await driver.wait_for(events.TextArrived, since=seen)
    driver.dispatcher.take(commands.StopTurn(chat_id))
    answer = await settled(driver, chat_id, seen)
    assert answer.state is MessageState.INTERRUPTED
    calls = receipt_of(driver, answer.id).calls
    assert len(calls) <= 2
    assert all(call.charge.total_pusd for call in calls)
    assert answer.cost is not None
    assert "You stopped" in answer.cost.note
    assert_books_add_up(driver)


@pytest.mark.parametrize("moment", ["first call", "second call"])
async def test_after_a_kill_in_the_middle_of_a_loop_each_call_is_settled_once(
    driver: CoreDriver, provider_server: ProviderServer, tmp_path: Path, moment: str
) -> None:
    first, slow = CHAT.calling(Call(), text="Let me look at it first."), CHAT.saying("word " * 80)
    (first if moment == "first call" else slow).pace_s = 0.1
    provider_server.replies = [first, slow]
    chat_id = await chat_with_tools(driver, provider_server)
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "6*7?"))
    await driver.wait_for(
        events.TextArrived,
        lambda event: moment == "first call" or event.text.startswith("\n\n"),
    )
    started = driver.core.shelves.messages.unfinished()[0]
    again = await opened_after_a_kill(driver, tmp_path / "again")
    try:
        answer = again.core.shelves.messages.get(started.id)
        assert answer is not None
        assert answer.state is State.INCOMPLETE
        calls = receipt_of(again, started.id).calls
        assert len(calls) == (1 if moment == "first call" else 2)
        view = await stored(again, chat_id)
        assert all(call.result is not None for call in view.tool_calls)
        assert_books_add_up(again)
    finally:
        await again.close()
