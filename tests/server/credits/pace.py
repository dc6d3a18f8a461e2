"""How many calls a second the books take: admit, dispatch and settle, by one worker.

`python -m tests.server.credits.pace` runs it on a PostgreSQL of its own.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median

from app.ledger.accounts import open_accounts
from app.ledger.records import AccountKind, Admit, HeldDraw, Opening, Settle
from app.metering.hold import Basis
from app.metering.payer import Unit
from app.metering.usage import Usage
from app.server.accounts.identify import Caller
from app.server.credits.calls import admit, settle
from app.server.credits.records import AdmittedCall, CallEnd, CallKind, CallWish, Ending
from app.server.services import Services
from tests.fixtures.credit_server import running_server

MODEL = "qwen-turbo"
ANSWER = '{"choices": [{"message": {"content": "' + "word " * 80 + '"}}]}'
_LEASE = timedelta(minutes=2)


async def one_call(services: Services, caller: Caller, request_id: str, model: str = MODEL) -> None:
    """A whole call without its upstream."""
    wish = CallWish(request_id, request_id, "h", CallKind.CHAT, model, 312, 100)
    call = await admit(services, wish, caller)
    assert isinstance(call, AdmittedCall)
    await services.database.dispatch(
        request_id,
        route=call.routes[0].route,
        owner="w",
        lease_until=services.clock.now() + _LEASE,
    )
    usage = Usage(input=312, output=75)
    end = CallEnd(Basis.PROVIDER_USAGE, usage, call.routes[0].route, Ending.COMPLETE, answer=ANSWER)
    await settle(services, call, end)


async def calls_per_second(
    services: Services, callers: Sequence[Caller], calls: int, at_once: int, tag: str = ""
) -> float:
    """The rate of `calls` calls, `at_once` of them under way, the callers in turn."""
    numbers = iter(range(calls))

    async def worker() -> None:
        for number in numbers:
            await one_call(services, callers[number % len(callers)], f"r{tag}{number}")

    begin = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    return calls / (time.perf_counter() - begin)


async def bare_calls_per_second(
    services: Services, callers: Sequence[Caller], calls: int, at_once: int, tag: str = ""
) -> float:
    """The ledger's three statements alone, with texts of the same lengths: what credits adds is
    told by the distance."""
    database, now = services.database, services.clock.now()
    openings = [
        Opening(f"{caller.tenant}/bare", caller.tenant, AccountKind.WINDOW, Unit.TOKENS, 10**12)
        for caller in callers
    ]
    for opening in openings:
        await database.run(open_accounts, [opening], now)
    numbers = iter(range(calls))

    async def worker() -> None:
        for number in numbers:
            opening, name = openings[number % len(openings)], f"bare{tag}{number}"
            draws = (HeldDraw(opening.id, 412),)
            order = Admit(
                name, opening.tenant, name, "h", draws, now, now + _LEASE, frozen="x" * 900
            )
            await database.admit(order)
            await database.dispatch(name, route="qwen", owner="w", lease_until=now + _LEASE)
            charges = {opening.id: 387}
            order_ = Settle(name, Basis.PROVIDER_USAGE, now, charges, receipt="x" * 1200)
            await database.settle(order_)

    begin = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    return calls / (time.perf_counter() - begin)


async def _measure(url: str, people: int, calls: int, at_once: int, turns: int = 5) -> None:
    with tempfile.TemporaryDirectory() as folder:
        env = {"REQUESTS_PER_MINUTE": "1000000", "FREE_DAY_USD": "100000"}
        async with running_server(Path(folder), database_url=url, **env) as server:
            callers = [
                (await server.person("premium", subscribed_ms=0)).caller for _ in range(people)
            ]
            whole, bare, busy = [], [], []
            for turn in range(turns):
                tag = f"{at_once}x{turn}x"
                began = time.process_time()
                whole.append(await calls_per_second(server.services, callers, calls, at_once, tag))
                busy.append((time.process_time() - began) / calls)
                bare.append(
                    await bare_calls_per_second(server.services, callers, calls, at_once, tag)
                )
            print(
                f"{people} accounts, {at_once} at once: {median(whole):,.0f} calls/s, the ledger's"
                f" statements alone {median(bare):,.0f}; {median(busy) * 1000:.2f} ms of the"
                " worker's CPU a call"
            )


def main() -> None:
    from tests.fixtures.postgres import find_programs, running

    programs = find_programs()
    assert programs is not None
    with running(programs) as postgres:
        work = _measure(postgres.dsn, 100, 600, 32)
        if "--profile" in sys.argv:
            import cProfile

            cProfile.runctx("asyncio.run(work)", {"asyncio": asyncio, "work": work}, {}, sort=1)
            return
        import uvloop

        uvloop.run(work)


if __name__ == "__main__":
    main()
