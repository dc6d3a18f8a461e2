"""Providers that bill on after the line is cut: a stopped answer is read on for its true bill."""

from __future__ import annotations

import json

import pytest

from app.seam import commands, events
from app.seam.views import Certainty, MessageState, MessageView
from app.store.records import HoldState
from tests.chat.conversations import unchecked_chat
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, recorded

GROQ, MISTRAL, GEMINI = (
    "groq-chat-0cff77c9", "mistral-chat-58df1c7c", "gemini-generate-009dae12",
)  # fmt: skip
CASES = [
    ("groq", "openai/gpt-oss-120b", GROQ),
    ("mistral", "magistral-medium-latest", MISTRAL),
    ("gemini", "gemini-3-flash-preview", GEMINI),
]


def billed_tokens(name: str) -> tuple[int, int]:
    """Input and output of the last usage in a recorded stream."""
    lines = [
        line.removeprefix("data: ")
        for line in recorded(name).body.decode().splitlines()
        if line.startswith("data: {")
    ]
    seen = [json.loads(line) for line in lines]
    if name == GEMINI:
        usage = [one["usageMetadata"] for one in seen if "usageMetadata" in one][-1]
        inside = usage["promptTokenCount"] + usage.get("toolUsePromptTokenCount", 0)
        return inside, usage["candidatesTokenCount"] + usage.get("thoughtsTokenCount", 0)
    usage = [one["usage"] for one in seen if one.get("usage")][-1]
    return usage["prompt_tokens"], usage["completion_tokens"]


async def stopped_early(
    driver: CoreDriver, server: ProviderServer, provider: str, model: str, stream: str
) -> tuple[MessageView, MessageView]:
    """The card right after Stop, and once its bill is known."""
    server.replies = [recorded(stream, pace_s=0.01 if stream != GEMINI else 0.2)]
    base = server.url if provider == "gemini" else f"{server.url}/v1"
    chat_id = await unchecked_chat(driver, base, provider=provider, model=model)
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Tell me"))
    await driver.wait_for(events.TextArrived if stream == GEMINI else events.ThinkingArrived)
    seen = len(driver.heard)
    driver.dispatcher.take(commands.StopTurn(chat_id))
    pending = await driver.wait_for(events.MessageChanged, since=seen)
    known = await driver.wait_for(
        events.MessageChanged,
        lambda event: (
            event.message.cost is not None and event.message.cost.certainty is not Certainty.PENDING
        ),
        since=seen,
    )
    return pending.message, known.message


@pytest.mark.parametrize(("provider", "model", "stream"), CASES)
async def test_a_stopped_answer_gets_the_bill_of_the_provider_that_bills_on(
    driver: CoreDriver, provider_server: ProviderServer, provider: str, model: str, stream: str
) -> None:
    pending, known = await stopped_early(driver, provider_server, provider, model, stream)
    assert pending.state is known.state is MessageState.INTERRUPTED
    assert pending.cost is not None
    assert pending.cost.certainty is Certainty.PENDING
    assert known.text == pending.text, "what came after Stop is neither shown nor kept"
    assert known.cost is not None
    assert known.cost.certainty is not Certainty.ESTIMATED
    written = known.cost.output_tokens + known.cost.thinking_tokens
    assert (known.cost.input_tokens, written) == billed_tokens(stream)
    assert "bills on to the end" in known.cost.note
    hold = driver.core.shelves.holds.for_message(known.id)
    assert hold is not None
    assert hold.state is HoldState.SETTLED
    assert hold.settled_pusd == known.cost.total_pusd


async def test_the_next_message_need_not_wait_for_the_bill_of_the_last(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(GROQ, pace_s=0.05), recorded(GROQ)]
    chat_id = await unchecked_chat(
        driver, f"{provider_server.url}/v1", provider="groq", model="openai/gpt-oss-120b"
    )
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Tell me"))
    await driver.wait_for(events.ThinkingArrived)
    driver.dispatcher.take(commands.StopTurn(chat_id))
    await driver.wait_for(
        events.MessageChanged, lambda e: e.message.state is MessageState.INTERRUPTED
    )
    assert await driver.send(chat_id, "Another question")


async def test_closing_the_program_does_not_wait_for_a_bill(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(GROQ, pace_s=0.5)]
    chat_id = await unchecked_chat(
        driver, f"{provider_server.url}/v1", provider="groq", model="openai/gpt-oss-120b"
    )
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Tell me"))
    await driver.wait_for(events.ThinkingArrived)
    driver.dispatcher.take(commands.StopTurn(chat_id))
    stopped = await driver.wait_for(
        events.MessageChanged, lambda e: e.message.state is MessageState.INTERRUPTED
    )
    await driver.core.turns.stop_all()
    hold = driver.core.shelves.holds.for_message(stopped.message.id)
    assert hold is not None
    assert hold.state is HoldState.SETTLED
