"""What proxy does again and again in the background."""

from __future__ import annotations

from functools import partial

from app.server.background import Job
from app.server.proxy.beats import BEAT_S, beat_all, forget_generations
from app.server.proxy.desk import desk_of
from app.server.proxy.resolving import resolve_all, sweep_all
from app.server.services import Services

_SWEEP_S = 10.0
_RESOLVE_S = 20.0
_FORGET_S = 3600.0


def jobs(services: Services) -> tuple[Job, ...]:
    """The jobs of this domain."""
    desk = desk_of(services)

    async def forget() -> None:
        await services.database.run(forget_generations, services.clock.now())

    return (
        Job("heartbeats", BEAT_S, partial(beat_all, desk)),
        Job("sweeper", _SWEEP_S, partial(sweep_all, desk)),
        Job("resolver", _RESOLVE_S, partial(resolve_all, desk)),
        Job("forget generations", _FORGET_S, forget),
    )
