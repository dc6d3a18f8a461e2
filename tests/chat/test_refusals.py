"""What providers and we ourselves refuse: said in words, nothing charged, nothing lost."""

from __future__ import annotations

import json
from pathlib import Path

from app.seam import commands, events
from app.seam.views import MessageState
from app.store.records import HoldState
from tests.chat.conversations import unchecked_chat
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, Reply, recorded

ERRORS = Path(__file__).resolve().parents[1] / "golden" / "errors"
TOO_LONG = {
    "error": {
        "message": "This model's maximum context length is 128000 tokens. However, your messages "
        "resulted in 140021 tokens. Please reduce the length of the messages.",
        "type": "invalid_request_error",
        "param": "messages",
        "code": "context_length_exceeded",
    }
}
EXPIRED = {
    "error": {
        "message": "Your API key has expired. Create a new one in the dashboard.",
        "type": "invalid_request_error",
        "code": "expired_api_key",
    }
}


def recorded_error(name: str) -> Reply:
    recording = json.loads((ERRORS / f"{name}.json").read_text(encoding="utf-8"))
    return Reply(recording["body"].encode(), recording["status"], recording["content_type"])


def json_reply(status: int, value: object) -> Reply:
    return Reply(json.dumps(value).encode(), status, "application/json")


async def check_nothing_charged(driver: CoreDriver, message_id: str) -> None:
    hold = driver.core.shelves.holds.for_message(message_id)
    assert hold is not None
    assert hold.state is HoldState.RELEASED
    shown = await driver.ask(commands.AskBilling(), events.BillingReady)
    assert shown.billing.month.total_pusd == 0


async def test_a_key_that_expired_is_said_and_leads_to_the_keys(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [json_reply(401, EXPIRED)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    answer = await driver.send(chat_id, "Hello")
    assert answer.state is MessageState.INCOMPLETE
    assert answer.fault is not None
    assert (answer.fault.kind, answer.fault.action) == ("KeyRefused", "keys")
    assert "expired" in f"{answer.fault.message} {answer.fault.advice}"
    assert len(provider_server.posts) == 1
    await check_nothing_charged(driver, answer.id)


async def test_a_model_that_the_provider_does_not_know_leads_to_the_models(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded_error("openai-chat-404-5d6f2bef")]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    answer = await driver.send(chat_id, "Hello")
    assert answer.fault is not None
    assert (answer.fault.kind, answer.fault.action) == ("ModelUnknown", "model")
    await check_nothing_charged(driver, answer.id)


async def test_a_conversation_that_the_provider_finds_too_long(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [json_reply(400, TOO_LONG)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    answer = await driver.send(chat_id, "Hello")
    assert answer.fault is not None
    assert (answer.fault.kind, answer.fault.action) == ("ContextTooLong", "model")
    await check_nothing_charged(driver, answer.id)


async def test_a_message_that_cannot_fit_is_refused_before_a_byte_leaves(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    text = "penny " * 180_000
    quoted = await driver.ask(commands.AskQuote(1, chat_id, text), events.QuoteReady)
    assert "128,000 at most" in quoted.quotes[0].blocked
    refused = await driver.ask(commands.SendMessage(chat_id, (0,), text), events.SendRefused)
    assert refused.fault.kind == "ContextTooLong"
    assert "128,000 at most" in refused.fault.message
    assert provider_server.posts == []
    assert driver.core.shelves.chats.rows() == []
    assert driver.core.shelves.holds.open_holds() == []


async def test_a_limit_that_passes_is_waited_for_without_a_word(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    limited = json_reply(429, {"error": {"message": "Rate limit reached.", "code": "rate_limit"}})
    limited.headers["retry-after"] = "0"
    provider_server.replies = [limited, recorded("openai-chat-1bc05d89")]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    answer = await driver.send(chat_id, "Hello")
    assert answer.state is MessageState.COMPLETE
    assert len(provider_server.posts) == 2


async def test_stopping_while_a_limit_is_waited_for_costs_nothing(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    limited = json_reply(429, {"error": {"message": "Rate limit reached.", "code": "rate_limit"}})
    limited.headers["retry-after"] = "15"
    provider_server.replies = [limited]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Hello"))
    notice = await driver.wait_for(events.Notice)
    assert "asked again in 15 s" in notice.text
    settled = await driver.ask(
        commands.StopTurn(chat_id), events.MessageChanged, lambda event: event.settled
    )
    assert settled.message.state is MessageState.INTERRUPTED
    assert len(provider_server.posts) == 1
    await check_nothing_charged(driver, settled.message.id)


async def test_an_account_without_money_is_not_asked_again(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    broke = {"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}}
    provider_server.replies = [json_reply(429, broke)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    answer = await driver.send(chat_id, "Hello")
    assert answer.fault is not None
    assert answer.fault.kind == "OutOfProviderCredit"
    assert len(provider_server.posts) == 1
