"""Whoever acts as the operator: they look through one door and act through the other, which writes
the audit log. There is no third."""

from __future__ import annotations

from collections.abc import Callable

from app.ledger.steps import Steps
from app.server.errors import bad_request
from app.server.operator.audit import Act, Look, acting, looking
from app.server.services import Services

REASON_LETTERS_MAX = 500


class Operator:
    """`who` is a name for the log. `looks` are services that write nothing."""

    def __init__(self, services: Services, who: str) -> None:
        self._services = services
        self.who = who
        self.looks = looking(services)

    def act(self, name: str, subject: str, reason: str = "", look: Look | None = None) -> Services:
        """Services for one act. `look` reads what it changes, before and after."""
        return acting(self._services, Act(self.who, name, subject, reason, look))

    def act_on_many(self, name: str, subject: str, reason: str, look: Look) -> Services:
        """Services for one act on many: `look` is a mapping by subject, and each one that changes
        has a line of its own."""
        return acting(self._services, Act(self.who, name, subject, reason, look, each=True))

    async def opened(self, acts: Services, operation: Callable[[], Steps[None]]) -> None:
        """Carry out an act on a database that nobody has open."""
        await self._services.database.open()
        try:
            await acts.database.run(operation)
        finally:
            await self._services.database.close()


def need_reason(reason: str) -> str:
    """The reason in one line. Raises Refused (400) for none."""
    words = " ".join(reason.split())
    if not 3 <= len(words) <= REASON_LETTERS_MAX:
        raise bad_request(f"Give a reason of 3 to {REASON_LETTERS_MAX} letters.", "reason")
    return words
