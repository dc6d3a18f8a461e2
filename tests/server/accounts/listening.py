"""A credit server on a real socket, and a client that listens to its events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import httpx2
import uvicorn

from tests.fixtures.credit_server import CreditServer


@dataclass(frozen=True)
class Heard:
    """One event, or a comment, which has no kind."""

    kind: str
    id: str = ""
    facts: Any = None


class Listener:
    """An open stream; `next` waits for what comes, up to a few seconds."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def next(self, *, comments: bool = False) -> Heard | None:
        """The next event, with comments where they are wanted; None at the end of the stream."""
        async with asyncio.timeout(60):
            while (fields := await self._block()) is not None:
                if "event" in fields:
                    return Heard(fields["event"], fields.get("id", ""), json.loads(fields["data"]))
                if comments and "" in fields:
                    return Heard("")
        return None

    async def _block(self) -> dict[str, str] | None:
        fields: dict[str, str] = {}
        async for line in self._lines:
            if not line:
                return fields
            name, _, value = line.partition(":")
            fields[name] = value.strip()
        return None


@asynccontextmanager
async def on_a_socket(server: CreditServer) -> AsyncIterator[str]:
    """The server's address on loopback, until the block ends."""
    config = uvicorn.Config(
        server.app, port=0, lifespan="off", log_level="warning", timeout_graceful_shutdown=5
    )
    running = uvicorn.Server(config)
    # In a task of this thread the server would take the test's signals.
    running.capture_signals = nullcontext  # type: ignore[method-assign,assignment]
    task = asyncio.create_task(running.serve())
    while not running.started:
        await asyncio.sleep(0)
    port = running.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.should_exit = True
        await task


@asynccontextmanager
async def listening(
    address: str, token: str, *, last_id: str = "", acts_for: str = ""
) -> AsyncIterator[Listener]:
    headers = {"Authorization": f"Bearer {token}"}
    headers |= {"Last-Event-ID": last_id} if last_id else {}
    headers |= {"X-Tuppence-Account": acts_for} if acts_for else {}
    async with (
        httpx2.AsyncClient(base_url=address, timeout=10) as client,
        client.stream("GET", "/api/events", headers=headers) as answer,
    ):
        yield Listener(answer)
