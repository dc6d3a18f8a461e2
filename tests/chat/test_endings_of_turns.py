"""Whatever ends a turn, its hold ends once and the card says what happened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.chat.routes import Route
from app.metering.hold import HoldState
from app.metering.usage import Usage
from app.providers.client import Provider
from app.providers.events import Finished, Outcome, StreamEvent, TextArrived, UsageArrived
from app.providers.scripted import Cut, Emit, Pause, ScriptedProvider, Steps, text_step
from app.request import ChatRequest
from app.seam import commands, events
from app.seam.views import Certainty, MessageState
from tests.chat.conversations import unchecked_chat, unused_address
from tests.fixtures.core import CoreDriver


class Broken(ScriptedProvider):
    """Writes a word and then meets a defect of our own."""

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        yield TextArrived("A word")
        raise ZeroDivisionError("a defect")


def answers_with(
    monkeypatch: pytest.MonkeyPatch, driver: CoreDriver, provider: Provider, wait_s: float = 0.0
) -> None:
    async def open_route(route: Route) -> Provider:
        await asyncio.sleep(wait_s)
        return provider

    monkeypatch.setattr(driver.core.routes, "open", open_route)


async def last_hold(driver: CoreDriver, message_id: str) -> HoldState:
    hold = driver.core.shelves.holds.for_message(message_id)
    assert hold is not None
    return hold.state


async def test_a_defect_in_the_middle_of_a_stream_is_settled_and_told(
    driver: CoreDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat_id = await unchecked_chat(driver, unused_address())
    answers_with(monkeypatch, driver, Broken(()))
    answer = await driver.send(chat_id, "Hello")
    assert answer.state is MessageState.INCOMPLETE
    assert answer.text == "A word"
    assert answer.fault is not None
    assert "inside Tuppence" in answer.fault.message
    assert answer.cost is not None
    assert answer.cost.certainty is Certainty.ESTIMATED
    assert await last_hold(driver, answer.id) is HoldState.SETTLED
    assert not driver.core.turns.is_running(chat_id)


async def test_stop_while_the_key_is_still_being_read_sends_and_charges_nothing(
    driver: CoreDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat_id = await unchecked_chat(driver, unused_address())
    provider = ScriptedProvider((text_step("Never asked for"),))
    answers_with(monkeypatch, driver, provider, wait_s=60)
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Hello"))
    added = await driver.wait_for(
        events.MessageAdded, lambda event: event.message.role == "assistant"
    )
    await asyncio.sleep(0.05)
    stopped = await driver.ask(
        commands.StopTurn(chat_id), events.MessageChanged, lambda event: event.settled
    )
    assert stopped.message.id == added.message.id
    assert stopped.message.state is MessageState.INTERRUPTED
    assert stopped.message.cost is None
    assert provider.requests == []
    assert await last_hold(driver, added.message.id) is HoldState.RELEASED


@pytest.mark.parametrize("stopped", [True, False])
async def test_figures_of_a_bill_that_broke_off_are_never_called_exact(
    driver: CoreDriver, monkeypatch: pytest.MonkeyPatch, stopped: bool
) -> None:
    """The line breaks in the middle, or while the bill of a stopped answer is read."""
    chat_id = await unchecked_chat(
        driver, unused_address(), provider="groq", model="openai/gpt-oss-20b"
    )
    steps: Steps = (
        text_step("One word "),
        Pause(0.1),
        Emit(UsageArrived(Usage(input=10, output=1))),
        Cut(),
    )
    answers_with(monkeypatch, driver, ScriptedProvider(steps))
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Hello"))
    await driver.wait_for(events.TextArrived)
    if stopped:
        driver.dispatcher.take(commands.StopTurn(chat_id))
    settled = await driver.wait_for(
        events.MessageChanged,
        lambda event: (
            event.message.cost is not None and event.message.cost.certainty is not Certainty.PENDING
        ),
    )
    assert settled.message.cost is not None
    assert settled.message.cost.certainty is Certainty.ESTIMATED


async def test_a_stopped_answer_does_not_last_as_long_as_its_bill(
    driver: CoreDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat_id = await unchecked_chat(driver, unused_address(), provider="groq", model="gpt-oss-20b")
    steps: Steps = (
        text_step("One word "),
        Pause(1.0),
        Emit(UsageArrived(Usage(input=10, output=200))),
        Emit(Finished(Outcome.COMPLETE)),
    )
    answers_with(monkeypatch, driver, ScriptedProvider(steps))
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Hello"))
    await driver.wait_for(events.TextArrived)
    driver.dispatcher.take(commands.StopTurn(chat_id))
    settled = await driver.wait_for(
        events.MessageChanged,
        lambda event: (
            event.message.cost is not None and event.message.cost.certainty is not Certainty.PENDING
        ),
    )
    assert settled.message.cost is not None
    assert settled.message.cost.duration_s is not None
    assert settled.message.cost.duration_s < 0.9


async def test_a_defect_after_an_answer_was_stored_is_told_and_nobody_waits(
    driver: CoreDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    chat_id = await unchecked_chat(driver, unused_address())
    answers_with(monkeypatch, driver, ScriptedProvider((text_step("Whole."),)))
    monkeypatch.setattr(driver.core.turns, "_settled", broken)
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Hello"))
    notice = await driver.wait_for(events.Notice, lambda event: "inside Tuppence" in event.text)
    assert notice.level == "error"
    assert not driver.core.turns.is_running(chat_id)
    opened = await driver.ask(commands.OpenChat(chat_id), events.ChatOpened)
    assert opened.chat.panes[0].messages[-1].text == "Whole."
