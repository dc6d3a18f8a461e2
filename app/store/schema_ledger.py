"""The step that brings the ledger, and how it is filled from the calls that were kept before.

A call's row in `holds` is its card: which message, key and model. From here on its amounts and
its state are the ledger's, and the card repeats the state.
"""

from __future__ import annotations

from app.ledger.schema import SQLITE_STATEMENTS

TENANT = "me"  # one person's database: everything in it is theirs
_OPEN = "('held', 'dispatched', 'unknown')"
_CHARGED = "CASE state WHEN 'settled' THEN coalesce(settled_pusd, 0) ELSE 0 END"

_ACCOUNTS = f"""
INSERT INTO ledger_accounts (id, tenant, kind, unit, limited, posted, held)
SELECT 'spent/' || key_id, '{TENANT}', 'spent', 'usd', 0, -sum({_CHARGED}),
    sum(CASE WHEN state IN {_OPEN} THEN amount_pusd ELSE 0 END)
FROM holds GROUP BY key_id"""

# A lease of the past: whoever held it is gone.
_HOLDS = f"""
INSERT INTO ledger_holds (
    id, tenant, key, body_hash, state, created_ms, expires_ms, frozen, attempt, lease_ms,
    output_tokens_seen, ended_ms, basis
)
SELECT id, '{TENANT}', id, '', state, created_ms, created_ms, coalesce(price_json, ''),
    state IN ('dispatched', 'unknown', 'settled'), created_ms, output_tokens_seen,
    CASE WHEN state IN {_OPEN} THEN NULL ELSE created_ms END,
    CASE
        WHEN state <> 'settled' THEN NULL
        WHEN basis IN ('provider_usage', 'input_only', 'provider_lookup') THEN basis
        ELSE 'counted_partial'
    END
FROM holds"""

_DRAWS = f"""
INSERT INTO ledger_hold_draws (hold_id, account, line, amount, charged)
SELECT id, 'spent/' || key_id, 0, amount_pusd,
    CASE WHEN state IN {_OPEN} THEN NULL ELSE {_CHARGED} END
FROM holds"""

_ENTRIES = """
INSERT INTO ledger_entries (id, at_ms, kind, hold_id)
SELECT seq, created_ms, 'charge', id FROM holds WHERE state = 'settled' AND settled_pusd > 0"""

_POSTINGS = (
    f"""
INSERT INTO ledger_postings (entry_id, line, account, tenant, unit, amount)
SELECT seq, 0, 'spent/' || key_id, '{TENANT}', 'usd', -settled_pusd
FROM holds WHERE state = 'settled' AND settled_pusd > 0""",
    """
INSERT INTO ledger_postings (entry_id, line, account, tenant, unit, amount)
SELECT seq, 1, 'counted/usd/' || date(created_ms / 1000, 'unixepoch'), '', 'usd', settled_pusd
FROM holds WHERE state = 'settled' AND settled_pusd > 0""",
)

# Into a ledger that is empty: after the step, or after a rescue.
FILL_LEDGER = (_ACCOUNTS, _HOLDS, _DRAWS, _ENTRIES, *_POSTINGS)

# Cards were kept by their own trigger; the ledger refuses a second end now.
BRING_LEDGER = (*SQLITE_STATEMENTS, *FILL_LEDGER)
