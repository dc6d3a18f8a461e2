"""The short ways of a call on PostgreSQL: count and read in one statement, settle and write all
that goes with it in another.

They do what `calls`, `settlement` and `notices` do in the case that a call goes well. Where a
statement does nothing, those are taken and say why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from app.catalog.plan_catalog import PlanCatalog
from app.clock import new_id
from app.ledger.postgres_statements import (
    Hot,
    admit_statement,
    settle_statement,
)
from app.ledger.records import AccountKind, Departure
from app.ledger.rows import ms_from
from app.ledger.steps import Sql
from app.metering.allowances import Grant, percents_of
from app.server.credits.admission import Decision
from app.server.credits.holding import SIDE_LASTS, SIDE_OWNER
from app.server.credits.postgres_known import OWN, PICTURE
from app.server.credits.reading import Ask, statement, text_beside, values_beside
from app.server.credits.records import AdmittedCall, CallWish
from app.server.credits.settlement import Settlement
from app.server.events import Kind
from app.server.fast_json import json_text
from app.server.limits import MINUTE_MS, window_start

MINUTE = timedelta(minutes=1)
Below = Callable[[str, int], bool]

# `limits.take` and `reading.statement` in one: the first row says whether there was room.
_TAKE = (
    "WITH taken AS (INSERT INTO buckets (name, window_ms, count) VALUES (?, ?, 1)"
    " ON CONFLICT (name, window_ms) DO UPDATE SET count = buckets.count + 1"
    " WHERE buckets.count < ? RETURNING count) "
)
_TAKEN = " UNION ALL SELECT 'taken', '', '', '', '', '', count, 0, 0, 0, 0 FROM taken"

_REQUESTED = """, requested AS (
    INSERT INTO requests SELECT r.*
    FROM ended, json_populate_record(NULL::requests, %(r_row)s::json) AS r
)"""
_TOLD = f""", told AS (
    INSERT INTO announcements (tenant, id, at_ms, kind, facts)
    SELECT %(r_tenant)s, %(r_event)s, %(now)s, '{Kind.BALANCE_CHANGED}', '{{}}' FROM ended
)"""
# Nothing is due of the only account that pays, by how it is before.
_NOTHING_DUE = (
    "(a.limited = 0 OR a.granted <= 0"
    " OR (a.granted - a.posted + %(amount)s) * 100 < a.granted * {percent:d})"
)
_NOTICED = """, noticed AS (
    INSERT INTO ledger_notices (account, percent, at_ms)
    {noticed}
        AND m.limited = 1 AND m.granted > 0
        AND (m.granted - m.posted) * 100 >= m.granted * n.percent
    ON CONFLICT DO NOTHING RETURNING account, percent
), told AS (
    INSERT INTO announcements (tenant, id, at_ms, kind, facts)
    SELECT %(r_tenant)s, %(r_event)s, %(now)s, '{changed}', '{{}}' FROM ended
    UNION ALL
    SELECT %(r_tenant)s, %(r_event)s || '/' || {place}, %(now)s, '{notice}',
        json_build_object('grant', n.account, 'name', {name}, 'unit', {unit}, 'percent', n.percent,
            'used', m.granted - m.posted, 'granted', m.granted)::text
    FROM noticed AS n JOIN moved AS m ON m.id = n.account{grants}
)"""
_NOTICED_OF_SEVERAL = _NOTICED.format(
    noticed="""SELECT m.id, n.percent, %(now)s FROM ended, moved AS m
    JOIN unnest(%(r_accounts)s::text[], %(r_percents)s::bigint[]) AS n (account, percent)
        ON n.account = m.id WHERE true""",
    place="row_number() OVER (ORDER BY n.account, n.percent)",
    grants="""
    JOIN unnest(%(r_grants)s::text[], %(r_names)s::text[], %(r_units)s::text[])
        AS g (id, name, unit) ON g.id = n.account""",
    name="g.name",
    unit="g.unit",
    changed=Kind.BALANCE_CHANGED,
    notice=Kind.NOTICE,
)
# Of the only grant of nearly every call: without an array, a sort or a join of all with all.
_NOTICED_OF_ONE = _NOTICED.format(
    noticed="""SELECT m.id, n.percent, %(now)s FROM ended, moved AS m,
        (VALUES {percents}) AS n (percent) WHERE m.id = %(r_grant)s""",
    place="lpad(n.percent::text, 3, '0')",
    grants="",
    name="%(r_name)s::text",
    unit="%(r_unit)s::text",
    changed=Kind.BALANCE_CHANGED,
    notice=Kind.NOTICE,
)
_ANSWERED = """, answered AS (
    INSERT INTO answers (tenant, id, answer, expires_ms)
    SELECT %(r_tenant)s, %(hold)s, %(r_answer)s, %(r_until)s FROM ended
)"""


# `ledger.admission` and `ledger.calls.dispatch` of a side hold with one draw.
_SIDE_ADMITTED = """, side_moved AS (
    UPDATE ledger_accounts AS s SET held = s.held + %(s_amount)s FROM hold
    WHERE s.id = %(s_account)s AND s.tenant = %(s_tenant)s AND s.limited = 1
        AND s.granted = %(s_granted)s AND s.posted - s.held >= %(s_amount)s
    RETURNING s.id
), side_hold AS (
    INSERT INTO ledger_holds (id, tenant, key, body_hash, state, created_ms, expires_ms, attempt,
        owner, lease_ms)
    SELECT %(s_hold)s, %(s_tenant)s, %(hold)s, '', 'dispatched', %(created)s, %(s_until)s, 1,
        %(s_owner)s, %(s_until)s
    FROM side_moved RETURNING id
), beside AS (
    INSERT INTO ledger_hold_draws (hold_id, account, line, amount)
    SELECT side_hold.id, %(s_account)s, 0, %(s_amount)s FROM side_hold RETURNING hold_id
)"""

# `ledger.settlement` of the same. Where the account has moved and the hold had ended meanwhile,
# the entry would have no hold, which its check refuses, and with it the whole statement.
_SIDE_SETTLED = f""", side_moved AS (
    UPDATE ledger_accounts AS s SET posted = s.posted - %(s_charge)s, held = s.held - d.amount
    FROM ended, ledger_hold_draws AS d
    WHERE s.id = %(s_account)s AND d.hold_id = %(s_hold)s AND d.account = s.id
        AND d.charged IS NULL AND d.amount >= %(s_charge)s
    RETURNING s.tenant, s.unit
), side_ended AS (
    UPDATE ledger_holds AS h SET state = 'settled', ended_ms = %(now)s, basis = 'provider_usage'
    FROM side_moved WHERE h.id = %(s_hold)s AND h.state IN ('dispatched', 'unknown')
    RETURNING h.id
), side_marked AS (
    UPDATE ledger_hold_draws AS d SET charged = %(s_charge)s
    FROM side_ended WHERE d.hold_id = side_ended.id
), side_entry AS (
    INSERT INTO ledger_entries (at_ms, kind, hold_id)
    SELECT %(now)s, 'charge', side_ended.id FROM side_moved LEFT JOIN side_ended ON true
    RETURNING id
), side_posted AS (
    INSERT INTO ledger_postings (entry_id, line, account, tenant, unit, amount)
    SELECT side_entry.id, side.line,
        CASE WHEN side.line = 0 THEN %(s_account)s
            ELSE '{AccountKind.COUNTED}/' || side_moved.unit || %(day)s END,
        CASE WHEN side.line = 0 THEN side_moved.tenant ELSE '' END, side_moved.unit,
        side.sign * %(s_charge)s
    FROM side_entry, side_moved, (VALUES (0, -1), (1, 1)) AS side (line, sign)
)"""


# `identify`, `limits.take` and `reading.statement` in one. No row `caller`: `identify` refuses.
_WHO = f"""
WITH who AS MATERIALIZED ({{who}}), {OWN}, {{picture}}taken AS (
    INSERT INTO buckets (name, window_ms, count)
    SELECT 'calls/' || w.tenant || '/' || w.api_key || w.device, ?, 1 FROM who AS w
    ON CONFLICT (name, window_ms) DO UPDATE SET count = buckets.count + 1
    WHERE buckets.count < ? RETURNING count
)
SELECT 'caller', w.tenant, w.account, w.api_key, w.device, w.role, w.cap_pusd, 0, 0, 0, 0
FROM who AS w UNION ALL SELECT * FROM own"""
_PICTURED = "SELECT 'picture', p.stays, '', '', '', '', 0, 0, 0, 0, 0 FROM picture AS p"


def arrive(
    who: Sql, now: datetime, most: int, key: str, sides: tuple[str, ...], *, pictured: bool
) -> Sql:
    """Who calls by `accounts.identify.caller_row`, one more of theirs this minute, at most so many,
    and the rows of the situation, where it is `pictured` with what they look like to the database
    in the row `picture`; the row `taken` is missing where there was no room."""
    now_ms = ms_from(now)
    beside = values_beside(now_ms, key, sides)
    text = _text_of_arrival(who.text, bool(key), len(sides), pictured)
    windows = [now_ms] * (1 + pictured)
    return Sql(text, (*who.values, *windows, now_ms - now_ms % MINUTE_MS, most, *beside))


@lru_cache(maxsize=64)
def _text_of_arrival(who: str, has_key: bool, sides: int, pictured: bool) -> str:
    picture = f"{PICTURE}, " if pictured else ""
    parts = [_WHO.replace("{who}", who).replace("{picture}", picture)]
    parts += [_PICTURED] * pictured + text_beside(has_key, sides)
    return " UNION ALL ".join(parts) + _TAKEN


def take_and_read(ask: Ask, name: str, most: int) -> Sql:
    """One more of `name` this minute, at most so many, and the rows of the situation."""
    read = statement(ask)
    start = ms_from(window_start(ask.now, MINUTE))
    return Sql(_TAKE + read.text + _TAKEN, (name, start, most, *read.values))


def seconds_left(now: datetime) -> int:
    """Until the next minute's window begins, at least 1."""
    left = window_start(now, MINUTE) + MINUTE - now
    return max(1, -(-left // timedelta(seconds=1)))


def admit_statement_of(
    wish: CallWish, decision: Decision, departure: Departure | None = None
) -> Hot | None:
    """What holds a call with its side, its own accounts first: the row that all free accounts
    share is locked last and shortest. With a departure the call is sent by the same statement.
    None where only the shared steps can."""
    order = decision.order(wish)
    if not decision.call.sides:
        return admit_statement(order, departure=departure)
    side = _one_side(decision)
    return None if side is None else admit_statement(order, _SIDE_ADMITTED, side, departure)


def _one_side(decision: Decision) -> Mapping[str, Any] | None:
    """The values of the only side with the only draw; None where there is more."""
    if len(decision.sides) != 1:
        return None
    side, held = decision.sides[0]
    if len(side.draws) != 1 or len(held.openings) != 1:
        return None
    (draw,), (opening,) = side.draws, held.openings
    until = ms_from(decision.call.admitted_at + SIDE_LASTS)
    return {
        "s_hold": side.id,
        "s_tenant": side.tenant,
        "s_account": draw.account,
        "s_amount": draw.amount,
        "s_granted": opening.granted,
        "s_owner": SIDE_OWNER,
        "s_until": until,
    }


def settle_statement_of(
    catalog: PlanCatalog, call: AdmittedCall, settlement: Settlement, is_below: Below
) -> Hot | None:
    """What settles the call with its side and writes everything else; None where only the shared
    steps can. Where an account `is_below` so many percent, as far as is known here, the statement
    holds no notices, and does nothing where the account is not."""
    values = _values_beside(call, settlement)
    told, only_if = _notices(values, catalog, settlement, is_below)
    sides = settlement.sides
    if sides:
        if len(sides) != 1 or len(sides[0].charges) != 1:
            return None
        ((account, charge),) = sides[0].charges.items()
        if not charge:
            return None
        values["s_hold"] = sides[0].hold_id
        values["s_account"], values["s_charge"] = account, charge
    beside = _beside(told, answered=bool(settlement.answer), sided=bool(sides))
    return settle_statement(settlement.order, beside, values, only_if)


def _values_beside(call: AdmittedCall, settlement: Settlement) -> dict[str, Any]:
    values: dict[str, Any] = {
        "r_row": json_text(settlement.ended.row),
        "r_tenant": call.caller.tenant,
        "r_event": new_id(),
    }
    if settlement.answer:
        values["r_answer"], values["r_until"] = settlement.answer, ms_from(settlement.kept_until)
    return values


def _notices(
    values: dict[str, Any], catalog: PlanCatalog, settlement: Settlement, is_below: Below
) -> tuple[str, str]:
    """What tells of the grants, with its values in `values`, and under which condition."""
    due = [
        (draw, percents)
        for draw in settlement.split.draws
        if draw.grant.limited and draw.amount and (percents := percents_of(catalog, draw.grant))
    ]
    if not due:
        return _TOLD, ""
    if len(due) > 1:
        _add_grants(values, [(draw.grant, percents) for draw, percents in due])
        return _NOTICED_OF_SEVERAL, ""
    ((draw, percents),) = due
    grant, charges = draw.grant, settlement.order.charges
    if len(charges) == 1 and grant.id in charges and is_below(grant.id, percents[0]):
        return _TOLD, _nothing_due_at(percents[0])
    values["r_grant"], values["r_name"] = grant.id, grant.name
    values["r_unit"] = str(grant.unit)
    return _noticed_at(percents), ""


@lru_cache(maxsize=64)
def _nothing_due_at(percent: int) -> str:
    return _NOTHING_DUE.format(percent=percent)


@lru_cache(maxsize=64)
def _noticed_at(percents: tuple[int, ...]) -> str:
    pairs = ", ".join(f"({percent:d}::bigint)" for percent in percents)
    return _NOTICED_OF_ONE.replace("{percents}", pairs)


def _add_grants(values: dict[str, Any], due: Sequence[tuple[Grant, tuple[int, ...]]]) -> None:
    accounts: list[str] = []
    every_percent: list[int] = []
    for grant, percents in due:
        accounts += [grant.id] * len(percents)
        every_percent += percents
    values["r_accounts"], values["r_percents"] = accounts, every_percent
    values["r_grants"] = [grant.id for grant, _ in due]
    values["r_names"] = [grant.name for grant, _ in due]
    values["r_units"] = [str(grant.unit) for grant, _ in due]


@lru_cache(maxsize=64)
def _beside(told: str, *, answered: bool, sided: bool) -> str:
    """The parts of the statement that stand beside the settlement."""
    return _REQUESTED + told + (_ANSWERED if answered else "") + (_SIDE_SETTLED if sided else "")
