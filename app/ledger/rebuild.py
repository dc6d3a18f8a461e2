"""Balances again from the journal and the open holds: they are caches, and nothing but that."""

from __future__ import annotations

from app.ledger.posting import GRANTING
from app.ledger.records import EntryKind
from app.ledger.steps import Sql, Steps

_GRANTING = ", ".join(repr(str(kind)) for kind in GRANTING)

# What each account should carry, by the journal and by the open holds.
TRUE_BALANCES = f"""
SELECT a.id, coalesce(j.posted, 0) AS posted, coalesce(j.granted, 0) AS granted,
    coalesce(j.taken, 0) AS taken, coalesce(h.held, 0) AS held
FROM ledger_accounts AS a
LEFT JOIN (
    SELECT p.account, CAST(sum(p.amount) AS BIGINT) AS posted,
        CAST(sum(CASE WHEN e.kind IN ({_GRANTING}) THEN p.amount ELSE 0 END) AS BIGINT) AS granted,
        CAST(sum(CASE WHEN e.kind = '{EntryKind.TAKE_BACK}' THEN -p.amount ELSE 0 END) AS BIGINT)
            AS taken
    FROM ledger_postings AS p JOIN ledger_entries AS e ON e.id = p.entry_id
    WHERE p.tenant <> '' GROUP BY p.account
) AS j ON j.account = a.id
LEFT JOIN (
    SELECT d.account, CAST(sum(d.amount) AS BIGINT) AS held
    FROM ledger_hold_draws AS d JOIN ledger_holds AS o ON o.id = d.hold_id
    WHERE o.ended_ms IS NULL GROUP BY d.account
) AS h ON h.account = a.id"""


def rebuild() -> Steps[tuple[str, ...]]:
    """Write every balance anew; the ids of the accounts that carried something else.

    Nobody's call gets past its accounts meanwhile.
    """
    yield Sql("SELECT id FROM ledger_accounts ORDER BY id", lock=True)
    rows = yield Sql(
        "UPDATE ledger_accounts SET posted = t.posted, granted = t.granted, taken = t.taken,"
        f" held = t.held FROM ({TRUE_BALANCES}) AS t WHERE t.id = ledger_accounts.id"
        " AND (ledger_accounts.posted <> t.posted OR ledger_accounts.granted <> t.granted"
        " OR ledger_accounts.taken <> t.taken OR ledger_accounts.held <> t.held)"
        " RETURNING ledger_accounts.id"
    )
    return tuple(sorted(str(row[0]) for row in rows))
