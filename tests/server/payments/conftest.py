"""Shops for the tests of payments: on each processor, on each database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.payments.shop import Shop, open_shop


@pytest.fixture
async def stripe_shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path / "server") as shop:
        yield shop


@pytest.fixture
async def lemon_shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path / "server", "lemon_squeezy") as shop:
        yield shop


@pytest.fixture(params=["stripe", "lemon_squeezy"])
async def shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    """One processor after the other, on SQLite."""
    async with open_shop(tmp_path / "server", request.param) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgres"])
async def any_shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    """Stripe, on each database."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    async with open_shop(tmp_path / "server", "both", database_url=url) as made:
        yield made
