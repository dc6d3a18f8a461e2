"""A live credit server and a computer that talks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.clock import Clock
from tests.account.servers import Computer, LiveServer, computer, live_server
from tests.fixtures.credit_server import START


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with live_server(tmp_path / "server") as server:
        yield server


@pytest.fixture
async def laptop(live: LiveServer, tmp_path: Path) -> AsyncIterator[Computer]:
    async with computer(tmp_path / "laptop", live.credit.time.clock, live.url) as one:
        yield one


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[Computer]:
    """A computer that knows no server; it is noon of the 21st."""
    async with computer(tmp_path / "alone", Clock(now=lambda: START)) as one:
        yield one
