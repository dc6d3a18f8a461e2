"""PostgreSQL itself killed in the middle of a webhook, at each of its steps: the process that works
for the webhook, the first process, or all of them at any moment. The processor sends the webhook
again until it is taken, and the end is as if nothing had been killed."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from app.ledger.steps import Sql, Steps
from app.server.app import build_app
from app.server.database import Database
from app.server.errors import Refused
from tests.fixtures.needs import missing
from tests.fixtures.postgres import Postgres, find_programs, running
from tests.server.payments.shop import Shop, end_state, open_shop
from tests.server.payments.test_failing_database import (
    Signed,
    everything,
    everything_at_lemon_squeezy,
)

BACK_WITHIN_S = 60.0
MOMENTS = 60  # of the soak, for each processor
EVERY = range(1000)
COMMIT = -1  # the step before the first transaction's commit, whatever its number is
SPREAD_S = 0.05

State = tuple[object, ...]


class Watched:
    """A real database; at a step of what runs there, `kill` gets the process that works for it.

    Steps are numbered over all transactions of a webhook; the last of each is its commit.
    """

    def __init__(self, inner: Database, kill: Callable[[int], None]) -> None:
        self._inner = inner
        self._kill = kill
        self.at: int | None = None
        self.begin()

    def begin(self) -> None:
        """A webhook comes in."""
        self.step = self.committed = 0

    async def run(self, operation: Callable[..., Steps[Any]], *args: Any, **kwargs: Any) -> Any:
        done = await self._inner.run(lambda: self._stepwise(operation(*args, **kwargs)))
        self.committed += 1
        return done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def _stepwise(self, steps: Steps[Any]) -> Steps[Any]:
        rows: Any = None
        while True:
            try:
                statement = steps.send(rows)
            except StopIteration as end:
                yield from self._maybe_killed(COMMIT)
                return end.value
            yield from self._maybe_killed()
            rows = yield statement

    def _maybe_killed(self, place: int | None = None) -> Steps[None]:
        if self.at in (self.step, place) and self.at is not None:
            self.at = None
            ((process,),) = yield Sql("SELECT pg_backend_pid()")
            self._kill(int(str(process)))
        self.step += 1


@dataclass
class Killer:
    """Who kills, and afterwards waits until PostgreSQL is there again."""

    postgres: Postgres
    kills: int = 0
    down: bool = False

    def worker(self, process: int) -> None:
        """The one process; the first then ends all the others and begins anew by itself."""
        os.kill(process, signal.SIGKILL)
        self.kills += 1

    def first(self, _: int = 0) -> None:
        """The first process; the others end when they notice."""
        self.down = True
        os.kill(self.postgres.process, signal.SIGKILL)
        self.kills += 1

    def all(self) -> None:
        """Everything, in the middle of whatever it does."""
        self.down = True
        first = psutil.Process(self.postgres.process)
        for each in [first, *first.children()]:
            each.kill()
        self.kills += 1

    async def back(self) -> None:
        """Start it again where its first process was killed."""
        async with asyncio.timeout(BACK_WITHIN_S):
            while self.down:
                self.down = not await asyncio.to_thread(self._started)

    def _started(self) -> bool:
        try:
            self.postgres.start()
        except subprocess.CalledProcessError:
            time.sleep(0.1)  # what was killed has not ended yet
            return False
        return True


@dataclass
class Counter:
    """Where webhooks come in: the server's application over the watched database."""

    shop: Shop
    watched: Watched
    killer: Killer

    async def post(self, signed: Signed) -> int:
        """The status of one try."""
        services = replace(self.shop.server.services, database=self.watched)  # type: ignore[arg-type]
        transport = httpx2.ASGITransport(build_app(services), raise_app_exceptions=False)
        self.watched.begin()
        async with httpx2.AsyncClient(transport=transport, base_url="http://server") as client:
            body, headers = signed
            answer = await client.post("/api/billing/webhook", content=body, headers=headers)
            return answer.status_code

    async def sent_until_taken(self, signed: Signed) -> None:
        """As a processor does; a database that is not there is an error, and no more than that."""
        async with asyncio.timeout(BACK_WITHIN_S):
            while (status := await self.post(signed)) != 200:
                assert status >= 500
                await asyncio.sleep(0.05)

    async def state(self) -> State:
        """What is in the books, as soon as they can be read."""
        await self.killer.back()
        reading = self.shop.server.services.database.read
        async with asyncio.timeout(BACK_WITHIN_S):
            while True:
                try:
                    return await reading(end_state)
                except Refused as error:
                    if error.status != 503:
                        raise
                    await asyncio.sleep(0.05)


async def killed_at_steps(
    counter: Counter, signed: Signed, kill: Callable[[int], None], steps: Iterable[int]
) -> int:
    """Send a webhook until no step is left to kill at; how many tries were killed."""
    watched, killed = counter.watched, 0
    watched._kill = kill
    before = await counter.state()
    found: list[State] = []
    for step in steps:
        watched.at = step
        status = await counter.post(signed)
        if watched.at is not None:  # it was through before
            assert status == 200
            break
        killed += 1
        after = await counter.state()
        if not watched.committed:
            found.append(after)
            if kill == counter.killer.worker:
                assert status >= 500
                assert after == before
    watched.at = None
    await counter.sent_until_taken(signed)
    taken = await counter.state()
    assert all(each in (before, taken) for each in found)
    return killed


async def killed_at_a_moment(counter: Counter, signed: Signed, after_s: float) -> None:
    """Everything killed so long after the webhook came: it was taken whole, or not at all."""
    before = await counter.state()
    timer = threading.Timer(after_s, counter.killer.all)
    timer.start()
    posting = asyncio.create_task(counter.post(signed))
    await asyncio.to_thread(timer.join)
    found = await counter.state()
    await posting  # it may have come while nothing was there, and have waited
    if found == before:
        found = await counter.state()
    await counter.sent_until_taken(signed)
    assert found in (before, await counter.state())


@pytest.fixture
def mortal() -> Iterator[Postgres]:
    """A PostgreSQL of the test's own. What it wrote outlives its processes, so it need not wait for
    the disk."""
    programs = find_programs()
    if programs is None:
        pytest.skip(missing("PostgreSQL"))
    with running(programs) as server:
        yield server


def counter_of(shop: Shop, postgres: Postgres) -> Counter:
    killer = Killer(postgres)
    return Counter(shop, Watched(shop.server.services.database, killer.worker), killer)


async def test_a_killed_postgresql_loses_no_payment_and_credits_none_twice(
    tmp_path: Path, mortal: Postgres
) -> None:
    async with open_shop(tmp_path / "server", database_url=mortal.dsn) as shop:
        counter = counter_of(shop, mortal)
        ann = await shop.someone()
        await shop.bought(ann, "power-pack", deliver=False)
        await shop.bought(ann, "starter-pack", deliver=False)
        first, second = (each for each in shop.said() if b"checkout.session.completed" in each[0])
        assert await killed_at_steps(counter, first, counter.killer.worker, (1, 8, COMMIT)) == 3
        assert await shop.free(ann) == 500_000
        assert await killed_at_steps(counter, second, counter.killer.first, (4, COMMIT)) > 0
        assert await shop.free(ann) == 700_000
        await shop.sound()


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("how", ["worker", "first"])
@pytest.mark.parametrize("kind", ["stripe", "lemon_squeezy"])
async def test_killed_at_every_step_of_every_webhook(
    tmp_path: Path, mortal: Postgres, kind: str, how: str
) -> None:
    async with open_shop(tmp_path / "server", kind, database_url=mortal.dsn) as shop:
        counter = counter_of(shop, mortal)
        make = everything if kind == "stripe" else everything_at_lemon_squeezy
        for signed in await make(shop):
            await killed_at_steps(counter, signed, getattr(counter.killer, how), EVERY)
        print(f"{kind}, {how}: killed {counter.killer.kills} times")
        await ends_as_ever(shop)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", ["stripe", "lemon_squeezy"])
async def test_killed_at_any_moment_of_any_webhook(
    tmp_path: Path, mortal: Postgres, kind: str
) -> None:
    chance = random.Random(MOMENTS)
    async with open_shop(tmp_path / "server", kind, database_url=mortal.dsn) as shop:
        counter = counter_of(shop, mortal)
        people = []
        while counter.killer.kills < MOMENTS:
            people.append(await shop.someone())
            known = len(shop.said())
            await shop.bought(people[-1], "power-pack", deliver=False)
            for signed in shop.said()[known:]:
                await killed_at_a_moment(counter, signed, chance.uniform(0, SPREAD_S))
        assert [await shop.free(each) for each in people] == [500_000] * len(people)
        credited = await shop.server.run("SELECT count(*), sum(granted) FROM ledger_credits")
        assert [tuple(map(int, row)) for row in credited] == [(len(people), 500_000 * len(people))]  # type: ignore[call-overload]
        await shop.sound()


async def ends_as_ever(shop: Shop) -> None:
    """One pack of which 150,000 were taken back, one month of the plan, each once."""
    ann = shop.server.people[0]
    assert await shop.free(ann) == 350_000
    credited = await shop.server.run("SELECT count(*), sum(granted) FROM ledger_credits")
    assert [tuple(map(int, row)) for row in credited] == [(1, 500_000)]  # type: ignore[call-overload]
    assert await shop.server.run("SELECT count(*) FROM subscription_payments") == [(1,)]
    assert (await shop.account(ann))["plan"] == "premium"
    await shop.sound()
