"""Reading what an admission needs: one statement, one picture of a tenant, its member and its key.

The rows become the `Account` that the catalog's rules are asked with. Nothing is decided here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from app.by_identity import ByIdentity
from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Flag, Holder, Scope, Unit
from app.ledger.records import AccountKind
from app.ledger.rows import at_from, ms_from
from app.ledger.steps import Row, Sql, Steps
from app.metering.allowances import Account, Balance, BoughtPack
from app.quick_init import quick_init
from app.server.accounts.identify import Caller
from app.server.addresses import person_network
from app.server.errors import not_found

BESIDE = "beside"
# Every part of the statement has these columns: what, id, four texts, five numbers.
_ACCOUNT = (
    "SELECT 'account', a.id, a.kind, a.plan, a.flags, a.custom_amounts, a.subscribed_ms,"
    " a.paid_until_ms, a.last_call_ms, a.deleted_ms, a.seats FROM accounts a WHERE a.id = ?"
)
_MEMBER = (
    "SELECT 'member', m.account, m.role, m.caps, '', '', 0, 0, 0, 0, 0 FROM members m"
    " WHERE m.tenant = ? AND m.account = ?"
)
_KEY = (
    "SELECT 'key', k.id, k.name, '', '', '', k.cap_pusd, 0, 0, 0, 0 FROM api_keys k"
    " WHERE k.tenant = ? AND k.id = ?"
)
_LEDGER = (
    "SELECT 'ledger', l.id, CAST(l.kind AS TEXT), CAST(l.unit AS TEXT), p.name, '', l.granted,"
    " l.posted, l.held, l.limited, p.bought_ms FROM ledger_accounts l"
    " LEFT JOIN packs p ON p.tenant = l.tenant AND p.id = l.id"
)
_WINDOWS = f"{_LEDGER} WHERE l.tenant = ? AND l.closes_ms > ?"
# Another tenant's, told by its last text: what calls of many move.
_BESIDE = _WINDOWS.replace("p.name, ''", f"p.name, '{BESIDE}'")
_LASTING = f"{_LEDGER} WHERE l.tenant = ? AND l.closes_ms IS NULL"
_HOLD = (
    "SELECT 'hold', h.id, h.body_hash, CAST(h.state AS TEXT), '', '', 0, 0, 0, 0, 0"
    " FROM ledger_holds h WHERE h.tenant = ? AND h.key = ?"
)
_OWN_KEYS = (
    "SELECT 'own_key', o.id, o.host, '', '', '', 0, 0, 0, 0, 0 FROM own_keys o WHERE o.tenant = ?"
)

FREE_TENANT = "free"  # whose budget all free accounts draw on together
FREE_ALONE = (FREE_TENANT,)


@quick_init
@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be read, for whom; `key` is the client's own idempotency key, empty for none."""

    caller: Caller
    now: datetime
    key: str = ""
    side_tenants: tuple[str, ...] = ()


@quick_init
@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that an admission decides on, as it stood at one moment."""

    account: Account
    kind: str
    seats: int
    key_cap_pusd: int | None
    before: str  # the id of the hold that the key has already, empty for none
    in_debt: Mapping[Unit, int]
    own_keys: Mapping[str, str]  # host id -> the id of the tenant's own key for it


def address_holder(address: str) -> str:
    """Whose grants those of a network address are: a tenant of the ledger of their own."""
    return f"address/{person_network(address)}"


def side_tenants(catalog: PlanCatalog, caller: Caller) -> tuple[str, ...]:
    """The tenants beside the caller's own whose windows may pay or limit."""
    return sides_at(catalog, caller.address)


def sides_at(catalog: PlanCatalog, address: str) -> tuple[str, ...]:
    """As `side_tenants`, for whoever calls from there."""
    return (address_holder(address), FREE_TENANT) if has_address_scope(catalog) else FREE_ALONE


def _looked_for_address_scope(catalog: PlanCatalog) -> bool:
    return any(each.scope is Scope.ADDRESS for each in catalog.allowances)


# Whether a catalog grants anything to network addresses.
has_address_scope = ByIdentity(_looked_for_address_scope, kept_max=16)


def read_situation(catalog: PlanCatalog, ask: Ask) -> Steps[Situation]:
    """One statement; raises Refused (404) where the tenant is there no more."""
    rows = yield statement(ask)
    return situation_of(catalog, ask, rows)


def statement(ask: Ask) -> Sql:
    """What `situation_of` is made from."""
    caller, now_ms = ask.caller, ms_from(ask.now)
    parts = [_ACCOUNT, _WINDOWS, _LASTING, _OWN_KEYS]
    values: list[object] = [caller.tenant, caller.tenant, now_ms, caller.tenant, caller.tenant]
    if not caller.acts_for_itself:
        parts.append(_MEMBER)
        values += (caller.tenant, caller.account)
    if caller.api_key:
        parts.append(_KEY)
        values += (caller.tenant, caller.api_key)
    if ask.key:
        parts.append(_HOLD)
        values += (caller.tenant, ask.key)
    for tenant in ask.side_tenants:
        parts.append(_WINDOWS)
        values += (tenant, now_ms)
    return Sql(" UNION ALL ".join(parts), values)


def values_beside(now_ms: int, key: str, side_tenants: Sequence[str]) -> list[object]:
    """What `text_beside` is given."""
    given: list[object] = [key] if key else []
    for tenant in side_tenants:
        given += (tenant, now_ms)
    return given


def text_beside(has_key: bool, sides: int) -> list[str]:
    """What is read beside `OWN_OF_CALLER` for whoever the rows of `who` name. Put together anew
    each time."""
    parts = [_HOLD.replace("h.tenant = ?", "h.tenant = (SELECT tenant FROM who)")]
    return [*parts[: int(has_key)], *[_BESIDE] * sides]


def _of_caller(part: str, column: str) -> str:
    """A part of the statement, of the tenant in `who`."""
    return part.replace(f"{column} = ?", f"{column} = (SELECT tenant FROM who)")


# Everything of the tenant's own, for whoever the rows of `who` name: tenant, account.
OWN_OF_CALLER = (
    _of_caller(_ACCOUNT, "a.id"),
    _of_caller(_WINDOWS, "l.tenant"),
    _of_caller(_LASTING, "l.tenant"),
    _of_caller(_OWN_KEYS, "o.tenant"),
    _of_caller(_MEMBER, "m.tenant").replace(
        "m.account = ?", "m.account = (SELECT account FROM who)"
    ),
)


def situation_of(catalog: PlanCatalog, ask: Ask, rows: Sequence[Row]) -> Situation:
    """The picture in the rows of `statement`, or of an arrival, whose row of the caller has the
    key's cap where a row of the key has it."""
    account: Row | None = None
    member: Row | None = None
    key: Row | None = None
    before = ""
    balances: dict[str, Balance] = {}
    packs: list[BoughtPack] = []
    in_debt: dict[Unit, int] = {}
    own_keys: dict[str, str] = {}
    for row in rows:
        what = row[0]
        if what == "ledger":
            _, name, kind, unit, pack, _, granted, posted, held, _, bought_ms = row
            balances[name] = Balance(granted - posted, held)
            if kind == AccountKind.WALLET and bought_ms is not None:
                packs.append(BoughtPack(name, Unit(unit), granted, at_from(bought_ms), pack or ""))
            elif kind == AccountKind.DEBT and posted < 0:
                in_debt[Unit(unit)] = -posted
        elif what == "account":
            account = account or row
        elif what == "member":
            member = member or row
        elif what in ("key", "caller"):
            key = key or row
        elif what == "own_key":
            own_keys[row[2]] = row[1]
        elif what == "hold":
            before = before or row[1]
    if account is None or account[9] is not None:
        raise not_found("account")
    return Situation(
        account=_account(catalog, ask.caller, account, member, packs, balances),
        kind=account[2],
        seats=account[10] or 0,
        key_cap_pusd=key[6] if key else None,
        before=before,
        in_debt=in_debt,
        own_keys=own_keys,
    )


def _account(
    catalog: PlanCatalog,
    caller: Caller,
    row: Row,
    member: Row | None,
    packs: Sequence[BoughtPack],
    balances: Mapping[str, Balance],
) -> Account:
    return Account(
        ids=ids_of(catalog, caller, kind=row[2], plan=row[3]),
        plan=row[3],
        flags=flags_of(row[4]),
        subscribed_at=_at(row[6]),
        paid_until=_at(row[7]),
        packs=tuple(packs),
        custom_amounts=_amounts(row[5]),
        member_caps=_amounts(member[3]) if member else {},
        balances=balances,
        role=None if caller.acts_for_itself else (member[2] if member else ""),
        last_call_at=_at(row[8]),
    )


def ids_of(catalog: PlanCatalog, caller: Caller, *, kind: str, plan: str) -> Mapping[Scope, str]:
    """Who holds what: each id is nobody else's, since grants and so accounts begin with it.

    Who has a plan for organizations is one, also alone.
    """
    tenant = caller.tenant
    ids = {Scope.ACCOUNT: tenant, Scope.MEMBER: f"{tenant}/member/{caller.account}"}
    found = catalog.plan(plan)
    if kind != "person" or (found is not None and found.holder is Holder.ORGANIZATION):
        ids[Scope.ORGANIZATION] = tenant
    if caller.address:
        ids[Scope.ADDRESS] = address_holder(caller.address)
    if caller.device:
        ids[Scope.DEVICE] = f"{tenant}/device/{caller.device}"
    return ids


def _amounts(text: str) -> dict[str, int]:
    found: dict[str, int] = {} if text == "{}" else json.loads(text)  # nearly always none
    return found


@lru_cache(maxsize=256)
def flags_of(text: str) -> frozenset[Flag]:
    """An account's flags: words with commas or spaces between them."""
    return frozenset(Flag(word) for word in re.split(r"[,\s]+", text) if word)


def _at(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else at_from(milliseconds)
