"""The rows of codes that went out by e-mail: six digits, kept as keyed hashes, tried five times."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.server.errors import Refused
from app.server.secret import ServerSecret

CODE_VALID = timedelta(minutes=10)
TRIES_MAX = 5


class CodeFor(StrEnum):
    ADD = "add"  # an address to an account
    RECOVER = "recover"  # a device to an account that is found by its address


@dataclass(frozen=True, slots=True)
class SentCode:
    """A code on its way. `id` is what only the asker knows beside the code, so that nobody can
    use up another's tries. `account` is empty where the address is nobody's."""

    id: str
    purpose: CodeFor
    account: str
    email: str
    mac: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TypedCode:
    """A code as somebody typed it, with all the macs that are looked at."""

    id: str
    purpose: CodeFor
    mac: str = field(repr=False)


def new_code() -> str:
    return f"{secrets.randbelow(10**6):06d}"


def code_mac(secret: ServerSecret, code_id: str, code: str) -> str:
    return secret.mac("email-code", f"{code_id}/{code}")


def keep_code(code: SentCode) -> Steps[None]:
    yield Sql(
        "INSERT INTO email_codes (id, purpose, account, email, code_mac, expires_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            code.id,
            str(code.purpose),
            code.account,
            code.email,
            code.mac,
            ms_from(code.expires_at),
        ),
    )


def take_code(
    typed: TypedCode, account: str | None, now: datetime
) -> Steps[tuple[str, str] | Refused]:
    """(account, address) of a right code, which is used up by it; a wrong one is counted.

    `account` None: the row's own, which is somebody. The refusal is returned, not raised.
    """
    rows = yield Sql(
        "SELECT account, email, code_mac, wrong, expires_ms FROM email_codes"
        " WHERE id = ? AND purpose = ?",
        (typed.id, str(typed.purpose)),
        lock=True,
    )
    if not rows or (account is not None and rows[0][0] != account):
        return Refused(400, "code_unknown", "This code was used, or never sent. Ask for a new one.")
    owner, email, mac, wrong, expires_ms = rows[0]
    if wrong >= TRIES_MAX:
        return Refused(
            400, "code_locked", f"{TRIES_MAX} wrong tries were made. Ask for a new code."
        )
    if expires_ms <= ms_from(now):
        return Refused(400, "code_expired", "This code is too old. Ask for a new one.")
    if not hmac.compare_digest(mac, typed.mac) or not owner:
        yield Sql("UPDATE email_codes SET wrong = wrong + 1 WHERE id = ?", (typed.id,))
        left = TRIES_MAX - wrong - 1
        return Refused(
            400, "code_wrong", "This is not the code.", "code", details={"tries_left": left}
        )
    yield Sql("DELETE FROM email_codes WHERE id = ?", (typed.id,))
    return owner, email


def forget_codes(now: datetime) -> Steps[None]:
    """Those that are long past: for a while they can still say that they expired."""
    yield Sql("DELETE FROM email_codes WHERE expires_ms <= ?", (ms_from(now - CODE_VALID),))


def end_codes(account: str, email: str) -> Steps[None]:
    """All codes of an account that is deleted."""
    yield Sql("DELETE FROM email_codes WHERE account = ? OR email = ?", (account, email))
