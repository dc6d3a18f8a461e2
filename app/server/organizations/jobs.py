"""What organizations does again and again in the background."""

from __future__ import annotations

from app.server.background import Job
from app.server.organizations.alerts import mail_alerts
from app.server.organizations.founding import workspace_plan
from app.server.organizations.invitations import forget_invitations
from app.server.services import Services

_ALERTS_EVERY_S = 60.0
_FORGET_EVERY_S = 3600.0


def jobs(services: Services) -> tuple[Job, ...]:
    """The jobs of this domain. Raises ConfigError for a default plan that is none."""
    workspace_plan(services)

    async def alert() -> None:
        await mail_alerts(services)

    async def forget() -> None:
        await services.database.run(forget_invitations, services.clock.now())

    return (
        Job("alerts of organizations", _ALERTS_EVERY_S, alert),
        Job("invitations that are over", _FORGET_EVERY_S, forget),
    )
