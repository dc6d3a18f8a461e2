"""What is known of kept keys: provider, label, state. The secrets are in the keychain."""

from __future__ import annotations

from sqlmodel import col, delete, select

from app.store.connection import storable
from app.store.database import Database, Row
from app.store.instants import at_from, ms_from
from app.store.records import KeyRecord
from app.store.tables import KeyRow

_SELECT = (
    'SELECT id, provider, label, ends_in, base_url, "where", state, detail, checked_ms,'
    " created_ms, models_json FROM keys"
)


class Keys:
    """Key records, oldest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self) -> list[KeyRecord]:
        return [_key(row) for row in self._database.rows(f"{_SELECT} ORDER BY seq")]

    def get(self, key_id: str) -> KeyRecord | None:
        row = self._database.first(f"{_SELECT} WHERE id = ?", (key_id,))
        return None if row is None else _key(row)

    def save(self, key: KeyRecord) -> None:
        """Write a key's record, new or changed."""
        with self._database.transaction() as session:
            found = session.exec(select(KeyRow.seq).where(KeyRow.id == key.id)).first()
            session.merge(_row(key, found))

    def remove(self, key_id: str) -> None:
        with self._database.transaction() as session:
            session.exec(delete(KeyRow).where(col(KeyRow.id) == key_id))


def _key(row: Row) -> KeyRecord:
    (
        id_,
        provider,
        label,
        ends_in,
        base_url,
        where,
        state,
        detail,
        checked_ms,
        created_ms,
        models,
    ) = row
    return KeyRecord(
        id=id_,
        provider=provider,
        label=label,
        ends_in=ends_in,
        base_url=base_url,
        where=where,
        state=state,
        detail=detail,
        checked_at=None if checked_ms is None else at_from(checked_ms),
        created_at=at_from(created_ms),
        models_json=models,
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
