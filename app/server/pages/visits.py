"""How somebody comes to their account's page: by a link that the program asked for, which works
once and for a few minutes, and then by a cookie for an hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.server.accounts.identify import Caller
from app.server.secret import hash_of, new_token

LINK_LASTS = timedelta(minutes=5)
VISIT_LASTS = timedelta(hours=1)
LINK_PREFIX, VISIT_PREFIX = "tl_", "tv_"


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at their page, for which account, and there with which role; None: their own."""

    tenant: str
    account: str
    role: str | None = None


def make_link(caller: Caller, now: datetime) -> Steps[str]:
    """A new link's token."""
    token = new_token(LINK_PREFIX)
    yield from _keep("link", token, Visit(caller.tenant, caller.account), now + LINK_LASTS)
    return token


def enter(token: str, now: datetime) -> Steps[str | None]:
    """The visit's token for a link that was not used yet; None where it was, or is too old."""
    rows = yield Sql(
        "DELETE FROM page_visits WHERE token_hash = ? AND kind = 'link' AND expires_ms > ?"
        " RETURNING tenant, account",
        (hash_of(token), ms_from(now)),
    )
    if not rows:
        return None
    visit = new_token(VISIT_PREFIX)
    yield from _keep("visit", visit, Visit(*rows[0]), now + VISIT_LASTS)
    return visit


def visit_of(token: str, now: datetime) -> Steps[Visit | None]:
    """Who comes with this cookie; None where it is over, or where they no longer belong to the
    account that they look at."""
    rows = yield Sql(
        "SELECT v.tenant, v.account, m.role FROM page_visits v"
        " JOIN accounts t ON t.id = v.tenant AND t.deleted_ms IS NULL"
        " LEFT JOIN members m ON m.tenant = v.tenant AND m.account = v.account"
        " WHERE v.token_hash = ? AND v.kind = 'visit' AND v.expires_ms > ?"
        " AND (v.tenant = v.account OR m.role IS NOT NULL)",
        (hash_of(token), ms_from(now)),
    )
    return Visit(*rows[0]) if rows else None


def leave(token: str) -> Steps[None]:
    yield Sql("DELETE FROM page_visits WHERE token_hash = ?", (hash_of(token),))


def forget_visits(now: datetime) -> Steps[None]:
    yield Sql("DELETE FROM page_visits WHERE expires_ms <= ?", (ms_from(now),))


def _keep(kind: str, token: str, visit: Visit, until: datetime) -> Steps[None]:
    yield Sql(
        "INSERT INTO page_visits (token_hash, kind, tenant, account, expires_ms)"
        " VALUES (?, ?, ?, ?, ?)",
        (hash_of(token), kind, visit.tenant, visit.account, ms_from(until)),
    )
