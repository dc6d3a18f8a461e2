"""The network fails in every phase: the message stays, the reason is said, a way on is offered."""

from __future__ import annotations

import pytest

from app.seam import commands, events
from app.seam.views import MessageState, MessageView
from app.store.records import HoldState
from tests.chat.conversations import broken_wire, unchecked_chat, unused_address
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, Reply, recorded

QUESTION = "Words that must not get lost"


async def ask_there(driver: CoreDriver, url: str) -> MessageView:
    """The answer to a question that was sent to an address."""
    chat_id = await unchecked_chat(driver, url)
    answer = await driver.send(chat_id, QUESTION)
    opened = await driver.ask(commands.OpenChat(chat_id), events.ChatOpened)
    assert opened.chat.panes[0].messages[0].text == QUESTION
    assert opened.chat.panes[0].messages[1].id == answer.id
    return answer


async def check_unanswered(driver: CoreDriver, answer: MessageView, kind: str) -> None:
    assert answer.state is MessageState.INCOMPLETE
    assert answer.text == ""
    assert answer.fault is not None
    assert answer.fault.kind == kind, answer.fault
    assert answer.fault.message
    assert answer.fault.advice
    assert answer.fault.action == "retry"
    hold = driver.core.shelves.holds.for_message(answer.id)
    assert hold is not None
    assert hold.state in (HoldState.RELEASED, HoldState.SETTLED)


async def test_a_name_that_cannot_be_found(driver: CoreDriver) -> None:
    answer = await ask_there(driver, "https://no-such-host.invalid/v1")
    await check_unanswered(driver, answer, "ProviderUnreachable")
    assert answer.cost is None


async def test_an_address_where_nobody_listens(driver: CoreDriver) -> None:
    answer = await ask_there(driver, unused_address())
    await check_unanswered(driver, answer, "ProviderUnreachable")
    assert answer.cost is None


async def test_a_line_that_is_not_encrypted_as_promised(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    url = provider_server.url.replace("http:", "https:")
    answer = await ask_there(driver, f"{url}/v1")
    await check_unanswered(driver, answer, "ProviderUnreachable")
    assert answer.cost is None


async def test_a_line_that_is_cut_before_the_headers(driver: CoreDriver) -> None:
    with broken_wire() as url:
        answer = await ask_there(driver, url)
    await check_unanswered(driver, answer, "ProviderUnreachable")


async def test_a_line_that_is_cut_within_the_headers(driver: CoreDriver) -> None:
    with broken_wire(b"HTTP/1.1 200 OK\r\ncontent-ty") as url:
        answer = await ask_there(driver, url)
    await check_unanswered(driver, answer, "ProviderUnreachable")


async def test_a_line_that_is_cut_before_the_first_word(driver: CoreDriver) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 500\r\n\r\n"
    with broken_wire(head) as url:
        answer = await ask_there(driver, url)
    assert answer.state is MessageState.INCOMPLETE
    assert answer.fault is not None
    assert answer.fault.kind == "StreamBroken"
    assert answer.fault.action == "retry"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<!doctype html><title>Hotel Wi-Fi</title>", 200, "text/html"),
        Reply(b"<html>Please sign in</html>", 200, "application/json"),
        Reply(b"[1, 2]", 200, "application/json"),
        Reply(b'"fine"', 200, "application/json"),
        Reply(b"nothing at all", 200, "application/json"),
    ],
    ids=["sign-in page", "page called JSON", "list", "text", "no JSON"],
)
async def test_somebody_else_who_answers_is_told_from_the_provider(
    driver: CoreDriver, provider_server: ProviderServer, reply: Reply
) -> None:
    provider_server.replies = [reply]
    answer = await ask_there(driver, f"{provider_server.url}/v1")
    assert answer.state is MessageState.INCOMPLETE
    assert answer.text == ""
    assert answer.fault is not None
    assert answer.fault.kind == "NotTheProvider", answer.fault
    assert answer.fault.action == "retry"


async def test_a_retry_after_the_network_is_back_answers_the_same_question(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [
        recorded("openai-chat-1bc05d89", cut_at=1),
        recorded("openai-chat-1bc05d89"),
    ]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    broken = await driver.send(chat_id, QUESTION)
    assert broken.state is MessageState.INCOMPLETE
    again = await driver.ask(
        commands.Regenerate(chat_id, 0, broken.id),
        events.MessageChanged,
        lambda event: event.settled,
    )
    assert again.message.state is MessageState.COMPLETE
    assert QUESTION.encode() in provider_server.posts[-1].body
