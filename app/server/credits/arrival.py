"""A request at the door: who sends it, one more of theirs this minute, and how they stand.

On PostgreSQL that is one statement, whose picture of the account is a little old when the call is
held; what is held is judged anew, under the lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.ledger.steps import Row, Sql, Steps
from app.quick_init import quick_init
from app.server.accounts.identify import Caller, caller_row, identify
from app.server.accounts.pace import bucket_of
from app.server.credits import postgres
from app.server.credits.postgres import MINUTE, seconds_left
from app.server.credits.reading import (
    BESIDE,
    FREE_ALONE,
    Ask,
    Situation,
    sides_at,
    situation_of,
)
from app.server.credits.remembered import Key, Known, memory_of
from app.server.errors import Refused, too_many
from app.server.limits import take
from app.server.services import Services

_FRESH = timedelta(seconds=2)


@quick_init
@dataclass(frozen=True, slots=True)
class Token:
    """What a request says of who sent it; `acts_for` is empty for nobody but themselves."""

    token: str
    acts_for: str
    address: str


@quick_init
@dataclass(frozen=True, slots=True)
class Arrival:
    """A request that was counted. `situation` is None where it is yet to be read.

    Who is `known` is counted with their call: `who` looks them up, `told` is what they said.
    """

    ask: Ask
    situation: Situation | None = None
    known: Known | None = None
    who: Sql | None = None
    told: Token | None = None

    @property
    def caller(self) -> Caller:
        return self.ask.caller

    def holds(self, services: Services) -> bool:
        """Whether nothing has to be read again: a body that came meanwhile took no time worth
        mentioning, or nothing was read."""
        return services.clock.now() - self.ask.now < _FRESH or not services.database.has_short_ways


def arrive_known(services: Services, told: Token, key: str) -> Arrival | None:
    """A request of somebody whose last one is remembered, not counted yet: `calls.admit` does that
    with the call, and `counted` where it comes to none. None for everybody else."""
    if key or not services.database.has_short_ways:
        return None
    now = services.clock.now()
    who = caller_row(told.token, told.acts_for, now)
    known = None if who is None else memory_of(services).known(_key_of(who, told))
    if known is None:
        return None
    return Arrival(Ask(known.caller, now, "", FREE_ALONE), None, known, who, told)


async def counted(services: Services, arrival: Arrival) -> Arrival:
    """The same request once it is counted. Raises Refused as `arrive`."""
    if arrival.known is None or arrival.told is None:
        return arrival
    return await arrive(services, arrival.told, "")


async def arrive(services: Services, told: Token, key: str) -> Arrival:
    """Count a request of whoever sends it, with the client's own idempotency key or none.

    Raises Refused: 401 and 404 as `identify`, 429 where the minute has no room.
    """
    now, most = services.clock.now(), services.settings.limits.requests_per_minute
    sides = sides_at(services.catalog, told.address)
    who = caller_row(told.token, told.acts_for, now)
    if services.database.has_short_ways and who is not None:
        looked, pictured = memory_of(services).look(), not key and sides == FREE_ALONE
        rows = await services.database.ask(
            postgres.arrive(who, now, most, key, sides, pictured=pictured)
        )
        caller, has_room = _looked_through(rows, told)
        if caller is not None:
            if not has_room:
                raise _too_many(most, seconds_left(now))
            ask = Ask(caller, now, key, sides)
            situation = situation_of(services.catalog, ask, rows)
            if pictured:
                _remember(services, _key_of(who, told), caller, situation, rows, looked)
            return Arrival(ask, situation)
    caller = await identified(services, told)
    wait_s = await services.database.run(take, bucket_of(caller), most, MINUTE, now)
    if wait_s is not None:
        raise _too_many(most, wait_s)
    return Arrival(Ask(caller, now, key, sides))


async def identified(services: Services, told: Token) -> Caller:
    """As `identify`, in as many round trips as there are statements: for a key it is one."""
    steps: Steps[Caller] = identify(told.token, told.acts_for, told.address, services.clock.now())
    try:
        statement = next(steps)
        while True:
            statement = steps.send(await services.database.ask(statement))
    except StopIteration as end:
        caller: Caller = end.value
        return caller


def _looked_through(rows: Sequence[Row], told: Token) -> tuple[Caller | None, bool]:
    """Who calls by the rows of an arrival, and whether their minute had room."""
    caller, has_room = None, False
    for row in rows:
        if row[0] == "caller":
            _, tenant, account, api_key, device, role, *_ = row
            caller = Caller(tenant, account, device, api_key, role, told.address)
        elif row[0] == "taken":
            has_room = True
    return caller, has_room


def _remember(
    services: Services,
    key: Key,
    caller: Caller,
    situation: Situation,
    rows: Sequence[Row],
    looked: int,
) -> None:
    def known() -> Known:
        (stays,) = (str(row[1]) for row in rows if row[0] == "picture")
        own = [row for row in rows if row[0] == "ledger" and row[5] != BESIDE]
        return Known(caller, situation, stays, own)

    now_s = services.clock.monotonic()
    memory_of(services).remember(key, caller.tenant, looked, now_s, known)


def _key_of(who: Sql, told: Token) -> Key:
    # Beside the token's hash and whom it acts for, a session has the time, which is a number.
    return (*[value for value in who.values if type(value) is str], told.address)


def _too_many(most: int, wait_s: int) -> Refused:
    return too_many(f"At most {most} requests a minute.", retry_after_s=wait_s)
