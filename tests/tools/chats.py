"""A chat with tools in a real core, and what happened in it."""

from __future__ import annotations

import json

from app.metering.receipt import Receipt
from app.seam import assistants, commands, events
from app.seam.views import MessageView
from tests.chat.conversations import unchecked_chat
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer
from tests.ledger.invariants import read_rows, troubles
from tests.tools.wire_traffic import OpenAIChat, Wire

ALL = ("calculator", "date_and_time")


async def chat_with_tools(
    driver: CoreDriver,
    server: ProviderServer,
    wire: Wire | None = None,
    tools: tuple[str, ...] = ALL,
) -> str:
    """A chat whose model may call tools; its id."""
    wire = wire or OpenAIChat()
    chat_id = await unchecked_chat(
        driver, f"{server.url}{wire.base}", provider=wire.provider, model=wire.model
    )
    await driver.ask(assistants.ChooseTools(chat_id, tools), assistants.SetupShown)
    return chat_id


async def settled(driver: CoreDriver, chat_id: str, since: int = 0) -> MessageView:
    event = await driver.wait_for(
        events.MessageChanged,
        lambda event: event.settled and event.chat_id == chat_id,
        since=since,
    )
    return event.message


def bodies(server: ProviderServer) -> list[dict[str, object]]:
    """What the provider was asked, in order."""
    return [json.loads(asked.body) for asked in server.posts]


def receipt_of(driver: CoreDriver, message_id: str) -> Receipt:
    row = driver.core.shelves.messages.get(message_id)
    assert row is not None
    assert row.receipt_json is not None
    return Receipt.from_json(row.receipt_json)


def assert_books_add_up(driver: CoreDriver) -> None:
    shelves = driver.core.shelves
    assert troubles(read_rows(shelves.database.rows)) == []
    assert shelves.books.findings() == ()
    assert shelves.holds.open_holds() == []


async def stored(driver: CoreDriver, chat_id: str) -> MessageView:
    """The answer as the store shows it."""
    opened = await driver.ask(commands.OpenChat(chat_id), events.ChatOpened)
    return opened.chat.panes[0].messages[-1]
