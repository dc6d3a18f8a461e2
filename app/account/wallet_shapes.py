"""What a server says of an account and of what it sells, as values that were checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from app.account.shapes import Fields
from app.catalog.models_sold import Markup
from app.metering.payer import Unit
from app.money import PICODOLLARS_PER_USD

_MILLION = 1_000_000
_NAME_MAX = 120


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One grant in its window; amounts are in `unit`. `only`: its models draw on nothing else.

    `resets` is None for what never comes again. `cap` is what this member may draw of it in the
    window, None where nobody set one; `left` is within it. `markup` is what calls are charged at,
    None for what they cost.
    """

    id: str
    source: str
    name: str
    unit: Unit
    window: str
    granted: int
    used: int
    held: int
    left: int
    resets: datetime | None
    models: tuple[str, ...]
    only: bool
    cap: int | None = None
    markup: Markup | None = None

    def fits(self, model: str) -> bool:
        return any(fnmatchcase(model, glob) for glob in self.models)


@dataclass(frozen=True, slots=True)
class Wallet:
    """An account, organization or workspace as it stands. `grants` are in the order of drawing.

    `available` is in plan tokens, None where what there is cannot be said in them.
    `own_key_models` can be answered by a key that is kept at the server; `own_keys` says when.
    """

    account: str
    name: str
    kind: str
    role: str | None
    email: str | None
    status: str
    plan: str
    plan_name: str
    plan_price: str
    paid_until: datetime | None
    own_keys: str
    grants: tuple[GrantLine, ...]
    available: int | None
    token_source: str | None
    next_reset: datetime | None
    used_this_month: int
    month_limit: int | None
    flags: tuple[str, ...]
    in_debt: bool
    own_key_models: frozenset[str] = frozenset()

    def grants_for(self, model: str) -> tuple[GrantLine, ...]:
        """What may pay for a model: its own allowances alone, where it has some."""
        fitting = [grant for grant in self.grants if grant.fits(model)]
        own = [grant for grant in fitting if grant.only]
        return tuple(own or fitting)

    @property
    def is_unlimited(self) -> bool:
        return "unlimited" in self.flags


@dataclass(frozen=True, slots=True)
class HostedModel:
    """A model on sale. Rates are picodollars per token; `weight` plan tokens for each token.

    `trouble` says why it cannot be asked now, empty where it can.
    """

    id: str
    name: str
    vendor: str
    free: bool
    weight: int | None
    context_tokens: int | None
    output_tokens_max: int | None
    input_rate: int | None
    output_rate: int | None
    trouble: str
    note: str


@dataclass(frozen=True, slots=True)
class Granted:
    """An amount in its unit, given anew in each window."""

    unit: Unit
    amount: int
    window: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be bought. `price_cents` None: no price is set; `amount` is what a pack gives,
    `grants` what a plan gives in each window."""

    id: str
    kind: str
    name: str
    price: str
    price_cents: int | None
    currency: str
    monthly: bool
    available: bool
    unit: Unit | None
    amount: int | None
    seats: int | None
    benefits: tuple[str, ...]
    holder: str = ""
    grants: tuple[Granted, ...] = ()


@dataclass(frozen=True, slots=True)
class Offers:
    """`passphrases`: whether a plan is opened by one; an older server does not say so."""

    packs: tuple[Offer, ...]
    plans: tuple[Offer, ...]
    add_ons: tuple[Offer, ...]
    demo: str
    passphrases: bool = True

    @property
    def all(self) -> tuple[Offer, ...]:
        return (*self.packs, *self.plans, *self.add_ons)

    def find(self, offer_id: str) -> Offer | None:
        return next((offer for offer in self.all if offer.id == offer_id), None)


def read_wallet(fields: Fields) -> Wallet:
    """`GET /api/me`. Raises AnswerImpossible."""
    user, plan, reset = fields.inner("user"), fields.inner("plan"), fields.inner("resetInfo")
    return Wallet(
        account=fields.text("account"),
        name=fields.text("account_name")[:_NAME_MAX],
        kind=fields.text("account_kind"),
        role=fields.text_or_none("role"),
        email=user.text_or_none("email"),
        status=user.text("subscriptionStatus"),
        plan=plan.text("id"),
        plan_name=plan.text("name")[:_NAME_MAX],
        plan_price=plan.text("price")[:_NAME_MAX],
        paid_until=plan.moment_or_none("paid_until"),
        own_keys=plan.text("own_keys"),
        grants=tuple(_grant(each) for each in fields.objects("balances")),
        available=fields.whole_or_none("availableTokens"),
        token_source=fields.text_or_none("tokenSource"),
        next_reset=reset.moment_or_none("nextReset"),
        used_this_month=reset.whole("tokensUsedThisMonth"),
        month_limit=reset.whole_or_none("monthlyLimit"),
        flags=fields.texts("flags"),
        in_debt=fields.truth("in_debt"),
        own_key_models=frozenset(
            fields.texts("own_key_models") if fields.has("own_key_models") else ()
        ),
    )


def read_models(fields: Fields) -> tuple[HostedModel, ...]:
    """`GET /v1/models`. Raises AnswerImpossible."""
    return tuple(_model(each) for each in fields.objects("data"))


def read_offers(fields: Fields) -> Offers:
    """`GET /api/tokens/packages`. Raises AnswerImpossible."""
    return Offers(
        packs=tuple(_offer(each) for each in fields.objects("packs")),
        plans=tuple(_offer(each) for each in fields.objects("plans")),
        add_ons=tuple(_offer(each) for each in fields.objects("add_ons")),
        demo=fields.text("demo", ""),
        passphrases=fields.truth("passphrases", default=True),
    )


def unit_of(fields: Fields, name: str) -> Unit:
    """Raises AnswerImpossible for a unit that this copy does not know."""
    word = fields.text(name)
    try:
        return Unit(word)
    except ValueError as error:
        raise fields.wrong(name, f"is “{word[:40]}”, which is no unit") from error


def _grant(fields: Fields) -> GrantLine:
    unit = unit_of(fields, "unit")
    grant = GrantLine(
        id=fields.text("grant"),
        source=fields.text("source"),
        name=fields.text("name")[:_NAME_MAX],
        unit=unit,
        window=fields.text("window"),
        granted=fields.amount("granted", unit),
        used=fields.amount("used", unit),
        held=fields.amount("held", unit),
        left=fields.amount("left", unit),
        resets=fields.moment_or_none("resets"),
        models=fields.texts("models"),
        only=fields.truth("only"),
        cap=fields.amount("cap", unit) if fields.has("cap") else None,
        markup=_markup(fields.inner_or_none("markup")),
    )
    if grant.left > grant.granted:
        raise fields.wrong("left", "is more than was granted")
    return grant


def _markup(fields: Fields | None) -> Markup | None:
    if fields is None:
        return None
    markup = Markup(fields.pusd("cost_usd"), fields.pusd("charge_usd"))
    if not markup.cost_pusd:
        raise fields.wrong("cost_usd", "is 0: nothing can be charged by it")
    return markup


def _model(fields: Fields) -> HostedModel:
    weight = fields.whole_or_none("weight")
    if weight == 0:
        raise fields.wrong("weight", "is 0: nothing would be charged by it")
    return HostedModel(
        id=fields.text("id"),
        name=fields.text("name")[:_NAME_MAX],
        vendor=fields.text("owned_by")[:_NAME_MAX],
        free=fields.truth("free"),
        weight=weight,
        context_tokens=fields.whole_or_none("context_tokens"),
        output_tokens_max=fields.whole_or_none("output_tokens_max"),
        input_rate=_rate(fields, "input_usd_per_million"),
        output_rate=_rate(fields, "output_usd_per_million"),
        trouble=fields.text("trouble", "")[:300],
        note=fields.text("note", "")[:300],
    )


def _rate(fields: Fields, name: str) -> int | None:
    """Dollars per million tokens as picodollars per token: exact, or refused."""
    pusd = fields.pusd_or_none(name)
    if pusd is None:
        return None
    rate, rest = divmod(pusd, _MILLION)
    if rest:
        raise fields.wrong(name, "is finer than any price can be")
    return rate


def _offer(fields: Fields) -> Offer:
    unit = unit_of(fields, "unit") if fields.has("unit") else None
    cents = fields.whole_or_none("price_cents")
    if cents is not None and cents * PICODOLLARS_PER_USD > 2**62:
        raise fields.wrong("price_cents", "is more than anything costs")
    return Offer(
        id=fields.text("id"),
        kind=fields.text("kind"),
        name=fields.text("name")[:_NAME_MAX],
        price=fields.text("price")[:_NAME_MAX],
        price_cents=cents,
        currency=fields.text("currency", "usd")[:8],
        monthly=fields.truth("monthly"),
        available=fields.truth("available"),
        unit=unit,
        amount=fields.whole_or_none("amount"),
        seats=fields.whole_or_none("seats"),
        benefits=fields.texts("benefits"),
        holder=fields.text("holder", ""),
        grants=tuple(map(_granted, fields.objects("grants") if fields.has("grants") else ())),
    )


def _granted(fields: Fields) -> Granted:
    unit = unit_of(fields, "unit")
    return Granted(unit, fields.amount("amount", unit), fields.text("window"))
