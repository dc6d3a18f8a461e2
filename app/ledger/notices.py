"""One notice for each grant and threshold, however often its use is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.ledger.accounts import balances
from app.ledger.records import Notice
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps


def notice_thresholds(
    account_ids: Sequence[str], percents: Sequence[int], now: datetime
) -> Steps[tuple[Notice, ...]]:
    """The thresholds that the use of these accounts has reached and that were not told yet.

    Only what is settled counts: a hold may come back. An account without a limit or with nothing
    granted has no thresholds.
    """
    found = []
    accounts = yield from balances(account_ids)
    for account_id in sorted(accounts):
        account = accounts[account_id]
        for percent in sorted(set(percents)):
            if not account.limited or account.granted <= 0:
                continue
            if account.used * 100 < account.granted * percent:
                continue
            rows = yield Sql(
                "INSERT INTO ledger_notices (account, percent, at_ms) VALUES (?, ?, ?)"
                " ON CONFLICT DO NOTHING RETURNING account",
                (account_id, percent, ms_from(now)),
            )
            if rows:
                found.append(Notice(account_id, percent, account.used, account.granted))
    return tuple(found)
