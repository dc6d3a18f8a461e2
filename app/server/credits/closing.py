"""A request that its sender gives up: what still comes with its key is refused when it comes.

A desktop that lost the line tells its user that nothing was charged. That has to stay true for a
request which some proxy on the way delivers minutes later.
"""

from __future__ import annotations

from datetime import timedelta

from app.ledger.closing import give_up, is_given_up
from app.ledger.holds import hold_by_key
from app.server.accounts.identify import Caller
from app.server.credits import calls
from app.server.credits.postgres import MINUTE
from app.server.credits.records import DoneBefore
from app.server.errors import Refused, too_many
from app.server.limits import take
from app.server.services import Services

# A session ends within an hour, and a late request with it. Keys of other tools last longer.
KEPT = timedelta(days=1)
ORDERS_PER_MINUTE = 60
GIVEN_UP_PER_DAY = 300
GONE = 410
_NOT_FOUND = 404


async def close_request(services: Services, caller: Caller, key: str) -> DoneBefore:
    """Give up a key that nothing came with: status 410, now and at each later order. Where
    something came, what became of it, as `calls.answer_of` tells it.

    Somebody else's request is none: the key is taken among the caller's own. Raises Refused: 409
    while it runs, 429.
    """
    name = f"{caller.tenant}/{caller.account}"
    await _counted(services, f"closing/{name}", ORDERS_PER_MINUTE, MINUTE)
    known = await _known(services, caller, key)
    before = await services.database.read(hold_by_key, caller.tenant, key)
    if known is not None:
        return known
    given_up = DoneBefore(key, None, "", GONE)
    if before is not None and is_given_up(before):
        return given_up
    await _counted(services, f"closed/{name}", GIVEN_UP_PER_DAY, KEPT)
    now = services.clock.now()
    new_id = services.clock.new_id()
    taken = await services.database.run(
        give_up, caller.tenant, key, new_id, now=now, until=now + KEPT
    )
    # Something came in between, or another order; a colleague's request tells nobody but them.
    return given_up if taken else await _known(services, caller, key) or given_up


async def _counted(services: Services, name: str, most: int, length: timedelta) -> None:
    wait_s = await services.database.run(take, name, most, length, services.clock.now())
    if wait_s is not None:
        raise too_many(f"At most {most} requests are given up.", retry_after_s=wait_s)


async def _known(services: Services, caller: Caller, key: str) -> DoneBefore | None:
    try:
        return await calls.answer_of(services, caller, key)
    except Refused as refused:
        if refused.status != _NOT_FOUND:
            raise
        return None
