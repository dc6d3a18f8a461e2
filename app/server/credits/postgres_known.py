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
from app.server.limits import MINUTE_MS

# Everything of the tenant's own that a decision is made from, as `reading.situation_of` reads it.
OWN = (
    "own (what, id, t1, t2, t3, t4, n1, n2, n3, n4, n5) AS MATERIALIZED ("
    f"{' UNION ALL '.join(OWN_OF_CALLER)})"
)
# The same rows in the database's own words: those that no call moves, and what calls move. A row
# as text tells nothing at all from an empty text.
PICTURE = """picture AS MATERIALIZED (
    SELECT (SELECT ROW(w.tenant, w.account, w.api_key, w.device, w.role, w.cap_pusd)::text
            FROM who AS w)
        || string_agg(ROW(o.what, o.id, o.t1, o.t2, o.t3, o.t4, o.n1, o.n4, o.n5,
            CASE WHEN o.what <> 'ledger' THEN o.n2 END,
            CASE WHEN o.what <> 'ledger' THEN o.n3 END)::text, ''
            ORDER BY o.what COLLATE "C", o.id COLLATE "C") AS stays,
        string_agg(o.n2 || '/' || o.n3, ',' ORDER BY o.id COLLATE "C")
            FILTER (WHERE o.what = 'ledger') AS moves
    FROM own AS o
)"""
_KNOWN = f"""
WITH who AS MATERIALIZED ({{who}}), {OWN}, {PICTURE}, taken AS (
    INSERT INTO buckets (name, window_ms, count)
    SELECT 'calls/' || w.tenant || '/' || w.api_key || w.device, %(minute)s, 1
    FROM who AS w, picture AS p WHERE p.stays = %(stays)s AND p.moves = %(moves)s
    ON CONFLICT (name, window_ms) DO UPDATE SET count = buckets.count + 1
    WHERE buckets.count < %(most)s RETURNING count
)"""
_TAKEN = "EXISTS (SELECT 1 FROM taken)"


def known_statement(hot: Hot, who: Sql, stays: str, moves: str, now: datetime, most: int) -> Hot:
    """An admission of somebody who is known by `stays` and `moves`, one more of theirs this minute,
    at most so many.

    Its one row: 1 where they are as remembered and there was room, else 0 and nothing was done;
    and how many rows the admission wrote.
    """
    now_ms = ms_from(now)
    values = {
        **hot.values,
        **{f"w{number}": value for number, value in enumerate(who.values)},
        "now": now_ms,
        "minute": now_ms - now_ms % MINUTE_MS,
        "most": most,
        "stays": stays,
        "moves": moves,
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
