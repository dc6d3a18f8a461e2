"""The ledger of this computer's calls as a whole: does it add up, with itself and with the rest.

Reading only, but for `rebuild`. What a single call does to the ledger is in holds.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from app.ledger.audit import audit
from app.ledger.journal import beancount_lines, csv_lines, whole_journal
from app.ledger.rebuild import rebuild
from app.ledger.records import Finding
from app.ledger.sqlite import run
from app.store.database import Database, Row

_Rows = Callable[[str], Sequence[Row]]

_WITHOUT_HOLD = """
SELECT holds.id, 'its card has no hold in the ledger' FROM holds
LEFT JOIN ledger_holds USING (id) WHERE ledger_holds.id IS NULL"""

_OTHER_STATE = """
SELECT holds.id, 'its card says ' || holds.state || ', the ledger ' || ledger_holds.state
FROM holds JOIN ledger_holds USING (id) WHERE holds.state <> ledger_holds.state"""

_OTHER_CHARGE = """
SELECT holds.id,
    'its card says ' || coalesce(settled_pusd, 0) || ', the ledger charged ' || sum(charged)
FROM holds JOIN ledger_hold_draws ON hold_id = holds.id AND account LIKE 'spent/%'
WHERE holds.state = 'settled' GROUP BY holds.id
HAVING coalesce(settled_pusd, 0) <> coalesce(sum(charged), 0)"""

_CARDS = ((7, _WITHOUT_HOLD), (4, _OTHER_STATE), (5, _OTHER_CHARGE))
# Every call that the usage pages show is a charge of its key, and the other way round.
_USAGE = """
SELECT key_id, sum(used), sum(charged) FROM (
    SELECT key_id, coalesce(cost_pusd, 0) AS used, 0 AS charged FROM usage
    UNION ALL
    SELECT substr(id, 7), 0, -posted FROM ledger_accounts WHERE kind = 'spent'
) GROUP BY key_id HAVING sum(used) <> sum(charged)"""


class Books:
    """Looks the open database's ledger over."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def findings(self) -> tuple[Finding, ...]:
        """What does not add up, each with its invariant and its row; empty where all does."""
        found = self._database.run(audit())
        return (*found, *_beside_the_ledger(self._database.rows))

    def journal(self, form: str) -> str:
        """Every entry as text: `csv`, or `beancount` with the balances asserted at its end."""
        entries, accounts = self._database.run(whole_journal())
        lines = csv_lines(entries) if form == "csv" else beancount_lines(entries, accounts)
        return "".join(lines)

    def rebuild(self) -> tuple[str, ...]:
        """Write every balance anew from the journal and the open holds; the accounts that had
        another one."""
        return self._database.run(rebuild())


def findings_in(connection: sqlite3.Connection) -> tuple[Finding, ...]:
    """As `Books.findings`, over a connection that only reads."""
    found = run(connection, audit())
    return (*found, *_beside_the_ledger(lambda text: connection.execute(text).fetchall()))


def _beside_the_ledger(rows: _Rows) -> list[Finding]:
    found = [
        Finding(invariant, f"hold {row[0]}", row[1])
        for invariant, query in _CARDS
        for row in rows(query)
    ]
    found += [
        Finding(18, f"key {key}", f"its calls cost {used} and the ledger charged {charged}")
        for key, used, charged in rows(_USAGE)
    ]
    return found
