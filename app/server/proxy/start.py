"""A call that leaves in the moment in which it is held: its place at the gate and its ways, kept
for it before the books are asked."""

from __future__ import annotations

import logging

from app.errors import LedgerError
from app.ledger.records import Departure
from app.metering.hold import Proof
from app.server.credits.records import AdmittedCall, CallDropped
from app.server.errors import Refused
from app.server.proxy.booking import book
from app.server.proxy.desk import Desk
from app.server.proxy.ways import Way

_log = logging.getLogger(__name__)


class Start:
    """One request's. `ways` are in the order in which they are to be asked, the first of them is
    in the books; None where the call has not left."""

    def __init__(self, desk: Desk) -> None:
        self.ways: list[Way] | None = None
        self._desk = desk
        self._call: AdmittedCall | None = None

    def __call__(self, call: AdmittedCall) -> Departure | None:
        """As `credits.records.Leave`: where nothing has to be waited for or looked up."""
        self.undo()
        if call.not_before is not None:
            return None
        for route in call.routes:
            if route.own_key:
                return None
        desk = self._desk
        try:
            ways = desk.health.in_order(desk.ways.to(call, {}), lambda way: way.id)
        except Refused:
            return None  # to be said once the call is held
        if not desk.gate.enter_now():
            return None
        self.ways, self._call = ways, call
        return Departure(ways[0].priced.route, desk.owner, desk.lease_until())

    def undo(self) -> None:
        if self.ways is not None:
            self.ways = self._call = None
            self._desk.gate.leave()

    def lost(self) -> None:
        """Nobody knows whether the call was held and sent. Nothing has left here, so that it is
        given back as soon as the books can be reached."""
        call = self._call
        self.undo()
        if call is not None:
            self._desk.keep(_give_back(self._desk, call))


async def _give_back(desk: Desk, call: AdmittedCall) -> None:
    dropped = CallDropped("the books could not be reached", Proof.NOTHING_SENT)
    try:
        await book(desk.services, call, dropped)
    except LedgerError as error:  # most likely it was never held
        _log.info("there was nothing to give back: %s", error)
