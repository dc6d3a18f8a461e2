"""The rate limit of a key or session, over one worker and over four."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from app.server.accounts.pace import hurry
from app.server.errors import Refused
from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.accounts.computers import registered

ROOT = Path(__file__).resolve().parents[3]
WORKER = Path(__file__).with_name("hurrying.py")


async def test_four_workers_let_through_what_one_does(tmp_path: Path, postgres_url: str) -> None:
    assert await _four_workers(tmp_path, postgres_url) == 100


async def test_four_processes_on_one_file_let_through_what_one_does(tmp_path: Path) -> None:
    assert await _four_workers(tmp_path, "") == 100


async def _four_workers(data: Path, url: str) -> int:
    """How many of 4 x 60 requests of one key four processes let through."""
    workers = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            str(WORKER),
            str(data),
            url,
            "a_one",
            "60",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={"PYTHONPATH": str(ROOT), "PATH": ""},
        )
        for _ in range(4)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert (await worker.stdout.readline()).strip() == b"ready"
    outs = await asyncio.gather(*(worker.communicate(b"go\n") for worker in workers))
    assert [worker.returncode for worker in workers] == [0] * 4
    through = [int(out) for out, _ in outs]
    assert sum(1 for each in through if each) > 1  # they did run side by side
    return sum(through)


async def test_each_key_and_each_minute_has_a_limit_of_its_own(tmp_path: Path) -> None:
    async with running_server(tmp_path / "server", REQUESTS_PER_MINUTE="3") as server:
        one, other = (await server.person()).caller, (await server.person()).caller
        for _ in range(3):
            await hurry(server.services, one)
        with pytest.raises(Refused, match="3 requests a minute") as refused:
            await hurry(server.services, one)
        assert refused.value.retry_after_s == 60
        await hurry(server.services, other)
        server.time.pass_by(minutes=1)
        await hurry(server.services, one)


async def test_endpoints_count_the_session_that_asks(credit_server: CreditServer) -> None:
    computer = await registered(credit_server)
    other = await registered(credit_server)
    answers = [(await computer.ask("GET", "/api/account")).status_code for _ in range(101)]
    assert answers == [200] * 100 + [429]
    assert (await other.ask("GET", "/api/account")).status_code == 200
