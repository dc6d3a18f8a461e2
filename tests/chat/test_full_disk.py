"""The disk fills up in the middle of an answer: it stays visible, and is stored once there is room."""

from __future__ import annotations

from app.seam import commands, events
from app.seam.views import MessageState
from app.store.records import HoldState, State
from tests.chat.conversations import unchecked_chat
from tests.end_to_end.long_answers import numbered_words
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer

WORDS = 3000
WHOLE = "".join(f"{number} " for number in range(WORDS))


def fill_disk(driver: CoreDriver) -> None:
    """From now on the database cannot grow by a page: SQLite's own answer to a full disk."""
    database = driver.core.shelves.database
    pages = database.rows("PRAGMA page_count")[0][0]
    database.rows(f"PRAGMA max_page_count = {pages}")


def make_room(driver: CoreDriver) -> None:
    driver.core.shelves.database.rows("PRAGMA max_page_count = 1000000")


async def full_while_streaming(driver: CoreDriver, server: ProviderServer) -> tuple[str, str]:
    """The disk is full since the first word; the chat and the answer, which is all there."""
    server.replies = [numbered_words(WORDS, pace_s=0.0005)]
    chat_id = await unchecked_chat(driver, f"{server.url}/v1")
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Count for me"))
    first = await driver.wait_for(events.TextArrived)
    fill_disk(driver)
    await driver.wait_for(events.TextArrived, lambda event: f"{WORDS - 1} " in event.text)
    return chat_id, first.message_id


def shown_text(driver: CoreDriver, message_id: str) -> str:
    return "".join(e.text for e in driver.all(events.TextArrived) if e.message_id == message_id)


async def test_a_full_disk_is_said_once_and_the_answer_goes_on(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    _, message_id = await full_while_streaming(driver, provider_server)
    notice = await driver.wait_for(events.Notice, lambda event: event.level == "error")
    assert "is full" in notice.text
    assert notice.advice
    assert shown_text(driver, message_id) == WHOLE
    assert len([one for one in driver.all(events.Notice) if "is full" in one.text]) == 1
    make_room(driver)


async def test_an_answer_is_stored_with_its_cost_once_there_is_room(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id, message_id = await full_while_streaming(driver, provider_server)
    make_room(driver)
    settled = await driver.wait_for(
        events.MessageChanged, lambda event: event.settled and event.message.cost is not None
        and event.message.cost.total_pusd is not None
    )
    assert settled.message.id == message_id
    assert settled.message.state is MessageState.COMPLETE
    assert settled.message.text == WHOLE
    row = driver.core.shelves.messages.get(message_id)
    assert row is not None
    assert (row.state, row.text) == (State.COMPLETE, WHOLE)
    hold = driver.core.shelves.holds.for_message(message_id)
    assert hold is not None
    assert hold.state is HoldState.SETTLED
    assert driver.core.shelves.chats.rows()[0].total_pusd == hold.settled_pusd
    assert driver.core.shelves.database.integrity() == ()
    assert chat_id


async def test_an_answer_for_which_there_never_was_room_is_honestly_half_at_the_next_start(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id, message_id = await full_while_streaming(driver, provider_server)
    await driver.close()
    again = CoreDriver(driver.folder)
    await again.open()
    opened = await again.ask(commands.OpenChat(chat_id), events.ChatOpened)
    answer = opened.chat.panes[0].messages[1]
    assert answer.id == message_id
    assert answer.state is MessageState.INCOMPLETE
    assert WHOLE.startswith(answer.text)
    assert answer.fault is not None
    assert answer.fault.action == "retry"
    assert again.core.shelves.holds.open_holds() == []
    driver.core, driver.dispatcher = again.core, again.dispatcher


async def test_a_message_for_which_there_is_no_room_is_refused_and_stays_typed(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    fill_disk(driver)
    text = "long words " * 5000
    refused = await driver.ask(commands.SendMessage(chat_id, (0,), text), events.SendRefused)
    assert "is full" in refused.fault.message
    assert provider_server.posts == []
    make_room(driver)
    assert driver.core.shelves.chats.rows() == []
