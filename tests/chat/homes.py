"""One person's folder, keychain and clock, through kills and starts; and OpenRouter beside them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from app.config import Config
from app.seam import commands, events
from app.seam.views import Certainty, MessageView
from app.store.keychain import Keychain
from app.store.records import HoldRecord
from tests.chat.conversations import unchecked_chat
from tests.end_to_end.long_answers import numbered_words
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer
from tests.ledger.invariants import read_rows, troubles
from tests.store.given import SetClock

COST_PUSD = 3_210_000_000
RECORD = json.dumps(
    {
        "data": {
            "id": "gen-1",
            "total_cost": 0.00321,
            "native_tokens_prompt": 11,
            "native_tokens_completion": 77,
            "native_tokens_reasoning": 7,
            "native_tokens_cached": 4,
            "cancelled": True,
            "is_byok": False,
        }
    }
).encode()
NOT_THERE = b'{"error": {"code": 404, "message": "Generation not found"}}'


class Home:
    """One person's folder, keychain and clock, through kills and starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.time = SetClock()
        self.keychain = Keychain(folder, backends=())
        self.forgets_keys = False
        self.running: CoreDriver | None = None

    async def start(self, config: Config | None = None) -> CoreDriver:
        self.folder.mkdir(exist_ok=True)
        self.running = CoreDriver(
            self.folder, config or Config(), self.time.clock(), keychain=self.keychain
        )
        await self.running.open()
        return self.running

    async def start_after_a_kill(self) -> CoreDriver:
        """A core on what a kill at this moment leaves behind; the killed one is silenced."""
        killed = self.running
        assert killed is not None
        self.folder = shutil.copytree(
            killed.folder, killed.folder.with_name(killed.folder.name + "+")
        )
        await killed.close()
        if self.forgets_keys:
            self.keychain = Keychain(self.folder, backends=())
        return await self.start()


def record_is(server: ProviderServer, body: bytes, status: int = 200) -> None:
    server.pages = [("/generation?id=", status, body)]


async def killed_while_streaming(home: Home, server: ProviderServer) -> tuple[CoreDriver, str]:
    """A core opened after a kill in the middle of an answer of OpenRouter's; the chat."""
    server.replies = [numbered_words(2000, pace_s=0.02)]
    driver = await home.start()
    chat_id = await unchecked_chat(
        driver, f"{server.url}/v1", provider="openrouter", model="openai/gpt-4o"
    )
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Count for me"))
    await driver.wait_for(events.TextArrived, lambda event: "40" in event.text)
    return await home.start_after_a_kill(), chat_id


async def answer_of(driver: CoreDriver, chat_id: str) -> MessageView:
    opened = await driver.ask(commands.OpenChat(chat_id), events.ChatOpened)
    return opened.chat.panes[0].messages[1]


def hold_of(driver: CoreDriver, message: MessageView) -> HoldRecord:
    hold = driver.core.shelves.holds.for_message(message.id)
    assert hold is not None
    return hold


def assert_books_add_up(driver: CoreDriver) -> None:
    shelves = driver.core.shelves
    assert troubles(read_rows(shelves.database.rows)) == []
    assert shelves.books.findings() == ()


async def resolved(driver: CoreDriver, message_id: str, certainty: Certainty) -> MessageView:
    changed = await driver.wait_for(
        events.MessageChanged,
        lambda event: (
            event.message.id == message_id
            and event.message.cost is not None
            and event.message.cost.certainty is certainty
        ),
    )
    return changed.message
