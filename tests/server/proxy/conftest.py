"""A credit server on a real socket, with loopback providers behind every route."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn

from app.ledger.audit import audit
from app.ledger.holds import open_holds
from app.providers.languages import Language
from app.server.connections import BoundedConnection
from app.server.proxy import desk as proxy_desk
from app.server.proxy.desk import Desk, desk_of
from tests.fixtures.credit_server import CreditServer, Person, running_server
from tests.ledger.invariants import read_rows, troubles
from tests.server.upstreams.scripts import CANARY_KEY
from tests.server.upstreams.upstream import Upstream, upstream

# Each route of the shipped catalog with the language that its loopback provider speaks.
ROUTES: Mapping[str, Language] = {
    "OPENROUTER": Language.OPENAI_CHAT,
    "OPENAI": Language.OPENAI_CHAT,
    "QWEN": Language.OPENAI_CHAT,
    "ANTHROPIC": Language.ANTHROPIC,
    "GOOGLE": Language.GEMINI,
    "GEMINI": Language.GEMINI,
    "GROQ": Language.OPENAI_CHAT,
    "MISTRAL": Language.OPENAI_CHAT,
}
MODEL = "openai/gpt-4o"


@dataclass
class Place:
    """The server at `url`, its books, and the provider that it asks."""

    server: CreditServer
    provider: Upstream
    url: str
    loose: list[asyncio.Task[object]] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        return desk_of(self.server.services)

    async def person(self, plan: str = "premium", **columns: object) -> Person:
        """Somebody with enough tokens."""
        return await self.server.person(plan, **{"subscribed_ms": 0, **columns})

    async def quiet(self) -> None:
        """Until no call runs any more."""
        while self.desk.tasks:
            await asyncio.wait(self.desk.tasks)

    async def troubles(self) -> list[str]:
        """What is wrong in the books, by statements of the tests' own and by the audit."""
        await self.quiet()
        tables: dict[str, list[tuple[object, ...]]] = {}

        def fetch(statement: str) -> list[tuple[object, ...]]:
            return tables[statement]

        for _ in range(len(tables) + 20):
            try:
                found = troubles(read_rows(fetch))
                break
            except KeyError as missing:
                statement = str(missing.args[0])
                tables[statement] = await self.server.run(statement)
        database = self.server.services.database
        findings = await database.read(audit, self.server.time.at)
        return found + [str(finding) for finding in findings]

    async def open_holds(self) -> int:
        return len(await self.server.services.database.read(open_holds))

    async def rows(self, columns: str) -> list[tuple[object, ...]]:
        """The rows of ended calls, the oldest first."""
        return await self.server.run(f"SELECT {columns} FROM requests ORDER BY id")


def variables(provider: Upstream, **own: str) -> dict[str, str]:
    """What makes every route lead to the loopback provider; `_` stands before names of others."""
    found = {"REQUESTS_PER_MINUTE": "1000000", "FREE_DAY_USD": "100000"}
    for route, language in ROUTES.items():
        found[f"_{route}_BASE_URL"] = provider.base_url(language)
        found[f"_{route}_API_KEY"] = CANARY_KEY
    return {**found, **own}


@asynccontextmanager
async def serving(server: CreditServer) -> AsyncIterator[str]:
    """The application behind uvicorn on a free port."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        server.app,
        lifespan="off",
        log_level="critical",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
        backlog=2048,
        http=BoundedConnection,
    )
    running = uvicorn.Server(config)
    running.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(running._serve([taken]))
    while not running.started:
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
    finally:
        running.should_exit = True
        await task
        await proxy_desk.finish(server.services)


@asynccontextmanager
async def open_place(
    data: Path, provider: Upstream, *, database_url: str = "", catalog: str = "tuppence", **own: str
) -> AsyncIterator[Place]:
    """A place of a test's own making."""
    wanted = variables(provider, **own)
    async with (
        running_server(data, database_url=database_url, catalog=catalog, **wanted) as server,
        serving(server) as url,
    ):
        yield Place(server, provider, url)


@pytest.fixture
def provider() -> Iterator[Upstream]:
    with upstream() as running:
        yield running


@pytest.fixture
async def place(tmp_path: Path, provider: Upstream) -> AsyncIterator[Place]:
    """On SQLite, with the shipped catalog."""
    async with open_place(tmp_path / "server", provider) as opened:
        yield opened


@pytest.fixture
async def postgres_place(
    tmp_path: Path, provider: Upstream, postgres_url: str
) -> AsyncIterator[Place]:
    """On PostgreSQL."""
    async with open_place(tmp_path / "server", provider, database_url=postgres_url) as opened:
        yield opened
