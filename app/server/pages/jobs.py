"""What pages do again and again in the background."""

from __future__ import annotations

from app.server.background import Job
from app.server.pages.visits import forget_visits
from app.server.services import Services

_HOUR_S = 3600.0


def jobs(services: Services) -> tuple[Job, ...]:
    """The jobs of this domain."""

    async def forget() -> None:
        await services.database.run(forget_visits, services.clock.now())

    return (Job("forget visits", _HOUR_S, forget),)
