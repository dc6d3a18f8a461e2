"""Chats that dollars of an allowance pay for: each figure here says them once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.seam import commands, events
from app.seam.usage_commands import AskUsage
from app.seam.usage_views import UsageScope
from tests.account.desktop import Desktop, desktop_at
from tests.server.proxy.conftest import open_place
from tests.server.upstreams.scripts import Script
from tests.server.upstreams.upstream import Upstream, upstream

MODEL = "gpt-4o"


@pytest.fixture
def provider() -> Iterator[Upstream]:
    with upstream() as running:
        running.scripts[MODEL] = Script(tokens=20)
        yield running


@pytest.fixture
async def desktop(provider: Upstream, tmp_path: Path) -> AsyncIterator[Desktop]:
    async with open_place(tmp_path / "server", provider, catalog="daily-budgets") as place:
        one = await desktop_at(place, tmp_path / "home")
        try:
            yield one
        finally:
            await one.driver.close()


async def test_the_sidebar_says_what_the_receipts_say(desktop: Desktop) -> None:
    chat_id = await desktop.chat(MODEL)
    drawn = 0
    for text in ("Hello", "Again"):
        message = await desktop.driver.send(chat_id, text)
        assert message.cost is not None
        assert [each.unit for each in message.cost.drawn] == ["usd"]
        drawn += sum(each.amount for each in message.cost.drawn)
        row = desktop.driver.core.views.row(desktop.driver.core.chat(chat_id))
        assert (row.total_pusd, row.drawn_tokens) == (drawn, 0)
    assert drawn > 0
    view = (await desktop.driver.ask(AskUsage(1, UsageScope()), events.UsageShown)).usage
    assert (view.total.total_pusd, view.total.drawn) == (drawn, ())
    await desktop.agrees()


async def test_a_receipt_in_dollars_can_be_recalculated(desktop: Desktop) -> None:
    message = await desktop.driver.send(await desktop.chat(MODEL), "Hello")
    ready = await desktop.driver.ask(commands.AskReceipt(message.id), events.ReceiptReady)
    [drawn] = ready.receipt.drawn
    [call] = ready.receipt.calls
    assert call.is_hosted
    assert all(part.rate_text for part in call.parts)
    assert sum(part.amount_pusd or 0 for part in call.parts) == drawn.amount
