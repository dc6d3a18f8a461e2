"""Calls whose worker died: looked up at their provider for a while, then settled at the last
heartbeat. Any worker does it, and any number of them."""

from __future__ import annotations

import logging
from datetime import timedelta

from app.errors import HoldMoved, LedgerError
from app.ledger.holds import RESOLVE_WITHIN, unresolved
from app.ledger.records import HoldRow
from app.ledger.sweeping import sweep
from app.metering.hold import How
from app.metering.usage import Usage
from app.providers.hosts import HOSTS
from app.providers.lookup import has_records, lookup
from app.server.credits import calls as credits_calls
from app.server.credits.frozen import call_of_hold
from app.server.credits.records import AdmittedCall, PricedRoute
from app.server.proxy.beats import generation_of
from app.server.proxy.desk import Desk
from app.server.proxy.endings import Seen, end_seen
from app.server.proxy.ways import DEMO

# A worker that could not reach the database for a while may still run its calls.
MAY_STILL_RUN = timedelta(seconds=60)

_log = logging.getLogger(__name__)


async def sweep_all(desk: Desk) -> int:
    """Release what never left, park what nobody speaks of any more; how many there were."""
    count, more = 0, True
    while more:
        swept = await desk.services.database.run(sweep, desk.services.clock.now())
        count += len(swept.released) + len(swept.parked)
        more = swept.more
    return count


async def resolve_all(desk: Desk) -> int:
    """End parked calls whose cost is known now, or never will be; how many were ended."""
    holds = await desk.services.database.read(unresolved, desk.services.clock.now())
    ended = 0
    for hold in holds:
        if hold.id not in desk.running:
            ended += await _resolve(desk, hold)
    return ended


async def _resolve(desk: Desk, hold: HoldRow) -> bool:
    if not hold.frozen:
        return False  # a side hold: it ends with its call
    try:
        call = call_of_hold(hold)
    except LedgerError as error:
        _log.error("%s", error)
        return False
    route = next((each for each in call.routes if each.route == hold.route), call.routes[0])
    name = await desk.services.database.read(generation_of, hold.tenant, hold.id)
    has_record = bool(name) and _has_records(route)
    usage = await _looked_up(desk, route, name) if has_record else None
    assert hold.lease_until is not None
    waited = desk.services.clock.now() - hold.lease_until
    patience = RESOLVE_WITHIN if has_record else MAY_STILL_RUN
    if usage is None and waited < patience:
        return False
    try:
        await credits_calls.settle_unknown(
            desk.services, hold, end_seen(call, _seen(call, hold, route, usage))
        )
    except HoldMoved:
        return False  # another worker was faster
    return True


def _seen(call: AdmittedCall, hold: HoldRow, route: PricedRoute, usage: Usage | None) -> Seen:
    return Seen(
        how=How.DIED,
        route=route,
        counted_input=call.input_tokens,
        counted_output=hold.output_tokens_seen,
        usage=usage,
        looked_up=usage is not None,
    )


def _has_records(route: PricedRoute) -> bool:
    return route.route != DEMO and not route.own_key and has_records(HOSTS[route.host])


async def _looked_up(desk: Desk, route: PricedRoute, name: str) -> Usage | None:
    """The provider's own record of the call, None where there is none (yet)."""
    host, base_url, secret, door = desk.ways.place_of(route)
    return await lookup(host, secret, door, name, base_url=base_url)
