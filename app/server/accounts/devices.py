"""The rows of devices and of the accounts that come with the first of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.ledger.rows import at_from, ms_from
from app.ledger.steps import Sql, Steps
from app.licensing.keys import PublicKey
from app.server.accounts.sessions import end_sessions
from app.server.errors import Refused, conflict, not_found

DEVICES_MAX = 50


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device that is to be kept; `id` is made before, so that a repeat makes the same one."""

    id: str
    key: PublicKey
    name: str


@dataclass(frozen=True, slots=True)
class Device:
    """A device of an account. `key_id` is the first 16 digits of its public half's hash."""

    account: str
    id: str
    name: str
    key_id: str
    created_at: datetime
    seen_at: datetime


def device_of_key(key: PublicKey) -> Steps[tuple[str, str] | Refused | None]:
    """(account, device) of a public half, None where nobody has it. Refused: it was removed."""
    rows = yield Sql(
        "SELECT account, id, removed_ms FROM devices WHERE public_key = ?", (key.text,)
    )
    if not rows:
        return None
    if rows[0][2] is not None:
        return conflict(
            "device_removed", "This device was removed from its account. Make a new key for it."
        )
    return str(rows[0][0]), str(rows[0][1])


def keep_account(account: str, plan: str, network: str, now: datetime) -> Steps[None]:
    """A new account of a person."""
    yield Sql(
        "INSERT INTO accounts (id, kind, plan, created_ms, created_from) VALUES (?, 'person', ?,"
        " ?, ?)",
        (account, plan, ms_from(now), network),
    )


def keep_device(account: str, device: NewDevice, now: datetime) -> Steps[bool]:
    """False where another was faster with the same key."""
    rows = yield Sql(
        "INSERT INTO devices (account, id, public_key, name, created_ms, seen_ms)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (public_key) DO NOTHING RETURNING id",
        (account, device.id, device.key.text, device.name, ms_from(now), ms_from(now)),
    )
    return bool(rows)


def devices_of(account: str) -> Steps[tuple[Device, ...]]:
    """The devices that are there, the oldest first."""
    rows = yield Sql(
        "SELECT account, id, name, public_key, created_ms, seen_ms FROM devices"
        " WHERE account = ? AND removed_ms IS NULL ORDER BY created_ms, id",
        (account,),
    )
    return tuple(
        Device(
            row[0], row[1], row[2], PublicKey.from_text(row[3]).id, at_from(row[4]), at_from(row[5])
        )
        for row in rows
    )


def lock_account(account: str) -> Steps[str | None]:
    """Who else changes this account waits. Returns its e-mail address, may be None."""
    rows = yield Sql(
        "SELECT email FROM accounts WHERE id = ? AND deleted_ms IS NULL", (account,), lock=True
    )
    if not rows:
        raise not_found("account")
    return None if rows[0][0] is None else str(rows[0][0])


def remove_device(account: str, device: str, now: datetime) -> Steps[None]:
    """End a device, its sessions, and the account's pages that are open in browsers: nobody knows
    from which device they were opened.

    Raises Refused: 404, 409 for the last device of an account without an e-mail address.
    """
    email = yield from lock_account(account)
    there = yield from devices_of(account)
    if device not in {each.id for each in there}:
        raise not_found("device")
    if len(there) == 1 and email is None:
        raise conflict(
            "last_device",
            "This is the account's only device, and without an e-mail address nobody could come "
            "back. Add an address or another device first, or delete the account.",
        )
    yield Sql(
        "UPDATE devices SET removed_ms = ? WHERE account = ? AND id = ?",
        (ms_from(now), account, device),
    )
    yield from end_sessions(account, device)
    yield Sql("DELETE FROM page_visits WHERE account = ?", (account,))
