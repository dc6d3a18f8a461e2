"""Open holds, and ending one whose call nobody will end any more."""

from __future__ import annotations

from app.errors import HoldMoved
from app.ledger.holds import hold_by_id
from app.ledger.records import HoldRow
from app.ledger.steps import Steps
from app.metering.hold import HoldState, How, Proof
from app.metering.receipt import Receipt
from app.server.credits import calls as credits_calls
from app.server.credits.frozen import call_of_hold
from app.server.credits.records import CallDropped, CallEnd
from app.server.errors import conflict, not_found
from app.server.operator.operator import Operator, need_reason
from app.server.proxy.desk import desk_of
from app.server.proxy.endings import Seen, end_seen
from app.server.proxy.resolving import resolve_all, sweep_all
from app.server.services import Services


async def end_hold(
    operator: Operator, hold_id: str, reason: str, proof: Proof | None = None
) -> Receipt:
    """End a call whose worker died: charged by what was seen of it or, with the operator's proof
    that nothing is owed, given back.

    Raises Refused: 404, 409 where it has ended, or its worker is alive.
    """
    words = need_reason(reason)
    hold = await operator.looks.database.read(hold_by_id, hold_id)
    if hold is None:
        raise not_found("hold")
    _refuse_running(operator.looks, hold)

    def look() -> Steps[object]:
        found = yield from hold_by_id(hold_id)
        assert found is not None
        return {
            "state": str(found.state),
            "held": {draw.account: draw.amount for draw in found.draws},
            "charged": {draw.account: draw.charged for draw in found.draws},
        }

    services = operator.act("holds settle", hold.tenant, words, look)
    try:
        return await credits_calls.settle_unknown(services, hold, _end_of(hold, words, proof))
    except HoldMoved as error:
        raise conflict("hold_moved", str(error)) from error


def _refuse_running(services: Services, hold: HoldRow) -> None:
    now = services.clock.now()
    if hold.is_over:
        raise conflict("hold_ended", f"This hold is {hold.state} already.")
    if not hold.frozen:
        raise conflict("side_hold", f"It ends with its call, {hold.key}.")
    if hold.state is HoldState.HELD and hold.expires_at > now:
        raise conflict("hold_waits", f"It may still be sent until {hold.expires_at:%H:%M:%S} UTC.")
    if hold.lease_until is not None and hold.lease_until > now:
        until = f"{hold.lease_until:%H:%M:%S} UTC"
        raise conflict("hold_runs", f"Its worker has it until {until}, and renews that.")


def _end_of(hold: HoldRow, reason: str, proof: Proof | None) -> CallEnd | CallDropped:
    if hold.state is HoldState.HELD:
        return CallDropped(reason, None)
    if proof is not None:
        return CallDropped(reason, proof)
    call = call_of_hold(hold)
    route = next((each for each in call.routes if each.route == hold.route), call.routes[0])
    seen = Seen(
        how=How.DIED,
        route=route,
        counted_input=call.input_tokens,
        counted_output=hold.output_tokens_seen,
    )
    return end_seen(call, seen)


async def sweep_now(operator: Operator) -> tuple[int, int]:
    """What the sweeper and the resolver of a worker do, at once: how many were released or parked,
    and how many ended."""
    desk = desk_of(operator.act("sweep", "holds"))
    try:
        return await sweep_all(desk), await resolve_all(desk)
    finally:
        await desk.finish()
