"""An account's page, its receipts and its statements, from what the other domains know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from app.catalog.offers import offer_of_plan
from app.catalog.plans import FLAG_MEANING, Right, Unit
from app.catalog.rights import may
from app.ledger.steps import Steps
from app.money import format_usd
from app.server.accounts.identify import Caller
from app.server.credits.reading import Ask
from app.server.credits.standing import GrantStanding, Standing, read_standing
from app.server.credits.usage import By, Sums, usage_by
from app.server.pages.looks import count, money
from app.server.pages.visits import Visit
from app.server.payments.purchases import Purchase, purchases_of
from app.server.services import Services

MONTHS_SHOWN = 12
PROCESSORS = {"stripe": "Stripe", "lemon_squeezy": "Lemon Squeezy", "simulated": "the demo"}


@dataclass(frozen=True, slots=True)
class GrantLine:
    name: str
    left: str
    used: str
    granted: str
    percent: int
    resets: datetime | None


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """A purchase as a person reads it; `back` is empty where nothing was refunded."""

    id: str
    at: datetime
    name: str
    paid: str
    back: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class UsedLine:
    name: str
    calls: int
    input_tokens: int
    output_tokens: int
    plan_tokens: int
    usd: str


@dataclass(frozen=True, slots=True)
class AccountPage:
    standing: Standing
    purchases: tuple[Purchase, ...]


def read_page(services: Services, visit: Visit, now: datetime) -> Steps[AccountPage]:
    """What an account's page shows; raises Refused (404) where there is no such account."""
    caller = Caller(visit.tenant, visit.account, role=visit.role)
    standing = yield from read_standing(services.catalog, Ask(caller, now))
    return AccountPage(standing, (yield from _purchases(services, visit)))


def _purchases(services: Services, visit: Visit) -> Steps[tuple[Purchase, ...]]:
    """What was bought, for whoever may see to it; to others nothing."""
    if not may(visit.role, Right.BILLING, services.catalog):
        return ()
    return (yield from purchases_of(visit.tenant))


def read_statement(
    services: Services, visit: Visit, start: datetime, end: datetime
) -> Steps[tuple[tuple[Sums, ...], tuple[Purchase, ...]]]:
    """What a month used, by model, and what was bought in it. A member sees what they used
    themselves, and only who may see to the members what all of them did."""
    sees_all = may(visit.role, Right.MEMBERS, services.catalog)
    account = "" if sees_all else visit.account
    sums = yield from usage_by(visit.tenant, By.MODEL, start, end, account=account)
    bought = yield from _purchases(services, visit)
    return sums, tuple(each for each in bought if start <= each.at < end)


def month_span(month: str) -> tuple[datetime, datetime] | None:
    """The first moment of a month like 2026-11 and of the next one; None where it is none."""
    try:
        start = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        return None
    if not 2020 <= start.year <= 9000:
        return None
    return start, (start + timedelta(days=32)).replace(day=1)


def months_before(now: datetime) -> list[str]:
    """This month and those before it."""
    months, first = [], now.replace(day=1)
    for _ in range(MONTHS_SHOWN):
        months.append(f"{first:%Y-%m}")
        first = (first - timedelta(days=1)).replace(day=1)
    return months


def page_values(services: Services, page: AccountPage, now: datetime) -> dict[str, object]:
    """What the account's template names."""
    account = page.standing.account
    plan = services.catalog.plan(account.plan)
    standing = [f"{flag}: {FLAG_MEANING[flag]}".replace("_", " ") for flag in sorted(account.flags)]
    if page.standing.in_debt:
        standing.append(
            "A refund took back what was used already. The next purchase pays it first."
        )
    return {
        "who": who_of(page.standing),
        "plan": plan.name if plan else account.plan,
        "plan_price": offer_of_plan(plan).price_text if plan and plan.price_pusd else "",
        "standing": standing,
        "grants": [_grant_line(each) for each in page.standing.grants if not each.only],
        "of_models": [_grant_line(each) for each in page.standing.grants if each.only],
        "purchases": bought_lines(services, page.purchases),
        "months": months_before(now),
    }


def who_of(standing: Standing) -> str:
    return standing.name or standing.email or "Your account"


def bought_lines(services: Services, purchases: Sequence[Purchase]) -> list[BoughtLine]:
    return [bought_line(services, each) for each in purchases]


def bought_line(services: Services, bought: Purchase) -> BoughtLine:
    plan = services.catalog.plan(bought.name) if bought.kind == "plan" else None
    return BoughtLine(
        id=bought.id,
        at=bought.at,
        name=plan.name if plan else bought.name,
        paid=money(bought.paid_minor, bought.currency),
        back=money(bought.back_minor, bought.currency) if bought.back_minor else "",
        until=bought.until,
    )


def receipt_values(services: Services, bought: Purchase) -> dict[str, object]:
    """What the receipt's template names beside who it is for."""
    granted = f"{count(bought.granted)} tokens, which never expire" if bought.granted else ""
    return {
        "number": bought.id,
        "bought": bought_line(services, bought),
        "processor": PROCESSORS.get(bought.processor, bought.processor),
        "granted": granted,
        "total": money(bought.paid_minor - bought.back_minor, bought.currency),
    }


def used_lines(sums: Sequence[Sums]) -> tuple[list[UsedLine], UsedLine]:
    """What credit paid for, the dearest first, and the sum of it."""
    used = sorted(
        (each for each in sums if each.platform_calls), key=lambda each: -each.platform_pusd
    )
    total = Sums("")
    for each in used:
        total = replace(
            total,
            platform_calls=total.platform_calls + each.platform_calls,
            platform_input_tokens=total.platform_input_tokens + each.platform_input_tokens,
            platform_output_tokens=total.platform_output_tokens + each.platform_output_tokens,
            platform_plan_tokens=total.platform_plan_tokens + each.platform_plan_tokens,
            platform_pusd=total.platform_pusd + each.platform_pusd,
        )
    return [_used_line(each) for each in used], _used_line(total)


def own_key_lines(sums: Sequence[Sums]) -> list[UsedLine]:
    """What own keys were charged; a part without a known price is said."""
    return [
        UsedLine(
            name=each.group,
            calls=each.own_key_calls,
            input_tokens=each.own_key_input_tokens,
            output_tokens=each.own_key_output_tokens,
            plan_tokens=0,
            usd=format_usd(each.own_key_pusd) + (" and more" if each.own_key_unpriced else ""),
        )
        for each in sums
        if each.own_key_calls
    ]


def _used_line(sums: Sums) -> UsedLine:
    return UsedLine(
        name=sums.group,
        calls=sums.platform_calls,
        input_tokens=sums.platform_input_tokens,
        output_tokens=sums.platform_output_tokens,
        plan_tokens=sums.platform_plan_tokens,
        usd=format_usd(sums.platform_pusd),
    )


def _grant_line(standing: GrantStanding) -> GrantLine:
    """One with models of its own is called by them: there are many under one name."""
    grant = standing.grant
    used = grant.used + grant.held
    percent = min(100, used * 100 // grant.amount) if grant.amount else 100
    return GrantLine(
        name=", ".join(standing.models) if standing.only else grant.name,
        left=_amount(grant.unit, grant.left),
        used=_amount(grant.unit, used),
        granted=_amount(grant.unit, grant.amount),
        percent=percent,
        resets=grant.resets,
    )


def _amount(unit: Unit, amount: int) -> str:
    match unit:
        case Unit.USD:
            return format_usd(amount)
        case Unit.REQUESTS:
            return f"{count(amount)} requests"
        case _:
            return f"{count(amount)} tokens"
