"""What licenses does again and again in the background."""

from __future__ import annotations

import logging

from app.server.background import Job
from app.server.errors import Refused
from app.server.licenses.repository import forget_licenses
from app.server.licenses.rotation import have_next
from app.server.services import Services

_log = logging.getLogger(__name__)
_EVERY_S = 3600.0


def jobs(services: Services) -> tuple[Job, ...]:
    """The jobs of this domain."""

    async def next_key() -> None:
        try:
            if await have_next(services):
                _log.info("a new key for licenses was made, to begin in a year")
        except Refused as refused:  # another copy of the server was faster
            _log.info("the keys for licenses: %s", refused)

    async def forget() -> None:
        await services.database.run(forget_licenses, services.clock.now())

    return (
        Job("the next key for licenses", _EVERY_S, next_key),
        Job("licenses that are over", _EVERY_S, forget),
    )
