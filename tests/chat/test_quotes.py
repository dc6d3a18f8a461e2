"""What a quote says before a message is sent: growth, limits, and what cannot be known."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.chat.quotes import Quoter
from app.clock import Clock
from app.metering.quote_limits import LimitKind, OutputLimit
from app.seam import commands, events
from app.seam.quote_views import LimitView, QuoteView
from app.seam.views import Certainty
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, recorded

QUESTION = "What is the capital of Mexico?"


async def chat_with(
    driver: CoreDriver, server: ProviderServer, model: str, *, provider: str = "openai"
) -> str:
    key_id = await driver.add_key(f"{server.url}/v1", provider=provider)
    return (await driver.new_chat(f"{key_id}/{model}")).id


async def quoted(driver: CoreDriver, chat_id: str, text: str, serial: int = 1) -> QuoteView:
    ready = await driver.ask(commands.AskQuote(serial, chat_id, text), events.QuoteReady)
    return ready.quotes[0]


async def test_the_conversation_so_far_is_most_of_the_next_message(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded("openai-chat-1bc05d89")]
    chat_id = await chat_with(driver, provider_server, "gpt-4o")
    first = await quoted(driver, chat_id, QUESTION)
    await driver.send(chat_id, QUESTION)
    second = await quoted(driver, chat_id, "And of Peru?", serial=2)
    assert first.parts is not None
    assert second.parts is not None
    assert (first.parts.history, first.parts.message) == (0, first.input_tokens)
    assert second.parts.history > second.parts.message > 0
    assert second.parts.history + second.parts.message == second.input_tokens


async def test_input_and_answer_make_the_price_and_the_own_key_pays_all_of_it(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    quote = await quoted(driver, await chat_with(driver, provider_server, "gpt-4o"), QUESTION)
    assert quote.input_pusd is not None
    assert quote.output_pusd == 400 * 10_000_000
    assert quote.likely_pusd == quote.input_pusd + quote.output_pusd
    (share,) = quote.shares
    assert (share.label, share.unit) == ("your Test key", "usd")
    assert (share.likely, share.most) == (quote.likely_pusd, quote.most_pusd)
    assert quote.answers_seen == 0


@pytest.mark.parametrize(
    ("model", "limit"),
    [
        ("gpt-4o", None),
        ("gpt-4", LimitView("context", 0, "GPT-4")),
        ("gpt-4-turbo", LimitView("model", 4_096, "GPT-4 Turbo")),
    ],
)
async def test_the_limit_that_shortens_the_answer_is_named_and_sent(
    driver: CoreDriver, provider_server: ProviderServer, model: str, limit: LimitView | None
) -> None:
    provider_server.replies = [recorded("openai-chat-1bc05d89")]
    chat_id = await chat_with(driver, provider_server, model)
    quote = await quoted(driver, chat_id, "word " * 3_000)
    if limit is None:
        assert quote.shortened_by is None
        assert quote.most_output_tokens == 8_192
        return
    assert quote.shortened_by is not None
    assert (quote.shortened_by.kind, quote.shortened_by.name) == (limit.kind, limit.name)
    assert quote.shortened_by.tokens == quote.most_output_tokens < 8_192
    if limit.tokens:
        assert quote.most_output_tokens == limit.tokens
    answer = await driver.send(chat_id, "word " * 3_000)
    hold = driver.core.shelves.holds.for_message(answer.id)
    assert hold is not None
    assert hold.output_tokens_max == quote.most_output_tokens


async def test_another_limit_than_the_models_can_shorten_the_answer(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await chat_with(driver, provider_server, "gpt-4o")
    core = driver.core
    budget = OutputLimit(LimitKind.BUDGET, 700, "today's budget")
    core.quoter = Quoter(
        core.shelves,
        core.routes,
        core.quoter._alternates,
        core.counting,
        core.quoter._exact,
        core.clock,
        limits=lambda route, worst, chat: (budget,) if chat == chat_id else (),
    )
    quote = await quoted(driver, chat_id, QUESTION)
    assert quote.shortened_by == LimitView("budget", 700, "today's budget")
    assert quote.most_output_tokens == 700


async def test_a_model_that_no_price_list_knows_is_counted_and_said_to_be_unpriced(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await chat_with(driver, provider_server, "gpt-nobody-has-heard-of")
    quote = await quoted(driver, chat_id, QUESTION)
    assert (quote.likely_pusd, quote.most_pusd, quote.input_pusd) == (None, None, None)
    assert quote.input_tokens > 5
    assert not quote.blocked
    assert "price unknown" in quote.note
    assert quote.shares[0].likely is None
    found = await driver.ask(commands.AskCheaper(2, chat_id, 0, QUESTION), events.CheaperFound)
    assert found.models == ()


async def test_a_price_that_changes_while_the_answer_is_written_does_not_change_the_bill(
    tmp_path: Path, provider_server: ProviderServer
) -> None:
    """o3 cost five times as much until June 2025."""
    before, after = datetime(2025, 6, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)
    driver = CoreDriver(
        tmp_path, clock=Clock(now=lambda: after if provider_server.posts else before)
    )
    await driver.open()
    provider_server.replies = [recorded("openai-responses-68d6d7df")]
    chat_id = await chat_with(driver, provider_server, "o3")
    quote = await quoted(driver, chat_id, QUESTION)
    answer = await driver.send(chat_id, QUESTION)
    assert quote.output_pusd == 400 * 40_000_000
    receipt = await driver.ask(commands.AskReceipt(answer.id), events.ReceiptReady)
    rates = {part.label: part.rate_text for part in receipt.receipt.calls[0].parts}
    assert rates["Input"] == "$10.00 per million"
    hold = driver.core.shelves.holds.for_message(answer.id)
    assert hold is not None
    assert answer.cost is not None
    assert hold.settled_pusd == answer.cost.total_pusd
    assert (await quoted(driver, chat_id, "Next?", 2)).output_pusd == 400 * 8_000_000
    await driver.close()


async def test_a_draft_of_five_megabytes_is_estimated_and_refused_in_words(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await chat_with(driver, provider_server, "gpt-4o")
    quote = await quoted(driver, chat_id, "a word or two; " * 340_000)
    assert quote.input_tokens > 1_000_000
    assert quote.input_certainty is Certainty.ESTIMATED
    assert quote.input_spread > quote.input_tokens // 20  # counted in part only
    assert "GPT-4o reads 128,000 at most" in quote.blocked
    assert quote.likely_pusd is not None


async def test_a_file_is_read_once_however_many_keys_are_typed(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await chat_with(driver, provider_server, "gpt-4o")
    attached = await driver.ask(
        commands.AttachFile(1, chat_id, "notes.txt", content=b"many words " * 500),
        events.FileAttached,
    )
    ids = (attached.attachment.id,)
    first = await driver.ask(commands.AskQuote(1, chat_id, "a", ids), events.QuoteReady)
    for path in driver.folder.rglob("*"):
        if path.is_file() and ids[0] in path.name:
            path.unlink()
    second = await driver.ask(commands.AskQuote(2, chat_id, "ab", ids), events.QuoteReady)
    for ready in (first, second):
        assert ready.quotes[0].parts is not None
        assert ready.quotes[0].parts.attachments > 900
        assert ready.quotes[0].parts.message < 20


async def test_a_pane_whose_key_is_gone_says_so(driver: CoreDriver) -> None:
    chat = await driver.new_chat("gone/gpt-4o")
    quote = await quoted(driver, chat.id, QUESTION)
    assert "removed" in quote.blocked
    assert quote.model_ref == "gone/gpt-4o"
