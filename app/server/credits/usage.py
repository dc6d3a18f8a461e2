"""What a tenant used, added up from its ended requests: what credit paid for and what own keys
were charged, apart."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.money import usd_text

DAYS_MAX = 400
_DAY_MS = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class By(StrEnum):
    DAY = "day"
    MODEL = "model"
    KEY = "key"
    MEMBER = "member"


_COLUMN = {
    By.DAY: f"at_ms / {_DAY_MS}",
    By.MODEL: "model",
    By.KEY: "api_key",
    By.MEMBER: "account",
}


@dataclass(frozen=True, slots=True)
class Sums:
    """The calls of one group. `platform` is what credit paid for, in plan tokens and picodollars
    that were drawn; `own_key` what the tenant's own keys were charged by their providers, with how
    many of those calls have no known price."""

    group: str
    platform_calls: int = 0
    platform_input_tokens: int = 0
    platform_output_tokens: int = 0
    platform_plan_tokens: int = 0
    platform_pusd: int = 0
    own_key_calls: int = 0
    own_key_input_tokens: int = 0
    own_key_output_tokens: int = 0
    own_key_pusd: int = 0
    own_key_unpriced: int = 0


def usage_by(
    tenant: str, by: By, start: datetime, end: datetime, *, account: str = ""
) -> Steps[tuple[Sums, ...]]:
    """Sums for calls that were admitted from `start` up to `end`, by their group's name.

    `account`: of one member alone. A call that was released or corrected is none.
    """
    of_member, values = (" AND account = ?", (account,)) if account else ("", ())
    rows = yield Sql(
        f"SELECT {_COLUMN[by]}, payer, count(*), {_sum('input_tokens')}, {_sum('output_tokens')},"
        f" {_sum('plan_tokens')}, {_sum('charged_pusd')}, {_sum('coalesce(cost_pusd, 0)')},"
        f" {_sum('CASE WHEN cost_pusd IS NULL THEN 1 ELSE 0 END')}"
        " FROM requests WHERE tenant = ? AND at_ms >= ? AND at_ms < ? "
        " AND ending NOT IN ('released', 'corrected')"
        f"{of_member} GROUP BY {_COLUMN[by]}, payer ORDER BY 1",
        (tenant, ms_from(start), ms_from(end), *values),
    )
    found: dict[str, dict[str, int]] = {}
    for group, payer, *figures in rows:
        name = _day(group) if by is By.DAY else str(group)
        calls, read, written, plan_tokens, charged, cost, unpriced = map(int, figures)
        sums = found.setdefault(name, {})
        if payer == "own_key":
            new = {"calls": calls, "input_tokens": read, "output_tokens": written, "pusd": cost}
            sums |= {f"own_key_{key}": value for key, value in new.items()}
            sums["own_key_unpriced"] = unpriced
        else:
            new = {"calls": calls, "input_tokens": read, "output_tokens": written}
            new |= {"plan_tokens": plan_tokens, "pusd": charged}
            sums |= {f"platform_{key}": value for key, value in new.items()}
    return tuple(Sums(group, **figures) for group, figures in sorted(found.items()))


def _sum(what: str) -> str:
    return f"CAST(sum({what}) AS BIGINT)"


def _day(number: int) -> str:
    return (_EPOCH + timedelta(days=int(number))).date().isoformat()


CSV_COLUMNS = (
    "calls",
    "input_tokens",
    "output_tokens",
    "plan_tokens",
    "usd",
    "own_key_calls",
    "own_key_input_tokens",
    "own_key_output_tokens",
    "own_key_usd",
    "own_key_unpriced_calls",
)


def usage_csv(by: By, sums: tuple[Sums, ...]) -> str:
    """The same as a table; money in dollars, exact. A name that a spreadsheet would take for a
    formula gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([str(by), *CSV_COLUMNS])
    for each in sums:
        writer.writerow(
            [
                _harmless(each.group),
                each.platform_calls,
                each.platform_input_tokens,
                each.platform_output_tokens,
                each.platform_plan_tokens,
                usd_text(each.platform_pusd),
                each.own_key_calls,
                each.own_key_input_tokens,
                each.own_key_output_tokens,
                usd_text(each.own_key_pusd),
                each.own_key_unpriced,
            ]
        )
    return out.getvalue()


def _harmless(name: str) -> str:
    return f"'{name}" if name.startswith(("=", "+", "-", "@", "\t", "\r")) else name
