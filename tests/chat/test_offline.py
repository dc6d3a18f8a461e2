"""The setting “offline”, from a message in the real core to the words on its card."""

from __future__ import annotations

from pathlib import Path

from app.config import Config
from app.seam import commands, events
from app.seam.views import MessageState
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, recorded


async def test_a_message_that_was_kept_at_home_says_why_and_costs_nothing(tmp_path: Path) -> None:
    driver = CoreDriver(tmp_path, Config(offline=True))
    await driver.open()
    kept = await driver.ask(
        commands.CheckAndKeepKey(
            1,
            "sk-test-0123456789abcdef",
            provider="openai",
            label="Test",
            where="session",
            keep_unchecked=True,
        ),
        events.KeyChecked,
    )
    assert kept.kept, kept
    key_id = driver.core.shelves.keys.rows()[0].id
    chat = await driver.new_chat(f"{key_id}/gpt-4o")
    answer = await driver.send(chat.id, "Is anybody there?")
    assert answer.state is MessageState.INCOMPLETE
    assert answer.fault is not None
    assert (answer.fault.kind, answer.fault.action) == ("OfflineAsSet", "model")
    assert "“offline” is on" in answer.fault.message
    assert answer.cost is None
    await driver.close()


async def test_a_server_on_this_computer_still_answers(
    tmp_path: Path, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded("openai-chat-1bc05d89")]
    driver = CoreDriver(tmp_path, Config(offline=True))
    await driver.open()
    key_id = await driver.add_key(f"{provider_server.url}/v1", provider="openai")
    chat = await driver.new_chat(f"{key_id}/gpt-4o")
    assert (await driver.send(chat.id, "Hello")).state is MessageState.COMPLETE
    await driver.close()
