"""A credit server on a real port with real time, and clients of it as the desktop makes them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from app.account.desk import AccountDesk
from app.clock import Clock
from app.providers.http import HttpClient
from app.server.connections import BoundedConnection
from app.store.keychain import Keychain
from app.store.keychain_calls import KeychainCalls
from app.store.servers import ServerRecord
from app.store.shelves import Shelves, open_shelves
from tests.fixtures.credit_server import CreditServer, running_server


@dataclass
class LiveServer:
    """The application behind uvicorn; its clock is the test's."""

    credit: CreditServer
    url: str


@asynccontextmanager
async def live_server(data: Path, **env: str) -> AsyncIterator[LiveServer]:
    """A credit server that can be reached over a socket until the block ends. It has no jobs."""
    env.setdefault("DEVICES_PER_ADDRESS_DAY", "1000")
    async with running_server(data, **env) as credit:
        taken = socket.socket()
        taken.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            credit.app,
            http=BoundedConnection,
            lifespan="off",
            log_level="warning",
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[taken]))
        try:
            while not server.started:
                await asyncio.sleep(0.01)
            yield LiveServer(credit, f"http://127.0.0.1:{taken.getsockname()[1]}")
        finally:
            server.should_exit = True
            await serving


@dataclass
class Computer:
    """One computer: its store, its keychain, and the desk over them."""

    shelves: Shelves
    keychain: KeychainCalls
    http: HttpClient
    desk: AccountDesk
    changes: list[ServerRecord] = field(default_factory=list)


@asynccontextmanager
async def computer(folder: Path, clock: Clock, built_in: str = "") -> AsyncIterator[Computer]:
    """A computer with a folder of its own; keys are kept for the session."""
    folder.mkdir(parents=True, exist_ok=True)
    shelves = open_shelves(folder, clock)
    keychain = KeychainCalls(Keychain(folder, backends=()))
    http = HttpClient()
    changes: list[ServerRecord] = []
    desk = AccountDesk(
        shelves.servers,
        shelves.settings,
        keychain,
        lambda: http,
        clock,
        built_in=built_in,
        changed=changes.append,
    )
    try:
        yield Computer(shelves, keychain, http, desk, changes)
    finally:
        await http.aclose()
        shelves.database.close()
