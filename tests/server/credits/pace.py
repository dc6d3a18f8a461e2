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

from app.metering.hold import Basis
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


async def _measure(url: str, people: int, calls: int, at_once: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        env = {"REQUESTS_PER_MINUTE": "1000000", "FREE_DAY_USD": "100000"}
        async with running_server(Path(folder), database_url=url, **env) as server:
            callers = [
                (await server.person("premium", subscribed_ms=0)).caller for _ in range(people)
            ]
            for turn in range(3):
                rate = await calls_per_second(
                    server.services, callers, calls, at_once, f"{at_once}x{turn}x"
                )
                print(f"{people} accounts, {at_once} at once: {rate:,.0f} calls/s")


def main() -> None:
    from tests.fixtures.postgres import find_programs, running

    programs = find_programs()
    assert programs is not None
    with running(programs) as postgres:
        profile = "--profile" in sys.argv
        work = _measure(postgres.dsn, 100, 600, 32)
        if profile:
            import cProfile

            cProfile.runctx("asyncio.run(work)", {"asyncio": asyncio, "work": work}, {}, sort=1)
        else:
            asyncio.run(work)


if __name__ == "__main__":
    main()
