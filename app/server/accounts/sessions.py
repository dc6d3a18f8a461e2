"""The rows of sessions: short-lived tokens of a device, kept as hashes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.server.accounts.identify import SESSION_PREFIX
from app.server.secret import hash_of, new_token

SESSION_VALID = timedelta(hours=1)
SESSIONS_OF_DEVICE_MAX = 10  # the oldest ends where one more begins


@dataclass(frozen=True, slots=True)
class Session:
    """A session as its device gets it, once."""

    token: str
    account: str
    device: str
    expires_at: datetime


def new_session_token() -> str:
    return new_token(SESSION_PREFIX)


def start_session(account: str, device: str, token: str, now: datetime) -> Steps[Session]:
    """The new one stays although the clock may have been set back since the others began."""
    expires_at = now + SESSION_VALID
    yield Sql(
        "INSERT INTO sessions (token_hash, account, device, created_ms, expires_ms)"
        " VALUES (?, ?, ?, ?, ?)",
        (hash_of(token), account, device, ms_from(now), ms_from(expires_at)),
    )
    yield Sql(
        "DELETE FROM sessions WHERE account = ? AND device = ? AND token_hash NOT IN"
        " (SELECT token_hash FROM sessions WHERE account = ? AND device = ?"
        " ORDER BY CASE WHEN token_hash = ? THEN 0 ELSE 1 END, created_ms DESC, token_hash"
        " LIMIT ?)",
        (account, device, account, device, hash_of(token), SESSIONS_OF_DEVICE_MAX),
    )
    yield Sql(
        "UPDATE devices SET seen_ms = ? WHERE account = ? AND id = ?",
        (ms_from(now), account, device),
    )
    return Session(token, account, device, expires_at)


def end_session(token: str) -> Steps[None]:
    """Also where it has ended already."""
    yield Sql("DELETE FROM sessions WHERE token_hash = ?", (hash_of(token),))


def end_sessions(account: str, device: str = "") -> Steps[None]:
    """All sessions of an account, or those of one device."""
    of_device, values = (" AND device = ?", (device,)) if device else ("", ())
    yield Sql(f"DELETE FROM sessions WHERE account = ?{of_device}", (account, *values))


def forget_sessions(now: datetime) -> Steps[None]:
    yield Sql("DELETE FROM sessions WHERE expires_ms <= ?", (ms_from(now),))
