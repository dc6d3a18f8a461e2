"""What comes while a call is admitted: a second Send, Stop, Delete, a new chat."""

from __future__ import annotations

import pytest

from app.seam import commands, events
from tests.chat.conversations import unchecked_chat
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, recorded

STREAM = "openai-chat-1bc05d89"


async def chat_with(driver: CoreDriver, server: ProviderServer) -> str:
    server.replies = [recorded(STREAM)]
    return await unchecked_chat(driver, f"{server.url}/v1")


async def quiet(driver: CoreDriver) -> None:
    """Everything that was ordered has been done."""
    await driver.ask(commands.AskBilling(), events.BillingReady)
    await driver.core.turns.stop_all()


async def test_a_second_send_in_the_same_moment_is_refused_and_charged_nothing(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await chat_with(driver, provider_server)
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Once"))
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Twice"))
    refused = await driver.wait_for(events.SendRefused)
    await driver.wait_for(events.MessageChanged, lambda event: event.settled)
    assert "still being written" in refused.fault.message
    assert len(provider_server.posts) == 1
    assert len(driver.all(events.SendAccepted)) == 1
    assert len(driver.core.shelves.messages.all_of(chat_id)) == 2


async def test_stop_before_anything_was_sent_keeps_the_message_back(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await chat_with(driver, provider_server)
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "On second thought"))
    driver.dispatcher.take(commands.StopTurn(chat_id))
    refused = await driver.wait_for(events.SendRefused)
    assert "You stopped" in refused.fault.message
    await quiet(driver)
    assert provider_server.posts == []
    assert driver.core.shelves.chats.rows() == []
    assert driver.core.shelves.holds.open_holds() == []


async def test_a_chat_that_is_deleted_before_its_message_left_sends_nothing(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await chat_with(driver, provider_server)
    await driver.send(chat_id, "One")
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Two"))
    driver.dispatcher.take(commands.DeleteChat(chat_id))
    await driver.wait_for(events.SendRefused)
    await quiet(driver)
    assert len(provider_server.posts) == 1
    assert driver.core.shelves.holds.open_holds() == []


async def test_nothing_is_sent_in_a_chat_that_was_deleted(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await chat_with(driver, provider_server)
    await driver.send(chat_id, "One")
    await driver.ask(commands.DeleteChat(chat_id), events.Notice)
    refused = await driver.ask(commands.SendMessage(chat_id, (0,), "Two"), events.SendRefused)
    assert "deleted" in refused.fault.message
    assert len(provider_server.posts) == 1
    await driver.ask(commands.RestoreChat(chat_id), events.ChatsListed)
    await driver.send(chat_id, "Two")
    assert len(provider_server.posts) == 2


async def test_a_message_arrives_though_a_new_chat_was_begun_in_the_same_moment(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await chat_with(driver, provider_server)
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Do not lose me"))
    driver.dispatcher.take(commands.NewChat())
    settled = await driver.wait_for(events.MessageChanged, lambda event: event.settled)
    assert settled.chat_id == chat_id
    assert [row.id for row in driver.core.shelves.chats.rows()] == [chat_id]


@pytest.mark.parametrize("panes", [(), (1,), (0, 3)])
async def test_a_message_to_a_pane_that_was_closed_stays_with_the_reason(
    driver: CoreDriver, provider_server: ProviderServer, panes: tuple[int, ...]
) -> None:
    chat_id = await chat_with(driver, provider_server)
    refused = await driver.ask(commands.SendMessage(chat_id, panes, "Hello"), events.SendRefused)
    assert "closed" in refused.fault.message
    assert driver.core.shelves.chats.rows() == []
    assert provider_server.posts == []


async def test_a_message_never_leaves_without_one_of_its_files(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await chat_with(driver, provider_server)
    refused = await driver.ask(
        commands.SendMessage(chat_id, (0,), "See the file", ("0" * 64,)), events.SendRefused
    )
    assert "file" in refused.fault.message
    assert provider_server.posts == []


async def test_messages_of_another_chat_are_out_of_reach(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    first = await chat_with(driver, provider_server)
    answer = await driver.send(first, "One")
    opened = await driver.ask(commands.OpenChat(first), events.ChatOpened)
    question = opened.chat.panes[0].messages[0]
    second = await driver.new_chat(opened.chat.panes[0].model_ref)
    await driver.send(second.id, "Two")
    posts = len(provider_server.posts)
    for command in (
        commands.EditMessage(second.id, 0, question.id, "Changed"),
        commands.Regenerate(second.id, 0, answer.id),
        commands.ContinueAnswer(second.id, 0, answer.id),
        commands.KeepAnswer(second.id, answer.id),
        commands.ShowBranch(second.id, 0, answer.id),
        commands.OpenChat(second.id, answer.id),
    ):
        notice = await driver.ask(command, events.Notice)
        assert "not there any more" in notice.text
    assert len(provider_server.posts) == posts
    shown = await driver.ask(commands.OpenChat(second.id), events.ChatOpened)
    assert shown.chat.panes[0].messages[0].text == "Two"


async def test_only_questions_are_edited_and_only_answers_go_on(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await chat_with(driver, provider_server)
    answer = await driver.send(chat_id, "One")
    opened = await driver.ask(commands.OpenChat(chat_id), events.ChatOpened)
    question = opened.chat.panes[0].messages[0]
    for command in (
        commands.EditMessage(chat_id, 0, answer.id, "Words in its mouth"),
        commands.ContinueAnswer(chat_id, 0, question.id),
    ):
        await driver.ask(command, events.SendRefused)
    assert len(provider_server.posts) == 1
    assert len(driver.core.shelves.messages.all_of(chat_id)) == 2


async def test_a_turn_runs_though_its_card_cannot_be_shown(
    driver: CoreDriver, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was stored with a hold is started before anything else can fail."""
    chat_id = await chat_with(driver, provider_server)
    shown = driver.core.emit

    def emit(event: events.Event) -> None:
        if isinstance(event, events.SendAccepted):
            raise ValueError("a defect")
        shown(event)

    monkeypatch.setattr(driver.core, "emit", emit)
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "One"))
    await driver.wait_for(events.MessageChanged, lambda event: event.settled)
    assert driver.core.shelves.holds.open_holds() == []
