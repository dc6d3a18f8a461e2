"""What credits does again and again in the background."""

from __future__ import annotations

from app.ledger.closing import forget_given_up
from app.server.background import Job
from app.server.credits.requests import forget_answers
from app.server.credits.sides import release_orphans
from app.server.services import Services

_FORGET_EVERY_S = 300.0
_RELEASE_EVERY_S = 60.0


def jobs(services: Services) -> tuple[Job, ...]:
    """The jobs of this domain."""

    async def forget() -> None:
        await services.database.run(forget_answers, services.clock.now())

    async def release() -> None:
        await services.database.run(release_orphans, services.clock.now())

    async def forget_keys() -> None:
        await services.database.run(forget_given_up, services.clock.now())

    return (
        Job("answers that have expired", _FORGET_EVERY_S, forget),
        Job("keys that were given up", _FORGET_EVERY_S, forget_keys),
        Job("side holds without a call", _RELEASE_EVERY_S, release),
    )
