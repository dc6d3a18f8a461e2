"""Purchases that were begun on this computer: kept until their end is known, and after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.store.database import Database, Row
from app.store.instants import at_from, ms_from

_COLUMNS = (
    "id, server_id, holder, offer, name, state, url, amount_cents, currency, begun_ms, changed_ms"
)
# Given up: nobody waits here any more; the server still credits what is paid.
WAITING = ("pending", "paid")


@dataclass(frozen=True, slots=True)
class CheckoutRecord:
    """One purchase. `state`: pending, paid, credited, canceled, expired, failed or given_up."""

    id: str
    server_id: str
    holder: str
    offer: str
    name: str
    state: str
    url: str
    amount_cents: int
    currency: str
    begun_at: datetime
    changed_at: datetime

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING


class Checkouts:
    """The rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, checkout: CheckoutRecord) -> None:
        """Write a purchase, new or moved on."""
        values = (
            checkout.id,
            checkout.server_id,
            checkout.holder,
            checkout.offer,
            checkout.name,
            checkout.state,
            checkout.url,
            checkout.amount_cents,
            checkout.currency,
            ms_from(checkout.begun_at),
            ms_from(checkout.changed_at),
        )
        self._database.write(
            f"INSERT INTO checkouts ({_COLUMNS}) VALUES ({', '.join('?' * len(values))})"
            " ON CONFLICT (id) DO UPDATE SET state = excluded.state, url = excluded.url,"
            " changed_ms = excluded.changed_ms",
            values,
        )

    def get(self, checkout_id: str) -> CheckoutRecord | None:
        row = self._database.first(f"SELECT {_COLUMNS} FROM checkouts WHERE id = ?", (checkout_id,))
        return None if row is None else _record(row)

    def waiting(self) -> list[CheckoutRecord]:
        """Those whose end is not known, the oldest first."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM checkouts WHERE state IN ('pending', 'paid') ORDER BY seq"
        )
        return [_record(row) for row in rows]

    def of(self, server_id: str, holder: str, at_most: int = 20) -> list[CheckoutRecord]:
        """A holder's, the newest first."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM checkouts WHERE server_id = ? AND holder = ?"
            " ORDER BY seq DESC LIMIT ?",
            (server_id, holder, at_most),
        )
        return [_record(row) for row in rows]


def _record(row: Row) -> CheckoutRecord:
    values = list(row)
    values[9:] = at_from(row[9]), at_from(row[10])
    return CheckoutRecord(*values)
