"""The ledger's rules in plain Python dictionaries: what the real one is held against.

Written from the rules alone and slow on purpose: every balance is summed up from its history
each time it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.ledger.records import AccountKind, Admit, AdmitEnd, Opening
from app.metering.hold import HoldState
from app.metering.payer import Unit

OPEN = frozenset({HoldState.HELD, HoldState.DISPATCHED, HoldState.UNKNOWN})
ENDED = frozenset({HoldState.SETTLED, HoldState.RELEASED})


@dataclass(slots=True)
class PlainAccount:
    """`grants` and `charges` are every amount that ever came in and went out; `taken` is what
    refunds and debts took back of it."""

    tenant: str
    unit: Unit
    limited: bool
    kind: AccountKind = AccountKind.WINDOW
    grants: list[int] = field(default_factory=list)
    charges: list[int] = field(default_factory=list)
    taken: int = 0

    @property
    def posted(self) -> int:
        return sum(self.grants) - sum(self.charges) - self.taken


@dataclass(slots=True)
class PlainPayment:
    """What was sold for a payment and what is asked back of it: `refunded` is the highest total,
    `disputes` the highest amount and the last word of each, by its id."""

    tenant: str
    wallet: str
    granted: int
    paid_minor: int
    credited: bool = False
    refunded: int = 0
    disputes: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def taken_back(self) -> int:
        """The asked share of what it gave, rounded down."""
        if not self.credited:
            return 0
        disputed = sum(amount for amount, state in self.disputes.values() if state != "won")
        return self.granted * min(self.refunded + disputed, self.paid_minor) // self.paid_minor


@dataclass(slots=True)
class PlainHold:
    tenant: str
    key: str
    body_hash: str
    draws: dict[str, int]
    expires_at: datetime
    state: HoldState = HoldState.HELD
    owner: str = ""
    lease_until: datetime | None = None
    seen: int = 0
    charged: dict[str, int] = field(default_factory=dict)
    charge_count: int = 0


@dataclass(slots=True)
class PlainBook:
    """Accounts and holds by id; `debts` is what a tenant still owes from
    refunds, in plan tokens."""

    accounts: dict[str, PlainAccount] = field(default_factory=dict)
    holds: dict[str, PlainHold] = field(default_factory=dict)
    debts: dict[str, int] = field(default_factory=dict)
    payments: dict[str, PlainPayment] = field(default_factory=dict)
    seen_events: set[str] = field(default_factory=set)

    def held(self, account: str) -> int:
        """What open holds have set aside in an account."""
        return sum(hold.draws.get(account, 0) for hold in self.holds.values() if hold.state in OPEN)

    def free(self, account: str) -> int:
        return self.accounts[account].posted - self.held(account)

    def open(self, opening: Opening) -> None:
        """Grant what is missing; of what is too much, take only what is free.

        What a wallet has is a matter of its payments once it is there.
        """
        account = self.accounts.get(opening.id)
        if account is not None and opening.kind is AccountKind.WALLET:
            return
        if account is None:
            account = PlainAccount(
                opening.tenant, opening.unit, opening.granted is not None, opening.kind
            )
            self.accounts[opening.id] = account
        if opening.granted is None:
            return
        change = opening.granted - sum(account.grants)
        if change < 0:
            change = -min(-change, max(self.free(opening.id), 0))
        account.grants.append(change)

    def admit(self, call: Admit) -> AdmitEnd:
        """The rules of admission in their order; nothing is set aside unless the end is HELD."""
        known = self.by_key(call.tenant, call.key)
        if known is not None:
            if known.body_hash != call.body_hash:
                return AdmitEnd.OTHER_BODY
            return AdmitEnd.DONE if known.state in ENDED else AdmitEnd.RUNNING
        for opening in call.openings:
            self.open(opening)
        if self.debts.get(call.tenant, 0):
            return AdmitEnd.IN_DEBT
        wanted = _summed(call)
        short = any(
            self.accounts[name].limited and self.free(name) < amount
            for name, amount in wanted.items()
        )
        if short:
            return AdmitEnd.SHORT
        self.holds[call.hold_id] = PlainHold(
            call.tenant, call.key, call.body_hash, wanted, call.expires_at
        )
        return AdmitEnd.HELD

    def by_key(self, tenant: str, key: str) -> PlainHold | None:
        found = [hold for hold in self.holds.values() if (hold.tenant, hold.key) == (tenant, key)]
        return found[0] if found else None

    def dispatch(self, hold_id: str, owner: str, lease_until: datetime) -> bool:
        hold = self.holds[hold_id]
        if hold.state is not HoldState.HELD:
            return False
        hold.state, hold.owner, hold.lease_until = HoldState.DISPATCHED, owner, lease_until
        return True

    def heartbeat(self, hold_id: str, owner: str, tokens: int, lease_until: datetime) -> bool:
        hold = self.holds[hold_id]
        if hold.state is not HoldState.DISPATCHED or hold.owner != owner:
            return False
        hold.seen = max(hold.seen, tokens)
        assert hold.lease_until is not None
        hold.lease_until = max(hold.lease_until, lease_until)
        return True

    def settle(self, hold_id: str, charges: Mapping[str, int]) -> bool:
        """Charge what was decided; the caller has seen to it that accounts can cover it."""
        hold = self.holds[hold_id]
        if hold.state not in (HoldState.DISPATCHED, HoldState.UNKNOWN):
            return False
        hold.state = HoldState.SETTLED
        hold.charge_count += 1
        hold.charged = dict(charges)
        for name, amount in charges.items():
            self.accounts[name].charges.append(amount)
        self._square_debt(hold.tenant)
        return True

    def release(self, hold_id: str, *, proof: bool) -> bool:
        hold = self.holds[hold_id]
        if hold.state in ENDED or (hold.state is not HoldState.HELD and not proof):
            return False
        hold.state = HoldState.RELEASED
        self._square_debt(hold.tenant)
        return True

    def sweep(self, now: datetime) -> None:
        """What never left and is late is freed; what left and is silent is parked."""
        freed = set()
        for hold in self.holds.values():
            if hold.state is HoldState.HELD and hold.expires_at <= now:
                hold.state = HoldState.RELEASED
                freed.add(hold.tenant)
            elif hold.state is HoldState.DISPATCHED:
                assert hold.lease_until is not None
                if hold.lease_until <= now:
                    hold.state = HoldState.UNKNOWN
        for tenant in freed:
            self._square_debt(tenant)

    def is_new(self, event_id: str) -> bool:
        """Whether an event is heard for the first time."""
        new = event_id not in self.seen_events
        self.seen_events.add(event_id)
        return new

    def credit(self, name: str) -> bool:
        """A payment is complete; False where it was credited before."""
        payment = self.payments[name]
        if payment.credited:
            return False
        payment.credited = True
        self.accounts[payment.wallet].grants.append(payment.granted)
        self.square(payment.tenant)
        return True

    def square(self, tenant: str) -> None:
        """A purchase that was taken back gives what is unspent of it, the others pay the rest in
        their order, and what is still missing is owed."""
        back: dict[str, int] = {}
        for payment in self.payments.values():
            back[payment.wallet] = back.get(payment.wallet, 0) + payment.taken_back
        wallets = sorted(
            name
            for name, account in self.accounts.items()
            if account.tenant == tenant and account.kind is AccountKind.WALLET
        )
        owed, left = 0, {}
        for name in wallets:
            account = self.accounts[name]
            has = account.posted + account.taken - self.held(name)
            account.taken = min(back.get(name, 0), has)
            left[name] = has - account.taken
            owed += back.get(name, 0) - account.taken
        for name in wallets:
            paid = min(owed, left[name])
            self.accounts[name].taken += paid
            owed -= paid
        self.debts[tenant] = owed

    def _square_debt(self, tenant: str) -> None:
        if self.debts.get(tenant, 0):
            self.square(tenant)

    def unresolved(self) -> list[str]:
        return [name for name, hold in self.holds.items() if hold.state is HoldState.UNKNOWN]


def lease(now: datetime) -> datetime:
    """How long a machine in these tests may be silent."""
    return now + timedelta(seconds=30)


def _summed(call: Admit) -> dict[str, int]:
    wanted: dict[str, int] = {}
    for draw in call.draws:
        wanted[draw.account] = wanted.get(draw.account, 0) + draw.amount
    return wanted
