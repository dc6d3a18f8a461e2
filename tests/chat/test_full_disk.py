"""The disk is full when an answer ends: it lives on in memory until it can be stored."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from app.chat import turns
from app.metering.hold import HoldState
from app.seam import commands, events
from app.seam.views import Certainty, MessageState
from tests.chat.conversations import unchecked_chat
from tests.end_to_end.long_answers import numbered_words
from tests.fixtures.core import CoreDriver
from tests.fixtures.disk import SmallDisk
from tests.fixtures.provider_server import ProviderServer

FullDisk = Callable[[], AbstractContextManager[None]]


@contextmanager
def full_database(driver: CoreDriver) -> Iterator[None]:
    """As many pages as the file has now, and not one more: what anybody may do anywhere."""
    database = driver.core.shelves.database
    before = database.rows("PRAGMA max_page_count")[0][0]
    database.rows("PRAGMA max_page_count = 1")  # as small as the file is now
    try:
        yield
    finally:
        database.rows(f"PRAGMA max_page_count = {before}")


@pytest_asyncio.fixture(params=["limit of SQLite's", "mounted disk"])
async def on_disk(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[CoreDriver, FullDisk]]:
    """An open core, and what fills the disk that it writes to."""
    if request.param == "mounted disk":
        disk: SmallDisk = request.getfixturevalue("small_disk")
        driver = CoreDriver(disk.folder)
        full: FullDisk = disk.full
    else:
        driver = CoreDriver(tmp_path)
        full = partial(full_database, driver)
    await driver.open()
    yield driver, full
    await driver.close()


@pytest.fixture(autouse=True)
def soon_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_STORE_AGAIN_S", (0.05,))


async def test_an_answer_that_ends_on_a_full_disk_is_stored_once_there_is_room(
    on_disk: tuple[CoreDriver, FullDisk], provider_server: ProviderServer
) -> None:
    driver, full_disk = on_disk
    provider_server.replies = [numbered_words(3000, pace_s=0.001)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Count for me"))
    await driver.wait_for(events.TextArrived)
    with full_disk():
        ended = await driver.wait_for(events.MessageChanged, lambda event: event.settled)
        assert ended.message.state is MessageState.COMPLETE
        assert ended.message.cost is not None
        assert ended.message.cost.certainty is Certainty.PENDING
        # It is whole in memory, and the pane is free.
        opened = await driver.ask(commands.OpenChat(chat_id), events.ChatOpened)
        assert opened.chat.panes[0].messages[1].text == ended.message.text
        assert len(ended.message.text.split()) == 3000
        assert not driver.core.turns.is_running(chat_id)
        assert len([one for one in driver.all(events.Notice) if one.level == "error"]) == 1
        seen = len(driver.heard)
    stored = await driver.wait_for(events.MessageChanged, lambda event: event.settled, since=seen)
    assert stored.message.text == ended.message.text
    assert stored.message.cost is not None
    assert stored.message.cost.certainty is Certainty.EXACT
    row = driver.core.shelves.messages.get(stored.message.id)
    hold = driver.core.shelves.holds.for_message(stored.message.id)
    assert row is not None
    assert row.text == ended.message.text
    assert hold is not None
    assert hold.state is HoldState.SETTLED
    assert driver.core.shelves.database.rows("SELECT count(*) FROM usage") == [(1,)]


async def test_closing_on_a_full_disk_ends_and_the_next_start_settles(
    on_disk: tuple[CoreDriver, FullDisk], provider_server: ProviderServer
) -> None:
    driver, full_disk = on_disk
    provider_server.replies = [numbered_words(3000, pace_s=0.001)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Count for me"))
    await driver.wait_for(events.TextArrived)
    with full_disk():
        await driver.wait_for(events.MessageChanged, lambda event: event.settled)
        await driver.dispatcher.close()
    await driver.core.close()
    await driver.open()
    opened = await driver.ask(commands.OpenChat(chat_id), events.ChatOpened)
    answer = opened.chat.panes[0].messages[1]
    assert answer.state is MessageState.INCOMPLETE
    assert answer.cost is not None
    assert answer.cost.certainty is Certainty.ESTIMATED
    assert driver.core.shelves.holds.open_holds() == []
