"""The core in a process of its own, made to be killed: sends without end, tells what it heard.

Each event that the window would show becomes a line of JSON, written before the next is heard.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from app.seam import commands, events
from app.seam.events import Event
from tests.fixtures.core import CoreDriver


@dataclass(slots=True)
class TellingDriver(CoreDriver):
    """A core whose events are told to the parent process."""

    def _hear(self, event: Event) -> None:
        match event:
            case events.MessageAdded(chat_id=chat, message=message):
                _tell("added", chat, message.id, message.text)
            case events.TextArrived(chat_id=chat, message_id=id_, text=text):
                _tell("text", chat, id_, text)
            case events.MessageChanged(chat_id=chat, message=message, settled=True):
                total = message.cost.total_pusd if message.cost else None
                _tell("settled", chat, message.id, message.text, total)
            case events.DraftSaved(chat_id=chat):
                _tell("draft", chat, "", "")
            case _:
                _tell("other", "", "", "")
        CoreDriver._hear(self, event)


def _tell(kind: str, chat_id: str, message_id: str, text: str, total: int | None = None) -> None:
    line = json.dumps([kind, time.monotonic(), chat_id, message_id, text, total])
    os.write(1, f"{line}\n".encode())


async def send_without_end(folder: Path, url: str) -> None:
    """Open a chat and ask one question after the other, with a draft in between."""
    driver = TellingDriver(folder)
    await driver.open()
    key_id = await driver.add_key(url, provider="openai")
    chat = await driver.new_chat(f"{key_id}/gpt-4o")
    number = 0
    while True:
        await driver.ask(commands.SaveDraft(chat.id, f"draft {number}"), events.DraftSaved)
        await driver.send(chat.id, f"question {number}")
        number += 1


def main(folder: Path, url: str) -> None:
    """The process: it ends when it is killed."""
    asyncio.run(send_without_end(folder, url))
