"""The rows of shared passphrases that open a plan, and of the accounts that they opened it for.

The operator gives one out, replaces it (both work for the catalog's days of grace, and who uses
the old one is told) or revokes it at once. When a passphrase retires, the accounts that it opened
the plan for go back to the start plan, unless they have given the newer one. The rules about times
are `metering.allowances_passphrases`; hashing is `passphrase_checks`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.catalog.plan_catalog import Passphrases, PlanCatalog
from app.ledger.rows import at_from, ms_from
from app.ledger.steps import Row, Sql, Steps
from app.metering.allowances_passphrases import (
    IssuedPassphrase,
    Standing,
    retires_at,
    rotated,
    standing_of,
)
from app.server.errors import Refused, conflict, not_found
from app.server.events import Kind, announce

_COLUMNS = "id, name, hash, issued_ms, replaced_ms, revoked_ms"
RETIRED_AT_ONCE = 500  # accounts that one run of the job moves


@dataclass(frozen=True, slots=True)
class KeptPassphrase:
    """A passphrase as it is kept; `hash` is Argon2id's own text."""

    issued: IssuedPassphrase
    name: str
    hash: str = field(repr=False)
    revoked_at: datetime | None

    @property
    def id(self) -> str:
        return self.issued.id

    def standing(self, rule: Passphrases, now: datetime) -> Standing:
        if self.revoked_at is not None and now >= self.revoked_at:
            return Standing.RETIRED
        return standing_of(self.issued, rule, now)

    def until(self, rule: Passphrases) -> datetime | None:
        """When it stops to work, where that is known."""
        return None if self.issued.replaced_at is None else retires_at(self.issued, rule)


@dataclass(frozen=True, slots=True)
class Opened:
    """A plan that a passphrase opened. `until` None: the passphrase is the newest."""

    plan: str
    standing: Standing
    until: datetime | None


def keep_passphrase(passphrase_id: str, name: str, hashed: str, now: datetime) -> Steps[None]:
    """One more passphrase beside those that are there."""
    yield Sql(
        "INSERT INTO passphrases (id, name, hash, issued_ms) VALUES (?, ?, ?, ?)",
        (passphrase_id, name, hashed, ms_from(now)),
    )


def all_passphrases() -> Steps[tuple[KeptPassphrase, ...]]:
    """Every one that was ever given out, the oldest first."""
    rows = yield Sql(f"SELECT {_COLUMNS} FROM passphrases ORDER BY issued_ms, id")
    return tuple(_kept(row) for row in rows)


def live_passphrases(rule: Passphrases, now: datetime) -> Steps[tuple[KeptPassphrase, ...]]:
    """Those that open the plan, the current ones before those in their grace period."""
    found = yield from all_passphrases()
    live = [each for each in found if each.standing(rule, now) is not Standing.RETIRED]
    return tuple(sorted(live, key=lambda each: each.standing(rule, now) is not Standing.CURRENT))


def rotate_passphrases(
    rule: Passphrases,
    new: tuple[str, str, str],
    now: datetime,
    replaces: Collection[str] | None = None,
) -> Steps[tuple[str, ...]]:
    """Give out a new one (id, name, hash) for those in use, or for these ids alone; returns the
    ids that were replaced. Whoever uses one of them is told until when it works.

    Raises Refused (404) for an id that is none.
    """
    rows = yield Sql(f"SELECT {_COLUMNS} FROM passphrases ORDER BY issued_ms, id", lock=True)
    before = [_kept(row) for row in rows]
    if replaces is not None and not {each.id for each in before} >= set(replaces):
        raise not_found("passphrase")
    live = {
        each.id: each.issued
        for each in before
        if each.standing(rule, now) is not Standing.RETIRED
        and (replaces is None or each.id in replaces)
    }
    after = rotated(tuple(live.values()), new[0], now)
    replaced = tuple(
        one.id for one in after if one.id in live and one.replaced_at != live[one.id].replaced_at
    )
    for passphrase_id in replaced:
        yield Sql(
            "UPDATE passphrases SET replaced_ms = ? WHERE id = ?", (ms_from(now), passphrase_id)
        )
        until = now + timedelta(days=rule.grace_days)
        yield from _tell(passphrase_id, now, "passphrase_replaced", until)
    yield from keep_passphrase(*new, now)
    return replaced


def revoke_passphrase(catalog: PlanCatalog, passphrase_id: str, now: datetime) -> Steps[int]:
    """End a passphrase at once, and with it what it opened; returns how many accounts that were.

    Raises Refused (404).
    """
    rows = yield Sql(
        "UPDATE passphrases SET revoked_ms = coalesce(revoked_ms, ?) WHERE id = ? RETURNING id",
        (ms_from(now), passphrase_id),
    )
    if not rows:
        raise not_found("passphrase")
    moved = 0
    while some := (yield from close_retired(catalog, now)):
        moved += some
    return moved


def close_retired(catalog: PlanCatalog, now: datetime) -> Steps[int]:
    """Move accounts back whose passphrase has retired; returns how many, at most a batch."""
    rule = catalog.passphrases
    if rule is None:
        return 0
    rows = yield Sql(
        "SELECT o.account FROM passphrase_openings o JOIN passphrases p ON p.id = o.passphrase"
        " WHERE p.revoked_ms <= ? OR p.replaced_ms <= ? ORDER BY o.account LIMIT ?",
        (ms_from(now), ms_from(now - timedelta(days=rule.grace_days)), RETIRED_AT_ONCE),
    )
    for (account,) in rows:
        yield Sql(
            "UPDATE accounts SET plan = ? WHERE id = ? AND plan = ?",
            (catalog.start_plan, account, rule.plan),
        )
        yield Sql("DELETE FROM passphrase_openings WHERE account = ?", (account,))
        yield from announce(account, Kind.NOTICE, now, {"reason": "passphrase_retired"})
        yield from announce(account, Kind.BALANCE_CHANGED, now, {"plan": catalog.start_plan})
    return len(rows)


def open_plan(
    catalog: PlanCatalog, rule: Passphrases, account: str, matched: str, now: datetime
) -> Steps[Opened | Refused]:
    """Put a person's account on the plan that a passphrase opens.

    Refused (returned): 403 where it was revoked in the meantime, 409 for an account whose plan
    was bought or given.
    """
    rows = yield Sql(f"SELECT {_COLUMNS} FROM passphrases WHERE id = ?", (matched,), lock=True)
    found = _kept(rows[0]) if rows else None
    if found is None or found.standing(rule, now) is Standing.RETIRED:
        return wrong_passphrase()
    plans = yield Sql(
        "SELECT plan FROM accounts WHERE id = ? AND kind = 'person' AND deleted_ms IS NULL",
        (account,),
        lock=True,
    )
    if not plans:
        return not_found("account")
    if plans[0][0] not in (catalog.start_plan, rule.plan):
        return conflict(
            "plan_in_force",
            "Your account has another plan. End that first: a passphrase would take its place.",
        )
    yield Sql("UPDATE accounts SET plan = ? WHERE id = ?", (rule.plan, account))
    yield Sql(
        "INSERT INTO passphrase_openings (account, passphrase, opened_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (account) DO UPDATE SET passphrase = excluded.passphrase,"
        " opened_ms = excluded.opened_ms",
        (account, matched, ms_from(now)),
    )
    yield from announce(account, Kind.BALANCE_CHANGED, now, {"plan": rule.plan})
    return Opened(rule.plan, found.standing(rule, now), found.until(rule))


def opened_of(rule: Passphrases | None, account: str, now: datetime) -> Steps[Opened | None]:
    """What a passphrase opened for an account, and until when, where it is on that plan."""
    if rule is None:
        return None
    columns = ", ".join(f"p.{name}" for name in _COLUMNS.split(", "))
    rows = yield Sql(
        f"SELECT {columns} FROM passphrase_openings o JOIN passphrases p ON p.id = o.passphrase"
        " JOIN accounts a ON a.id = o.account WHERE o.account = ? AND a.plan = ?",
        (account, rule.plan),
    )
    if not rows:
        return None
    found = _kept(rows[0])
    return Opened(rule.plan, found.standing(rule, now), found.until(rule))


def wrong_passphrase() -> Refused:
    return Refused(403, "passphrase_wrong", "This passphrase opens nothing here.", "passphrase")


def _tell(passphrase_id: str, now: datetime, reason: str, until: datetime) -> Steps[None]:
    rows = yield Sql(
        "SELECT account FROM passphrase_openings WHERE passphrase = ?", (passphrase_id,)
    )
    for (account,) in rows:
        facts = {"reason": reason, "until": until.isoformat()}
        yield from announce(account, Kind.NOTICE, now, facts)


def _kept(row: Row) -> KeptPassphrase:
    replaced, revoked = row[4], row[5]
    issued = IssuedPassphrase(
        row[0], at_from(row[3]), None if replaced is None else at_from(replaced)
    )
    return KeptPassphrase(issued, row[1], row[2], None if revoked is None else at_from(revoked))
