"""A key that its owner gives up: a request that is still on its way with it is refused when it
comes.

A desktop that lost the line tells its user that nothing was charged. That has to stay true for a
request which some proxy on the way delivers minutes later.
"""

from __future__ import annotations

from app.ledger import calls as ledger
from app.ledger.admission import admit
from app.ledger.holds import hold_by_id
from app.ledger.records import Admit
from app.ledger.steps import Steps
from app.metering.hold import Proof
from app.server.accounts.identify import Caller
from app.server.errors import not_found
from app.server.services import Services

_NO_BODY = "given up"  # no hash of a body: whatever comes with the key is another one


async def close_key(services: Services, caller: Caller, key: str) -> bool:
    """Give up a key that nothing came with; whether it is given up, False where something came.

    Raises Refused: 404 for the id of somebody else's request.
    """
    return await services.database.run(_close, services, caller, key)


def _close(services: Services, caller: Caller, key: str) -> Steps[bool]:
    other = yield from hold_by_id(key)
    if other is not None:
        if other.tenant != caller.tenant:
            raise not_found("request")
        return False
    now = services.clock.now()
    given_up = yield from admit(
        Admit(
            services.clock.new_id(), caller.tenant, key, _NO_BODY, draws=(), now=now, expires_at=now
        )
    )
    hold = given_up.hold
    if hold is None or hold.body_hash != _NO_BODY:
        return False  # something came, or nothing may: who owes something is refused anyway
    if not hold.is_over:
        yield from ledger.release(hold.id, now=now, proof=Proof.NOTHING_SENT)
    return True
