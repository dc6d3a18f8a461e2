"""Hosted credit as the window shows it: accounts, balances, offers, purchases, groups, a license.

Amounts are in their unit: `plan_tokens`, `requests`, `tokens`, or `usd` (picodollars). Times are
aware. Every figure that came from a server has the moment at which the server said it (`as_of`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class BalanceAfter:
    """One grant that may pay: what it has now, and what is likely left after the message."""

    name: str
    unit: str
    left: int
    after: int


@dataclass(frozen=True, slots=True)
class HostedQuoteView:
    """Beside a quote: `weight` is plan tokens for each token, None where others pay (a free
    model's own allowance, dollars). `covered` False: what is left does not do; `capped` where there
    is more than a member's cap leaves."""

    server: str
    weight: int | None
    free: bool
    covered: bool
    after: tuple[BalanceAfter, ...] = ()
    capped: bool = False


@dataclass(frozen=True, slots=True)
class DrawnView:
    """What a grant paid of an answer: "1,935 plan_tokens from Free". `group` is whose grant it is,
    empty for one's own."""

    name: str
    unit: str
    amount: int
    group: str = ""


@dataclass(frozen=True, slots=True)
class LeftView:
    """What is left for a hosted model, beside its name in the picker; `resets` None: never."""

    name: str
    unit: str
    left: int
    granted: int
    resets: datetime | None


@dataclass(frozen=True, slots=True)
class HostedModelView:
    """Beside a model's line: what it draws, what is left for it, and whom it suits."""

    server: str
    weight: int | None
    free: bool
    left: tuple[LeftView, ...]
    recommended: tuple[str, ...] = ()  # "Beginners", "Power users", "Developers"
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShortView:
    """A limit that was not enough, and by how much."""

    name: str
    unit: str
    amount: int
    resets: datetime | None


@dataclass(frozen=True, slots=True)
class InsteadView:
    """A model that can answer now: free, or by an own key with its price in words."""

    ref: str
    name: str
    payer: str
    price: str = ""


@dataclass(frozen=True, slots=True)
class GrantedView:
    """An amount that is given anew in each window."""

    unit: str
    amount: int
    window: str


@dataclass(frozen=True, slots=True)
class OfferView:
    """Something to buy. `available` False: it cannot be bought here now. `price_cents` is None
    where `price` is a sentence; `holder` for whom a plan is, empty for what anybody can buy.
    `grants` is what a plan gives anew in each window."""

    id: str
    kind: str  # pack, plan, add_on
    name: str
    price: str
    monthly: bool
    available: bool
    unit: str = ""
    amount: int | None = None
    benefits: tuple[str, ...] = ()
    price_cents: int | None = None
    seats: int | None = None
    holder: str = ""
    grants: tuple[GrantedView, ...] = ()


@dataclass(frozen=True, slots=True)
class OutOfTokensView:
    """Why hosted credit cannot pay for a message, and every way on. `reason`: used_up, past_due,
    in_debt, or another word of the server's. `resets` is when it is granted anew. `for_groups`:
    what would cover it is sold to organizations alone."""

    reason: str
    message: str
    model: str
    short: tuple[ShortView, ...]
    resets: datetime | None
    free_models: tuple[InsteadView, ...]
    own_keys: tuple[InsteadView, ...]
    offers: tuple[OfferView, ...]
    for_groups: bool = False


@dataclass(frozen=True, slots=True)
class ServerView:
    """A credit server that this computer knows. `state`: new, signed_in, signed_out, removed."""

    id: str
    url: str
    title: str
    demo: bool
    state: str
    account: str
    acts_for: str
    online: bool


@dataclass(frozen=True, slots=True)
class GrantView:
    """One grant in its window. `only`: its models draw on nothing else. `cap` is what this member
    of a group may draw of it in the window; `left` is within it."""

    name: str
    source: str
    unit: str
    window: str
    granted: int
    used: int
    held: int
    left: int
    resets: datetime | None
    models: tuple[str, ...]
    only: bool
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class DrawnDayView:
    """What all computers of an account or group drew on a day, in UTC; money where credit is in
    dollars."""

    day: date
    plan_tokens: int
    pusd: int
    calls: int


@dataclass(frozen=True, slots=True)
class MemberDrawnView:
    """What a member of the group drew in the last 30 days. `account` is empty for who left."""

    name: str
    is_me: bool
    plan_tokens: int
    pusd: int
    calls: int
    input_tokens: int = 0
    output_tokens: int = 0
    account: str = ""


@dataclass(frozen=True, slots=True)
class ForecastView:
    """At `per_day` (in `unit`) what is left does until `until`; None: further than can be said."""

    unit: str
    per_day: int
    until: date | None


@dataclass(frozen=True, slots=True)
class WalletView:
    """Whose tokens are spent now and what is left of them, as the server said it at `as_of`.

    `available` is in plan tokens, None where what there is cannot be said in them.
    """

    server_id: str
    server: str
    account: str
    name: str
    kind: str  # person, organization, workspace
    role: str
    email: str
    plan: str
    plan_name: str
    plan_price: str
    grants: tuple[GrantView, ...]
    available: int | None
    next_reset: datetime | None
    used_this_month: int
    month_limit: int | None
    flags: tuple[str, ...]
    in_debt: bool
    as_of: datetime
    online: bool
    days: tuple[DrawnDayView, ...] = ()  # the last 14, oldest first; none before they are known
    forecast: ForecastView | None = None  # None: too little is known to say
    members: tuple[MemberDrawnView, ...] = ()  # of a group, who drew most first
    may_buy: bool = True  # False for members of a group who do not see to what it pays


@dataclass(frozen=True, slots=True)
class AccountsView:
    """Every server, the chosen one's wallet and groups, and where the button for free tokens leads
    (empty: there is no such button)."""

    servers: tuple[ServerView, ...]
    chosen: str
    default_address: str
    wallet: WalletView | None
    groups: tuple[GroupView, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceView:
    id: str
    name: str
    key_id: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class CheckoutView:
    """A purchase under way. `state`: pending, paid (not credited yet), credited, canceled, expired,
    failed, and slow (pending for minutes)."""

    id: str
    server_id: str
    offer: str
    name: str
    state: str
    url: str
    price: str
    begun_at: datetime
    message: str


@dataclass(frozen=True, slots=True)
class PurchaseView:
    """Something that was paid for. `until` is the end of a paid month; a pack has none."""

    id: str
    kind: str
    name: str
    at: datetime
    price: str
    refunded: str
    unit: str
    granted: int
    taken_back: int
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """`plan` is the offer's id, `name` what people call it."""

    plan: str
    seats: int
    past_due: bool
    cancels_at_end: bool
    paid_until: datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class WeightView:
    """Models that draw so many plan tokens for each of their tokens."""

    weight: int
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShopView:
    """What can be bought, what was, and what is under way. `demo` says that no money moves.

    `per_message` is what a message drew on average on this computer in the last 30 days, in plan
    tokens; None where there were too few to say. `as_of` None: the offers were never heard.
    `passphrases`: there is a plan that one opens.
    """

    server_id: str
    packs: tuple[OfferView, ...]
    plans: tuple[OfferView, ...]
    add_ons: tuple[OfferView, ...]
    purchases: tuple[PurchaseView, ...]
    subscription: SubscriptionView | None
    checkouts: tuple[CheckoutView, ...]
    demo: str
    as_of: datetime | None
    weights: tuple[WeightView, ...] = ()
    per_message: int | None = None
    passphrases: bool = True


@dataclass(frozen=True, slots=True)
class LicenseView:
    """How the license stands, in words. `status`: valid, grace, expired, other_device, absent."""

    server_id: str
    status: str
    plan: str
    message: str
    advice: str
    features: tuple[str, ...]
    own_keys: str
    seats: int | None
    renew_at: datetime | None
    changes_at: datetime | None
    device_key: str


@dataclass(frozen=True, slots=True)
class GroupView:
    """An organization or workspace that the account belongs to. `rights` are what one may do
    there; `limit_pusd` is a month of managed credit, None where none is set."""

    id: str
    kind: str
    name: str
    plan_name: str
    role: str
    members: int
    seats: int | None
    own_keys: str
    flags: tuple[str, ...]
    chosen: bool
    rights: tuple[str, ...] = ()
    own_keys_held_by: str = ""
    limit_pusd: int | None = None
    when_reached: str = ""


@dataclass(frozen=True, slots=True)
class MemberView:
    """`caps` are (allowance, amount as text: whole numbers, or dollars)."""

    account: str
    role: str
    name: str
    email: str
    caps: tuple[tuple[str, str], ...]
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class InvitationView:
    """`link` is there once, for whoever has just made it."""

    id: str
    role: str
    email: str
    expires_at: datetime
    link: str = ""
    mailed: bool = False
