"""The three steps of every call as one PostgreSQL statement each, and what they are given.

They do what the shared steps do in the case that a call goes well; where one changes nothing, the
shared steps are taken and say why. Rows are locked in the same order as there: the accounts by
id, then the hold. `READ COMMITTED`: a locked row is read as it stands, not as it stood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from app.ledger.posting import COUNTED_KINDS
from app.ledger.records import AccountKind, Admit, Departure, Opening, Settle
from app.ledger.rows import ms_from
from app.quick_init import quick_init

_COUNTED = ", ".join(repr(str(kind)) for kind in sorted(COUNTED_KINDS))
# Where whoever settles puts rows of their own, written if and only if the call is settled: more of
# the statement's parts, each with a comma before it. They may read `ended` (id) and `moved` (id,
# limited, granted, posted), the accounts as they are afterwards. Those of an admission read `hold`
# (id), and the last of them is `beside`: without exactly one row of it nothing is admitted.
BESIDE = "/* beside */"
_WITH_BESIDE = " / (CASE WHEN (SELECT count(*) FROM beside) = 1 THEN 1 ELSE 0 END)"
_CHECKED = "/* checked */"
_ONLY = "/* only */"  # where a settlement from one account asks for one thing more of it, `a`
# Where a call leaves in the moment in which it is held: what `dispatch` would write.
_STATE, _COLUMNS, _VALUES = "'held'", "/* columns */", "/* values */"
_STATE_SENT = "'dispatched'"
_COLUMNS_SENT = ", attempt, route, owner, lease_ms"
_VALUES_SENT = ", 1, %(route)s, %(owner)s, %(lease)s::bigint"
# Where an admission asks for one thing more; what comes before it is put in front of its parts.
_ARRIVED = "/* arrived */"
_IN_DEBT = (
    "EXISTS (SELECT 1 FROM ledger_accounts AS owing"
    " WHERE owing.tenant = {tenant} AND owing.kind = 'debt' AND owing.posted < 0)"
)

# Fails the statement, and with it all that it did, where an account was left out.
_ALL_OR_NOTHING = (
    "(CASE WHEN (SELECT count(*) FROM moved) = {rows} * (SELECT count(*) FROM {first})"
    " THEN 1 ELSE 0 END)"
)

# `locked` reads each account as it stands now; an UPDATE's own condition would first look at how
# it stood when the statement began, and pass by a row that covers only since. So the guard is in
# `covers`, under the lock, and `moved` asks for nothing but the id.
#
# An account that is not there yet, or that is to be granted something else, is for the shared
# steps: `fits` is then false.
ADMIT = f"""
WITH wanted AS MATERIALIZED (
    SELECT * FROM unnest(%(accounts)s::text[], %(amounts)s::bigint[])
        WITH ORDINALITY AS w (account, amount, line)
), locked AS MATERIALIZED (
    SELECT a.id, w.amount, w.line,
        a.tenant = %(tenant)s AND (a.limited = 0 OR a.posted - a.held >= w.amount) AS covers
    FROM ledger_accounts AS a JOIN wanted AS w ON a.id = w.account
    ORDER BY a.id FOR UPDATE OF a
), fits AS MATERIALIZED (
    SELECT count(*) = %(draws)s AND coalesce(bool_and(covers), true)
        AND NOT {_IN_DEBT.format(tenant="%(tenant)s")}{_ARRIVED}
        AND NOT EXISTS (
            SELECT 1 FROM unnest(%(opened)s::text[], %(granted)s::bigint[], %(names)s::text[],
                %(kinds)s::text[], %(units)s::text[]) AS o (id, granted, name, kind, unit)
            LEFT JOIN ledger_accounts AS a ON a.id = o.id AND a.tenant = %(tenant)s
                AND a.kind::text = o.kind AND a.unit::text = o.unit AND a.name = o.name
            WHERE a.id IS NULL OR a.kind <> 'wallet' AND (a.granted <> coalesce(o.granted, 0)
                OR (a.limited = 1) <> (o.granted IS NOT NULL))
        ) AS all_of_it
    FROM locked
), hold AS (
    INSERT INTO ledger_holds (id, tenant, key, body_hash, state, created_ms, expires_ms, frozen,
        facts{_COLUMNS})
    SELECT %(hold)s, %(tenant)s, %(key)s, %(body_hash)s, {_STATE}, %(created)s::bigint,
        %(expires)s::bigint, %(frozen)s, %(facts)s{_VALUES}
    FROM fits WHERE all_of_it
    ON CONFLICT DO NOTHING RETURNING id
), moved AS (
    UPDATE ledger_accounts AS a SET held = a.held + l.amount FROM hold, locked AS l
    WHERE a.id = l.id RETURNING a.id
){BESIDE}
INSERT INTO ledger_hold_draws (hold_id, account, line, amount)
SELECT hold.id, l.id, l.line - 1,
    l.amount / {_ALL_OR_NOTHING.format(first="hold", rows="%(draws)s")}{_CHECKED}
FROM hold, locked AS l"""

# One draw, the common case: the guarded account first, so that nothing has to be sorted. Where it
# looked as if it did not cover, or the key was taken in the meantime, the shared steps decide.
_ADMIT_ONE = f"""
WITH moved AS (
    UPDATE ledger_accounts SET held = held + %(amount)s
    WHERE id = %(account)s AND tenant = %(tenant)s
        AND (limited = 0 OR posted - held >= %(amount)s)
        {{as_opened}}AND NOT EXISTS (SELECT 1 FROM ledger_holds AS h
            WHERE h.tenant = %(tenant)s AND h.key = %(key)s)
        AND NOT {_IN_DEBT.format(tenant="%(tenant)s")}{_ARRIVED}
    RETURNING id
), hold AS (
    INSERT INTO ledger_holds (id, tenant, key, body_hash, state, created_ms, expires_ms, frozen,
        facts{_COLUMNS})
    SELECT %(hold)s, %(tenant)s, %(key)s, %(body_hash)s, {_STATE}, %(created)s, %(expires)s,
        %(frozen)s, %(facts)s{_VALUES} FROM moved
    RETURNING id
){BESIDE}
INSERT INTO ledger_hold_draws (hold_id, account, line, amount)
SELECT hold.id, %(account)s, 0, %(amount)s{_CHECKED} FROM hold"""
# The account is there already as it is to be opened: else the shared steps bring it to that.
_AS_OPENED = (
    "AND kind = %(kind)s AND unit = %(unit)s AND name = %(name)s AND (kind = 'wallet'"
    " OR granted = %(granted)s AND limited = %(limited)s)\n        "
)
ADMIT_ONE = _ADMIT_ONE.format(as_opened="")
ADMIT_ONE_OPENED = _ADMIT_ONE.format(as_opened=_AS_OPENED)

# Where the account has moved and the hold had ended meanwhile, the entry would have no hold: the
# check of entries fails the statement, and nothing has moved.
SETTLE_ONE = f"""
WITH moved AS (
    UPDATE ledger_accounts AS a SET posted = a.posted - %(amount)s, held = a.held - d.amount
    FROM ledger_hold_draws AS d
    WHERE a.id = %(account)s AND d.hold_id = %(hold)s AND d.account = %(account)s
        AND d.amount >= %(amount)s AND d.charged IS NULL
        AND NOT EXISTS (SELECT 1 FROM ledger_hold_draws AS o
            WHERE o.hold_id = %(hold)s AND o.account <> %(account)s)
        AND NOT {_IN_DEBT.format(tenant="a.tenant")}{_ONLY}
    RETURNING a.id, a.tenant, a.kind, a.unit, a.limited, a.granted, a.posted
), ended AS (
    UPDATE ledger_holds AS h SET state = 'settled', ended_ms = %(now)s, basis = %(basis)s,
        flagged = %(flagged)s, receipt = %(receipt)s
    FROM moved WHERE h.id = %(hold)s AND h.state IN ('dispatched', 'unknown')
    RETURNING h.id
), marked AS (
    UPDATE ledger_hold_draws AS d SET charged = %(amount)s
    FROM ended WHERE d.hold_id = %(hold)s AND d.account = %(account)s
), entry AS (
    INSERT INTO ledger_entries (at_ms, kind, hold_id)
    SELECT %(now)s, 'charge', ended.id FROM moved LEFT JOIN ended ON true RETURNING id
){BESIDE}
INSERT INTO ledger_postings (entry_id, line, account, tenant, unit, amount)
SELECT entry.id, side.line,
    CASE WHEN side.line = 0 THEN %(account)s
        WHEN moved.kind IN ({_COUNTED}) THEN '{AccountKind.COUNTED}/' || moved.unit || %(day)s
        ELSE '{AccountKind.REVENUE}/' || moved.unit || %(day)s END,
    CASE WHEN side.line = 0 THEN moved.tenant ELSE '' END, moved.unit, side.sign * %(amount)s
FROM entry, moved, (VALUES (0, -1), (1, 1)) AS side (line, sign)"""

DISPATCH = (
    "UPDATE ledger_holds SET state = 'dispatched', attempt = 1, route = %(route)s,"
    " owner = %(owner)s, lease_ms = %(lease)s WHERE id = %(hold)s AND state = 'held'"
)

# Within the hold and without a debt to be paid from what comes back: else nothing is changed.
SETTLE = f"""
WITH charge AS MATERIALIZED (
    SELECT * FROM unnest(%(accounts)s::text[], %(amounts)s::bigint[]) AS c (account, amount)
), drawn AS MATERIALIZED (
    SELECT d.account, d.amount, coalesce(c.amount, 0) AS charged
    FROM ledger_hold_draws AS d LEFT JOIN charge AS c ON c.account = d.account
    WHERE d.hold_id = %(hold)s
), locked AS MATERIALIZED (
    SELECT a.id, a.tenant, a.kind, a.unit, d.amount, d.charged
    FROM drawn AS d JOIN ledger_accounts AS a ON a.id = d.account
    ORDER BY a.id FOR UPDATE OF a
), ended AS (
    UPDATE ledger_holds AS h SET state = 'settled', ended_ms = %(now)s, basis = %(basis)s,
        flagged = %(flagged)s, receipt = %(receipt)s
    WHERE h.id = %(hold)s AND h.state IN ('dispatched', 'unknown')
        AND (SELECT count(*) FROM locked) = (SELECT count(*) FROM drawn)
        AND NOT EXISTS (SELECT 1 FROM charge AS c WHERE NOT EXISTS (
            SELECT 1 FROM drawn AS d WHERE d.account = c.account AND c.amount <= d.amount))
        AND NOT {_IN_DEBT.format(tenant="h.tenant")}
    RETURNING h.id
), moved AS (
    UPDATE ledger_accounts AS a SET posted = a.posted - l.charged, held = a.held - l.amount
    FROM ended CROSS JOIN locked AS l WHERE a.id = l.id
    RETURNING a.id, a.limited, a.granted, a.posted
), marked AS (
    UPDATE ledger_hold_draws AS d SET charged = l.charged
    FROM ended CROSS JOIN locked AS l WHERE d.hold_id = ended.id AND d.account = l.id
), entry AS (
    INSERT INTO ledger_entries (at_ms, kind, hold_id)
    SELECT %(now)s, 'charge', ended.id FROM ended
    WHERE EXISTS (SELECT 1 FROM locked WHERE charged > 0)
    RETURNING id
), sides AS (
    SELECT l.id AS account, l.tenant, l.unit, -l.charged AS amount
    FROM locked AS l WHERE l.charged > 0
    UNION ALL
    SELECT CASE WHEN l.kind IN ({_COUNTED}) THEN '{AccountKind.COUNTED}/'
        ELSE '{AccountKind.REVENUE}/' END || l.unit || %(day)s, '', l.unit,
        sum(l.charged)
    FROM locked AS l WHERE l.charged > 0 GROUP BY 1, l.unit
), posted AS (
    INSERT INTO ledger_postings (entry_id, line, account, tenant, unit, amount)
    SELECT entry.id, row_number() OVER () - 1, s.account, s.tenant, s.unit, s.amount
    FROM entry CROSS JOIN sides AS s
){BESIDE}
SELECT 1 / {_ALL_OR_NOTHING.format(first="ended", rows="(SELECT count(*) FROM drawn)")}
FROM ended"""


@quick_init
@dataclass(frozen=True, slots=True)
class Hot:
    """A statement, its values, and how many rows it writes last where all went well."""

    text: str
    values: Mapping[str, Any]
    rows: int


def admit_statement(
    wish: Admit,
    beside: str = "",
    more: Mapping[str, Any] | None = None,
    departure: Departure | None = None,
) -> Hot | None:
    """What admits a call in one go, and with a departure dispatches it with that; None where only
    the shared steps can.

    `beside` are parts of the caller's own, as said at BESIDE, with `more` of their values.
    """
    if not wish.draws:
        return None
    for opening in wish.openings:
        if opening.tenant != wish.tenant:
            return None
    values: dict[str, Any] = {
        "hold": wish.hold_id,
        "tenant": wish.tenant,
        "key": wish.key,
        "body_hash": wish.body_hash,
        "created": ms_from(wish.now),
        "expires": ms_from(wish.expires_at),
        "frozen": wish.frozen,
        "facts": wish.facts,
        **(more or {}),
    }
    leaves = departure is not None
    if departure is not None:
        values["route"], values["owner"] = departure.route, departure.owner
        values["lease"] = ms_from(departure.lease_until)
    openings = wish.openings
    if len(wish.draws) == 1:
        (draw,) = wish.draws
        values["account"], values["amount"] = draw.account, draw.amount
        if not openings:
            return Hot(_with(ADMIT_ONE, beside, leaves), values, 1)
        if len(openings) == 1 and openings[0].id == draw.account:
            values |= _as_opened(openings[0])
            return Hot(_with(ADMIT_ONE_OPENED, beside, leaves), values, 1)
    many = {
        "accounts": [draw.account for draw in wish.draws],
        "amounts": [draw.amount for draw in wish.draws],
        "draws": len(wish.draws),
        "opened": [opening.id for opening in openings],
        "granted": [opening.granted for opening in openings],
        "names": [opening.name for opening in openings],
        "kinds": [str(opening.kind) for opening in openings],
        "units": [str(opening.unit) for opening in openings],
    }
    return Hot(_with(ADMIT, beside, leaves), {**values, **many}, len(wish.draws))


@lru_cache(maxsize=64)
def _with(statement: str, beside: str, leaves: bool = False, only_if: str = "") -> str:
    """A statement with parts of the caller's own, or without; of an admission that `leaves`."""
    statement = statement.replace(_ONLY, f" AND {only_if}" if only_if else "")
    if leaves:
        statement = statement.replace(_STATE, _STATE_SENT)
        statement = statement.replace(_COLUMNS, _COLUMNS_SENT).replace(_VALUES, _VALUES_SENT)
    checked = _WITH_BESIDE if beside else ""
    return statement.replace(BESIDE, beside).replace(_CHECKED, checked)


def after_arrival(admission: str, parts: str, *, only_if: str) -> str:
    """The text of an admission with `parts` before it, `WITH` and all, one of them `taken`; nothing
    is held but where `only_if` is true. It gives a row with 0 for each of `taken`, then one with 1
    for each that the admission writes last."""
    before, last, draws = admission.rpartition("\nINSERT INTO ledger_hold_draws ")
    held = before.replace("\nWITH ", f"{parts}, ", 1).replace(_ARRIVED, f" AND {only_if}")
    drawn = f", drawn AS ({last.strip()} {draws} RETURNING hold_id)"
    return f"{held}{drawn}\nSELECT 0 FROM taken UNION ALL SELECT 1 FROM drawn"


def _as_opened(opening: Opening) -> Mapping[str, Any]:
    return {
        "kind": str(opening.kind),
        "unit": str(opening.unit),
        "name": opening.name,
        "granted": opening.granted or 0,
        "limited": int(opening.granted is not None),
    }


def dispatch_statement(hold_id: str, route: str, owner: str, lease_until: datetime) -> Hot:
    """What dispatches a call."""
    values = {"hold": hold_id, "route": route, "owner": owner, "lease": ms_from(lease_until)}
    return Hot(DISPATCH, values, 1)


def settle_statement(
    order: Settle, beside: str = "", more: Mapping[str, Any] | None = None, only_if: str = ""
) -> Hot | None:
    """What settles a call within its hold in one go; None where only the shared steps can.

    `beside` are parts of the caller's own, as said at BESIDE, with `more` of their values. Nothing
    is settled but where `only_if` is true of the only account that pays, `a`, as it is before.
    """
    charges = order.charges
    if order.divide is not None or not any(charges.values()):
        return None
    values: dict[str, Any] = {
        "hold": order.hold_id,
        "now": ms_from(order.now),
        "day": f"/{order.now.astimezone(UTC).date().isoformat()}",
        "basis": str(order.basis),
        "flagged": order.flagged,
        "receipt": order.receipt,
        **(more or {}),
    }
    if len(charges) == 1:
        ((account, amount),) = charges.items()
        values["account"], values["amount"] = account, amount
        return Hot(_with(SETTLE_ONE, beside, only_if=only_if), values, 2)
    if only_if:
        raise ValueError("more than one account pays")
    values["accounts"], values["amounts"] = list(charges), list(charges.values())
    return Hot(_with(SETTLE, beside), values, 1)
