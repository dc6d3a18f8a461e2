"""The programs that take part: each a process of its own, all on loopback."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import psutil

if TYPE_CHECKING:
    from tests.fixtures.postgres import Postgres

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
_START_S = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    """A program with its address. `workers` are the processes that answer."""

    url: str
    process: psutil.Process

    @property
    def workers(self) -> list[psutil.Process]:
        python = [each for each in self.process.children() if "python" in each.name()]
        busy = [each for each in python if "resource_tracker" not in " ".join(each.cmdline())]
        return busy or [self.process]

    def cpu_s(self) -> float:
        """Processor seconds of all workers so far."""
        return sum(sum(each.cpu_times()[:2]) for each in self.workers)

    def memory_mib(self) -> float:
        """The most that one worker has in memory."""
        return max(each.memory_info().rss for each in self.workers) / 2**20


@contextmanager
def asgi(name: str, variables: Mapping[str, str] | None = None) -> Iterator[Running]:
    """An application of this folder on uvicorn, as the server runs: uvloop, one worker."""
    port = _free_port()
    options = ["--port", str(port), "--log-level", "critical", "--timeout-keep-alive", "75"]
    command = [sys.executable, "-m", "uvicorn", f"server.{name}:app", *options, "--backlog", "2048"]
    with _running(command, port, {"PYTHONPATH": str(HERE.parent), **(variables or {})}) as running:
        yield running


@contextmanager
def credit_server(
    upstream: str, database_url: str, folder: Path, *, workers: int = 1
) -> Iterator[Running]:
    """The credit server with the shipped catalog; its models' route leads to `upstream`."""
    port = _free_port()
    prefix = "TUPPENCE_SERVER_"
    variables = {
        f"{prefix}DATABASE_URL": database_url,
        f"{prefix}REQUESTS_PER_MINUTE": "100000000",
        f"{prefix}FREE_DAY_USD": "100000",
        "QWEN_API_KEY": "bench-key-of-nobody",
        "QWEN_BASE_URL": f"{upstream}/v1",
        "PYTHONPATH": str(ROOT),
    }
    place = ["--port", str(port), "--data", str(folder), "--workers", str(workers)]
    command = [sys.executable, "-m", "app.server.main", "run", *place]
    with _running(command, port, variables) as running:
        yield running


def address_of(postgres: Postgres) -> str:
    """A server of the tests' as an address, which is how the credit server is told of one."""
    words = dict(part.split("=", 1) for part in postgres.dsn.split())
    place = urlencode({"host": words["host"], "port": words["port"]})
    return f"postgresql://{words['user']}@/{words['dbname']}?{place}"


def make_keys(database_url: str, folder: Path, count: int) -> Sequence[str]:
    """API keys of so many accounts, each with a plan that pays."""
    return asyncio.run(_make_keys(database_url, folder, count))


async def _make_keys(database_url: str, folder: Path, count: int) -> Sequence[str]:
    from tests.fixtures.credit_server import running_server

    async with running_server(folder, database_url=database_url) as server:
        people = [await server.person("premium", subscribed_ms=0) for _ in range(count)]
        return [person.token for person in people]


@contextmanager
def _running(command: list[str], port: int, variables: Mapping[str, str]) -> Iterator[Running]:
    process = subprocess.Popen(
        command, env={**os.environ, **variables}, stdout=subprocess.DEVNULL, cwd=ROOT
    )
    try:
        _wait_for(port, process)
        yield Running(f"http://127.0.0.1:{port}", psutil.Process(process.pid))
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[Any]) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"a program of the bench ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                probe.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                probe.settimeout(_START_S)
                if probe.recv(1):
                    return
        time.sleep(0.1)
    raise RuntimeError("a program of the bench did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
