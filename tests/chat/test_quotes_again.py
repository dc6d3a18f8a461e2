"""What editing, regenerating and going on cost is said before, as it is held when they are done."""

from __future__ import annotations

import pytest

from app.seam import commands, events
from app.seam.quote_views import QuoteView
from app.seam.views import MessageView
from app.store.records import HoldRecord
from tests.chat.conversations import unchecked_chat
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, recorded

QUESTION, LONGER = "What is the capital of Mexico?", "Name every capital of America. " * 40


async def answered(driver: CoreDriver, server: ProviderServer) -> tuple[str, MessageView]:
    server.replies = [recorded("openai-chat-1bc05d89")]
    chat_id = await unchecked_chat(driver, f"{server.url}/v1")
    return chat_id, await driver.send(chat_id, QUESTION)


async def quoted(
    driver: CoreDriver, chat_id: str, message_id: str | None, kind: str, text: str = ""
) -> QuoteView:
    assert message_id is not None
    asked = commands.AskQuoteAgain(7, chat_id, 0, message_id, kind, text)
    ready = await driver.ask(asked, events.QuotedAgain)
    assert (ready.serial, ready.message_id, ready.kind) == (7, message_id, kind)
    return ready.quote


async def held(driver: CoreDriver, command: commands.Command) -> HoldRecord:
    """What is set aside when the order itself is given."""
    changed = await driver.ask(command, events.MessageChanged, lambda event: event.settled)
    hold = driver.core.shelves.holds.for_message(changed.message.id)
    assert hold is not None
    return hold


@pytest.mark.parametrize("kind", ["edit", "regenerate", "continue"])
async def test_what_is_quoted_is_what_is_held(
    driver: CoreDriver, provider_server: ProviderServer, kind: str
) -> None:
    chat_id, answer = await answered(driver, provider_server)
    order: commands.Command
    match kind:
        case "edit":
            assert answer.parent_id is not None
            quote = await quoted(driver, chat_id, answer.parent_id, kind, LONGER)
            order = commands.EditMessage(chat_id, 0, answer.parent_id, LONGER)
        case "regenerate":
            quote = await quoted(driver, chat_id, answer.id, kind)
            order = commands.Regenerate(chat_id, 0, answer.id)
        case _:
            quote = await quoted(driver, chat_id, answer.id, kind)
            order = commands.ContinueAnswer(chat_id, 0, answer.id)
    hold = await held(driver, order)
    assert quote.likely_pusd
    assert (quote.input_tokens, quote.most_pusd) == (hold.input_tokens, hold.amount_pusd)


async def test_another_answer_costs_what_its_question_did_and_a_longer_one_more(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id, answer = await answered(driver, provider_server)
    again = await quoted(driver, chat_id, answer.id, "regenerate")
    same = await quoted(driver, chat_id, answer.parent_id, "edit", QUESTION)
    longer = await quoted(driver, chat_id, answer.parent_id, "edit", LONGER)
    go_on = await quoted(driver, chat_id, answer.id, "continue")
    assert again.input_tokens == same.input_tokens < go_on.input_tokens < longer.input_tokens


async def test_asking_by_the_way_leaves_the_composers_question_alone(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id, answer = await answered(driver, provider_server)
    driver.dispatcher.take(commands.AskQuote(8, chat_id, LONGER))
    await quoted(driver, chat_id, answer.id, "regenerate")
    ready = await driver.wait_for(events.QuoteReady, lambda event: event.serial == 8)
    assert ready.quotes[0].input_tokens


async def test_what_cannot_be_done_again_has_no_price_and_makes_no_noise(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id, answer = await answered(driver, provider_server)
    quote = await quoted(driver, chat_id, answer.id, "sing")
    assert quote.blocked
    assert quote.likely_pusd is None
    assert not [event for event in driver.heard if isinstance(event, events.Notice)]
