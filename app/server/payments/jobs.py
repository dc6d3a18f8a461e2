"""What payments does again and again in the background."""

from __future__ import annotations

from app.logs import register_secret
from app.server.background import Job
from app.server.payments.polling import EVERY_S, poll
from app.server.payments.till import Till
from app.server.services import Services


def jobs(services: Services) -> tuple[Job, ...]:
    """Both processors are read in turn, wherever one is set up."""
    till = Till(services)
    for setup in till.shelf.setups:
        register_secret(setup.key)
        register_secret(setup.webhook_secret)

    async def read_processors() -> None:
        await poll(till, services.clock.now())

    return (Job("payments", EVERY_S, read_processors),) if till.shelf.setups else ()
