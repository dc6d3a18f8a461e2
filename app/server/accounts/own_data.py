"""What an account is, all that is kept of it, and its end.

The export is rows of every domain that belong to the person, as they are; hashes of tokens are
left out. Deleting ends every way in; what the ledger says of money stays, since books have to.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Right
from app.catalog.rights import roles_with
from app.ledger.rows import at_from, marks, ms_from
from app.ledger.steps import Row, Sql, Steps
from app.server.accounts.devices import lock_account
from app.server.accounts.email_codes import end_codes
from app.server.accounts.passphrases import Opened, opened_of
from app.server.accounts.sessions import end_sessions
from app.server.database import Database
from app.server.errors import Refused, not_found

ROWS_AT_ONCE = 1000
_TOLD_WITHIN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Belonging:
    """An organization or workspace that somebody belongs to, and as what."""

    id: str
    kind: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as its person sees it; `email` is confirmed or None."""

    id: str
    created_at: datetime
    plan: str
    email: str | None
    devices: int
    belongs_to: tuple[Belonging, ...]
    opened: Opened | None


def view_of(catalog: PlanCatalog, account: str, now: datetime) -> Steps[AccountView]:
    """Raises Refused (404)."""
    rows = yield Sql(
        "SELECT a.created_ms, a.plan, a.email, (SELECT count(*) FROM devices d"
        " WHERE d.account = a.id AND d.removed_ms IS NULL)"
        " FROM accounts a WHERE a.id = ? AND a.deleted_ms IS NULL",
        (account,),
    )
    if not rows:
        raise not_found("account")
    created_ms, plan, email, devices = rows[0]
    return AccountView(
        account,
        at_from(created_ms),
        plan,
        email,
        devices,
        (yield from _belongings(account)),
        (yield from opened_of(catalog.passphrases, account, now)),
    )


def _belongings(account: str) -> Steps[tuple[Belonging, ...]]:
    rows = yield Sql(
        "SELECT a.id, a.kind, a.name, m.role FROM members m JOIN accounts a ON a.id = m.tenant"
        " WHERE m.account = ? AND a.deleted_ms IS NULL ORDER BY m.joined_ms, a.id",
        (account,),
    )
    return tuple(Belonging(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class Section:
    """A table in an export: its columns, whose rows (`whose` compares with the account's id), and
    the unique columns that order and page them."""

    name: str
    table: str
    columns: tuple[str, ...]
    whose: str
    key: tuple[str, ...] = ("id",)

    def page(self, account: str, after: Sequence[object]) -> Sql:
        """The next rows after a key, which is at the end of each; an empty one: the first."""
        key = ", ".join(self.key)
        beyond = f" AND ({key}) > ({marks(self.key)})" if after else ""
        return Sql(
            f"SELECT {', '.join(self.columns)}, {key} FROM {self.table}"
            f" WHERE {self.whose} = ?{beyond} ORDER BY {key} LIMIT ?",
            (account, *after, ROWS_AT_ONCE),
        )


SECTIONS = (
    Section(
        "account",
        "accounts",
        ("id", "kind", "name", "email", "plan", "flags", "flag_reason", "subscribed_ms")
        + ("paid_until_ms", "created_ms", "created_from"),
        "id",
    ),
    Section(
        "devices",
        "devices",
        ("id", "name", "public_key", "created_ms", "seen_ms", "removed_ms"),
        "account",
    ),
    Section(
        "sessions", "sessions", ("device", "created_ms", "expires_ms"), "account", ("token_hash",)
    ),
    Section(
        "api_keys",
        "api_keys",
        ("tenant", "id", "name", "shown", "cap_pusd", "created_ms", "revoked_ms"),
        "account",
    ),
    Section(
        "memberships", "members", ("tenant", "role", "caps", "joined_ms"), "account", ("tenant",)
    ),
    Section(
        "balances",
        "ledger_accounts",
        ("id", "kind", "unit", "granted", "posted", "held", "closes_ms", "name"),
        "tenant",
    ),
    Section("packs", "packs", ("id", "name", "unit", "amount", "bought_ms", "origin"), "tenant"),
    Section(
        "requests",
        "requests",
        ("id", "at_ms", "ended_ms", "api_key", "kind", "model", "route", "payer", "ending")
        + ("input_tokens", "output_tokens", "plan_tokens", "charged_pusd", "cost_pusd"),
        "tenant",
        ("at_ms", "id"),
    ),
    Section(
        "purchases",
        "payment_checkouts",
        ("id", "processor", "offer", "quantity", "amount_minor", "currency", "email", "state")
        + ("created_ms",),
        "tenant",
    ),
    Section(
        "payments",
        "ledger_credits",
        ("processor", "payment", "kind", "mode", "amount_minor", "currency", "unit", "granted")
        + ("taken_back", "at_ms"),
        "tenant",
        ("processor", "payment", "kind"),
    ),
    Section(
        "invoices",
        "subscription_payments",
        ("processor", "invoice", "subscription", "plan", "quantity", "amount_minor", "currency")
        + ("start_ms", "end_ms", "paid_ms"),
        "tenant",
        ("processor", "mode", "invoice"),
    ),
    Section(
        "customers",
        "payment_customers",
        ("processor", "mode", "customer"),
        "tenant",
        ("processor", "mode"),
    ),
    Section(
        "subscriptions",
        "subscriptions",
        ("processor", "id", "plan", "quantity", "state", "period_end_ms", "subscribed_ms"),
        "tenant",
        ("processor", "mode", "id"),
    ),
    Section("answers", "answers", ("id", "answer", "expires_ms"), "tenant"),
    Section(
        "licenses",
        "licenses",
        ("id", "kind", "device", "plan", "issued_ms", "expires_ms", "block", "revoked_ms"),
        "tenant",
    ),
    Section("passphrases", "passphrase_openings", ("opened_ms",), "account", ("account",)),
    Section(
        "provider_keys", "provider_keys", ("id", "host", "name", "shown", "created_ms"), "tenant"
    ),
)
# Tables with a column for a tenant or an account that an export leaves out, and why.
LEFT_OUT = {
    "announcements": "gone after an hour, and said in the rows that they are about",
    "email_codes": "gone after minutes, and nobody may read them",
    "generations": "only while a call runs",
    "invitations": "an organization's",
    "ledger_hold_draws": "added up in balances",
    "ledger_holds": "the call's row says what was charged",
    "ledger_notices": "a balance that passed a threshold says so itself",
    "ledger_postings": "added up in balances",
    "notice_mails": "which notices were mailed",
    "own_keys": "the provider_keys by host",
    "page_visits": "gone after an hour, and a way in",
    "streams": "only while a window listens",
}


async def exported(database: Database, account: str) -> AsyncIterator[str]:
    """All that is kept of a person, as pieces of one JSON object, a page of rows at a time.

    Times are milliseconds since 1970, money is picodollars. A row that is written meanwhile may
    be in it or not.
    """
    yield '{"format": 1'
    for section in SECTIONS:
        yield f', "{section.name}": ['
        after: Sequence[object] = ()
        joint = "\n"
        while rows := await database.read(_page, section, account, after):
            for row in rows:
                facts = dict(zip(section.columns, row, strict=False))
                yield joint + json.dumps(facts, ensure_ascii=False)
                joint = ",\n"
            after = rows[-1][len(section.columns) :]
        yield "]"
    yield "}\n"


def _page(section: Section, account: str, after: Sequence[object]) -> Steps[Sequence[Row]]:
    return (yield section.page(account, after))


def delete_account(catalog: PlanCatalog, account: str, now: datetime) -> Steps[None]:
    """End an account: its sessions, devices and keys, its place in organizations, its kept answers.
    An organization that nobody else is in ends with it.

    Raises Refused: 409 while a subscription would go on, or where an organization would be left
    without anybody who can manage it.
    """
    email = yield from lock_account(account)
    alone = yield from _organizations_of_one(catalog, account)
    for tenant in (account, *alone):
        yield from _refuse_subscribed(tenant)
        yield from _refuse_just_bought(tenant, now)
    for tenant in (account, *alone):
        yield from _end(tenant, now)
    yield Sql(
        "UPDATE devices SET removed_ms = coalesce(removed_ms, ?), name = '' WHERE account = ?",
        (ms_from(now), account),
    )
    yield Sql(
        "UPDATE api_keys SET revoked_ms = coalesce(revoked_ms, ?) WHERE account = ?",
        (ms_from(now), account),
    )
    yield Sql("DELETE FROM members WHERE account = ?", (account,))
    yield Sql("DELETE FROM passphrase_openings WHERE account = ?", (account,))
    yield from end_codes(account, email or "")
    yield from end_sessions(account)


def _end(tenant: str, now: datetime) -> Steps[None]:
    yield Sql(
        "UPDATE accounts SET deleted_ms = ?, email = NULL, name = '', created_from = ''"
        " WHERE id = ?",
        (ms_from(now), tenant),
    )
    yield Sql(
        "UPDATE api_keys SET revoked_ms = coalesce(revoked_ms, ?) WHERE tenant = ?",
        (ms_from(now), tenant),
    )
    for table in ("answers", "own_keys", "provider_keys", "invitations"):
        yield Sql(f"DELETE FROM {table} WHERE tenant = ?", (tenant,))
    yield Sql("UPDATE payment_checkouts SET email = '', url = '' WHERE tenant = ?", (tenant,))


def _organizations_of_one(catalog: PlanCatalog, account: str) -> Steps[tuple[str, ...]]:
    """Where nobody else is. Raises Refused (409) where others are and none of them may manage."""
    alone = []
    for each in (yield from _belongings(account)):
        # Who leaves or joins at the same moment waits.
        yield Sql("SELECT id FROM accounts WHERE id = ?", (each.id,), lock=True)
        others = yield Sql(
            "SELECT role FROM members WHERE tenant = ? AND account <> ?", (each.id, account)
        )
        if not others:
            alone.append(each.id)
        elif not {row[0] for row in others} & set(roles_with(Right.MEMBERS, catalog)):
            raise Refused(
                409,
                "last_manager",
                f"Nobody else can manage {each.name or each.id}. Give somebody there that role "
                "first.",
                details={"organization": each.id},
            )
    return tuple(alone)


def _refuse_subscribed(tenant: str) -> Steps[None]:
    states = ("active", "past_due", "paused")
    rows = yield Sql(
        "SELECT id FROM subscriptions WHERE tenant = ? AND cancel_at_end = 0"
        f" AND state IN ({marks(states)})",
        (tenant, *states),
    )
    if rows:
        raise Refused(
            409,
            "subscription_running",
            "A subscription would go on being charged. Cancel it first; then delete the account.",
        )


def _refuse_just_bought(tenant: str, now: datetime) -> Steps[None]:
    """A plan that was paid, and whose subscription nobody has told of yet, could not be canceled
    any more."""
    rows = yield Sql(
        "SELECT id FROM payment_checkouts WHERE tenant = ? AND offer_kind = 'plan'"
        " AND state = 'paid' AND created_ms >= ? AND subscription NOT IN"
        " (SELECT id FROM subscriptions WHERE tenant = ?)",
        (tenant, ms_from(now - _TOLD_WITHIN), tenant),
    )
    if rows:
        raise Refused(
            409,
            "subscription_running",
            "A plan was just paid for and is about to begin. Try again in a few minutes; then "
            "cancel it first.",
        )
