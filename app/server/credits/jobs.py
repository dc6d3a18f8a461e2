"""What credits does again and again in the background."""

from __future__ import annotations

from app.server.background import Job
from app.server.credits.requests import forget_answers
from app.server.services import Services

_FORGET_EVERY_S = 300.0


def jobs(services: Services) -> tuple[Job, ...]:
    """The jobs of this domain."""

    async def forget() -> None:
        await services.database.run(forget_answers, services.clock.now())

    return (Job("answers that have expired", _FORGET_EVERY_S, forget),)
