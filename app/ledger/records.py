"""The values that go into the ledger and come out of it. Amounts are whole and in their unit.

Units: picodollars, plan tokens, tokens or requests. Times are aware and in UTC; `now` is always
an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.metering.hold import Basis, HoldState, Proof
from app.metering.payer import Unit
from app.quick_init import quick_init


class AccountKind(StrEnum):
    """What an account stands for. System kinds are kept per day and carry no balance."""

    WALLET = "wallet"  # bought or given without a window
    WINDOW = "window"  # one allowance for one window
    BUDGET = "budget"  # a limit that the user set on own keys
    CAP = "cap"  # what one member may draw from a shared grant
    SPENT = "spent"  # what one own key was charged by its provider; no limit
    DEBT = "debt"  # what was taken back and was spent already
    REVENUE = "revenue"
    CASH = "cash"
    PROMOTION = "promotion"
    WRITE_OFF = "write_off"
    COUNTED = "counted"  # the other side of budgets, caps and own keys: counted, not sold


SYSTEM_KINDS = frozenset(
    {
        AccountKind.REVENUE,
        AccountKind.CASH,
        AccountKind.PROMOTION,
        AccountKind.WRITE_OFF,
        AccountKind.COUNTED,
    }
)


@quick_init
@dataclass(frozen=True, slots=True)
class Opening:
    """An account that shall be there, with what it is granted in all.

    `granted` None: no limit, only counted. Opening it again with another `granted` changes what
    is free by the difference and never what was used; what open holds have set aside stays.
    `closes_at` is the end of a window, None where it never ends.
    """

    id: str
    tenant: str
    kind: AccountKind
    unit: Unit
    granted: int | None
    closes_at: datetime | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as it stands. `posted` is what was granted or paid in, less what was charged;
    for an account without a limit it is 0 less what was charged. `held` is set aside. `taken` is
    what refunds and debts took back: `granted` and `posted` are without it."""

    id: str
    tenant: str
    kind: AccountKind
    unit: Unit
    limited: bool
    granted: int
    posted: int
    held: int
    closes_at: datetime | None = None
    name: str = ""
    taken: int = 0

    @property
    def free(self) -> int | None:
        """What a new hold may take; None where there is no limit."""
        return self.posted - self.held if self.limited else None

    @property
    def used(self) -> int:
        return self.granted - self.posted


@quick_init
@dataclass(frozen=True, slots=True)
class HeldDraw:
    """What a hold sets aside in one account; `charged` is None until the hold has ended."""

    account: str
    amount: int
    charged: int | None = None


@quick_init
@dataclass(frozen=True, slots=True)
class Admit:
    """A call that wants to run. `key` is the caller's for this one call, `body_hash` what it
    asks: the same key with another body is an error. All draws belong to `tenant`.

    `openings` are made first, in the same transaction, where they are not there yet. `frozen` is
    what settlement will need (price, plan) and `facts` what the caller wants back, both JSON.
    """

    hold_id: str
    tenant: str
    key: str
    body_hash: str
    draws: tuple[HeldDraw, ...]
    now: datetime
    expires_at: datetime  # a hold that was not dispatched until then is released by the sweeper
    openings: tuple[Opening, ...] = ()
    frozen: str = ""
    facts: str = ""


@quick_init
@dataclass(frozen=True, slots=True)
class Departure:
    """By which route a call leaves in the moment in which it is held, and who runs it until when
    without a word."""

    route: str
    owner: str
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold as it stands; see `Admit` for the fields that never change."""

    id: str
    tenant: str
    key: str
    body_hash: str
    state: HoldState
    created_at: datetime
    expires_at: datetime
    draws: tuple[HeldDraw, ...]
    frozen: str = ""
    facts: str = ""
    attempt: int = 0
    route: str = ""
    owner: str = ""
    lease_until: datetime | None = None
    output_tokens_seen: int = 0
    ended_at: datetime | None = None
    basis: Basis | None = None
    proof: Proof | None = None
    flagged: str = ""
    receipt: str = ""  # JSON of the settlement, empty before

    @property
    def is_over(self) -> bool:
        return self.state in (HoldState.SETTLED, HoldState.RELEASED)


class AdmitEnd(StrEnum):
    HELD = "held"
    SHORT = "short"
    RUNNING = "running"  # the same key, not ended: 409 with Retry-After
    DONE = "done"  # the same key, ended: the same receipt
    OTHER_BODY = "other_body"  # 422
    IN_DEBT = "in_debt"  # the tenant owes something from a refund


@dataclass(frozen=True, slots=True)
class Short:
    """An account that could not cover a draw."""

    account: str
    wanted: int
    free: int


@dataclass(frozen=True, slots=True)
class Admission:
    """The answer to `Admit`. `hold` is the new one, or the one that the key has already."""

    end: AdmitEnd
    hold: HoldRow | None = None
    short: tuple[Short, ...] = ()


# Given the free balance of each account that may pay (None: no limit, the hold's own share
# included), what each is charged; what the accounts cannot cover is a write-off by unit.
Divide = Callable[[Mapping[str, int | None]], "Division"]


@dataclass(frozen=True, slots=True)
class Division:
    """What each account is charged, and what nobody pays, by unit."""

    charges: Mapping[str, int]
    written_off: Mapping[Unit, int] = field(default_factory=dict)


@quick_init
@dataclass(frozen=True, slots=True)
class Settle:
    """The end of a call that is charged. `charges` is by account, each at most what it held.

    Where the call cost more than was held, `divide` is asked inside the transaction with the free
    balances of `also_from` and of the hold's own accounts, and `charges` is not used.
    """

    hold_id: str
    basis: Basis
    now: datetime
    charges: Mapping[str, int] = field(default_factory=dict)
    divide: Divide | None = None
    also_from: tuple[str, ...] = ()
    flagged: str = ""  # why a figure was clamped, empty where none was
    receipt: str = ""  # JSON, kept with the hold for a caller that asks again


@dataclass(frozen=True, slots=True)
class Settled:
    """What a settlement did: what each account was charged, and what nobody pays, by unit."""

    hold_id: str
    charges: Mapping[str, int]
    written_off: Mapping[Unit, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that was given up for another one of the same hold."""

    hold_id: str
    number: int
    route: str
    owner: str
    output_tokens_seen: int
    given_up_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Swept:
    """What the sweeper did, by hold id. `more` is true where it has to be asked again."""

    released: tuple[str, ...] = ()
    parked: tuple[str, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """The use of an account reached a percent of what was granted, for the first time."""

    account: str
    percent: int
    used: int
    granted: int


class EntryKind(StrEnum):
    GRANT = "grant"
    CHARGE = "charge"
    CREDIT = "credit"  # a payment
    TAKE_BACK = "take_back"  # a refund, a chargeback
    WRITE_OFF = "write_off"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of an entry. The amounts of an entry add up to 0 in each unit.

    A system account's id is `kind/unit/YYYY-MM-DD`, cash with its processor: it has no tenant.
    """

    account: str
    tenant: str
    unit: Unit
    amount: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One transaction of the journal; never changed. `corrects` names the entry that it mends."""

    id: int
    at: datetime
    kind: EntryKind
    postings: tuple[Posting, ...]
    hold_id: str = ""
    corrects: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not add up: which invariant (1 to 18), in which row, in plain words."""

    invariant: int
    where: str
    what: str
