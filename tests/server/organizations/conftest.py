"""What several of the tests of organizations begin with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.organizations.workplace import Workspace, workspace_at


@pytest.fixture(params=["sqlite", "postgres"])
async def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Workspace]:
    """On each database, with the catalog of workspaces."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    async with workspace_at(tmp_path / "server", database_url=url) as opened:
        yield opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Workspace]:
    """On SQLite, with the catalog of workspaces."""
    async with workspace_at(tmp_path / "server") as opened:
        yield opened
