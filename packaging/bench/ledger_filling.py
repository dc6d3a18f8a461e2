"""Fills a ledger with calls that are over, as whole as if they had been made one by one."""

from __future__ import annotations

from collections.abc import Callable

from ledger_calls import WALLETS

POSTINGS_PER_CALL = 2
_CALLS_PER_STATEMENT = 250_000
# 2026-11-20 in milliseconds: the day before the calls that are measured.
_AT_MS = 1_795_132_800_000

# {n} is the call's number, {calls} what has them from {first} on.
_ROWS = (
    ("INSERT INTO ledger_holds (id, tenant, key, body_hash, state, created_ms, expires_ms, frozen,"
    " attempt, lease_ms, ended_ms, basis)"
    " SELECT 'old-' || n, 'of-wallet-' || (n % {wallets}), 'old-' || n, 'body', 'settled', {at},"
    " {at}, 'frozen', 1, {at}, {at}, 'provider_usage' FROM {calls}"),
    ("INSERT INTO ledger_hold_draws (hold_id, account, line, amount, charged)"
    " SELECT 'old-' || n, 'wallet-' || (n % {wallets}), 0, 100, 60 FROM {calls}"),
    ("INSERT INTO ledger_entries (id, at_ms, kind, hold_id)"
    " SELECT n + {ids}, {at}, 'charge', 'old-' || n FROM {calls}"),
    ("INSERT INTO ledger_postings (entry_id, line, account, tenant, unit, amount)"
    " SELECT n + {ids}, 0, 'wallet-' || (n % {wallets}), 'of-wallet-' || (n % {wallets}),"
    " 'plan_tokens', -60 FROM {calls}"),
    ("INSERT INTO ledger_postings (entry_id, line, account, tenant, unit, amount)"
    " SELECT n + {ids}, 1, 'revenue/plan_tokens/2026-11-20', '', 'plan_tokens', 60 FROM {calls}"),
)  # fmt: skip
POSTGRES_CALLS = "generate_series({first}, {last}) AS calls (n)"
SQLITE_CALLS = (
    "(WITH RECURSIVE calls (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM calls"
    " WHERE n < {last}) SELECT n FROM calls)"
)


def fill(execute: Callable[[str], object], calls: str, postings: int, after_entry: int) -> None:
    """Write so many postings with all that belongs to them, their entries after `after_entry`.

    The balances are not brought up to date: what they lack is less than what the wallets have.
    """
    many = postings // POSTINGS_PER_CALL
    for first in range(1, many + 1, _CALLS_PER_STATEMENT):
        last = min(first + _CALLS_PER_STATEMENT - 1, many)
        for text in _ROWS:
            execute(
                text.format(
                    calls=calls.format(first=first, last=last),
                    wallets=WALLETS,
                    at=_AT_MS,
                    ids=after_entry,
                )
            )
