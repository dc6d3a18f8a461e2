"""What licenses does again and again in the background."""

from __future__ import annotations

from app.server.background import Job
from app.server.services import Services


def jobs(services: Services) -> tuple[Job, ...]:
    """The jobs of this domain."""
    return ()
