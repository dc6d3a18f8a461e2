"""A request at the door: who sends it, one more of theirs this minute, and how they stand.

On PostgreSQL that is one statement, whose picture of the account is a little old when the call is
held; what is held is judged anew, under the lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.ledger.steps import Row, Steps
from app.quick_init import quick_init
from app.server.accounts.identify import Caller, caller_row, identify
from app.server.accounts.pace import bucket_of
from app.server.credits import postgres
from app.server.credits.postgres import MINUTE, seconds_left
from app.server.credits.reading import Ask, Situation, sides_at, situation_of
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
    """A request that was counted. `situation` is None where it is yet to be read."""

    ask: Ask
    situation: Situation | None = None

    @property
    def caller(self) -> Caller:
        return self.ask.caller

    def holds(self, services: Services) -> bool:
        """Whether nothing has to be read again: a body that came meanwhile took no time worth
        mentioning, or nothing was read."""
        return services.clock.now() - self.ask.now < _FRESH or not services.database.has_short_ways


async def arrive(services: Services, told: Token, key: str) -> Arrival:
    """Count a request of whoever sends it, with the client's own idempotency key or none.

    Raises Refused: 401 and 404 as `identify`, 429 where the minute has no room.
    """
    now, most = services.clock.now(), services.settings.limits.requests_per_minute
    sides = sides_at(services.catalog, told.address)
    who = caller_row(told.token, told.acts_for, now)
    if services.database.has_short_ways and who is not None:
        rows = await services.database.ask(postgres.arrive(who, now, most, key, sides))
        caller, has_room = _looked_through(rows, told)
        if caller is not None:
            if not has_room:
                raise _too_many(most, seconds_left(now))
            ask = Ask(caller, now, key, sides)
            return Arrival(ask, situation_of(services.catalog, ask, rows))
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


def _too_many(most: int, wait_s: int) -> Refused:
    return too_many(f"At most {most} requests a minute.", retry_after_s=wait_s)
