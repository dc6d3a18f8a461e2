"""Drafts: one for each chat and one for the chat that is not stored yet; none outlives sending."""

from __future__ import annotations

from app.seam import commands, events
from tests.chat.conversations import opened_after_a_kill
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, recorded


async def stored_chat(driver: CoreDriver, server: ProviderServer, text: str) -> str:
    server.replies = [recorded("openai-chat-1bc05d89")]
    keys = driver.core.shelves.keys.rows()
    key_id = keys[0].id if keys else await driver.add_key(f"{server.url}/v1", provider="openai")
    chat = await driver.new_chat(f"{key_id}/gpt-4o")
    await driver.send(chat.id, text)
    return chat.id


async def draft_of(driver: CoreDriver, chat_id: str) -> str:
    opened = await driver.ask(commands.OpenChat(chat_id), events.ChatOpened)
    return opened.chat.draft.text


async def test_each_chat_has_its_own_draft(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    first = await stored_chat(driver, provider_server, "One")
    second = await stored_chat(driver, provider_server, "Two")
    await driver.ask(commands.SaveDraft(first, "for the first"), events.DraftSaved)
    await driver.ask(commands.SaveDraft(second, "for the second"), events.DraftSaved)
    assert await draft_of(driver, first) == "for the first"
    assert await draft_of(driver, second) == "for the second"


async def test_the_draft_of_a_chat_that_is_not_stored_is_there_in_the_next_new_one(
    driver: CoreDriver,
) -> None:
    opened = await driver.ask(commands.NewChat(), events.ChatOpened)
    await driver.ask(commands.SaveDraft(opened.chat.id, "half a thought"), events.DraftSaved)
    again = await driver.ask(commands.NewChat(), events.ChatOpened)
    assert again.chat.id != opened.chat.id
    assert again.chat.draft.text == "half a thought"


async def test_a_draft_survives_a_kill_as_soon_as_it_is_said_to_be_saved(
    driver: CoreDriver,
) -> None:
    opened = await driver.ask(commands.NewChat(), events.ChatOpened)
    await driver.ask(commands.SaveDraft(opened.chat.id, "half a thought"), events.DraftSaved)
    again = await opened_after_a_kill(driver, driver.folder.parent / "after")
    fresh = await again.ask(commands.NewChat(), events.ChatOpened)
    assert fresh.chat.draft.text == "half a thought"
    await again.close()


async def test_what_was_sent_is_no_draft_any_more(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await stored_chat(driver, provider_server, "One")
    await driver.ask(commands.SaveDraft(chat_id, "Two"), events.DraftSaved)
    await driver.send(chat_id, "Two")
    assert await draft_of(driver, chat_id) == ""


async def test_what_was_refused_stays_a_draft(driver: CoreDriver) -> None:
    opened = await driver.ask(commands.NewChat(), events.ChatOpened)
    await driver.ask(commands.SaveDraft(opened.chat.id, "no model yet"), events.DraftSaved)
    await driver.ask(commands.SendMessage(opened.chat.id, (0,), "no model yet"), events.SendRefused)
    again = await driver.ask(commands.NewChat(), events.ChatOpened)
    assert again.chat.draft.text == "no model yet"


async def test_an_emptied_draft_is_gone(driver: CoreDriver) -> None:
    opened = await driver.ask(commands.NewChat(), events.ChatOpened)
    await driver.ask(commands.SaveDraft(opened.chat.id, "words"), events.DraftSaved)
    await driver.ask(commands.SaveDraft(opened.chat.id, ""), events.DraftSaved)
    again = await driver.ask(commands.NewChat(), events.ChatOpened)
    assert again.chat.draft.text == ""


async def test_a_draft_keeps_its_files(driver: CoreDriver) -> None:
    opened = await driver.ask(commands.NewChat(), events.ChatOpened)
    attached = await driver.ask(
        commands.AttachFile(1, opened.chat.id, "notes.txt", content=b"words in a file"),
        events.FileAttached,
    )
    await driver.ask(
        commands.SaveDraft(opened.chat.id, "with a file", (attached.attachment.id,)),
        events.DraftSaved,
    )
    again = await driver.ask(commands.NewChat(), events.ChatOpened)
    assert [file.name for file in again.chat.draft.attachments] == ["notes.txt"]
