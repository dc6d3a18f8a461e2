"""What hosted messages are quoted at wherever they are sent from, and several panes at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.chat.hosted_routes import hosted_ref
from app.seam import commands, events, hosted
from app.seam.quote_views import QuoteView
from app.seam.views import MessageView
from tests.account.desktop import FREE_MODEL, MODEL, Desktop, desktop_at
from tests.server.proxy.conftest import open_place
from tests.server.upstreams.scripts import Script
from tests.server.upstreams.upstream import Upstream, upstream

OPUS = "anthropic/claude-3-opus"  # ten plan tokens for each


@pytest.fixture
def provider() -> Iterator[Upstream]:
    with upstream() as running:
        for model in (MODEL, OPUS, FREE_MODEL):
            running.scripts[model] = Script(tokens=20)
        yield running


@pytest.fixture
async def desktop(provider: Upstream, tmp_path: Path) -> AsyncIterator[Desktop]:
    async with open_place(tmp_path / "server", provider) as place:
        one = await desktop_at(place, tmp_path / "home")
        try:
            yield one
        finally:
            await one.driver.close()


async def quoted_again(
    desktop: Desktop, chat_id: str, message: MessageView, kind: str
) -> QuoteView:
    ask = commands.AskQuoteAgain(1, chat_id, 0, message.id, kind, "Hello there")
    return (await desktop.driver.ask(ask, events.QuotedAgain)).quote


async def quotes(
    desktop: Desktop, chat_id: str, text: str = "Hello", panes: tuple[int, ...] = ()
) -> tuple[QuoteView, ...]:
    serial = len(desktop.driver.heard) + 1
    ask = commands.AskQuote(serial, chat_id, text, panes=panes)
    fits = lambda ready: ready.serial == serial  # noqa: E731
    return (await desktop.driver.ask(ask, events.QuoteReady, fits)).quotes


async def panes_of(desktop: Desktop, *models: str) -> str:
    """A chat with a pane for each model."""
    chat_id = await desktop.chat(models[0])
    for model in models[1:]:
        ref = hosted_ref(desktop.server_id, model)
        await desktop.driver.ask(commands.AddPane(chat_id, 0, ref), events.ChatOpened)
    return chat_id


@pytest.mark.parametrize("kind", ["edit", "regenerate", "continue"])
async def test_every_way_to_send_again_is_quoted_with_its_weight(
    desktop: Desktop, kind: str
) -> None:
    chat_id = await desktop.chat()
    answer = await desktop.driver.send(chat_id, "Hello")
    await desktop.driver.wait_for(
        hosted.AccountsShown,
        lambda event: (
            event.accounts.wallet is not None and event.accounts.wallet.available == 10_000 - 160
        ),
    )
    asked = answer
    if kind == "edit":
        asked = next(
            event.message for event in desktop.driver.all(events.MessageAdded)
            if event.message.role == "user"
        )  # fmt: skip
    quote = await quoted_again(desktop, chat_id, asked, kind)
    assert quote.hosted is not None
    assert (quote.hosted.weight, quote.hosted.covered) == (5, True)
    [share] = quote.shares
    tokens = quote.input_tokens + quote.input_spread + quote.likely_output_tokens
    assert (share.unit, share.likely) == ("plan_tokens", 5 * tokens)


async def test_two_panes_share_what_is_left_and_both_are_answered(desktop: Desktop) -> None:
    chat_id = await panes_of(desktop, OPUS, MODEL)
    opus, gpt = await quotes(desktop, chat_id)
    assert opus.hosted is not None
    assert gpt.hosted is not None
    assert (opus.hosted.covered, gpt.hosted.covered) == (True, True)
    most = [share.most or 0 for quote in (opus, gpt) for share in quote.shares]
    assert sum(most) <= 10_000
    assert most[0] <= 5_000
    assert gpt.hosted.after[0].left == opus.hosted.after[0].after
    desktop.driver.dispatcher.take(commands.SendMessage(chat_id, (0, 1), "Hello"))
    settled: set[str] = set()
    while len(settled) < 2:
        changed = await desktop.driver.wait_for(
            events.MessageChanged,
            lambda event: event.settled and event.message.id not in settled,
        )
        settled.add(changed.message.id)
        assert changed.message.fault is None, changed.message.fault
        assert changed.message.cost is not None
    await desktop.agrees()


async def test_one_of_two_panes_alone_has_all_that_is_left(desktop: Desktop) -> None:
    chat_id = await panes_of(desktop, OPUS, OPUS)
    shared = await quotes(desktop, chat_id)
    alone = await quotes(desktop, chat_id, panes=(1,))
    assert alone[1].most_output_tokens > shared[1].most_output_tokens


async def test_a_free_model_beside_it_takes_nothing_away(desktop: Desktop) -> None:
    chat_id = await panes_of(desktop, MODEL, FREE_MODEL)
    gpt, _ = await quotes(desktop, chat_id)
    [alone] = await quotes(desktop, await desktop.chat())
    assert gpt.most_output_tokens == alone.most_output_tokens


async def test_panes_that_are_too_many_say_what_they_would_need(desktop: Desktop) -> None:
    chat_id = await panes_of(desktop, OPUS, OPUS, OPUS, OPUS)
    found = await quotes(desktop, chat_id)
    assert [quote.hosted.covered for quote in found if quote.hosted] == [True] * 3 + [False]
    [short] = found[3].shares
    tokens = found[3].input_tokens + found[3].input_spread + found[3].likely_output_tokens
    assert (short.unit, short.likely, short.most) == ("plan_tokens", 10 * tokens, None)
    assert found[3].likely_output_tokens == 400


async def test_a_pane_that_is_not_covered_leaves_the_others_what_is_theirs(
    desktop: Desktop,
) -> None:
    chat_id = await panes_of(desktop, OPUS, OPUS, OPUS, OPUS)
    desktop.driver.dispatcher.take(commands.SendMessage(chat_id, (0, 1, 2, 3), "Hello"))
    ended: dict[str, bool] = {}
    while len(ended) < 4:
        changed = await desktop.driver.wait_for(
            events.MessageChanged,
            lambda event: event.settled and event.message.id not in ended,
        )
        ended[changed.message.id] = changed.message.fault is None
    assert sum(ended.values()) >= 3
    await desktop.agrees()


async def test_a_quote_right_after_an_answer_counts_with_what_it_left(desktop: Desktop) -> None:
    chat_id = await desktop.chat()
    await desktop.driver.send(chat_id, "Hello")
    [quote] = await quotes(desktop, chat_id, "And more?")
    assert quote.hosted is not None
    assert quote.hosted.covered
    assert quote.hosted.after[0].left == 10_000 - 160
