"""Who is remembered, while others move the same accounts: other workers, other transactions."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from app.server.credits.calls import settle
from app.server.credits.records import AdmittedCall
from app.server.credits.remembered import memory_of
from app.server.errors import Refused
from app.server.services import make_services
from tests.fixtures.credit_server import CreditServer, Person, running_server
from tests.server.credits.given import GPT_4O, dispatched, ended, give, sound, wish
from tests.server.credits.test_remembered import a_call, remembered, sent
from tests.server.credits.test_settle_statement import told

PLAN_TOKENS_OF_ONE = 5  # of GPT-4o


async def requests_of(server: CreditServer, person: Person) -> int:
    """How many of their requests were counted."""
    caller = person.caller
    rows = await server.run(
        "SELECT count FROM buckets WHERE name = ?", f"calls/{caller.tenant}/{caller.api_key}"
    )
    return sum(int(str(count)) for (count,) in rows)


@pytest.mark.parametrize("seed", range(6))
async def test_two_workers_and_whatever_happens(
    seed: int, tmp_path: Path, postgres_url: str
) -> None:
    """Two workers serve the same people in any order: the books stay sound, and each call is
    decided on what the books have."""
    chance = random.Random(seed)
    async with running_server(tmp_path / "server", database_url=postgres_url) as first:
        settings = first.services.settings
        services = make_services(settings, first.services.clock)
        await services.database.open()
        try:
            second = replace(first, services=services)
            people = [await remembered(first) for _ in range(3)]
            running: list[AdmittedCall] = []
            for _ in range(60):
                server, person = chance.choice((first, second)), chance.choice(people)
                await _one_step(chance, server, person, running)
            await asyncio.gather(*(settle(first.services, call, ended(call)) for call in running))
            await sound(first)
        finally:
            await services.database.close()


async def _one_step(
    chance: random.Random, server: CreditServer, person: Person, running: list[AdmittedCall]
) -> None:
    match chance.randrange(12):
        case 0:
            await give(server, person, chance.randrange(1, 5_000))
        case 1:
            server.time.pass_by(seconds=chance.choice((1, 90)))
        case 2 if running:
            await settle(server.services, running[0], ended(running[0], 300, 900))
            running.pop(0)
        case 3 if running:
            call = running.pop()
            await settle(server.services, call, ended(call, 20_000, 900))  # more than was held
        case _:
            at_once = [a_call(server, person) for _ in range(chance.randrange(1, 4))]
            for call in await asyncio.gather(*at_once, return_exceptions=True):
                if isinstance(call, AdmittedCall):
                    await sent(server, call)
                    running.append(call)
                else:
                    assert isinstance(call, Refused), call


async def test_a_threshold_that_another_worker_brought_near_is_told_of(
    tmp_path: Path, postgres_url: str
) -> None:
    """By what is remembered the account is far from it, so that the statement holds no notice."""
    async with running_server(tmp_path / "server", database_url=postgres_url) as first:
        services = make_services(first.services.settings, first.services.clock)
        await services.database.open()
        try:
            second = replace(first, services=services)
            person = await remembered(first)
            call = await a_call(first, person)
            await sent(first, call)
            granted, posted = await amounts(first, person)
            tokens = (granted * 8 // 10 - (granted - posted) - 1) // PLAN_TOKENS_OF_ONE
            near = await dispatched(second, person.caller, wish(GPT_4O, tokens, 0))
            await settle(services, near, ended(near, tokens, 0))
            granted, posted = await amounts(first, person)
            assert 0 <= granted * 8 // 10 - (granted - posted) <= PLAN_TOKENS_OF_ONE
            assert await told(first) == []
            (draw,) = call.held
            assert memory_of(first.services).is_below(person.caller.tenant, draw.account, 80)
            await settle(first.services, call, ended(call, 20, 20))
            assert [(name, percent) for name, percent, *_ in await told(first)] == [("Premium", 80)]
            await sound(first)
        finally:
            await services.database.close()


async def amounts(server: CreditServer, person: Person) -> tuple[int, int]:
    """What the plan grants, and what is left of it."""
    [(granted, posted)] = await server.run(
        "SELECT granted, posted FROM ledger_accounts WHERE tenant = ? AND id LIKE ?",
        person.caller.tenant,
        "%premium%",
    )
    return int(str(granted)), int(str(posted))


@pytest.mark.parametrize("left", [20_000, 100])
async def test_an_account_that_moves_while_it_is_waited_for(
    left: int, tmp_path: Path, postgres_url: str
) -> None:
    async with running_server(tmp_path / "server", database_url=postgres_url) as server:
        person = await remembered(server)
        tenant = person.caller.tenant
        before = await requests_of(server, person)
        async with await psycopg.AsyncConnection.connect(postgres_url) as other:
            moved = await other.execute(
                "UPDATE ledger_accounts SET posted = %s WHERE tenant = %s AND id LIKE %s",
                (left, tenant, "%premium%"),
            )
            assert moved.rowcount == 1
            waiting = asyncio.create_task(a_call(server, person))
            await asyncio.sleep(0.1)
            assert not waiting.done()
            await other.commit()
            call = await waiting
        assert (call.held[0].amount == 100) == (left == 100)
        assert await requests_of(server, person) == before + 1
