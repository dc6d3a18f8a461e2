"""The short ways of a call on PostgreSQL: count and read in one statement, settle and write all
that goes with it in another.

They do what `calls`, `settlement` and `notices` do in the case that a call goes well. Where a
statement does nothing, those are taken and say why.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.catalog.plan_catalog import PlanCatalog
from app.clock import new_id
from app.ledger.postgres_statements import (
    Hot,
    admit_statement,
    dispatch_statement,
    settle_statement,
)
from app.ledger.rows import ms_from
from app.ledger.steps import Sql
from app.metering.allowances import percents_of
from app.server.credits import requests
from app.server.credits.admission import Decision
from app.server.credits.holding import admit_side
from app.server.credits.reading import Ask, statement
from app.server.credits.records import AdmittedCall, CallWish
from app.server.credits.settlement import SIDE_OWNER, Settlement
from app.server.events import Kind
from app.server.limits import window_start

MINUTE = timedelta(minutes=1)

# `limits.take` and `reading.statement` in one: the first row says whether there was room.
_TAKE = (
    "WITH taken AS (INSERT INTO buckets (name, window_ms, count) VALUES (?, ?, 1)"
    " ON CONFLICT (name, window_ms) DO UPDATE SET count = buckets.count + 1"
    " WHERE buckets.count < ? RETURNING count) "
)
_TAKEN = " UNION ALL SELECT 'taken', '', '', '', '', '', count, 0, 0, 0, 0 FROM taken"

_REQUESTED = f""", requested AS (
    INSERT INTO requests SELECT r.*
    FROM ended, json_populate_record(NULL::requests, %(r_row)s::json) AS r
), noticed AS (
    INSERT INTO ledger_notices (account, percent, at_ms)
    SELECT m.id, n.percent, %(now)s FROM ended, moved AS m
    JOIN unnest(%(r_accounts)s::text[], %(r_percents)s::bigint[]) AS n (account, percent)
        ON n.account = m.id
    WHERE m.limited = 1 AND m.granted > 0
        AND (m.granted - m.posted) * 100 >= m.granted * n.percent
    ON CONFLICT DO NOTHING RETURNING account, percent
), told AS (
    INSERT INTO announcements (tenant, id, at_ms, kind, facts)
    SELECT %(r_tenant)s, %(r_event)s, %(now)s, '{Kind.BALANCE_CHANGED}', '{{}}' FROM ended
    UNION ALL
    SELECT %(r_tenant)s, %(r_event)s || '/' || row_number() OVER (ORDER BY n.account, n.percent),
        %(now)s, '{Kind.NOTICE}', json_build_object('grant', n.account, 'name', g.name,
            'unit', g.unit, 'percent', n.percent, 'used', m.granted - m.posted,
            'granted', m.granted)::text
    FROM noticed AS n JOIN moved AS m ON m.id = n.account
    JOIN unnest(%(r_grants)s::text[], %(r_names)s::text[], %(r_units)s::text[])
        AS g (id, name, unit) ON g.id = n.account
)"""
_ANSWERED = """, answered AS (
    INSERT INTO answers (tenant, id, answer, expires_ms)
    SELECT %(r_tenant)s, %(hold)s, %(r_answer)s, %(r_until)s FROM ended
)"""


def take_and_read(ask: Ask, name: str, most: int) -> Sql:
    """One more of `name` this minute, at most so many, and the rows of the situation."""
    read = statement(ask)
    start = ms_from(window_start(ask.now, MINUTE))
    return Sql(_TAKE + read.text + _TAKEN, (name, start, most, *read.values))


def seconds_left(now: datetime) -> int:
    """Until the next minute's window begins, at least 1."""
    left = window_start(now, MINUTE) + MINUTE - now
    return max(1, -(-left // timedelta(seconds=1)))


def admit_statements(wish: CallWish, decision: Decision) -> tuple[Hot, ...] | None:
    """What holds a call with its sides, its own first: the row that all free accounts share is
    locked last and shortest. None where only the shared steps can."""
    orders = [decision.order(wish)]
    orders += [
        admit_side(side, held, wish.request_id, decision.call.admitted_at)
        for side, held in decision.sides
    ]
    found = [admit_statement(order) for order in orders]
    complete = tuple(each for each in found if each is not None)
    return complete if len(complete) == len(found) else None


def settle_statements(
    catalog: PlanCatalog, call: AdmittedCall, settlement: Settlement, now: datetime
) -> tuple[Hot, ...] | None:
    """What settles the call, its sides, and writes everything else; None where only the shared
    steps can."""
    beside, more = _beside(catalog, call, settlement, now)
    own = settle_statement(settlement.order, beside, more)
    found = [own]
    for side in settlement.sides:
        found.append(dispatch_statement(side.hold_id, "", SIDE_OWNER, now))
        found.append(settle_statement(side))
    complete = tuple(each for each in found if each is not None)
    return complete if len(complete) == len(found) else None


def _beside(
    catalog: PlanCatalog, call: AdmittedCall, settlement: Settlement, now: datetime
) -> tuple[str, Mapping[str, Any]]:
    grants = [draw.grant for draw in settlement.split.draws if draw.grant.limited and draw.amount]
    percents = [(grant.id, each) for grant in grants for each in percents_of(catalog, grant)]
    values: dict[str, Any] = {
        "r_row": json.dumps(requests.plain(settlement.ended.row)),
        "r_tenant": call.caller.tenant,
        "r_event": new_id(),
        "r_accounts": [account for account, _ in percents],
        "r_percents": [percent for _, percent in percents],
        "r_grants": [grant.id for grant in grants],
        "r_names": [grant.name for grant in grants],
        "r_units": [str(grant.unit) for grant in grants],
    }
    if not settlement.answer:
        return _REQUESTED, values
    values |= {"r_answer": settlement.answer, "r_until": ms_from(settlement.kept_until)}
    return _REQUESTED + _ANSWERED, values
