"""The ledger on asyncio: the same answers, also from many tasks at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import psycopg
import pytest

from app.errors import HoldMoved
from app.ledger.accounts import balances, open_accounts
from app.ledger.audit import audit
from app.ledger.calls import heartbeat, release
from app.ledger.postgres import AsyncPostgresLedger
from app.ledger.records import AdmitEnd, Division, Settle
from app.metering.hold import Basis, Proof
from tests.ledger.given import MINUTE, NOW, WINDOW, a_call, an_end, window

CONNECTIONS = 20


@pytest.fixture
async def ledger(postgres_dsn: str) -> AsyncIterator[AsyncPostgresLedger]:
    """Over so many connections, lent to who asks first."""
    free: asyncio.Queue[psycopg.AsyncConnection[Any]] = asyncio.Queue()

    @asynccontextmanager
    async def lend() -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        taken = await free.get()
        try:
            yield taken
        finally:
            free.put_nowait(taken)

    async with AsyncExitStack() as stack:
        for _ in range(CONNECTIONS):
            opened = psycopg.AsyncConnection.connect(postgres_dsn, autocommit=True)
            free.put_nowait(await stack.enter_async_context(await opened))
        found = AsyncPostgresLedger(lend)
        await found.run(open_accounts, [window()], NOW)
        yield found


async def free_in(ledger: AsyncPostgresLedger) -> int | None:
    return (await ledger.read(balances, [WINDOW]))[WINDOW].free


async def test_a_call_runs_through(ledger: AsyncPostgresLedger) -> None:
    assert (await ledger.admit(a_call())).end is AdmitEnd.HELD
    assert (await ledger.admit(a_call())).end is AdmitEnd.RUNNING
    await ledger.dispatch("hold-1", route="r", owner="o", lease_until=NOW + MINUTE)
    assert await ledger.run(heartbeat, "hold-1", owner="o", output_tokens=3, lease_until=NOW)
    assert (await ledger.settle(an_end(charge=60))).charges == {WINDOW: 60}
    with pytest.raises(HoldMoved):
        await ledger.settle(an_end(charge=60))
    with pytest.raises(HoldMoved):
        await ledger.dispatch("hold-1", route="r", owner="o", lease_until=NOW)
    assert await free_in(ledger) == 940


async def test_a_charge_above_the_hold_is_divided(ledger: AsyncPostgresLedger) -> None:
    await ledger.admit(a_call())
    await ledger.dispatch("hold-1", route="", owner="", lease_until=NOW + MINUTE)
    order = Settle("hold-1", Basis.PROVIDER_USAGE, NOW, divide=lambda _: Division({WINDOW: 130}))
    assert (await ledger.settle(order)).charges == {WINDOW: 130}
    assert await free_in(ledger) == 870


async def test_a_thousand_calls_of_many_tasks_leave_no_drift(ledger: AsyncPostgresLedger) -> None:
    begin = asyncio.Event()

    async def work(number: int) -> Counter[AdmitEnd]:
        await begin.wait()
        ends: Counter[AdmitEnd] = Counter()
        for turn in range(10):
            name = f"{number}-{turn}"
            end = (await ledger.admit(a_call(name, 10))).end
            ends[end] += 1
            if end is not AdmitEnd.HELD:
                continue
            await ledger.dispatch(f"hold-{name}", route="", owner="", lease_until=NOW + MINUTE)
            if turn % 2:
                await ledger.settle(an_end(name, 3))
            else:
                await ledger.run(release, f"hold-{name}", now=NOW, proof=Proof.REFUSED)
        return ends

    tasks = [asyncio.create_task(work(number)) for number in range(100)]
    begin.set()
    ends = sum(await asyncio.gather(*tasks), Counter())
    account = (await ledger.read(balances, [WINDOW]))[WINDOW]
    assert sum(ends.values()) == 1000
    assert account.held == 0
    assert account.used % 3 == 0
    assert account.used > 0
    assert await ledger.read(audit, NOW + MINUTE) == ()
