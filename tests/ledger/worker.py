"""What a process does on a ledger until it is killed.

The place is a file for SQLite, or the words of a PostgreSQL connection. Each call that it was told
is over is printed, so that the one who kills it knows what must still be there.
"""

from __future__ import annotations

import itertools
import random
from contextlib import nullcontext, suppress
from datetime import timedelta

from app.errors import HoldMoved
from app.ledger import calls, sweeping
from app.ledger.holds import unresolved
from app.ledger.records import AccountKind, Admit, AdmitEnd, HeldDraw, Opening, Settle
from app.ledger.sqlite import SqliteLedger
from app.metering.hold import Basis, Proof
from app.metering.payer import Unit
from tests.ledger.given import NOW
from tests.ledger.ledgers import Ledger

LEASE = timedelta(seconds=5)
GRANTED = 1_000_000_000


def open_ledger(place: str) -> Ledger:
    if "=" not in place:
        return SqliteLedger(place)
    import psycopg

    from app.ledger.postgres import PostgresLedger

    connection = psycopg.connect(place, autocommit=True)
    return PostgresLedger(lambda: nullcontext(connection))


class Worker:
    """Calls one after the other, each ended in one of the ways that there are."""

    def __init__(self, ledger: Ledger, seed: int) -> None:
        self._ledger = ledger
        self._chance = random.Random(seed)
        self._seed = seed
        self._now = NOW

    def call(self, number: int) -> None:
        name = f"{self._seed}-{number}"
        self._now += timedelta(seconds=self._chance.choice([0, 1, 7, 3600]))
        amount = self._chance.randint(1, 500)
        day = self._now.date().isoformat()
        window = Opening(f"ann/{day}", "ann", AccountKind.WINDOW, Unit.PLAN_TOKENS, GRANTED)
        spent = Opening("ann/spent", "ann", AccountKind.SPENT, Unit.PICODOLLARS, None)
        admission = self._ledger.admit(
            Admit(
                hold_id=name, tenant="ann", key=name, body_hash="", now=self._now,
                draws=(HeldDraw(window.id, amount), HeldDraw(spent.id, amount)),
                expires_at=self._now + LEASE, openings=(window, spent),
            )
        )  # fmt: skip
        assert admission.end is AdmitEnd.HELD
        with suppress(HoldMoved):  # the other one's clock was ahead: it swept this call
            self._go_on(name, window.id, amount)
        if number % 5 == 4:
            self._sweep()

    def _go_on(self, name: str, account: str, amount: int) -> None:
        end = self._chance.choice(["leave", "release", "send", "settle", "settle", "refuse"])
        if end == "leave":
            return
        if end == "release":
            self._ledger.run(calls.release, name, now=self._now)
            return
        lease = self._now + LEASE
        self._ledger.dispatch(name, route="one", owner="worker", lease_until=lease)
        for tokens in range(0, self._chance.randint(1, 40), 10):
            self._ledger.run(
                calls.heartbeat, name, owner="worker", output_tokens=tokens, lease_until=lease
            )
        if end == "refuse":
            self._ledger.run(calls.release, name, now=self._now, proof=Proof.REFUSED)
        elif end == "settle":
            charge = self._chance.randint(0, amount)
            charges = {account: charge, "ann/spent": charge}
            self._ledger.settle(Settle(name, Basis.PROVIDER_USAGE, self._now, charges))
            print(name, charge, flush=True)

    def _sweep(self) -> None:
        self._ledger.run(sweeping.sweep, self._now)
        resolve_all(self._ledger, self._now)


def resolve_all(ledger: Ledger, now: object, *, overdue: bool = False) -> None:
    """Settle at its last heartbeat what nobody knows the end of."""
    for hold in ledger.read(unresolved, now, overdue=overdue):  # type: ignore[arg-type]
        charges = {draw.account: min(draw.amount, hold.output_tokens_seen) for draw in hold.draws}
        try:
            ledger.settle(Settle(hold.id, Basis.COUNTED_PARTIAL, now, charges))  # type: ignore[arg-type]
        except HoldMoved:
            continue  # another process was faster


def work_without_end(place: str, seed: int) -> None:
    """Say that it is ready, then call after call."""
    worker = Worker(open_ledger(place), seed)
    print("ready", flush=True)
    for number in itertools.count():
        worker.call(number)
