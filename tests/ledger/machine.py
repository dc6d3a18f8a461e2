"""Any order of steps of calls on a ledger, held against the plain book after each of them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.errors import HoldMoved, LedgerError
from app.ledger import accounts, calls, sweeping
from app.ledger.audit import audit
from app.ledger.holds import hold_by_id, unresolved
from app.ledger.rebuild import rebuild
from app.ledger.records import (
    AccountKind,
    Admit,
    AdmitEnd,
    Division,
    HeldDraw,
    Opening,
    Settle,
)
from app.metering.hold import Basis, HoldState, Proof
from app.metering.payer import Unit
from tests.ledger.crashing import Crash, cut_short, refused
from tests.ledger.given import NOW
from tests.ledger.invariants import Rows, read_rows, troubles
from tests.ledger.ledgers import Place
from tests.ledger.plain_book import OPEN, PlainBook, lease

TENANTS = ("ann", "bob")
OWNERS = st.sampled_from(["one", "two"])
T = TypeVar("T")


class CallMachine(RuleBasedStateMachine):
    """Subclasses say where the ledger is: `open_place`, and `close_place` at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.place = self.open_place()
        self.book = PlainBook()
        self.now = NOW
        self.serial = itertools.count()
        self.day_limit = 1000
        for tenant in TENANTS:
            self._open(self._windows(tenant))

    def open_place(self) -> Place:
        raise NotImplementedError

    def close_place(self) -> None:
        raise NotImplementedError

    def all_rows(self) -> Rows:
        """The books as they stand, read beside the ledger."""
        return read_rows(self.place.by_hand)

    def teardown(self) -> None:
        self.close_place()

    # What a tenant has.

    def _windows(self, tenant: str) -> tuple[Opening, ...]:
        day = self.now.date().isoformat()
        month = f"{self.now:%Y-%m}"
        return (
            self._opening(f"{tenant}/day/{day}", AccountKind.WINDOW, self.day_limit),
            self._opening(f"{tenant}/month/{month}", AccountKind.WINDOW, 3000),
            self._opening(f"{tenant}/cap/{month}", AccountKind.CAP, 2500),
            self._opening(f"{tenant}/spent", AccountKind.SPENT, None),
            self._opening(f"{tenant}/pack", AccountKind.WALLET, 500),
        )

    def _opening(self, id_: str, kind: AccountKind, granted: int | None) -> Opening:
        unit = Unit.REQUESTS if kind is AccountKind.SPENT else Unit.PLAN_TOKENS
        return Opening(id_, id_.partition("/")[0], kind, unit, granted)

    def _open(self, openings: tuple[Opening, ...]) -> None:
        self.place.ledger.run(accounts.open_accounts, openings, self.now)
        for opening in openings:
            self.book.open(opening)

    def _hold(self, data: st.DataObject, *fitting: HoldState) -> str | None:
        """A hold, four times out of five one that the step fits."""
        names = [name for name, hold in self.book.holds.items() if hold.state in fitting]
        if not names or data.draw(st.integers(0, 4)) == 4:
            names = list(self.book.holds)
        return data.draw(st.sampled_from(names)) if names else None

    # Steps.

    @initialize(data=st.data())
    def calls_are_under_way(self, data: st.DataObject) -> None:
        for number, tenant in enumerate(TENANTS * 3):
            self._admit(self._call(data, tenant, f"first-{number}", "a", most=150))
            for name, hold in self.book.holds.items():
                if hold.state is HoldState.HELD and number < 4:
                    self._dispatch(name, "one")

    @rule(minutes=st.sampled_from([-3000, -1, 1, 20, 700, 1500, 45_000]))
    def the_clock_jumps(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(limit=st.integers(0, 2000), tenant=st.sampled_from(TENANTS))
    def a_grant_changes(self, limit: int, tenant: str) -> None:
        self.day_limit = limit
        self._open(self._windows(tenant))

    @rule(
        data=st.data(), tenant=st.sampled_from(TENANTS), number=st.integers(0, 20),
        body=st.sampled_from(["a", "a", "a", "b"]),
    )  # fmt: skip
    def admit(self, data: st.DataObject, tenant: str, number: int, body: str) -> None:
        self._admit(self._call(data, tenant, f"key-{number}", body))

    def _admit(self, call: Admit) -> None:
        expected = self.book.admit(call)
        answer = self.place.ledger.admit(call)
        broken = "invariant_3" if expected is AdmitEnd.SHORT else "invariant_7"
        assert answer.end is expected, f"{broken}: {answer.end} and not {expected}"
        if expected is AdmitEnd.SHORT:
            short = {each.account: each.free for each in answer.short}
            assert short
            assert all(self.book.free(account) == free for account, free in short.items())

    @rule(data=st.data(), tenant=st.sampled_from(TENANTS))
    def invariant_15_nobody_draws_on_anothers_account(
        self, data: st.DataObject, tenant: str
    ) -> None:
        other = TENANTS[1 - TENANTS.index(tenant)]
        call = self._call(data, tenant, f"foreign-{next(self.serial)}", "a")
        stolen = replace(call, draws=(*call.draws, HeldDraw(f"{other}/pack", 1)), openings=())
        try:
            answer = self.place.ledger.admit(stolen)
        except LedgerError:
            return
        assert answer.end is AdmitEnd.IN_DEBT, f"invariant_15: {tenant} draws on {other}"

    @rule(data=st.data(), tenant=st.sampled_from(TENANTS), after=st.integers(0, 12))
    def a_crash_while_admitting(self, data: st.DataObject, tenant: str, after: int) -> None:
        from app.ledger.admission import admit

        call = self._call(data, tenant, f"crash-{next(self.serial)}", "a")
        with pytest.raises(Crash):
            self.place.ledger.run(cut_short(admit, after), call)

    @rule(data=st.data(), owner=OWNERS)
    def dispatch(self, data: st.DataObject, owner: str) -> None:
        name = self._hold(data, HoldState.HELD)
        if name is not None:
            self._dispatch(name, owner)

    def _dispatch(self, name: str, owner: str) -> None:
        until = lease(self.now)
        if self.book.dispatch(name, owner, until):
            self.place.ledger.dispatch(name, route="first", owner=owner, lease_until=until)
        else:
            with pytest.raises(HoldMoved):
                self.place.ledger.dispatch(name, route="first", owner=owner, lease_until=until)

    @rule(data=st.data(), owner=OWNERS, tokens=st.integers(0, 500))
    def heartbeat(self, data: st.DataObject, owner: str, tokens: int) -> None:
        name = self._hold(data, HoldState.DISPATCHED)
        if name is None:
            return
        until = lease(self.now)
        expected = self.book.heartbeat(name, owner, tokens, until)
        found = self.place.ledger.run(
            calls.heartbeat, name, owner=owner, output_tokens=tokens, lease_until=until
        )
        assert found is expected

    @rule(data=st.data(), owner=OWNERS)
    def another_attempt(self, data: st.DataObject, owner: str) -> None:
        name = self._hold(data, *OPEN)
        if name is None:
            return
        hold, until = self.book.holds[name], lease(self.now)
        ask = (calls.next_attempt, name)
        words: dict[str, Any] = {
            "route": "second", "owner": owner, "lease_until": until, "now": self.now,
        }  # fmt: skip
        if hold.state is HoldState.DISPATCHED and hold.owner == owner:
            self.place.ledger.run(*ask, **words)
            hold.lease_until, hold.seen = until, 0
        else:
            with pytest.raises(HoldMoved):
                self.place.ledger.run(*ask, **words)

    @rule(data=st.data(), percent=st.sampled_from([0, 0, 35, 80, 100]))
    def settle_within_the_hold(self, data: st.DataObject, percent: int) -> None:
        name = self._hold(data, HoldState.DISPATCHED, HoldState.UNKNOWN)
        if name is None:
            return
        draws = self.book.holds[name].draws
        charges = {account: amount * percent // 100 for account, amount in draws.items()}
        if not percent:
            charges = {}
        order = Settle(name, Basis.PROVIDER_USAGE, self.now, charges)
        self._settle(order, charges)

    @rule(data=st.data(), extra=st.integers(1, 600))
    def settle_above_the_hold(self, data: st.DataObject, extra: int) -> None:
        """Each account pays its share and as much of the rest as is free, the pack in the end."""
        name = self._hold(data, HoldState.DISPATCHED, HoldState.UNKNOWN)
        if name is None:
            return
        hold = self.book.holds[name]
        pack = f"{hold.tenant}/pack"
        wanted = {account: amount + extra for account, amount in hold.draws.items()}
        wanted.setdefault(pack, extra)
        ended = hold.state not in OPEN
        free: dict[str, int | None] = {
            account: None
            if not self.book.accounts[account].limited
            else self.book.free(account) + (0 if ended else hold.draws.get(account, 0))
            for account in wanted
        }

        def divide(found: Mapping[str, int | None]) -> Division:
            assert dict(found) == free
            return _as_far_as_free(wanted, found)

        order = Settle(
            name, Basis.PROVIDER_USAGE, self.now, divide=divide, also_from=_but(wanted, hold.draws)
        )
        self._settle(order, dict(_as_far_as_free(wanted, free).charges))

    @rule(data=st.data())
    def a_charge_above_the_hold_needs_a_rule(self, data: st.DataObject) -> None:
        name = self._hold(data, HoldState.DISPATCHED, HoldState.UNKNOWN)
        if (
            name is None
            or self.book.holds[name].state
            not in (
                HoldState.DISPATCHED,
                HoldState.UNKNOWN,
            )
            or not self.book.holds[name].draws
        ):
            return
        account, amount = next(iter(self.book.holds[name].draws.items()))
        for wrong in (amount + 1, -1):
            with pytest.raises(LedgerError):
                self.place.ledger.settle(
                    Settle(name, Basis.PROVIDER_USAGE, self.now, {account: wrong})
                )

    def _settle(self, order: Settle, charges: dict[str, int]) -> None:
        state = self.book.holds[order.hold_id].state
        if state in (HoldState.DISPATCHED, HoldState.UNKNOWN):
            self.place.ledger.settle(order)
            assert self.book.settle(order.hold_id, charges)
        else:
            with refused("invariant_6" if state is HoldState.HELD else "invariant_4"):
                self.place.ledger.settle(order)

    @rule(data=st.data(), proof=st.sampled_from([None, *Proof]))
    def release(self, data: st.DataObject, proof: Proof | None) -> None:
        name = self._hold(data, *OPEN)
        if name is None:
            return
        over = self.book.holds[name].state not in OPEN
        if self.book.release(name, proof=proof is not None):
            self.place.ledger.run(calls.release, name, now=self.now, proof=proof)
        else:
            with refused("invariant_4" if over else "invariant_6"):
                self.place.ledger.run(calls.release, name, now=self.now, proof=proof)

    @rule(data=st.data())
    def park(self, data: st.DataObject) -> None:
        name = self._hold(data, HoldState.DISPATCHED)
        if name is None:
            return
        hold = self.book.holds[name]
        if hold.state is HoldState.DISPATCHED:
            self.place.ledger.run(calls.park, name)
            hold.state = HoldState.UNKNOWN
        else:
            with pytest.raises(HoldMoved):
                self.place.ledger.run(calls.park, name)

    @rule(twice=st.booleans())
    def sweep(self, twice: bool) -> None:
        self.book.sweep(self.now)
        for _ in range(1 + twice):
            self.place.ledger.run(sweeping.sweep, self.now)

    @rule()
    def resolve(self) -> None:
        """What stayed unknown for too long ends at its last heartbeat."""
        for hold in self.place.ledger.read(unresolved, self.now, overdue=True):
            seen = self.book.holds[hold.id].seen
            assert hold.output_tokens_seen == seen
            charges = {draw.account: min(seen, draw.amount) for draw in hold.draws}
            self._settle(Settle(hold.id, Basis.COUNTED_PARTIAL, self.now, charges), charges)
        assert self.place.ledger.read(unresolved, self.now, overdue=True) == ()

    # What an auditor finds after each of them.

    @invariant()
    def everything_adds_up(self) -> None:
        found = troubles(self.all_rows())
        assert not found, found

    @invariant()
    def invariant_13_accounts_are_as_the_book_says(self) -> None:
        found = self.place.ledger.read(accounts.balances, list(self.book.accounts))
        for name, account in self.book.accounts.items():
            row = found[name]
            granted = sum(account.grants) - account.taken
            expected = (account.posted, self.book.held(name), granted, account.taken)
            assert (row.posted, row.held, row.granted, row.taken) == expected, name

    @rule()
    def balances_can_be_worked_out_again(self) -> None:
        assert self.place.ledger.run(rebuild) == ()

    @rule()
    def the_ledgers_own_audit_agrees(self) -> None:
        assert self.place.ledger.read(audit) == ()

    @invariant()
    def invariant_4_holds_are_as_the_book_says(self) -> None:
        rows = self.place.by_hand(
            "SELECT id, state, owner, output_tokens_seen FROM ledger_holds ORDER BY id"
        )
        assert rows == [
            (name, str(hold.state), hold.owner, hold.seen)
            for name, hold in sorted(self.book.holds.items())
        ]

    @invariant()
    def invariant_14_what_a_hold_was_frozen_with_stays(self) -> None:
        rows = self.place.by_hand("SELECT id, frozen FROM ledger_holds")
        assert dict(rows) == {name: f"price of {name}" for name in self.book.holds}

    @rule()
    def invariant_14_every_hold_is_read_with_it(self) -> None:
        for name in self.book.holds:
            hold = self.place.ledger.read(hold_by_id, name)
            assert hold is not None
            assert hold.frozen == f"price of {name}"

    def _call(
        self, data: st.DataObject, tenant: str, key: str, body: str, most: int = 400
    ) -> Admit:
        openings = self._windows(tenant)
        names = [each.id for each in openings]
        names += [name for name in self.book.accounts if name.startswith(f"{tenant}/bought/")]
        chosen = data.draw(st.sets(st.sampled_from(names), min_size=1))
        draws = tuple(HeldDraw(name, data.draw(st.integers(0, most))) for name in sorted(chosen))
        hold_id = f"hold-{next(self.serial):03}"
        return Admit(
            hold_id=hold_id,
            tenant=tenant,
            key=key,
            body_hash=body,
            draws=draws,
            now=self.now,
            expires_at=self.now + timedelta(minutes=10),
            openings=openings,
            frozen=f"price of {hold_id}",
        )


def _as_far_as_free(wanted: Mapping[str, int], free: Mapping[str, int | None]) -> Division:
    charges, missing = {}, 0
    for account, amount in wanted.items():
        left = free[account]
        charges[account] = amount if left is None else min(amount, left)
        missing += amount - charges[account]
    return Division(charges, {Unit.PLAN_TOKENS: missing})


def _but(wanted: Mapping[str, int], draws: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(account for account in wanted if account not in draws)
