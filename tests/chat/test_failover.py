"""Another key's provider answers where the first one cannot: only where the user wants it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from app.chat.alternates import same_model_name
from app.seam import commands, events
from app.seam.views import Certainty, MessageState, MessageView
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, Reply, recorded

OPENAI_STREAM = "openai-chat-1bc05d89"
# Longer than anybody waits in silence, so that the same key is not tried again.
BUSY = Reply(
    b'{"error": {"message": "Too many requests", "type": "rate_limit"}}',
    429,
    "application/json",
    headers={"Retry-After": "600"},
)


@dataclass(frozen=True)
class TwoKeys:
    """A chat with OpenAI's model, and an OpenRouter key that has the same one."""

    driver: CoreDriver
    server: ProviderServer
    chat_id: str
    openrouter_id: str

    async def ask(self) -> MessageView:
        return await self.driver.send(self.chat_id, "What is the capital of Mexico?")


@pytest.fixture
async def two_keys(driver: CoreDriver, provider_server: ProviderServer) -> TwoKeys:
    await driver.add_key(f"{provider_server.url}/v1", provider="openai")
    provider_server.models = ["meta/llama", "openai/gpt-4o"]
    await driver.add_key(
        f"{provider_server.url}/api/v1", provider="openrouter", secret="sk-or-test-abcdef9876"
    )
    ids = {key.provider: key.id for key in driver.core.shelves.keys.rows()}
    chat = await driver.new_chat(f"{ids['openai']}/gpt-4o")
    return TwoKeys(driver, provider_server, chat.id, ids["openrouter"])


async def _turn_on(driver: CoreDriver) -> None:
    await driver.ask(commands.ChangeSettings((("failover", True),)), events.SettingsChanged)


async def test_without_the_setting_a_refused_message_stays_refused(two_keys: TwoKeys) -> None:
    two_keys.server.replies = [BUSY, recorded(OPENAI_STREAM)]
    answer = await two_keys.ask()
    assert answer.state is MessageState.INCOMPLETE
    assert len(two_keys.server.posts) == 1


async def test_the_other_key_answers_and_is_charged_at_its_own_price(two_keys: TwoKeys) -> None:
    await _turn_on(two_keys.driver)
    two_keys.server.replies = [BUSY, recorded(OPENAI_STREAM)]
    answer = await two_keys.ask()
    assert answer.state is MessageState.COMPLETE
    first, second = two_keys.server.posts
    assert (first.path, json.loads(first.body)["model"]) == ("/v1/chat/completions", "gpt-4o")
    assert second.path == "/api/v1/chat/completions"
    assert json.loads(second.body)["model"] == "openai/gpt-4o"
    rows = two_keys.driver.core.shelves.usage.recent_outputs("openai/gpt-4o")
    assert len(rows) == 1


async def test_both_attempts_and_the_difference_stand_on_the_receipt(two_keys: TwoKeys) -> None:
    await _turn_on(two_keys.driver)
    two_keys.server.replies = [BUSY, recorded(OPENAI_STREAM)]
    answer = await two_keys.ask()
    ready = await two_keys.driver.ask(commands.AskReceipt(answer.id), events.ReceiptReady)
    failed, delivered = ready.receipt.calls
    assert (failed.provider, failed.total_pusd, failed.parts) == ("OpenAI", 0, ())
    assert delivered.provider == "OpenRouter"
    assert ready.receipt.total_pusd == delivered.total_pusd
    assert ready.receipt.certainty is Certainty.EXACT
    assert any(
        "OpenAI was asked first and did not answer: " in note for note in ready.receipt.notes
    )


async def test_the_switch_and_its_price_are_said_when_it_happens(two_keys: TwoKeys) -> None:
    await _turn_on(two_keys.driver)
    two_keys.server.replies = [BUSY, recorded(OPENAI_STREAM)]
    await two_keys.ask()
    said = [
        notice
        for notice in two_keys.driver.all(events.Notice)
        if notice.text.startswith("OpenRouter answers instead of OpenAI: ")
    ]
    assert len(said) == 1
    assert said[0].advice == "The price is the same."


async def test_where_nobody_answers_the_last_fault_is_told_and_nothing_charged(
    two_keys: TwoKeys,
) -> None:
    await _turn_on(two_keys.driver)
    two_keys.server.replies = [BUSY]
    answer = await two_keys.ask()
    assert answer.state is MessageState.INCOMPLETE
    assert answer.fault is not None
    assert answer.fault.kind == "RateLimited"
    assert answer.cost is None
    assert len(two_keys.server.posts) == 2


async def test_after_the_first_token_nobody_else_is_asked(two_keys: TwoKeys) -> None:
    await _turn_on(two_keys.driver)
    body = recorded(OPENAI_STREAM).body
    cut = body.index(b'"content":"', body.index(b'"content":"') + 20)
    two_keys.server.replies = [recorded(OPENAI_STREAM, cut_at=cut)]
    answer = await two_keys.ask()
    assert answer.state is MessageState.INCOMPLETE
    assert len(two_keys.server.posts) == 1


async def test_a_refusal_that_nobody_else_would_lift_is_told_once(two_keys: TwoKeys) -> None:
    await _turn_on(two_keys.driver)
    refusal = b'data: {"error": {"message": "no", "code": "content_policy_violation"}}\n\n'
    two_keys.server.replies = [Reply(refusal), recorded(OPENAI_STREAM)]
    answer = await two_keys.ask()
    assert answer.state is not MessageState.STREAMING
    assert len(two_keys.server.posts) == 1
    assert answer.cost is None


async def test_a_refused_key_is_no_way_out(two_keys: TwoKeys) -> None:
    await _turn_on(two_keys.driver)
    two_keys.server.keys = {"nobody has this one"}
    await two_keys.driver.ask(
        commands.CheckKey(two_keys.openrouter_id),
        events.KeysListed,
        lambda listed: any(row.state == "refused" for row in listed.rows),
    )
    two_keys.server.keys = set()
    two_keys.server.replies = [BUSY, recorded(OPENAI_STREAM)]
    answer = await two_keys.ask()
    assert answer.state is MessageState.INCOMPLETE
    assert len(two_keys.server.posts) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("gpt-4o", "openai/gpt-4o", True),
        ("claude-sonnet-4-5", "anthropic/claude-sonnet-4.5", True),
        ("gpt-4o", "openai/gpt-4o-mini", False),
        ("gpt-4o", "openai/gpt-4o:free", False),
    ],
)
def test_gateways_write_the_same_names_differently(one: str, other: str, same: bool) -> None:
    assert (same_model_name(one) == same_model_name(other)) is same


async def test_an_error_inside_a_stream_leads_on_and_is_told_too(two_keys: TwoKeys) -> None:
    await _turn_on(two_keys.driver)
    error = b'data: {"error": {"message": "Rate limit reached", "code": 429}}'
    two_keys.server.replies = [Reply(error + b"\n\n"), recorded(OPENAI_STREAM)]
    answer = await two_keys.ask()
    assert len(two_keys.server.posts) == 2
    assert answer.state is MessageState.COMPLETE
    ready = await two_keys.driver.ask(commands.AskReceipt(answer.id), events.ReceiptReady)
    assert len(ready.receipt.calls) == 2
    assert two_keys.driver.core.shelves.holds.open_holds() == []


async def test_the_key_of_another_route_is_read_only_when_it_is_needed(two_keys: TwoKeys) -> None:
    await _turn_on(two_keys.driver)
    two_keys.driver.core.secrets.forget(two_keys.openrouter_id)
    read: list[str] = []
    ask_keychain = two_keys.driver.core.secrets._read

    async def noted(key_id: str) -> str | None:
        read.append(key_id)
        return await ask_keychain(key_id)

    two_keys.driver.core.secrets._read = noted
    two_keys.server.replies = [recorded(OPENAI_STREAM)]
    assert (await two_keys.ask()).state is MessageState.COMPLETE
    assert read == []
    two_keys.server.replies = [BUSY, recorded(OPENAI_STREAM)]
    assert (await two_keys.ask()).state is MessageState.COMPLETE
    assert read == [two_keys.openrouter_id]
