"""Keys that are offered: what cannot be one is refused in words, before anybody is asked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from app.seam import commands, events
from app.seam.events import KeyChecked
from tests.chat.conversations import unused_address
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, recorded

GOOD = "sk-test-0123456789abcdef"


async def offer(driver: CoreDriver, secret: str, url: str, **fields: object) -> KeyChecked:
    return await driver.ask(
        commands.CheckAndKeepKey(
            7, secret, provider="openai", base_url=url, where="session", **fields
        ),
        events.KeyChecked,
    )


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("", "no key yet"),
        ("   \n", "no key yet"),
        ("sk-first\nsk-second", "line break"),
        ("sk-with a space", "space"),
        ("sk-with\0zero", "line break"),
        ("sk-schlüssel", "no key has"),
    ],
)
async def test_what_cannot_be_a_key_is_refused_before_anybody_is_asked(
    driver: CoreDriver, provider_server: ProviderServer, secret: str, words: str
) -> None:
    checked = await offer(driver, secret, f"{provider_server.url}/v1")
    assert not checked.kept
    assert checked.serial == 7
    assert words in checked.message
    assert checked.advice
    assert not checked.can_keep_unchecked
    assert provider_server.asked == []
    assert driver.core.shelves.keys.rows() == []


async def test_blanks_around_a_key_are_no_part_of_it(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.keys = {GOOD}
    checked = await offer(driver, f"  {GOOD}\r\n", f"{provider_server.url}/v1")
    assert checked.kept


async def test_a_key_that_the_provider_refuses_is_not_kept(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.keys = {"another"}
    checked = await offer(driver, GOOD, f"{provider_server.url}/v1")
    assert not checked.kept
    assert not checked.can_keep_unchecked
    assert checked.message
    assert driver.core.shelves.keys.rows() == []


async def test_a_key_can_be_kept_though_the_provider_cannot_be_asked(driver: CoreDriver) -> None:
    url = unused_address()
    checked = await offer(driver, GOOD, url)
    assert (checked.kept, checked.can_keep_unchecked) == (False, True)
    kept = await offer(driver, GOOD, url, keep_unchecked=True)
    assert kept.kept
    assert driver.core.shelves.keys.rows()[0].state == "unchecked"


async def test_the_same_key_again_replaces_itself(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    await offer(driver, GOOD, f"{provider_server.url}/v1")
    await offer(driver, GOOD, f"{provider_server.url}/v1", label="Work")
    assert [row.label for row in driver.core.shelves.keys.rows()] == ["Work"]


async def test_a_key_that_was_removed_is_named_when_it_is_missed(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    key_id = await driver.add_key(f"{provider_server.url}/v1", provider="openai")
    chat = await driver.new_chat(f"{key_id}/gpt-4o")
    await driver.ask(commands.RemoveKey(key_id), events.KeysListed)
    refused = await driver.ask(commands.SendMessage(chat.id, (0,), "Hello"), events.SendRefused)
    assert "key for this model was removed" in refused.fault.message
    quoted = await driver.ask(commands.AskQuote(1, chat.id, "Hello"), events.QuoteReady)
    assert "key for this model was removed" in quoted.quotes[0].blocked


async def test_a_key_that_stopped_working_is_marked_and_kept(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    key_id = await driver.add_key(f"{provider_server.url}/v1", provider="openai")
    provider_server.keys = {"another"}
    await driver.ask(
        commands.CheckKey(key_id),
        events.KeysListed,
        lambda event: event.rows[0].state == "refused",
    )
    provider_server.keys = set()
    await driver.ask(
        commands.CheckKey(key_id), events.KeysListed, lambda event: event.rows[0].state == "works"
    )


class HeldBack(list[str]):
    """Models that the server does not tell before the gate is open."""

    gate = threading.Event()

    def __iter__(self) -> Iterator[str]:
        self.gate.wait(10)
        return super().__iter__()


async def test_a_key_that_is_removed_while_it_is_checked_does_not_come_back(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    key_id = await driver.add_key(f"{provider_server.url}/v1", provider="openai")
    provider_server.models = HeldBack(["gpt-4o"])
    checking = asyncio.ensure_future(driver.core.key_desk.check(key_id))
    await asyncio.sleep(0.05)
    await driver.core.key_desk.remove(key_id)
    provider_server.models.gate.set()
    assert await checking is None
    assert driver.core.shelves.keys.rows() == []


async def test_two_keys_that_end_alike_are_two_keys(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    url = f"{provider_server.url}/v1"
    await offer(driver, "sk-first-0123456789abcdef", url)
    await offer(driver, "sk-second-0123456789abcdef", url)
    assert len(driver.core.shelves.keys.rows()) == 2


async def test_the_same_key_again_stays_one_key(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    url = f"{provider_server.url}/v1"
    await offer(driver, GOOD, url)
    await offer(driver, GOOD, url, label="Work")
    rows = driver.core.shelves.keys.rows()
    assert [row.label for row in rows] == ["Work"]


async def test_a_server_that_asks_for_no_key_is_asked_without_one(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded("openai-chat-1bc05d89")]
    checked = await driver.ask(
        commands.CheckAndKeepKey(8, "", provider="custom", base_url=f"{provider_server.url}/v1"),
        events.KeyChecked,
    )
    assert checked.kept, checked
    key_id = driver.core.shelves.keys.rows()[0].id
    chat = await driver.new_chat(f"{key_id}/gpt-4o")
    answer = await driver.send(chat.id, "What is the capital of Mexico?")
    assert answer.text == "The capital of Mexico is Mexico City."
    assert "authorization" not in provider_server.posts[0].headers
    await driver.ask(commands.CheckKey(key_id), events.KeysListed)


async def test_a_key_of_an_earlier_session_is_given_back_to_its_row(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    url = f"{provider_server.url}/v1"
    await offer(driver, GOOD, url)
    before = driver.core.shelves.keys.rows()
    await driver.close()
    await driver.open()
    assert (await offer(driver, GOOD, url)).kept
    after = driver.core.shelves.keys.rows()
    assert [row.id for row in after] == [row.id for row in before]
    assert [row.state for row in after] == ["works"]
