"""What operator does again and again in the background."""

from __future__ import annotations

from functools import partial

from app.server.background import Job
from app.server.operator.closed_routes import READ_EVERY_S, read_again
from app.server.operator.entrance import forget_visits
from app.server.operator.figures import WRITE_EVERY_S, write_own
from app.server.operator.threshold_mails import mail_thresholds
from app.server.services import Services

_MAIL_EVERY_S = 60.0
_FORGET_EVERY_S = 3600.0


def jobs(services: Services) -> tuple[Job, ...]:
    """The jobs of this domain."""

    async def forget() -> None:
        await services.database.run(forget_visits, services.clock.now())

    return (
        Job("closed routes", READ_EVERY_S, partial(read_again, services)),
        Job("figures of this worker", WRITE_EVERY_S, partial(write_own, services)),
        Job("threshold mails", _MAIL_EVERY_S, partial(mail_thresholds, services)),
        Job("visits of the operator", _FORGET_EVERY_S, forget),
    )
