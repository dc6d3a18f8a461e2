"""The licenses of this computer, one for each server, with the keys that its server announced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.store.database import Database
from app.store.instants import at_from, ms_from


@dataclass(frozen=True, slots=True)
class LicenseRecord:
    """`block` is the signed text, empty where there is none; `keys` the newest key list's text.
    `renewed_at` is this computer's clock when the server gave it, None for one that was pasted."""

    server_id: str
    block: str = ""
    renewed_at: datetime | None = None
    keys: str = ""
    list_number: int = 0


class Licenses:
    """The rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, server_id: str) -> LicenseRecord:
        row = self._database.first(
            "SELECT server_id, block, renewed_ms, pins, list_number FROM licenses"
            " WHERE server_id = ?",
            (server_id,),
        )
        if row is None:
            return LicenseRecord(server_id)
        renewed = None if row[2] is None else at_from(row[2])
        return LicenseRecord(row[0], row[1], renewed, row[3], row[4])

    def save(self, record: LicenseRecord) -> None:
        renewed = None if record.renewed_at is None else ms_from(record.renewed_at)
        self._database.write(
            "INSERT INTO licenses (server_id, block, renewed_ms, pins, list_number)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (server_id) DO UPDATE SET"
            " block = excluded.block, renewed_ms = excluded.renewed_ms, pins = excluded.pins,"
            " list_number = excluded.list_number",
            (record.server_id, record.block, renewed, record.keys, record.list_number),
        )
