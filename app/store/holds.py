"""The holds of this computer's calls: each a card in `holds` and a hold in the ledger.

The card says which message, key and model a call is of. Amounts, states and what may follow on
what are the ledger's; the card repeats its state for reading. Both move in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from app.clock import Clock
from app.errors import LedgerError, LimitReached
from app.ledger import calls
from app.ledger.accounts import balances, open_accounts
from app.ledger.admission import admit
from app.ledger.records import (
    AccountKind,
    Admit,
    AdmitEnd,
    Division,
    HeldDraw,
    Opening,
    Settle,
)
from app.ledger.settlement import settle
from app.metering.hold import Basis, HoldState, How, Proof
from app.metering.payer import Unit
from app.store.database import Database, Row
from app.store.generations import Generations
from app.store.instants import at_from, ms_from
from app.store.records import HoldRecord, LimitRecord
from app.store.schema_ledger import TENANT

OWNER = "desktop"
_LEASE = timedelta(minutes=2)
_EXPIRES = timedelta(hours=1)
_COLUMNS = (
    "id, message_id, chat_id, key_id, model_ref, state, amount_pusd, price_json, input_tokens,"
    " output_tokens_max, created_ms, output_tokens_seen, settled_pusd, basis"
)
_INSERT = f"INSERT INTO holds ({_COLUMNS}) VALUES ({', '.join('?' * 14)})"
_OPEN = "state IN ('held', 'dispatched', 'unknown')"


class Holds:
    """The holds of all calls; ended ones stay as the record of what was done."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._generations = Generations(database)

    def admit(self, hold: HoldRecord) -> None:
        """Set an amount aside on the key and within every limit that counts for the call.

        Raises LimitReached where a limit does not cover it, LedgerError where the amount is
        negative or the hold is not HELD.
        """
        if hold.state is not HoldState.HELD:
            raise LedgerError(f"A hold begins as held, not as {hold.state}.")
        with self._database.transaction():
            call = Admit(
                hold_id=hold.id,
                tenant=TENANT,
                key=hold.id,
                body_hash="",
                draws=(
                    HeldDraw(spent_account(hold.key_id), hold.amount_pusd),
                    *(HeldDraw(limit.account, hold.amount_pusd) for limit in hold.limits),
                ),
                now=hold.created_at,
                expires_at=hold.created_at + _EXPIRES,
                openings=(_key_opening(hold.key_id), *map(self._limit_opening, hold.limits)),
                frozen=hold.price_json or "",
            )
            admission = self._database.run(admit(call))
            if admission.end is AdmitEnd.SHORT:
                short = admission.short[0]
                raise LimitReached(short.account, wanted=short.wanted, free=short.free)
            if admission.end is not AdmitEnd.HELD:
                raise LedgerError(f"A hold is admitted once: {admission.end}.")
            self._database.write(_INSERT, _values(hold))

    def dispatch(self, hold_id: str) -> None:
        """The call is about to leave: from here on a crash may have cost something."""
        with self._database.transaction():
            steps = calls.dispatch(
                hold_id, route="", owner=OWNER, lease_until=self._clock.now() + _LEASE
            )
            self._database.run(steps)
            self._note(hold_id, HoldState.DISPATCHED)

    def reroute(self, hold_id: str, *, key_id: str, model_ref: str, price_json: str | None) -> None:
        """Another key is asked under the same hold: from here on its price counts, and a charge
        is its own."""
        now = self._clock.now()
        with self._database.transaction():
            self._database.run(
                calls.next_attempt(
                    hold_id, route=model_ref, owner=OWNER, lease_until=now + _LEASE, now=now
                )
            )
            self._database.write(
                "UPDATE holds SET key_id = ?, model_ref = ?, price_json = ?,"
                " output_tokens_seen = 0 WHERE id = ?",
                (key_id, model_ref, price_json, hold_id),
            )
            self._generations.drop(hold_id)

    def heartbeat(
        self, message_id: str, output_tokens: int, generation_id: str | None = None
    ) -> None:
        """How many tokens came so far, never fewer than before; and the provider's own id of
        the call, once that is known."""
        row = self._database.first(
            "SELECT id FROM holds WHERE message_id = ? AND state = 'dispatched'", (message_id,)
        )
        if row is None:
            return
        lease_until = self._clock.now() + _LEASE
        with self._database.transaction():
            self._database.run(
                calls.heartbeat(
                    row[0], owner=OWNER, output_tokens=output_tokens, lease_until=lease_until
                )
            )
            self._database.write(
                "UPDATE holds SET output_tokens_seen = max(output_tokens_seen, ?) WHERE id = ?",
                (output_tokens, row[0]),
            )
            if generation_id is not None:
                self._generations.note(row[0], generation_id)

    def park(self, hold_id: str) -> None:
        """The call was left behind, by a crash or a silence: what it cost is not known yet."""
        with self._database.transaction():
            self._database.run(calls.park(hold_id))
            self._note(hold_id, HoldState.UNKNOWN)

    def park_for_lookup(
        self, hold_id: str, generation_id: str, *, output_tokens: int, how: How
    ) -> None:
        """Park a call whose record the provider is asked for; `output_tokens` count if it has
        none in time."""
        with self._database.transaction():
            self.park(hold_id)
            self._generations.note(hold_id, generation_id)
            self._generations.park(hold_id, self._clock.now(), output_tokens=output_tokens, how=how)

    def release(self, hold_id: str, *, proof: Proof | None = None) -> None:
        """End a hold at no cost. One that was dispatched needs proof that nothing is owed."""
        with self._database.transaction():
            self._database.run(calls.release(hold_id, now=self._clock.now(), proof=proof))
            self._note(hold_id, HoldState.RELEASED)
            self._generations.drop(hold_id)

    def settle(self, hold_id: str, settled_pusd: int | None, basis: str) -> None:
        """End a dispatched or parked hold at its cost; None where no price is known.

        The provider bills it whatever was set aside: the key is charged all of it, a limit no
        more than it has.
        """
        with self._database.transaction():
            hold = self._require(hold_id)
            self._database.run(settle(self._settlement(hold, settled_pusd or 0, basis)))
            self._database.write(
                "UPDATE holds SET state = 'settled', settled_pusd = ?, basis = ? WHERE id = ?",
                (settled_pusd, basis, hold_id),
            )
            self._generations.drop(hold_id)

    def end(self, hold: HoldRecord) -> None:
        """End a hold as `hold` says: settled, or released with its proof."""
        if hold.state is HoldState.SETTLED:
            self.settle(hold.id, hold.settled_pusd, hold.basis)
        elif hold.state is HoldState.RELEASED:
            self.release(hold.id, proof=hold.proof)
        else:
            raise LedgerError(f"A turn ends its hold: {hold.state} is no end.")

    def get(self, hold_id: str) -> HoldRecord | None:
        """The hold without its limits, which are the ledger's once it is admitted."""
        return self._one("WHERE id = ?", hold_id)

    def for_message(self, message_id: str) -> HoldRecord | None:
        """The newest hold of a message."""
        return self._one("WHERE message_id = ? ORDER BY seq DESC LIMIT 1", message_id)

    def open_holds(self) -> list[HoldRecord]:
        """Holds that have not ended, oldest first."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM holds WHERE {_OPEN} ORDER BY seq")
        return [_hold(row) for row in rows]

    def _settlement(self, hold: HoldRecord, charge: int, basis: str) -> Settle:
        draws = self._database.rows(
            "SELECT account, amount FROM ledger_hold_draws WHERE hold_id = ?", (hold.id,)
        )
        spent = spent_account(hold.key_id)
        accounts = [row[0] for row in draws]
        now = self._clock.now()
        if spent in accounts and all(charge <= amount for _, amount in draws):
            charges = {account: charge for account in accounts if not _is_other(account, spent)}
            return Settle(hold.id, Basis(basis), now, charges)
        if spent not in accounts:
            # Another key answered than the one that was asked first.
            self._database.run(open_accounts([_key_opening(hold.key_id)], now))

        def divide(free: Mapping[str, int | None]) -> Division:
            return Division(
                {
                    account: charge if left is None else min(charge, left)
                    for account, left in free.items()
                    if not _is_other(account, spent)
                }
            )

        return Settle(hold.id, Basis(basis), now, divide=divide, also_from=(spent,))

    def _limit_opening(self, limit: LimitRecord) -> Opening:
        """A limit's account, brought to what is left of the limit by all that was spent.

        What was spent before there was a limit counts as well, also after a rescue.
        """
        granted = limit.limit_pusd
        if granted is not None:
            found = self._database.run(balances([limit.account])).get(limit.account)
            granted = max(0, granted - limit.spent_pusd + (found.used if found else 0))
        return Opening(
            id=limit.account,
            tenant=TENANT,
            kind=AccountKind.BUDGET,
            unit=Unit.PICODOLLARS,
            granted=granted,
            closes_at=limit.closes_at,
            name=limit.name,
        )

    def _require(self, hold_id: str) -> HoldRecord:
        hold = self.get(hold_id)
        if hold is None:
            raise LedgerError(f"There is no hold {hold_id}.")
        return hold

    def _note(self, hold_id: str, state: HoldState) -> None:
        self._database.write("UPDATE holds SET state = ? WHERE id = ?", (state.value, hold_id))

    def _one(self, where: str, parameter: str) -> HoldRecord | None:
        row = self._database.first(f"SELECT {_COLUMNS} FROM holds {where}", (parameter,))
        return None if row is None else _hold(row)


def spent_account(key_id: str) -> str:
    """The account that counts what a key was charged."""
    return f"spent/{key_id}"


def _is_other(account: str, spent: str) -> bool:
    """Whether an account counts for a key that did not answer."""
    return account.startswith("spent/") and account != spent


def _key_opening(key_id: str) -> Opening:
    return Opening(spent_account(key_id), TENANT, AccountKind.SPENT, Unit.PICODOLLARS, granted=None)


def _hold(row: Row) -> HoldRecord:
    values = list(row)
    values[5] = HoldState(row[5])
    values[10] = at_from(row[10])
    return HoldRecord(*values)


def _values(hold: HoldRecord) -> tuple[str | int | None, ...]:
    return (
        hold.id,
        hold.message_id,
        hold.chat_id,
        hold.key_id,
        hold.model_ref,
        hold.state.value,
        hold.amount_pusd,
        hold.price_json,
        hold.input_tokens,
        hold.output_tokens_max,
        ms_from(hold.created_at),
        hold.output_tokens_seen,
        hold.settled_pusd,
        hold.basis,
    )
