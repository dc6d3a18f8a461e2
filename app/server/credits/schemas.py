"""What the endpoints of credits take and give. Money is dollars as text, exact; everything else is
whole numbers of its unit; times are ISO 8601 in UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.catalog.plans import Unit
from app.ledger.rows import at_from
from app.metering.allowances_split import Draw
from app.money import usd_text
from app.server.credits.models import ModelShown
from app.server.credits.quotes import ModelQuote
from app.server.credits.requests import RequestRow
from app.server.credits.standing import GrantStanding, Standing
from app.server.credits.usage import Sums

TOKENS_MAX = 100_000_000


def amount_of(unit: Unit, amount: int) -> int | str:
    """An amount in its unit: dollars as text, everything else a whole number."""
    return usd_text(amount) if unit == Unit.USD else amount


class QuoteAsked(BaseModel):
    """Either `input_tokens` as the client counted them, or the messages themselves."""

    model_config = ConfigDict(extra="forbid", strict=True)

    model: str | None = Field(None, max_length=200, description="Left out: every listed model")
    input_tokens: int | None = Field(None, ge=0, le=TOKENS_MAX)
    messages: list[dict[str, Any]] | None = Field(None, max_length=2_000)
    output_tokens_max: int | None = Field(None, ge=1, le=TOKENS_MAX)
    recent_outputs: list[int] = Field(default=[], max_length=100)


class DrawShown(BaseModel):
    """What one grant pays."""

    grant: str
    name: str
    unit: str
    amount: int | str


class QuoteShown(BaseModel):
    """One model's answer. Where `available` is false, `error` is what sending would answer."""

    model: str
    available: bool
    error: dict[str, Any] | None = None
    payer: str | None = None
    payer_name: str = ""
    most: list[DrawShown] = []
    likely: list[DrawShown] = []
    most_usd: str | None = None
    likely_usd: str | None = None
    output_tokens_max: int | None = None
    likely_output_tokens: int | None = None
    shortened: bool = False
    priority: bool = False
    not_before: datetime | None = None


class QuotesShown(BaseModel):
    input_tokens: int
    quotes: list[QuoteShown]


class UserShown(BaseModel):
    id: str
    email: str | None
    subscription_status: str = Field(
        serialization_alias="subscriptionStatus", description="free, premium_monthly or paid_tokens"
    )


class PlanShown(BaseModel):
    id: str
    name: str
    price: str
    subscribed_at: datetime | None
    paid_until: datetime | None
    own_keys: str
    priority: bool


class MarkupShown(BaseModel):
    """What costs the one sum is charged as the other."""

    cost_usd: str
    charge_usd: str


class BalanceShown(BaseModel):
    """One grant in its window; `resets` is null for what never comes again. `cap` is what this
    member may draw of it in the window, null where nobody set one; `left` is within it. `markup`
    is null where a call is charged at what it costs."""

    grant: str
    source: str
    name: str
    unit: str
    window: str
    granted: int | str
    used: int | str
    held: int | str
    left: int | str
    resets: datetime | None
    models: list[str]
    only: bool
    cap: int | str | None = None
    markup: MarkupShown | None = None


class ResetInfo(BaseModel):
    next_reset: datetime | None = Field(serialization_alias="nextReset")
    tokens_used_this_month: int = Field(serialization_alias="tokensUsedThisMonth")
    monthly_limit: int | None = Field(serialization_alias="monthlyLimit")


class MeShown(BaseModel):
    """`availableTokens` are those of the plan; null where what there is cannot be said in tokens.
    `tokenSource` is what is drawn on next, an allowance's id or `packs`. `own_key_models` can be
    answered by a provider's key of the account's own, when and where the plan lets them be."""

    user: UserShown
    account: str
    account_name: str
    account_kind: str
    role: str | None
    plan: PlanShown
    balances: list[BalanceShown]
    available_tokens: int | None = Field(serialization_alias="availableTokens")
    token_source: str | None = Field(serialization_alias="tokenSource")
    reset_info: ResetInfo = Field(serialization_alias="resetInfo")
    flags: list[str]
    in_debt: bool
    own_key_models: list[str] = []


class SpendShown(BaseModel):
    calls: int
    input_tokens: int
    output_tokens: int
    plan_tokens: int
    usd: str


class OwnKeySpendShown(BaseModel):
    calls: int
    input_tokens: int
    output_tokens: int
    usd: str
    unpriced_calls: int


class UsageRow(BaseModel):
    group: str
    platform: SpendShown
    own_key: OwnKeySpendShown


class UsageShown(BaseModel):
    by: str
    start: datetime
    end: datetime
    rows: list[UsageRow]


class RequestShown(BaseModel):
    """One ended request in a list."""

    id: str
    at: datetime
    ended_at: datetime
    account: str
    api_key: str
    kind: str
    model: str
    provider: str
    payer: str
    ending: str
    input_tokens: int
    output_tokens: int
    plan_tokens: int
    usd: str
    reason: str


class RequestsShown(BaseModel):
    requests: list[RequestShown]
    before: int | None = Field(description="Ask with this for the next page; null at the end")


class ReceiptShown(BaseModel):
    """`answer` is the body that the client lost, null where it is kept no longer. The receipt stays
    as it was written; `corrected` is why its charge was given back since, null where it was not."""

    id: str
    status: int
    corrected: str | None
    receipt: dict[str, Any] | None
    answer: Any | None


class RouteShown(BaseModel):
    id: str
    name: str
    disabled: str | None


class ModelObject(BaseModel):
    """OpenAI's model object, and beside it what is ours."""

    id: str
    object: str = "model"
    created: int = 0
    owned_by: str
    name: str
    available: bool
    trouble: str | None
    free: bool
    weight: int | None
    context_tokens: int | None
    output_tokens_max: int | None
    input_usd_per_million: str | None
    output_usd_per_million: str | None
    routes: list[RouteShown]
    note: str


class ModelList(BaseModel):
    object: str = "list"
    data: list[ModelObject]


def draw_shown(draw: Draw) -> DrawShown:
    return DrawShown(
        grant=draw.grant.id,
        name=draw.grant.name,
        unit=str(draw.grant.unit),
        amount=amount_of(draw.grant.unit, draw.amount),
    )


def quote_shown(quote: ModelQuote) -> QuoteShown:
    if quote.refused is not None:
        error = quote.refused.body["error"]
        return QuoteShown(model=quote.model, available=False, error=error)
    return QuoteShown(
        model=quote.model,
        available=True,
        payer=str(quote.payer),
        payer_name=quote.payer_words,
        most=[draw_shown(draw) for draw in quote.most],
        likely=[draw_shown(draw) for draw in quote.likely],
        most_usd=usd_text(quote.most_pusd),
        likely_usd=usd_text(quote.likely_pusd),
        output_tokens_max=quote.output_tokens_max,
        likely_output_tokens=quote.likely_output_tokens,
        shortened=quote.shortened,
        priority=quote.priority,
        not_before=quote.not_before,
    )


def balance_shown(standing: GrantStanding) -> BalanceShown:
    grant = standing.grant
    return BalanceShown(
        grant=grant.id,
        source=grant.source,
        name=grant.name,
        unit=str(grant.unit),
        window=standing.window,
        granted=amount_of(grant.unit, grant.amount),
        used=amount_of(grant.unit, grant.used),
        held=amount_of(grant.unit, grant.held),
        left=amount_of(grant.unit, grant.left),
        resets=grant.resets,
        models=list(standing.models),
        only=standing.only,
        cap=None if standing.cap is None else amount_of(grant.unit, standing.cap),
        markup=None
        if grant.markup is None
        else MarkupShown(
            cost_usd=usd_text(grant.markup.cost_pusd), charge_usd=usd_text(grant.markup.charge_pusd)
        ),
    )


def me_shown(
    standing: Standing, user: str, account: str, plan: PlanShown, own_key_models: list[str]
) -> MeShown:
    return MeShown(
        user=UserShown(id=user, email=standing.email, subscription_status=standing.status),
        account=account,
        account_name=standing.name,
        account_kind=standing.kind,
        role=standing.account.role,
        plan=plan,
        balances=[balance_shown(each) for each in standing.grants],
        available_tokens=standing.available,
        token_source=standing.source,
        reset_info=ResetInfo(
            next_reset=standing.next_reset,
            tokens_used_this_month=standing.used_this_month,
            monthly_limit=standing.month_limit,
        ),
        flags=sorted(str(flag) for flag in standing.account.flags),
        in_debt=standing.in_debt,
        own_key_models=own_key_models,
    )


def usage_row(sums: Sums) -> UsageRow:
    return UsageRow(
        group=sums.group,
        platform=SpendShown(
            calls=sums.platform_calls,
            input_tokens=sums.platform_input_tokens,
            output_tokens=sums.platform_output_tokens,
            plan_tokens=sums.platform_plan_tokens,
            usd=usd_text(sums.platform_pusd),
        ),
        own_key=OwnKeySpendShown(
            calls=sums.own_key_calls,
            input_tokens=sums.own_key_input_tokens,
            output_tokens=sums.own_key_output_tokens,
            usd=usd_text(sums.own_key_pusd),
            unpriced_calls=sums.own_key_unpriced,
        ),
    )


def request_shown(row: RequestRow) -> RequestShown:
    own_key = row.payer == "own_key"
    return RequestShown(
        id=row.id,
        at=at_from(row.at_ms),
        ended_at=at_from(row.ended_ms),
        account=row.account,
        api_key=row.api_key,
        kind=row.kind,
        model=row.model,
        provider=row.host,
        payer=row.payer,
        ending=row.ending,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        plan_tokens=row.plan_tokens,
        usd=usd_text((row.cost_pusd or 0) if own_key else row.charged_pusd),
        reason=row.reason,
    )


def model_object(shown: ModelShown) -> ModelObject:
    price = shown.price
    return ModelObject(
        id=shown.id,
        owned_by=shown.vendor,
        name=shown.name,
        available=not shown.trouble,
        trouble=shown.trouble or None,
        free=shown.free,
        weight=shown.sold.weight,
        context_tokens=shown.sold.context_tokens,
        output_tokens_max=shown.sold.output_tokens_max,
        input_usd_per_million=_per_million(price.input_rate if price else None),
        output_usd_per_million=_per_million(price.output_rate if price else None),
        routes=[
            RouteShown(id=each.id, name=each.name, disabled=each.disabled or None)
            for each in shown.routes
        ],
        note=shown.note,
    )


def _per_million(rate_pusd: int | None) -> str | None:
    return None if rate_pusd is None else usd_text(rate_pusd * 1_000_000)
