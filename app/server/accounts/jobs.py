"""What accounts does again and again in the background: forgetting what is over, and ending what
retired passphrases had opened."""

from __future__ import annotations

from app.ledger.steps import Steps
from app.server.accounts.email_codes import forget_codes
from app.server.accounts.pace import forget_waits
from app.server.accounts.passphrases import close_retired
from app.server.accounts.proofs import forget_challenges
from app.server.accounts.sessions import forget_sessions
from app.server.accounts.streams import forget_leases
from app.server.background import Job
from app.server.events import forget_announcements
from app.server.limits import forget_buckets
from app.server.services import Services

EVERY_S = 60.0
_FORGETTING = (
    forget_announcements,
    forget_buckets,
    forget_challenges,
    forget_codes,
    forget_leases,
    forget_sessions,
    forget_waits,
)


def jobs(services: Services) -> tuple[Job, ...]:
    """The jobs of this domain."""

    async def forget() -> None:
        # One after the other: each deletes by time alone and may run beside another worker's.
        for steps in _FORGETTING:
            await services.database.run(steps, services.clock.now())

    async def retire() -> None:
        await services.database.run(_retire, services)

    return (
        Job("forget what is over", EVERY_S, forget),
        Job("retire passphrases", EVERY_S, retire),
    )


def _retire(services: Services) -> Steps[int]:
    return (yield from close_retired(services.catalog, services.clock.now()))
