"""Who calls: a session of a device, or a named API key; and for whom they act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.quick_init import quick_init
from app.server.errors import not_found, not_signed_in
from app.server.secret import hash_of

API_KEY_PREFIX = "tp_"
SESSION_PREFIX = "ts_"


@quick_init
@dataclass(frozen=True, slots=True)
class Caller:
    """`tenant` is whose balances are used: the person's own account, or an organization or
    workspace that they belong to, there with their `role`. Exactly one of `device` and `api_key`
    is set. `address` is where the request came from."""

    tenant: str
    account: str
    device: str = ""
    api_key: str = ""
    role: str | None = None
    address: str = ""

    @property
    def acts_for_itself(self) -> bool:
        return self.tenant == self.account


def identify(token: str, acts_for: str, address: str, now: datetime) -> Steps[Caller]:
    """The caller behind a token. `acts_for` is the organization or workspace that a session
    chose, empty for the person's own account; an API key is bound to one tenant.

    Raises Refused: 401 for a token that is unknown, expired or revoked, 404 for a tenant that the
    person does not belong to.
    """
    if token.startswith(API_KEY_PREFIX):
        return (yield from _by_api_key(token, acts_for, address))
    if token.startswith(SESSION_PREFIX):
        return (yield from _by_session(token, acts_for, address, now))
    raise not_signed_in()


def caller_row(token: str, acts_for: str, now: datetime) -> Sql | None:
    """The columns tenant, account, api_key, device, role and cap_pusd of who `identify` would find,
    as one query; no row where it would refuse, None where it would not look."""
    if token.startswith(API_KEY_PREFIX) and not acts_for:
        return Sql(_ROW_OF_KEY, (hash_of(token),))
    if token.startswith(SESSION_PREFIX):
        known = (hash_of(token), ms_from(now))
        return Sql(_ROW_OF_MEMBER, (acts_for, *known)) if acts_for else Sql(_ROW_OF_SESSION, known)
    return None


_ROW_OF_KEY = (
    "SELECT k.tenant, k.account, k.id AS api_key, '' AS device, m.role, k.cap_pusd FROM api_keys k"
    " JOIN accounts a ON a.id = k.tenant AND a.deleted_ms IS NULL"
    " LEFT JOIN members m ON m.tenant = k.tenant AND m.account = k.account"
    " WHERE k.token_hash = ? AND k.revoked_ms IS NULL"
    " AND (m.role IS NOT NULL OR k.tenant = k.account)"
)
_SESSION = (
    " FROM sessions s JOIN accounts a ON a.id = s.account AND a.deleted_ms IS NULL"
    " JOIN devices d ON d.account = s.account AND d.id = s.device AND d.removed_ms IS NULL"
)
_ROW_OF_SESSION = (
    "SELECT s.account AS tenant, s.account, '' AS api_key, s.device, CAST(NULL AS TEXT) AS role,"
    f" CAST(NULL AS BIGINT) AS cap_pusd{_SESSION} WHERE s.token_hash = ? AND s.expires_ms > ?"
)
_ROW_OF_MEMBER = (
    "SELECT m.tenant, s.account, '' AS api_key, s.device, m.role, CAST(NULL AS BIGINT) AS cap_pusd"
    f"{_SESSION} JOIN members m ON m.tenant = ? AND m.account = s.account"
    " JOIN accounts t ON t.id = m.tenant AND t.deleted_ms IS NULL"
    " WHERE s.token_hash = ? AND s.expires_ms > ?"
)


def _by_api_key(token: str, acts_for: str, address: str) -> Steps[Caller]:
    rows = yield Sql(
        "SELECT k.tenant, k.account, k.id, m.role FROM api_keys k"
        " JOIN accounts a ON a.id = k.tenant AND a.deleted_ms IS NULL"
        " LEFT JOIN members m ON m.tenant = k.tenant AND m.account = k.account"
        " WHERE k.token_hash = ? AND k.revoked_ms IS NULL",
        (hash_of(token),),
    )
    if not rows:
        raise not_signed_in()
    tenant, account, key_id, role = rows[0]
    if acts_for not in ("", tenant):
        raise not_found("account")
    if tenant != account and role is None:
        raise not_signed_in("Who made this key is no member here any more.")
    return Caller(tenant, account, api_key=key_id, role=role, address=address)


def _by_session(token: str, acts_for: str, address: str, now: datetime) -> Steps[Caller]:
    rows = yield Sql(
        "SELECT s.account, s.device FROM sessions s"
        " JOIN accounts a ON a.id = s.account AND a.deleted_ms IS NULL"
        " JOIN devices d ON d.account = s.account AND d.id = s.device AND d.removed_ms IS NULL"
        " WHERE s.token_hash = ? AND s.expires_ms > ?",
        (hash_of(token), ms_from(now)),
    )
    if not rows:
        raise not_signed_in("This session has ended. Sign in again.")
    account, device = rows[0]
    if acts_for in ("", account):
        return Caller(account, account, device=device, address=address)
    roles = yield Sql(
        "SELECT m.role FROM members m JOIN accounts a ON a.id = m.tenant"
        " WHERE m.tenant = ? AND m.account = ? AND a.deleted_ms IS NULL",
        (acts_for, account),
    )
    if not roles:
        raise not_found("account")
    return Caller(acts_for, account, device=device, role=roles[0][0], address=address)
