"""The call of somebody who is known already: counted, compared with what is remembered of them,
held and sent, all by one statement on PostgreSQL.

It does what an arrival and an admission do one after the other (`postgres`). Where the database has
anything else than what is remembered, it does nothing, and those two say what there is.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from app.ledger.postgres_statements import Hot, after_arrival
from app.ledger.rows import ms_from
from app.ledger.steps import Sql
from app.server.credits.reading import OWN_OF_CALLER
from app.server.credits.remembered import Known
from app.server.limits import MINUTE_MS

# Everything of the tenant's own that a decision is made from, as `reading.situation_of` reads it.
OWN = (
    "own (what, id, t1, t2, t3, t4, n1, n2, n3, n4, n5) AS MATERIALIZED ("
    f"{' UNION ALL '.join(OWN_OF_CALLER)})"
)
# The same in the database's own words: what no call moves, and what calls move. Rows as texts say
# where they end, tell nothing at all from an empty text, and those of no two tables have as many
# columns. A pack is not asked for: its row comes with its wallet's and never changes.
_PICTURE = """picture AS MATERIALIZED (
    SELECT (SELECT ROW(w.tenant, w.account, w.api_key, w.device, w.role, w.cap_pusd)::text
            FROM who AS w)
        || (SELECT ROW(a.kind, a.plan, a.flags, a.custom_amounts, a.subscribed_ms,
                a.paid_until_ms, a.last_call_ms, a.deleted_ms, a.seats)::text
            FROM accounts AS a WHERE a.id = {tenant})
        || coalesce(l.stays, '')
        || coalesce((SELECT string_agg(k.line, '') FROM (SELECT ROW(o.id, o.host)::text AS line
            FROM own_keys AS o WHERE o.tenant = {tenant} ORDER BY o.host) AS k), '')
        || coalesce((SELECT ROW(m.account, m.role, m.caps)::text FROM members AS m
            WHERE m.tenant = {tenant} AND m.account = {account}), '') AS stays,
        l.moves
    FROM (SELECT
            string_agg(ROW(i.id, i.kind, i.unit, i.granted, i.limited)::text, '') AS stays,
            string_agg(i.posted || '/' || i.held, ',') AS moves
        FROM (SELECT * FROM (
            SELECT id, kind, unit, granted, limited, posted, held FROM ledger_accounts
            WHERE tenant = {tenant} AND closes_ms > ?
            UNION ALL
            SELECT id, kind, unit, granted, limited, posted, held FROM ledger_accounts
            WHERE tenant = {tenant} AND closes_ms IS NULL
        ) AS any_order ORDER BY id COLLATE "C") AS i) AS l
)"""
# Of whoever the rows of `who` name, and of whom a worker takes them for.
PICTURE = _PICTURE.format(tenant="(SELECT tenant FROM who)", account="(SELECT account FROM who)")
_PICTURE_OF_KNOWN = _PICTURE.format(tenant="%(k_tenant)s", account="%(k_account)s")
_KNOWN = f"""
WITH who AS MATERIALIZED ({{who}}), {_PICTURE_OF_KNOWN}, taken AS (
    INSERT INTO buckets (name, window_ms, count)
    SELECT 'calls/' || w.tenant || '/' || w.api_key || w.device, %(minute)s, 1
    FROM who AS w, picture AS p WHERE p.stays = %(stays)s AND p.moves = %(moves)s
    ON CONFLICT (name, window_ms) DO UPDATE SET count = buckets.count + 1
    WHERE buckets.count < %(most)s RETURNING count
)"""
_TAKEN = "EXISTS (SELECT 1 FROM taken)"


def known_statement(hot: Hot, who: Sql, known: Known, now: datetime, most: int) -> Hot:
    """An admission of somebody who is known, one more of theirs this minute, at most so many.

    A row with 0 where they are as remembered and there was room, else nothing was done; and a row
    with 1 for each that the admission wrote.
    """
    now_ms = ms_from(now)
    values = {
        **hot.values,
        **{f"w{number}": value for number, value in enumerate(who.values)},
        "now": now_ms,
        "minute": now_ms - now_ms % MINUTE_MS,
        "most": most,
        "k_tenant": known.caller.tenant,
        "k_account": known.caller.account,
        "stays": known.stays,
        "moves": known.moves,
    }
    return Hot(_text(hot.text, who.text), values, hot.rows)


@lru_cache(maxsize=64)
def _text(admission: str, who: str) -> str:
    parts = _KNOWN.replace("{who}", _named(who, "w")).replace("?", "%(now)s")
    return after_arrival(admission, parts, only_if=_TAKEN)


def _named(text: str, prefix: str) -> str:
    """Marks in their order as marks with names."""
    first, *rest = text.split("?")
    return first + "".join(f"%({prefix}{at})s{part}" for at, part in enumerate(rest))
