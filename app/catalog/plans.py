"""What is sold, as values: plans, allowances, packs, and the words that they are made of.

Amounts are whole: picodollars for `usd`, else pieces of the unit. Reading a file is
`plan_file`'s work, looking things up `plan_catalog`'s; who pays for a call is metering's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What an allowance is counted in; the same words as `metering.payer.Unit`, by a test."""

    PLAN_TOKENS = "plan_tokens"  # weight x tokens
    USD = "usd"
    REQUESTS = "requests"
    TOKENS = "tokens"  # the model's own


class Window(StrEnum):
    """How often an allowance is granted anew. Days and months are UTC."""

    DAY = "day"
    MONTH = "month"
    BILLING_DAY = "billing_day"  # 24 h from the subscription's start, while it is paid
    ONCE = "once"  # never expires


class Scope(StrEnum):
    """Who shares one grant. `model`: each model has a grant of its own for each account."""

    ACCOUNT = "account"
    ORGANIZATION = "organization"
    MEMBER = "member"
    ADDRESS = "address"
    DEVICE = "device"
    MODEL = "model"


class OwnKeys(StrEnum):
    """When a person's own key may pay."""

    ALWAYS = "always"
    AFTER_ALLOWANCE = "after_allowance"
    NEVER = "never"


class JoinedBy(StrEnum):
    """How an account comes to a plan."""

    START = "start"  # every new account
    CHECKOUT = "checkout"
    PASSPHRASE = "passphrase"
    OPERATOR = "operator"


class Holder(StrEnum):
    """Who has something: a plan, or a provider's key."""

    ACCOUNT = "account"
    ORGANIZATION = "organization"
    MEMBER = "member"


class Flag(StrEnum):
    """A mark on an account that is looked at before any allowance."""

    QUARANTINED = "quarantined"
    SUSPENDED = "suspended"
    PAST_DUE = "past_due"
    UNLIMITED = "unlimited"


FLAG_MEANING: Mapping[Flag, str] = {
    Flag.QUARANTINED: "every call is refused; history can be read",
    Flag.SUSPENDED: "everything but billing is refused",
    Flag.PAST_DUE: "paid allowances are skipped; free ones and own keys still work",
    Flag.UNLIMITED: "calls are counted and nothing is drawn",
}


class LimitRule(StrEnum):
    """A limit that is no number."""

    UNLIMITED = "unlimited"
    CUSTOM = "custom"  # the operator sets it for each holder


class WhenReached(StrEnum):
    """What happens at the limit of managed credit."""

    BLOCK = "block"
    THROTTLE = "throttle"  # calls go on one after the other with a pause, and are counted apart


class Right(StrEnum):
    """Something that a role may do."""

    BILLING = "billing"
    SEATS = "seats"
    MEMBERS = "members"
    USE = "use"  # ask models
    READ = "read"


@dataclass(frozen=True, slots=True)
class Allowance:
    """A rule that grants an amount for each window.

    `amount` is None where the operator sets it for each holder. `plans` are the plans that carry
    it, `models` globs over model ids. With `only` its models may draw on nothing else. With
    `share_percent` the amount came from a price: price x share / days in a month, down to the
    picodollar.
    """

    id: str
    plans: tuple[str, ...]
    unit: Unit
    amount: int | None
    window: Window
    scope: Scope
    models: tuple[str, ...] = ("*",)
    only: bool = False
    share_percent: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Seats:
    """How many people a plan is for; `most` is None where it names no limit.

    With `member_caps` an admin may limit what each member draws from the shared pool.
    """

    least: int = 1
    most: int | None = None
    member_caps: bool = False


@dataclass(frozen=True, slots=True)
class ProcessorIds:
    """How a payment processor knows an offer: names of environment variables by what they hold.

    `variables` is (`price`, `STRIPE_BASIC_PRICE_ID`) and the like; never an id itself.
    """

    processor: str
    variables: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan. `price_pusd` is for a month and None where no number is known: it is shown then,
    with `price_words`, and cannot be checked out.

    `includes` are plans whose allowances an account keeps beside this one's. `limits` are of
    things other than model calls (chats, storage, seats); what is not named is not known.
    """

    id: str
    name: str
    price_pusd: int | None
    price_words: str
    joined_by: JoinedBy
    holder: Holder
    own_keys: OwnKeys
    own_keys_held_by: Holder
    features: tuple[str, ...]
    models: tuple[str, ...] = ("*",)
    includes: tuple[str, ...] = ()
    benefits: tuple[str, ...] = ()
    audience: str = ""
    priority: bool = False
    seats: Seats | None = None
    limits: tuple[tuple[str, int | LimitRule], ...] = ()
    processors: tuple[ProcessorIds, ...] = ()

    @property
    def is_paid(self) -> bool:
        """Whether it stops granting while a payment is past due."""
        return self.joined_by is JoinedBy.CHECKOUT and self.price_pusd != 0


@dataclass(frozen=True, slots=True)
class Pack:
    """An amount that is bought once and never expires."""

    id: str
    name: str
    price_pusd: int | None
    unit: Unit
    amount: int
    price_words: str = ""
    note: str = ""
    processors: tuple[ProcessorIds, ...] = ()


@dataclass(frozen=True, slots=True)
class AddOn:
    """Something that can be had beside a plan, such as another seat."""

    id: str
    name: str
    plan: str
    price_pusd: int | None
    price_words: str = ""
    processors: tuple[ProcessorIds, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """What a member may do."""

    id: str
    may: tuple[Right, ...]
    note: str = ""
