"""How the operator comes to the page: by a link that the command line printed, which works once
and for a few minutes, or by the password of the environment; then by a cookie for a few hours.

These rows are the operator's alone: no account, session or API key opens anything here.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.server.addresses import person_network
from app.server.errors import Refused, too_many
from app.server.limits import take
from app.server.secret import hash_of, new_token
from app.server.services import Services

LINK_LASTS = timedelta(minutes=5)
VISIT_LASTS = timedelta(hours=4)
TRIES_MAX, TRIES_WITHIN = 5, timedelta(minutes=10)
LINK_PREFIX, VISIT_PREFIX = "tol_", "tov_"
_FORM = "operator form"


@dataclass(frozen=True, slots=True)
class OperatorVisit:
    """Who is on the operator's page. `form` has to come back with every form."""

    who: str
    form: str = field(repr=False)


def make_link(token: str, who: str, now: datetime) -> Steps[None]:
    """Keep a new link, for whoever asked on the command line."""
    yield from _keep("link", token, who, now + LINK_LASTS)


def new_link_token() -> str:
    return new_token(LINK_PREFIX)


def enter_by_link(token: str, now: datetime) -> Steps[str | None]:
    """The visit's token for a link that was not used yet; None where it was, or is too old."""
    rows = yield Sql(
        "DELETE FROM operator_visits WHERE token_hash = ? AND kind = 'link' AND expires_ms > ?"
        " RETURNING who",
        (hash_of(token), ms_from(now)),
    )
    if not rows:
        return None
    return (yield from _begin(str(rows[0][0]), now))


async def enter_by_password(services: Services, password: str, address: str) -> str | None:
    """The visit's token, None for a wrong password. Raises Refused: 429 after a few tries from an
    address, 404 where the operator has set no password."""
    expected = services.settings.operator_password
    if not expected:
        raise Refused(404, "not_found", "There is no such address.")
    now = services.clock.now()
    name = f"operator/{person_network(address)}"
    wait_s = await services.database.run(take, name, TRIES_MAX, TRIES_WITHIN, now)
    if wait_s is not None:
        raise too_many("Too many tries from this address.", retry_after_s=wait_s)
    if not hmac.compare_digest(password.encode(), expected.encode()):
        return None
    return await services.database.run(_begin, "page", now)


def visit_of(services: Services, token: str) -> Steps[OperatorVisit | None]:
    """Who comes with this cookie; None where it is over."""
    if not token.startswith(VISIT_PREFIX):
        return None
    rows = yield Sql(
        "SELECT who FROM operator_visits WHERE token_hash = ? AND kind = 'visit'"
        " AND expires_ms > ?",
        (hash_of(token), ms_from(services.clock.now())),
    )
    return OperatorVisit(str(rows[0][0]), services.secret.mac(_FORM, token)) if rows else None


def is_own_form(visit: OperatorVisit, sent: str) -> bool:
    """Whether a form was written by this very visit's pages."""
    return hmac.compare_digest(visit.form.encode(), sent.encode())


def leave(token: str) -> Steps[None]:
    yield Sql("DELETE FROM operator_visits WHERE token_hash = ?", (hash_of(token),))


def forget_visits(now: datetime) -> Steps[None]:
    yield Sql("DELETE FROM operator_visits WHERE expires_ms <= ?", (ms_from(now),))


def _begin(who: str, now: datetime) -> Steps[str]:
    token = new_token(VISIT_PREFIX)
    yield from _keep("visit", token, who, now + VISIT_LASTS)
    return token


def _keep(kind: str, token: str, who: str, until: datetime) -> Steps[None]:
    yield Sql(
        "INSERT INTO operator_visits (token_hash, kind, who, expires_ms) VALUES (?, ?, ?, ?)",
        (hash_of(token), kind, who, ms_from(until)),
    )
