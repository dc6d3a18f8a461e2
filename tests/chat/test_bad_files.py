"""Files that cannot go along: refused in words at once, or when they vanish before sending."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.seam import commands, events
from tests.chat.conversations import unchecked_chat
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, recorded


async def refused(driver: CoreDriver, path: Path) -> events.FileRefused:
    opened = await driver.ask(commands.NewChat(), events.ChatOpened)
    answer = await driver.ask(
        commands.AttachFile(3, opened.chat.id, path.name, str(path)), events.FileRefused
    )
    assert (answer.serial, answer.chat_id, answer.name) == (3, opened.chat.id, path.name)
    assert answer.advice
    return answer


async def test_an_empty_file_is_refused(driver: CoreDriver, tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.touch()
    assert "empty" in (await refused(driver, path)).message


async def test_half_a_gigabyte_is_refused_without_reading_it(
    driver: CoreDriver, tmp_path: Path
) -> None:
    path = tmp_path / "film.txt"
    path.touch()
    os.truncate(path, 500 * 1024 * 1024)
    assert "too large (524.3 MB)" in (await refused(driver, path)).message


async def test_a_program_is_refused(driver: CoreDriver, tmp_path: Path) -> None:
    path = tmp_path / "program"
    path.write_bytes(b"\x7fELF\x02\x01\x01\x00" + bytes(range(256)) * 40)
    assert "neither text nor an image" in (await refused(driver, path)).message


async def test_a_folder_and_a_file_that_is_not_there_are_refused(
    driver: CoreDriver, tmp_path: Path
) -> None:
    assert "folder" in (await refused(driver, tmp_path)).message
    assert "not there" in (await refused(driver, tmp_path / "gone.txt")).message


async def test_a_file_that_vanished_before_sending_keeps_the_message_unsent(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded("openai-chat-1bc05d89")]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    attached = await driver.ask(
        commands.AttachFile(1, chat_id, "notes.txt", content=b"the words of the file"),
        events.FileAttached,
    )
    for kept in (driver.folder / "attachments").rglob("*"):
        if kept.is_file():
            kept.unlink()
    refusal = await driver.ask(
        commands.SendMessage(chat_id, (0,), "Read this", (attached.attachment.id,)),
        events.SendRefused,
    )
    assert "notes.txt" in refusal.fault.message
    assert provider_server.posts == []
    assert driver.core.shelves.chats.rows() == []


async def test_a_file_that_was_deleted_after_it_was_given_goes_along_all_the_same(
    driver: CoreDriver, provider_server: ProviderServer, tmp_path: Path
) -> None:
    provider_server.replies = [recorded("openai-chat-1bc05d89")]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    path = tmp_path / "notes.txt"
    path.write_text("the words of the file")
    attached = await driver.ask(
        commands.AttachFile(1, chat_id, path.name, str(path)), events.FileAttached
    )
    path.unlink()
    await driver.ask(
        commands.SendMessage(chat_id, (0,), "Read this", (attached.attachment.id,)),
        events.MessageChanged,
        lambda event: event.settled,
    )
    assert b"the words of the file" in provider_server.posts[0].body


@pytest.mark.parametrize(
    "name", ["../../x.txt", "/etc/passwd", "a\nb.txt", "\u202egpj.txt", "x" * 300]
)
async def test_a_strange_name_stays_a_name(driver: CoreDriver, name: str) -> None:
    opened = await driver.ask(commands.NewChat(), events.ChatOpened)
    attached = await driver.ask(
        commands.AttachFile(1, opened.chat.id, name, content=b"words"), events.FileAttached
    )
    assert attached.attachment.size_bytes == 5
    kept = [path for path in driver.folder.parent.rglob("*") if _has_words(path)]
    assert len(kept) == 1
    assert driver.folder / "attachments" in kept[0].parents


def _has_words(path: Path) -> bool:
    return path.is_file() and path.stat().st_size == 5 and path.read_bytes() == b"words"
