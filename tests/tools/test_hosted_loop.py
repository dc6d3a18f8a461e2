"""A tool loop on hosted tokens: each call an order of its own at the server, all on one receipt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.seam import assistants, budgets, commands, events
from app.seam.views import Certainty, MessageState
from tests.account.desktop import MODEL, Desktop, desktop_at
from tests.server.proxy.conftest import open_place
from tests.server.upstreams.scripts import Script
from tests.server.upstreams.upstream import Upstream, upstream
from tests.tools.chats import receipt_of, settled

CALLS = Script(tokens=0, tool=("calculator", '{"expression": "6*7"}'))
SAYS = Script(tokens=20)


@pytest.fixture
def provider() -> Iterator[Upstream]:
    with upstream() as running:
        running.scripts[MODEL] = CALLS
        yield running


@pytest.fixture
async def desktop(provider: Upstream, tmp_path: Path) -> AsyncIterator[Desktop]:
    async with open_place(tmp_path / "server", provider) as place:
        one = await desktop_at(place, tmp_path / "home")
        try:
            yield one
        finally:
            await one.driver.close()


async def stopped_by_the_guard(desktop: Desktop, calls: int = 3) -> tuple[str, str]:
    """A chat whose model called a tool until the guard stopped it, and the answer's id."""
    driver = desktop.driver
    chat_id = await desktop.chat()
    await driver.ask(assistants.ChooseTools(chat_id, ("calculator",)), assistants.SetupShown)
    await driver.ask(budgets.SetGuard(1, 10, "0.05", calls, "1"), budgets.BudgetSaved)
    answer = await driver.send(chat_id, "6*7?")
    assert answer.fault is not None, answer
    assert answer.fault.kind == "LoopStopped", answer.fault
    return chat_id, answer.id


async def test_each_call_of_a_loop_is_charged_once_at_the_server_and_stands_on_one_receipt(
    desktop: Desktop, provider: Upstream
) -> None:
    _, message_id = await stopped_by_the_guard(desktop)
    assert len(provider.calls) == 3
    told = provider.calls[0].body["tools"]
    assert told[0]["function"]["name"] == "calculator"  # type: ignore[index]
    results = [
        [one["content"] for one in call.body["messages"] if one["role"] == "tool"]  # type: ignore[union-attr,index]
        for call in provider.calls
    ]
    assert results == [[], ["42"], ["42", "42"]]
    receipt = receipt_of(desktop.driver, message_id)
    assert len(receipt.calls) == 3
    drawn = desktop.driver.core.shelves.database.rows(
        "SELECT hold_id, sum(amount) FROM hosted_draws GROUP BY hold_id"
    )
    assert len(drawn) == 3
    assert sum(amount.value for amount in receipt.amounts) == sum(row[1] for row in drawn)
    await desktop.agrees()


async def test_continue_lets_the_hosted_model_answer_with_what_the_tools_said(
    desktop: Desktop, provider: Upstream
) -> None:
    chat_id, message_id = await stopped_by_the_guard(desktop, calls=2)
    provider.scripts[MODEL] = SAYS
    seen = len(desktop.driver.heard)
    desktop.driver.dispatcher.take(commands.ContinueAnswer(chat_id, 0, message_id))
    answer = await settled(desktop.driver, chat_id, seen)
    assert answer.state is MessageState.COMPLETE
    assert answer.text
    assert answer.cost is not None
    assert answer.cost.certainty is Certainty.EXACT
    assert len(receipt_of(desktop.driver, message_id).calls) == 3
    await desktop.agrees()


async def test_after_a_kill_in_the_middle_of_a_hosted_loop_here_and_there_agree(
    desktop: Desktop, provider: Upstream
) -> None:
    driver = desktop.driver
    chat_id = await desktop.chat()
    await driver.ask(assistants.ChooseTools(chat_id, ("calculator",)), assistants.SetupShown)
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "6*7?"))
    shown = await driver.wait_for(events.ToolCallShown, lambda event: event.call.result is not None)
    provider.scripts[MODEL] = SAYS
    await desktop.start_after_a_kill()
    opened = await desktop.driver.ask(commands.OpenChat(chat_id), events.ChatOpened)
    answer = opened.chat.panes[0].messages[-1]
    assert answer.id == shown.message_id
    assert answer.state in (MessageState.INCOMPLETE, MessageState.COMPLETE)
    assert all(call.result is not None for call in answer.tool_calls)
    async with asyncio.timeout(30):
        while desktop.driver.core.shelves.holds.open_holds():
            await asyncio.sleep(0.02)
    await desktop.agrees()
    assert len(receipt_of(desktop.driver, answer.id).calls) in (1, 2)
