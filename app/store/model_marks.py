"""What the user did with models: favorites, and when one was used last."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from app.store.database import Database
from app.store.instants import at_from, ms_from
from app.store.tables import ModelMarkRow


class ModelMarks:
    """Marks by model reference; a model without a mark has no row."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def favorites(self) -> set[str]:
        with self._database.reading() as session:
            return set(session.exec(select(ModelMarkRow.ref).where(ModelMarkRow.favorite == 1)))

    def set_favorite(self, ref: str, favorite: bool) -> None:
        with self._database.transaction() as session:
            row = _mark(session, ref)
            row.favorite = int(favorite)
            session.add(row)

    def used(self, ref: str, at: datetime) -> None:
        """A model was used; an earlier time than the last one changes nothing."""
        with self._database.transaction() as session:
            row = _mark(session, ref)
            row.used_ms = max(row.used_ms or 0, ms_from(at))
            session.add(row)

    def recents(self) -> dict[str, datetime]:
        """When each model was used last, the latest first."""
        used = (
            select(ModelMarkRow.ref, ModelMarkRow.used_ms)
            .where(col(ModelMarkRow.used_ms).is_not(None))
            .order_by(col(ModelMarkRow.used_ms).desc())
        )
        with self._database.reading() as session:
            return {ref: at_from(ms) for ref, ms in session.exec(used) if ms is not None}


def _mark(session: Session, ref: str) -> ModelMarkRow:
    found = session.exec(select(ModelMarkRow).where(ModelMarkRow.ref == ref)).first()
    return found or ModelMarkRow(ref=ref)
