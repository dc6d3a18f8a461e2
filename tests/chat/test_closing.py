"""The program closes in the middle of answers: each is settled for what came, and stored."""

from __future__ import annotations

from app.seam import commands, events
from app.seam.views import MessageState
from app.store.records import HoldState
from tests.chat.conversations import unchecked_chat
from tests.end_to_end.long_answers import numbered_words
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer


async def test_all_running_answers_are_settled_when_the_program_closes(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [numbered_words(3000, pace_s=0.02)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    await driver.ask(commands.AddPane(chat_id, 0), events.ChatOpened)
    driver.dispatcher.take(commands.SendMessage(chat_id, (0, 1), "Count for me"))
    for pane in (0, 1):
        await driver.wait_for(events.TextArrived, lambda event, pane=pane: event.pane == pane)
    await driver.close()
    ended = [event.message for event in driver.all(events.MessageChanged) if event.settled]
    assert [message.state for message in ended] == [MessageState.INTERRUPTED] * 2

    again = CoreDriver(driver.folder)
    await again.open()
    opened = await again.ask(commands.OpenChat(chat_id), events.ChatOpened)
    for pane in opened.chat.panes:
        answer = pane.messages[1]
        assert answer.state is MessageState.INTERRUPTED
        assert answer.fault is None
        assert answer.text
        assert answer.cost is not None
        hold = again.core.shelves.holds.for_message(answer.id)
        assert hold is not None
        assert hold.state is HoldState.SETTLED
        assert hold.settled_pusd == answer.cost.total_pusd
    assert again.core.shelves.holds.open_holds() == []
    driver.core = again.core
    driver.dispatcher = again.dispatcher


async def test_a_chat_that_is_deleted_while_it_is_answered_is_settled_first(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [numbered_words(3000, pace_s=0.02)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Count for me"))
    await driver.wait_for(events.TextArrived)
    await driver.ask(commands.DeleteChat(chat_id), events.Notice)
    assert driver.core.shelves.chats.rows() == []
    assert driver.core.shelves.holds.open_holds() == []
    assert driver.core.turns.running_chats() == set()
