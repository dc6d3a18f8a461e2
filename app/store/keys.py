"""What is known of kept keys: provider, label, state. The secrets are in the keychain."""

from __future__ import annotations

from sqlmodel import col, delete, select

from app.store.connection import storable
from app.store.database import Database
from app.store.instants import at_from, ms_from
from app.store.records import KeyRecord
from app.store.tables import KeyRow


class Keys:
    """Key records, oldest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self) -> list[KeyRecord]:
        with self._database.reading() as session:
            return [_key(row) for row in session.exec(select(KeyRow).order_by(col(KeyRow.seq)))]

    def get(self, key_id: str) -> KeyRecord | None:
        with self._database.reading() as session:
            row = session.exec(select(KeyRow).where(KeyRow.id == key_id)).first()
        return None if row is None else _key(row)

    def save(self, key: KeyRecord) -> None:
        """Write a key's record, new or changed."""
        with self._database.transaction() as session:
            found = session.exec(select(KeyRow.seq).where(KeyRow.id == key.id)).first()
            session.merge(_row(key, found))

    def remove(self, key_id: str) -> None:
        with self._database.transaction() as session:
            session.exec(delete(KeyRow).where(col(KeyRow.id) == key_id))


def _key(row: KeyRow) -> KeyRecord:
    return KeyRecord(
        id=row.id,
        provider=row.provider,
        label=row.label,
        ends_in=row.ends_in,
        base_url=row.base_url,
        where=row.where,
        state=row.state,
        detail=row.detail,
        checked_at=None if row.checked_ms is None else at_from(row.checked_ms),
        created_at=at_from(row.created_ms),
        models_json=row.models_json,
    )


def _row(key: KeyRecord, seq: int | None) -> KeyRow:
    return KeyRow(
        seq=seq,
        id=key.id,
        provider=key.provider,
        label=storable(key.label),
        ends_in=key.ends_in,
        base_url=key.base_url,
        where=key.where,
        state=key.state,
        detail=storable(key.detail),
        checked_ms=None if key.checked_at is None else ms_from(key.checked_at),
        created_ms=ms_from(key.created_at),
        models_json=storable(key.models_json),
    )
