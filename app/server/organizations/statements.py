"""A workspace's month on one sheet: what managed credit was charged, with its markup, and what its
own keys were charged by their providers, apart."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime

from app.catalog.offers import offer_of_plan
from app.catalog.plan_catalog import PlanCatalog
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.money import usd_text
from app.server.credits.usage import By, Sums, usage_by
from app.server.errors import bad_request
from app.server.organizations.groups import Group, read_group

CSV_COLUMNS = (
    "section", "name", "calls", "input_tokens", "output_tokens", "charged_usd",
    "own_key_calls", "own_key_input_tokens", "own_key_output_tokens", "own_key_usd",
    "own_key_unpriced_calls",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """Amounts are picodollars. `limit` is the month's managed credit as it is set now, None where
    there is none; `beyond` what was charged past it at a slower pace. `is_final`: the month is
    over, and so is every call that began in it. `models` and `members` each add up to the whole."""

    group: Group
    plan_name: str
    platform_fee: str
    month: str
    start: datetime
    end: datetime
    is_final: bool
    limit_pusd: int | None
    beyond_pusd: int
    models: tuple[Sums, ...]
    members: tuple[Sums, ...]

    @property
    def charged_pusd(self) -> int:
        return sum(each.platform_pusd for each in self.models)

    @property
    def own_key_pusd(self) -> int:
        return sum(each.own_key_pusd for each in self.models)


def month_of(text: str, now: datetime) -> tuple[datetime, datetime]:
    """A calendar month in UTC from `2026-11`, this month from nothing, and its end.

    Raises Refused (400) for what is no month, or one to come.
    """
    try:
        start = datetime.strptime(text or f"{now:%Y-%m}", "%Y-%m").replace(tzinfo=UTC)
    except ValueError as error:
        raise bad_request("Write a month as 2026-11.", "month") from error
    if start > now or start.year < 2000:
        raise bad_request("There is no statement for this month.", "month")
    last = start.month == 12
    end = start.replace(year=start.year + last, month=1 if last else start.month + 1)
    return start, end


def statement_of(catalog: PlanCatalog, tenant: str, month: str, now: datetime) -> Steps[Statement]:
    """Raises Refused: 400 for the month, 404."""
    start, end = month_of(month, now)
    group = yield from read_group(tenant)
    models = yield from usage_by(tenant, By.MODEL, start, end)
    members = yield from usage_by(tenant, By.MEMBER, start, end)
    credit = catalog.managed_credit
    beyond = 0
    if credit is not None:
        rows = yield Sql(
            "SELECT CAST(coalesce(sum(-posted), 0) AS BIGINT) FROM ledger_accounts"
            " WHERE tenant = ? AND closes_ms = ? AND id LIKE ?",
            (tenant, ms_from(end), f"{tenant}/{credit.allowance}/%/beyond"),
        )
        beyond = int(rows[0][0])
    open_calls = yield Sql(
        "SELECT 1 FROM ledger_holds"
        " WHERE tenant = ? AND ended_ms IS NULL AND created_ms < ? LIMIT 1",
        (tenant, ms_from(end)),
    )
    plan = group.plan_in(catalog)
    return Statement(
        group=group,
        plan_name=plan.name if plan else group.plan,
        platform_fee=offer_of_plan(plan).price_text if plan else "",
        month=f"{start:%Y-%m}",
        start=start,
        end=end,
        is_final=now >= end and not open_calls,
        limit_pusd=group.amounts.get(credit.allowance) if credit else None,
        beyond_pusd=beyond,
        models=models,
        members=members,
    )


def statement_csv(statement: Statement) -> str:
    """The same as a table: a line for each model and each member, and the sum of the models."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for section, lines in (("model", statement.models), ("member", statement.members)):
        for each in lines:
            writer.writerow([section, _harmless(each.group), *_figures(each)])
    writer.writerow(["total", statement.month, *_figures(_total(statement.models))])
    return out.getvalue()


def _figures(sums: Sums) -> list[object]:
    return [
        sums.platform_calls,
        sums.platform_input_tokens,
        sums.platform_output_tokens,
        usd_text(sums.platform_pusd),
        sums.own_key_calls,
        sums.own_key_input_tokens,
        sums.own_key_output_tokens,
        usd_text(sums.own_key_pusd),
        sums.own_key_unpriced,
    ]


def _total(lines: tuple[Sums, ...]) -> Sums:
    names = [name for name in Sums.__dataclass_fields__ if name != "group"]
    return Sums("total", **{name: sum(getattr(each, name) for each in lines) for name in names})


def _harmless(name: str) -> str:
    return f"'{name}" if name.startswith(("=", "+", "-", "@", "\t", "\r")) else name
