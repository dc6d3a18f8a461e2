"""The rows of ended calls, and the answers that are kept for a while. The receipt itself is in the
hold; a request is always looked up with its tenant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from operator import attrgetter, itemgetter

from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.quick_init import quick_init


@quick_init
@dataclass(frozen=True, slots=True)
class RequestRow:
    """One ended call, as in the table; times in milliseconds, money in picodollars.

    `ending` is an `Ending`, `released` where nobody paid, or `corrected` where the operator took
    the charge back (`reason` says why). `cost_pusd` is what the provider charges, the operator or
    on an own key the tenant; None where no price is known. `lost_pusd` is what of it nobody paid.
    """

    tenant: str
    at_ms: int
    id: str
    ended_ms: int
    account: str
    api_key: str
    kind: str
    model: str
    route: str
    host: str
    own_key: str
    payer: str
    ending: str
    input_tokens: int = 0
    output_tokens: int = 0
    plan_tokens: int = 0
    charged_pusd: int = 0
    cost_pusd: int | None = 0
    lost_pusd: int = 0
    upstream_id: str = ""
    flagged: str = ""
    reason: str = ""


CORRECTED = "corrected"
_COLUMNS = tuple(field.name for field in fields(RequestRow))
_values = attrgetter(*_COLUMNS)
_by_column = itemgetter(*_COLUMNS)
_INSERT = f"INSERT INTO requests ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM requests"


def plain(row: RequestRow) -> dict[str, object]:
    """A row by its columns."""
    return dict(zip(_COLUMNS, _values(row), strict=True))


def insert(row: Mapping[str, object]) -> Sql:
    """A row that is `plain`."""
    return Sql(_INSERT, _by_column(row))


def correct(tenant: str, admitted_at: datetime, request_id: str, reason: str) -> Sql:
    """What was charged was given back: the call cost its tenant nothing, and the operator all."""
    return Sql(
        f"UPDATE requests SET ending = '{CORRECTED}', reason = ?, plan_tokens = 0,"
        " charged_pusd = 0, lost_pusd = coalesce(cost_pusd, 0)"
        " WHERE tenant = ? AND at_ms = ? AND id = ?",
        (reason, tenant, ms_from(admitted_at), request_id),
    )


def keep_answer(tenant: str, request_id: str, answer: str, until: datetime) -> Sql:
    return Sql(
        "INSERT INTO answers (tenant, id, answer, expires_ms) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (tenant, id) DO UPDATE SET answer = excluded.answer",
        (tenant, request_id, answer, ms_from(until)),
    )


def row_of(tenant: str, admitted_at: datetime, request_id: str) -> Steps[RequestRow | None]:
    """The row of an ended call, None where it has none: it was never sent."""
    rows = yield Sql(
        f"{_SELECT} WHERE tenant = ? AND at_ms = ? AND id = ?",
        (tenant, ms_from(admitted_at), request_id),
    )
    return RequestRow(*rows[0]) if rows else None


def answer_of(tenant: str, request_id: str, now: datetime) -> Steps[str]:
    """The kept answer, empty where there is none any more."""
    rows = yield Sql(
        "SELECT answer FROM answers WHERE tenant = ? AND id = ? AND expires_ms > ?",
        (tenant, request_id, ms_from(now)),
    )
    return str(rows[0][0]) if rows else ""


def rows_before(
    tenant: str, before: datetime, at_most: int, *, account: str = ""
) -> Steps[tuple[RequestRow, ...]]:
    """The newest ended calls that were admitted before a moment; `account`: of one member alone.

    All of the last millisecond are there, also above `at_most`: the next page begins before it.
    """
    of_member, values = (" AND account = ?", (account,)) if account else ("", ())
    rows = yield Sql(
        f"{_SELECT} WHERE tenant = ? AND at_ms < ?{of_member} ORDER BY at_ms DESC, id DESC LIMIT ?",
        (tenant, ms_from(before), *values, at_most),
    )
    found = [RequestRow(*row) for row in rows]
    if len(found) == at_most:
        last = found[-1]
        rest = yield Sql(
            f"{_SELECT} WHERE tenant = ? AND at_ms = ? AND id < ?{of_member} ORDER BY id DESC",
            (tenant, last.at_ms, last.id, *values),
        )
        found += [RequestRow(*row) for row in rest]
    return tuple(found)


def forget_answers(now: datetime) -> Steps[None]:
    """Answers that have expired, at most a batch of them."""
    yield Sql("DELETE FROM answers WHERE expires_ms <= ?", (ms_from(now),))


def kept_until(now: datetime, kept_s: float) -> datetime:
    return now + timedelta(seconds=kept_s)
