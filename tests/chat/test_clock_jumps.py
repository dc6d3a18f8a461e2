"""The computer's clock jumps between hold and settlement: the charge is the admitted one."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from app.clock import Clock, new_id
from app.seam import commands, events
from app.seam.views import Certainty, MessageState
from app.store.records import HoldState
from tests.chat.conversations import unchecked_chat
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, recorded


@dataclass(slots=True)
class JumpingClock:
    """Shows a time that a test sets; what lasts is measured by a clock that never jumps."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 21, 12, tzinfo=UTC))

    def clock(self) -> Clock:
        return Clock(now=lambda: self.at, new_id=new_id, monotonic=time.monotonic)


@pytest.fixture
def jumping() -> JumpingClock:
    return JumpingClock()


@pytest_asyncio.fixture
async def driver(tmp_path: Path, jumping: JumpingClock) -> AsyncIterator[CoreDriver]:
    folder = tmp_path / "home"
    folder.mkdir()
    driver = CoreDriver(folder, clock=jumping.clock())
    await driver.open()
    yield driver
    await driver.close()


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=400), timedelta(hours=-3)])
async def test_a_jump_of_the_clock_changes_neither_charge_nor_order(
    driver: CoreDriver, provider_server: ProviderServer, jumping: JumpingClock, jump: timedelta
) -> None:
    provider_server.replies = [recorded("openai-chat-1bc05d89", pace_s=0.05)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Hello"))
    await driver.wait_for(events.TextArrived)
    jumping.at += jump
    settled = await driver.wait_for(events.MessageChanged, lambda event: event.settled)
    answer = settled.message
    assert answer.state is MessageState.COMPLETE
    assert answer.cost is not None
    assert answer.cost.certainty is Certainty.EXACT
    # 14 tokens in and 8 out of GPT-4o, at 2.50 and 10 dollars per million.
    assert answer.cost.total_pusd == 14 * 2_500_000 + 8 * 10_000_000
    assert answer.cost.duration_s is not None
    assert 0 <= answer.cost.duration_s < 60
    hold = driver.core.shelves.holds.for_message(answer.id)
    assert hold is not None
    assert hold.state is HoldState.SETTLED
    opened = await driver.ask(commands.OpenChat(chat_id), events.ChatOpened)
    assert [message.role for message in opened.chat.panes[0].messages] == ["user", "assistant"]
    again = await driver.send(chat_id, "After the jump")
    assert again.state is MessageState.COMPLETE
    opened = await driver.ask(commands.OpenChat(chat_id), events.ChatOpened)
    roles = [message.role for message in opened.chat.panes[0].messages]
    assert roles == ["user", "assistant", "user", "assistant"]
