"""A worker of its own that asks as fast as it can: `python hurrying.py DATA URL TENANT TIMES`.

It waits for a line on standard input, so that several begin together, and prints how many of its
requests were let through.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from app.clock import Clock
from app.server.accounts.identify import Caller
from app.server.accounts.pace import hurry
from app.server.errors import Refused
from app.server.services import make_services
from app.server.settings import load_settings

AT = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)


async def let_through(data: str, url: str, tenant: str, times: int) -> int:
    settings = replace(load_settings({}, data=Path(data)), database_url=url)
    services = make_services(settings, Clock(now=lambda: AT))
    caller = Caller(tenant, tenant, api_key="k_1")
    await services.database.open()
    print("ready", flush=True)
    sys.stdin.readline()

    async def one() -> bool:
        try:
            await hurry(services, caller)
        except Refused as refused:
            if (refused.status, refused.retry_after_s) != (429, 30):
                raise
            return False
        return True

    try:
        return sum(await asyncio.gather(*(one() for _ in range(times))))
    finally:
        await services.database.close()


if __name__ == "__main__":
    data, url, tenant, times = sys.argv[1:]
    print(asyncio.run(let_through(data, url, tenant, int(times))), flush=True)
